import { useEffect, useRef, useState } from 'react'
import type { HostView } from './host-view.ts'

/**
 * The hosts to draw: those of `wanted`, of which at most `perFrame` change in one frame. An audit that begins or ends changes all of them at once, which
 * would be one long frame; so there is room for a key or a click in between. Which hosts there are, and in what order, changes at once.
 */
export function useGradually(wanted: readonly HostView[], perFrame: number): readonly HostView[] {
  const [kept, keep] = useState(wanted)
  const shown = sameHosts(kept, wanted) ? kept : wanted
  const newest = useRef(wanted)
  const frame = useRef(0)
  useEffect(() => {
    newest.current = wanted
    if (shown !== kept) keep(shown)
    else if (frame.current === 0 && takeOver(shown, wanted, perFrame) !== shown) {
      frame.current = requestAnimationFrame(() => {
        frame.current = 0
        keep((now) => (sameHosts(now, newest.current) ? takeOver(now, newest.current, perFrame) : newest.current))
      })
    }
  }, [wanted, shown, kept, perFrame])
  useEffect(() => () => cancelAnimationFrame(frame.current), [])
  return shown
}

const sameHosts = (one: readonly HostView[], other: readonly HostView[]): boolean =>
  one.length === other.length && one.every((host, index) => host.name === other[index]?.name)

/** `shown` with the first `most` hosts that differ replaced; `shown` itself when none differs. */
export function takeOver(shown: readonly HostView[], wanted: readonly HostView[], most: number): readonly HostView[] {
  let left = most
  const next = shown.map((host, index) => {
    const other = wanted[index]
    if (other === undefined || other === host || left === 0) return host
    left--
    return other
  })
  return left < most ? next : shown
}
