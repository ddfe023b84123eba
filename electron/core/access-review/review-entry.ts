import { createHash } from 'node:crypto'
import type { AccessFound } from '#shared/model/access.ts'
import type { FullReviewEntry, ReviewEntry } from '#shared/model/access-review.ts'
import type { ReviewDecision } from '../store/access-review.repo.ts'
import type { Principal } from './access-overview.ts'

/** One account on one host in a review: what was decided of it before, and whether that still is about what it can do. */

/** Root and services without a way in belong to no person; what they hold is judged by controls. */
export const isReviewed = ({ state, login }: AccessFound): boolean => state !== 'missing' && (state !== 'own' || login === 'yes')

/** A key for maps; names of accounts hold no newline (useradd(8)). */
export const placeOf = (host: string, { account, kind }: Pick<ReviewDecision, 'account' | 'kind'>): string =>
  `${host}\n${account}\n${kind ?? ''}`

/** Of several decisions about one place the last holds. */
export const byPlace = (all: readonly ReviewDecision[]) => new Map(all.map((decision) => [placeOf(decision.host, decision), decision]))
/** What an older Gatehouse decided counts for whatever the name stands for. */
export const decidedOf = (all: ReadonlyMap<string, ReviewDecision>, host: string, { account, kind }: Principal) =>
  all.get(placeOf(host, { account, kind })) ?? all.get(placeOf(host, { account, kind: null }))

/** What became of an account since the last review that was signed. */
export function sinceOf(before: ReviewDecision | undefined, row: AccessFound): ReviewEntry['since'] {
  if (before === undefined) return 'new'
  if (before.verdict === 'remove') return 'removal-due'
  return before.seen === digestOf(row) ? 'same' : 'changed'
}

/** What an account can do and how it gets in; not when it did. What was not read counts where there is any: once it is, it is asked anew. */
export const digestOf = ({ tier, state, logins, holdings, notRead }: AccessFound): string =>
  createHash('sha256')
    .update(JSON.stringify({ tier, state, logins, holdings, ...(notRead && { notRead: notRead.capabilities }) }))
    .digest('hex')

/** Marked for removal: by the open review, else by the one before. */
export const isDue = ({ decision, since }: FullReviewEntry): boolean => (decision ? decision.verdict === 'remove' : since === 'removal-due')

/** It stays, and what it can do was not all read. */
export const isOpen = (entry: FullReviewEntry): boolean => entry.notRead && !isDue(entry)
