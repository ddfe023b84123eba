import { namedAs } from '#shared/account-kind.ts'
import type { FullAccessReview, FullReviewEntry } from '#shared/model/access-review.ts'
import { isOpen } from './review-entry.ts'

/** What a review says for the one who signs it. */

/** Why it cannot be signed yet. */
export function whyNotSigned({ entries, unseen }: FullAccessReview): string | undefined {
  if (unseen.length > 0)
    return `accounts of ${unseen.slice(0, 5).join(', ')} are not all known: audit these hosts, and let sshd say who may log in where a directory has too many accounts`
  if (entries.length === 0) return 'there is no account to review'
  const left = entries.filter(({ decision }) => decision === null || decision.verdict === 'ask')
  if (left.length === 0) return undefined
  return `${left.length} of ${entries.length} are not decided: ${left.slice(0, 5).map(named).join(', ')}`
}

/** At most 1900 characters. */
export function reviewStatement({ entries, notCovered }: FullAccessReview): string {
  const removed = entries.filter(({ decision }) => decision?.verdict === 'remove').map(named)
  const hosts = new Set(entries.map(({ host }) => host)).size
  const reviewed = `${entries.length === 1 ? '1 account' : `${entries.length} accounts`} on ${hosts === 1 ? '1 host' : `${hosts} hosts`} reviewed`
  const decided = `${entries.length - removed.length} kept, ${removed.length} to be removed${removed.length > 0 ? ` (${removed.join(', ')})` : ''}`
  return [...(notCovered.length === 0 ? [] : [leftOut(entries.filter(isOpen), notCovered)]), `${reviewed}: ${decided}.`]
    .join(' ')
    .slice(0, 1900)
}

const named = ({ host, row }: FullReviewEntry): string => `${namedAs(row.account, row.kind)} on ${host}`

function leftOut(kept: readonly FullReviewEntry[], hosts: readonly string[]): string {
  const named = hosts.slice(0, MAX_NAMED).join(', ')
  const more = hosts.length > MAX_NAMED ? ` and ${hosts.length - MAX_NAMED} more` : ''
  const open =
    kept.length > 0
      ? ` Of ${kept.length === 1 ? 'one account that is kept it is not known what it' : `${kept.length} accounts that are kept it is not known what they`} can do.`
      : ''
  return `Does not cover ${named}${more}: rules, keys, groups or who else has an account were not read there.${open}`
}
const MAX_NAMED = 20
