import { DAY_MS } from '#shared/day.ts'

/** Dates and ages as the design language writes them: "24 Nov 2026", 24 h, the unit stays with the number. */
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (value: number): string => String(value).padStart(2, '0')

const sameDay = (a: Date, b: Date): boolean => a.toDateString() === b.toDateString()

/** In the time of this computer, 24 hours. */
export const clock = (at: Date): string => `${two(at.getHours())}:${two(at.getMinutes())}`

/** As `clock`, with seconds. */
export const clockSeconds = (at: Date): string => `${clock(at)}:${two(at.getSeconds())}`

/** `24 Nov`, with the year where it is another than that of `now`. */
export const dayMonth = (at: Date, now: Date): string =>
  `${at.getDate()} ${months[at.getMonth()]}${at.getFullYear() === now.getFullYear() ? '' : ` ${at.getFullYear()}`}`

/**
 * "24 Nov 2026" of a date (ISO 8601) as written there: no clock moves it to another day. Of a moment the day on which this computer's clock showed it, as the times
 * beside it are by that clock.
 */
export function day(iso: string): string {
  if (iso.includes('T')) return dayMonth(new Date(iso), new Date(0))
  const [year = '', month = '', date = ''] = iso.slice(0, 10).split('-')
  return `${Number(date)} ${months[Number(month) - 1] ?? '?'} ${year}`
}

/** "24 Nov 2026 14:20", both by the clock of this computer. */
export const dayClock = (at: Date): string => `${dayMonth(at, new Date(0))} ${clock(at)}`

/** A moment in full: day, month, year and seconds. */
export const dayClockSeconds = (at: Date): string => `${dayMonth(at, new Date(0))} ${clockSeconds(at)}`

/** "14:20" today, "21 Nov" before. */
export const moment = (at: Date, now: Date): string => (sameDay(at, now) ? clock(at) : dayMonth(at, now))

/** How long ago, without "ago": "now", "12 min", "2 h", "6 d". A clock that is ahead reads as now. */
export function age(at: Date, now: Date): string {
  const minutes = Math.floor((now.getTime() - at.getTime()) / 60_000)
  if (minutes < 1) return 'now'
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours} h`
  return `${Math.floor(hours / 24)} d`
}

/** "just now", "12 min ago", then a date. What lies more than an hour ahead was recorded by another clock: its date, too. */
export function ago(at: Date, now: Date): string {
  if (at.getTime() - now.getTime() > 3_600_000) return moment(at, now)
  const value = age(at, now)
  if (value === 'now') return 'Just now'
  return value.endsWith('d') && now.getTime() - at.getTime() > 7 * DAY_MS ? dayMonth(at, now) : `${value} ago`
}

/** Of a moment that stands for a date, as that of advisories, the day that is written there. */
export const dayWritten = (iso: string): string => day(iso.slice(0, 10))

/** "38 ms", "1.4 s", "2 min 5 s". */
export function duration(ms: number): string {
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${ms < 10_000 ? (ms / 1000).toFixed(1) : seconds} s`
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
