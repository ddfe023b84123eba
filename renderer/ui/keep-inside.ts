import type { KeyboardEvent } from 'react'

const stops = ':is(a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex])'

/**
 * Tab from the last control of a modal goes to its first, Shift and Tab from the first to the last, at once: the library sends the focus
 * back a moment after it has left, and a key that is held, or pressed on a busy machine, is through to what lies behind by then.
 */
export function keepInside(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'Tab' || event.altKey || event.ctrlKey || event.metaKey) return
  const inside = [...event.currentTarget.querySelectorAll<HTMLElement>(stops)].filter(
    (stop) => stop.tabIndex >= 0 && stop.checkVisibility({ visibilityProperty: true }) && !isPassedOver(stop),
  )
  const [from, to] = event.shiftKey ? [inside[0], inside.at(-1)] : [inside.at(-1), inside[0]]
  const atEnd = from === document.activeElement || (event.shiftKey && document.activeElement === event.currentTarget)
  if (!atEnd && inside.length > 0) return
  event.preventDefault()
  to?.focus()
}

/** Of radio buttons with one name only the chosen one is a stop. */
const isPassedOver = (stop: HTMLElement): boolean =>
  stop instanceof HTMLInputElement &&
  stop.type === 'radio' &&
  !stop.checked &&
  document.querySelector(`input[type=radio][name="${CSS.escape(stop.name)}"]:checked`) !== null
