/**
 * Puts text on the clipboard. Gatehouse denies every permission request of the page, and with it the asynchronous
 * clipboard; the copy command needs none, only the click or key that led here.
 */
export function copyText(text: string): boolean {
  const carrier = document.createElement('span')
  carrier.textContent = 'copy'
  carrier.className = 'reader-only selectable'
  document.body.append(carrier)
  const selection = document.getSelection()
  const before = selection !== null && selection.rangeCount > 0 ? selection.getRangeAt(0) : null
  selection?.selectAllChildren(carrier)
  const fill = (event: ClipboardEvent) => {
    event.clipboardData?.setData('text/plain', text)
    event.preventDefault()
    event.stopImmediatePropagation()
  }
  document.addEventListener('copy', fill, { capture: true, once: true })
  const done = document.execCommand('copy')
  document.removeEventListener('copy', fill, { capture: true })
  carrier.remove()
  selection?.removeAllRanges()
  if (before !== null) selection?.addRange(before)
  return done
}
