const focusable = 'button:not([tabindex="-1"]), input, select, textarea, a[href], [tabindex="0"]'

/** The sidebar stays where another screen comes: whoever goes there by a key goes on in the screen. */
export function leaveSidebar(): void {
  const held = document.activeElement
  if (held instanceof HTMLElement && held.closest('.sidebar') !== null) held.blur()
}

/** F6, and with Shift backwards: focus moves to the next part of the window marked `data-pane`. */
export function focusPane(step: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>('[data-pane]')].filter((pane) => pane.querySelector(focusable) !== null)
  const current = panes.findIndex((pane) => pane.contains(document.activeElement))
  // Nowhere yet: forwards is the first, backwards the last.
  const from = current < 0 && step < 0 ? 0 : current
  panes[(from + step + panes.length) % panes.length]?.querySelector<HTMLElement>(focusable)?.focus()
}
