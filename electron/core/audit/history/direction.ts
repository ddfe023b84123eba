import type { ComparedChange, Direction } from '#shared/model/history.ts'
import { directions } from '#shared/model/history.ts'
import { type Outcome, rankOf } from '#shared/status.ts'

const isBad = (status: Outcome | null): boolean => status === 'fail' || status === 'warning'

/** What a change of a finding means. Null: there was, or is, no such finding. */
export function directionOf(from: Outcome | null, to: Outcome | null): Direction {
  if (to === null || to === 'not-applicable') return 'gone'
  if (isBad(to)) return from !== null && isBad(from) && rankOf(to) > rankOf(from) ? 'better' : 'worse'
  if (to === 'not-evaluated') return from === null || from === 'not-applicable' ? 'other' : 'unseen'
  if (to === 'waived' || to === 'needs-attestation') return 'decided'
  return from === null || from === 'not-applicable' ? 'other' : 'better'
}

/** What got worse first; within that the loudest, then by host. */
export const byDirection = (a: ComparedChange, b: ComparedChange): number =>
  directions.indexOf(a.direction) - directions.indexOf(b.direction) ||
  (a.to === null ? 1 : rankOf(a.to)) - (b.to === null ? 1 : rankOf(b.to)) ||
  a.host.localeCompare(b.host, 'en', { numeric: true })
