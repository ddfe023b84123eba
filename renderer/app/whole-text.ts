/** Titles that were given here; those that say something of their own are left alone. */
const given = new WeakSet<HTMLElement>()

const isCut = (element: HTMLElement, { textOverflow, webkitLineClamp }: CSSStyleDeclaration): boolean =>
  (textOverflow === 'ellipsis' && element.scrollWidth > element.clientWidth) ||
  (webkitLineClamp !== 'none' && element.scrollHeight > element.clientHeight)

/** Text that ends in an ellipsis says all of itself in a tooltip, wherever it stands. Returns how to stop. */
export function tellWholeText(): () => void {
  const tell = ({ target }: PointerEvent) => {
    for (let at = target instanceof HTMLElement ? target : null; at !== null; at = at.parentElement) {
      const cut = isCut(at, getComputedStyle(at))
      if (cut && (at.title === '' || given.has(at))) {
        given.add(at)
        at.title = at.textContent.replace(/\s+/g, ' ').trim()
        return
      }
      // There was less room before.
      if (!cut && given.delete(at)) at.removeAttribute('title')
    }
  }
  document.addEventListener('pointerover', tell)
  return () => document.removeEventListener('pointerover', tell)
}
