import { useEffect, useRef, useState } from 'react'
import { announce } from '../../ui/announcer.ts'
import { countdownAnnouncement, countdownSpoken, countdownText } from './countdown-words.ts'

interface CountdownProps {
  /** When the undo runs by itself. */
  readonly dueAt: string
  readonly totalSeconds: number
}

/** How many ms are left, told anew every second. */
function useLeft(at: string): number {
  const due = Date.parse(at)
  const [left, setLeft] = useState(() => due - Date.now())
  useEffect(() => {
    const timer = setInterval(() => setLeft(due - Date.now()), 1000)
    return () => clearInterval(timer)
  }, [due])
  return left
}

/** In a row of a table: how long until the undo of that host runs. */
export const TimeLeft = ({ dueAt }: { readonly dueAt: string }) => (
  <span className="time-left muted">{`undo in ${countdownText(useLeft(dueAt))}`}</span>
)

/** How long until a drilled undo fires; once it has, the host is asked. */
export function DrillLeft({ firesAt }: { readonly firesAt: string }) {
  const left = useLeft(firesAt)
  return left > 0 ? (
    <span role="timer" aria-live="off" className="time-left" aria-label={countdownSpoken(left)}>
      {countdownText(left)}
    </span>
  ) : (
    <span className="muted">Looking whether it did</span>
  )
}

/** Time until the undo runs on the host. Read when it is asked for; said aloud at four moments. */
export function Countdown({ dueAt, totalSeconds }: CountdownProps) {
  const due = Date.parse(dueAt)
  const [left, setLeft] = useState(() => due - Date.now())
  const before = useRef(left)
  useEffect(() => {
    const timer = setInterval(() => {
      const now = due - Date.now()
      const text = countdownAnnouncement(before.current, now)
      if (text !== undefined) announce(text)
      before.current = now
      setLeft(now)
    }, 250)
    return () => clearInterval(timer)
  }, [due])
  const share = Math.max(0, Math.min(1, left / (totalSeconds * 1000)))
  return (
    <>
      <div className={`countdown ${left < 60_000 ? 'soon' : ''}`} role="timer" aria-live="off" aria-label={countdownSpoken(left)}>
        {countdownText(left)}
      </div>
      <progress className="countdown-bar" value={share} max={1} aria-label="Time left until the undo" />
    </>
  )
}
