const focusable = 'button:not([tabindex="-1"]), input, select, textarea, a[href], [tabindex="0"]'

/** The sidebar stays where another screen comes: whoever goes there by a key goes on in the screen. */
export function leaveSidebar(): void {
  const held = document.activeElement
  if (held instanceof HTMLElement && held.closest('.sidebar') !== null) held.blur()
}

/** F6: focus moves to the next part of the window marked `data-pane`, and to what had it there last when that is known. */
export function focusNextPane(): void {
  const panes = [...document.querySelectorAll<HTMLElement>('[data-pane]')].filter((pane) => pane.querySelector(focusable) !== null)
  const current = panes.findIndex((pane) => pane.contains(document.activeElement))
  const next = panes[(current + 1) % panes.length]
  next?.querySelector<HTMLElement>(focusable)?.focus()
}
