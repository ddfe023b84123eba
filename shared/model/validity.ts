import { DAY_MS } from '../day.ts'
import type { Outcome } from '../status.ts'

/** Terms under which people decide. Free of schemas, so that the window can use them. */

/** What may be accepted for a while. Not what was not measured: nobody knows what would be accepted. */
export const waivableOutcomes = ['fail', 'warning', 'needs-attestation'] as const satisfies readonly Outcome[]

/** Longest time that a waiver can be given for. */
export const maxWaiverDays = 90

/** Only what somebody can answer for: `pass` has nothing to waive, and what was not measured cannot be accepted. */
export const isWaivable = (status: Outcome): status is (typeof waivableOutcomes)[number] =>
  (waivableOutcomes as readonly Outcome[]).includes(status)

/** Is this a day as it is written, `2026-11-24`? */
export const isDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true

/** True from the end of that day on, UTC, and of what is no day. */
export const isOver = (endsOn: string, now: number): boolean => !isDay(endsOn) || now >= Date.parse(endsOn) + DAY_MS

/** The day `days` from now, `2026-11-24`, UTC. */
export const dayFrom = (now: number, days: number): string => new Date(now + days * DAY_MS).toISOString().slice(0, 10)
