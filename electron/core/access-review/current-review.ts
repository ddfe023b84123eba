import type { FullAccessReview, FullReviewEntry, ReviewEntry } from '#shared/model/access-review.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import { dayFrom } from '#shared/model/validity.ts'
import type { AccessReviewRepo, ReviewHead } from '../store/access-review.repo.ts'
import type { AccessService } from './access-service.ts'
import { closedOf, leftOf } from './removals-left.ts'
import { byPlace, decidedOf, digestOf, isOpen, isReviewed, sinceOf } from './review-entry.ts'

/** A quarter, and what the control allows at most. */
export const VALID_DAYS = 92

/** The review that nobody has signed. A fleet has one at most. */
export const openReview = (repo: AccessReviewRepo, { name }: Fleet): ReviewHead | undefined =>
  repo.list(name).find(({ signedAt }) => signedAt === undefined)

/** How the review of a fleet stands: every account of its newest audit, against what was decided in the open review and in the last one. */
export function currentReview(
  fleet: Fleet,
  access: Pick<AccessService, 'overview' | 'removals'>,
  repo: AccessReviewRepo,
): FullAccessReview {
  const open = openReview(repo, fleet)
  const last = repo.list(fleet.name).find(({ signedAt }) => signedAt !== undefined)
  const before = byPlace(last ? repo.decisions(last.id) : [])
  const now = byPlace(open ? repo.decisions(open.id) : [])
  const { hosts } = access.overview(fleet)
  const entries = hosts.flatMap(({ host, rows }) =>
    rows.filter(isReviewed).map((row): FullReviewEntry => {
      const decision = decidedOf(now, host, row)
      // What an account can do now is not what was decided about: it is asked anew.
      const holds = decision !== undefined && decision.seen === digestOf(row)
      const { verdict = 'keep', note = '', decidedBy = '', decidedAt = '' } = decision ?? {}
      return {
        host,
        row,
        notRead: row.notRead !== null,
        since: sinceOf(decidedOf(before, host, row), row),
        decision: holds ? { verdict, note, decidedBy, decidedAt } : null,
      }
    }),
  )
  const openOn = new Set(entries.filter(isOpen).map(({ host }) => host))
  const unseen = hosts.flatMap(({ host, reason, cut }) => (reason === null && cut === 0 ? [] : host))
  return {
    open: open ? { startedAt: open.startedAt, startedBy: open.startedBy } : null,
    lastSigned: last?.signedAt ? { at: last.signedAt, by: last.signedBy ?? '', without: [...(last.notCovered ?? [])] } : null,
    nextDue: last?.signedAt ? dayFrom(Date.parse(last.signedAt), VALID_DAYS) : null,
    entries: entries.toSorted((a, b) => order.indexOf(a.since) - order.indexOf(b.since)),
    left: leftOf(entries, closedOf(new Map([...before, ...now]), entries, unseen), (host, who) => access.removals(fleet, host, who)),
    unseen,
    notCovered: hosts.flatMap(({ host, unlisted }) => (unlisted !== undefined || openOn.has(host) ? host : [])),
  }
}

const order: readonly ReviewEntry['since'][] = ['removal-due', 'new', 'changed', 'same']
