import type { AccessFound } from '#shared/model/access.ts'
import type { HeldAccess, RecordedReview } from '#shared/model/recorded-review.ts'
import type { AccessReviewRepo, ReviewDecision } from '../store/access-review.repo.ts'

/** Every review of a fleet, newest first. `find`: an account as the newest audit found it; `digestOf` as for the decisions. */
export function recordedReviews(
  repo: Pick<AccessReviewRepo, 'list' | 'decisions'>,
  fleet: string,
  find: (host: string, who: Pick<ReviewDecision, 'account' | 'kind'>) => AccessFound | 'gone' | 'not-read',
  digestOf: (row: AccessFound) => string,
): RecordedReview[] {
  return repo.list(fleet).map(({ id, startedAt, startedBy, signedAt = null, signedBy = null, notCovered }) => ({
    ...{ id, startedAt, startedBy, signedAt, signedBy, ...(notCovered && { notCovered: [...notCovered] }) },
    decisions: repo
      .decisions(id)
      .map(({ host, account, kind, verdict, note, decidedBy, decidedAt, seen, held: kept }) => {
        const row = find(host, { account, kind })
        const since = typeof row === 'string' ? row : digestOf(row) === seen ? 'same' : 'changed'
        const held = kept ?? (typeof row !== 'string' && since === 'same' ? heldBy(row) : null)
        return { host, account, kind, verdict, note, decidedBy, decidedAt, seen, since, held } as const
      })
      .toSorted((a, b) => compare(a.host, b.host) || compare(a.account, b.account) || compare(a.kind ?? '', b.kind ?? '')),
  }))
}

export const heldBy = ({ tier, login, logins, holdings, notRead }: AccessFound): HeldAccess => ({
  ...{ tier, logins: login === 'unknown' ? [...logins, 'not known'] : logins, ...(notRead && { notRead }) },
  capabilities: [...new Set(holdings.map(({ capability }) => capability))],
})

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
