import { useEffect, useLayoutEffect } from 'react'

/** Presses that nothing took while a screen was being fetched. */
let held: KeyboardEvent[] = []

/** Stands in for a screen that is fetched when it is first gone to. */
export function ScreenComes() {
  useEffect(() => {
    const own: KeyboardEvent[] = []
    held = own
    // Of what came through all of the window: the keys that hold everywhere have acted.
    const hold = (event: KeyboardEvent) => {
      const types = event.ctrlKey || event.metaKey || event.key.length === 1
      if (types && !event.repeat && !event.defaultPrevented) own.push(event)
    }
    window.addEventListener('keydown', hold)
    return () => {
      window.removeEventListener('keydown', hold)
      // Told by now, or meant for a screen that was left before it came.
      setTimeout(() => own.splice(0))
    }
  }, [])
  return <main className="main" aria-busy="true" />
}

/** Stands behind a screen: once the keys of that are bound, they are told what was pressed. */
export function ScreenIsThere() {
  useEffect(() => {
    for (const press of held.splice(0)) window.dispatchEvent(new KeyboardEvent('keydown', press))
  }, [])
  return null
}

/** Stands in for a dialog that is fetched when it is opened first. Nothing behind it takes a key. */
export function DialogComes() {
  useLayoutEffect(() => {
    held = []
    const hold = (event: KeyboardEvent) => {
      event.preventDefault()
      event.stopImmediatePropagation()
      if (!event.ctrlKey && !event.metaKey && !event.altKey) held.push(event)
    }
    window.addEventListener('keydown', hold, { capture: true })
    return () => window.removeEventListener('keydown', hold, { capture: true })
  }, [])
  return null
}

/** Stands behind a dialog: what was pressed is typed where the focus is by now, and told to it. */
export function DialogIsThere() {
  useLayoutEffect(() => {
    const presses = held.splice(0)
    // Nothing is typed while React draws.
    queueMicrotask(() => presses.forEach(typeAgain))
  }, [])
  return null
}

/** The page is asked to type, so that the field hears of it as of a key. */
function typeAgain(press: KeyboardEvent): void {
  const at = document.activeElement
  if (at instanceof HTMLInputElement && press.key.length === 1) document.execCommand('insertText', false, press.key)
  else if (at instanceof HTMLInputElement && press.key === 'Backspace') document.execCommand('delete')
  else at?.dispatchEvent(new KeyboardEvent('keydown', press))
}
