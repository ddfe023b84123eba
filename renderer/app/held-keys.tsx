import { useEffect } from 'react'

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
