import type { ComparedChange, Direction } from '#shared/model/history.ts'
import { directions } from '#shared/model/history.ts'
import { type Outcome, outcomes, rankOf, rankOfSeverity } from '#shared/status.ts'

const isBad = (status: Outcome | null): boolean => status === 'fail' || status === 'warning'

/** What a change of a finding means. Null: there was, or is, no such finding. */
export function directionOf(from: Outcome | null, to: Outcome | null): Direction {
  const nothing = from === null || from === 'not-applicable'
  if (to === null || to === 'not-applicable') return nothing || from === 'not-evaluated' ? 'other' : 'gone'
  if (isBad(to)) {
    if (from === 'not-evaluated') return 'found'
    if (from === to) return 'still'
    return from !== null && isBad(from) && rankOf(to) > rankOf(from) ? 'better' : 'worse'
  }
  if (to === 'not-evaluated') return nothing || from === 'needs-attestation' ? 'other' : 'unseen'
  if (to === 'waived' || to === 'needs-attestation') return 'decided'
  if (from === 'not-evaluated') return 'cleared'
  return nothing ? 'other' : 'better'
}

/** What got worse first; within that the loudest, then by host. */
export const byDirection = (a: ComparedChange, b: ComparedChange): number =>
  directions.indexOf(a.direction) - directions.indexOf(b.direction) ||
  rankOrLast(a.to) - rankOrLast(b.to) ||
  rankOrLast(a.from) - rankOrLast(b.from) ||
  rankOfSeverity(a.severity) - rankOfSeverity(b.severity) ||
  a.host.localeCompare(b.host, 'en', { numeric: true })

const rankOrLast = (status: Outcome | null): number => (status === null ? outcomes.length : rankOf(status))
