const SAID = 'aria-activedescendant'

/** A ref of cmdk's root: what is chosen is told to readers. After each letter cmdk names what was chosen before, which may be gone, or nothing. */
export function sayChosen(root: HTMLElement | null): (() => void) | undefined {
  if (root === null) return
  const say = () => {
    const id = root.querySelector('[cmdk-item][aria-selected=true]')?.id ?? ''
    for (const one of root.querySelectorAll('[cmdk-input], [cmdk-list]')) if (one.getAttribute(SAID) !== id) one.setAttribute(SAID, id)
  }
  say()
  const observer = new MutationObserver(say)
  observer.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ['aria-selected', SAID] })
  return () => observer.disconnect()
}
