import { useEffect, useRef, useState } from 'react'
import { announce } from '../../ui/announcer.ts'
import { countdownAnnouncement, countdownSpoken, countdownText } from './countdown-words.ts'

interface CountdownProps {
  /** When the undo runs by itself. */
  readonly dueAt: string
  readonly totalSeconds: number
}

/** In a row of a table: how long until the undo of that host runs. */
export function TimeLeft({ dueAt }: { readonly dueAt: string }) {
  const due = Date.parse(dueAt)
  const [left, setLeft] = useState(() => due - Date.now())
  useEffect(() => {
    const timer = setInterval(() => setLeft(due - Date.now()), 1000)
    return () => clearInterval(timer)
  }, [due])
  return <span className="time-left muted">{`undo in ${countdownText(left)}`}</span>
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
