import { type RefObject, useEffect, useRef } from 'react'

/** What was shown before took the focus with it: the keyboard goes on at this element, and not at the top of the window. It wants `tabIndex={-1}`. */
export function useArrival<E extends HTMLElement>(preventScroll = false): RefObject<E | null> {
  const here = useRef<E>(null)
  useEffect(() => {
    if (document.activeElement === document.body) here.current?.focus({ preventScroll })
  }, [preventScroll])
  return here
}
