import { create } from 'zustand'

/** At most one message in this time reaches a screen reader; a newer one replaces what still waits. */
const quietMs = 5000

interface Announcer {
  readonly message: string
}

export const useAnnouncer = create<Announcer>(() => ({ message: '' }))

let lastAt = Number.NEGATIVE_INFINITY
let waiting: ReturnType<typeof setTimeout> | undefined

const say = (message: string) => {
  lastAt = performance.now()
  waiting = undefined
  useAnnouncer.setState({ message })
}

/** Says something politely, through the one live region of the app. */
export function announce(message: string): void {
  clearTimeout(waiting)
  const wait = lastAt + quietMs - performance.now()
  if (wait <= 0) say(message)
  else waiting = setTimeout(() => say(message), wait)
}
