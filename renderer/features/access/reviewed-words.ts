import type { AccessReview } from '#shared/model/access-review.ts'
import { isOver } from '#shared/model/validity.ts'
import { plainText } from '../../ui/plain-text.ts'
import { day } from '../../ui/time.ts'

/** The day of the next review is over (UTC). */
export const isOverdue = (nextDue: AccessReview['nextDue'], now: number): boolean => nextDue !== null && isOver(nextDue, now)

/** When access was reviewed last, and until when it is to be reviewed again. */
export function reviewedWords(lastSigned: AccessReview['lastSigned'], nextDue: AccessReview['nextDue'], overdue: boolean): string {
  if (lastSigned === null) return 'Access was never reviewed here.'
  const next = nextDue === null ? '' : ` The next review ${overdue ? 'was due on' : 'is due by'} ${day(nextDue)}.`
  const without = lastSigned.without.length > 0 ? `, without ${plainText(lastSigned.without.join(', '), 80)}` : ''
  return `Reviewed on ${day(lastSigned.at)} by ${plainText(lastSigned.by, 60)}${without}.${next}`
}
