import { type Outcome, rankOf, type Severity, severities } from '../status.ts'
import { type ItemId, itemIds } from './checklist.ts'

/** How a score is made and what comes first: the same in the window, the reports and on the terminal. */

export interface Score {
  readonly passed: number
  readonly applicable: number
}

/** Passes of what applies. What does not apply is left out; waived, needs attestation and not evaluated never count as pass. */
export function score(items: Iterable<{ readonly status: Outcome }>): Score {
  let passed = 0
  let applicable = 0
  for (const { status } of items) {
    if (status !== 'not-applicable') applicable += 1
    if (status === 'pass') passed += 1
  }
  return { passed, applicable }
}

interface Needy {
  readonly status: Outcome
  readonly severity: Severity
  readonly item: ItemId
}

/** Order of attention: the loudest outcome first, within it the worst severity, then the checklist's own order. */
export const byNeed = (a: Needy, b: Needy): number =>
  rankOf(a.status) - rankOf(b.status) ||
  severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
  itemIds.indexOf(a.item) - itemIds.indexOf(b.item)
