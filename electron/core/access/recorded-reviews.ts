import type { AccessRow } from '#shared/model/access.ts'
import type { ReviewVerdict } from '#shared/model/access-review.ts'
import type { Capability } from '#shared/model/capability.ts'
import type { AccessReviewRepo } from '../store/access-review.repo.ts'

/** What was decided about one account on one host. */
export interface RecordedDecision {
  readonly host: string
  readonly account: string
  readonly verdict: ReviewVerdict
  readonly note: string
  readonly decidedBy: string
  readonly decidedAt: string
  /** SHA-256 of what the account could do when it was decided about. */
  readonly seen: string
  /** The account in the newest audit, against what was seen when it was decided about. `not-read`: nothing is known of it now. */
  readonly since: 'same' | 'changed' | 'gone' | 'not-read'
  /** What it could do, and can as long as it is the same. Null else: only the digest of it was kept. */
  readonly held: {
    readonly tier: AccessRow['tier']
    readonly logins: readonly string[]
    readonly capabilities: readonly Capability[]
  } | null
}

/** One review of access, as it is handed to an auditor. */
export interface RecordedReview {
  readonly id: string
  readonly startedAt: string
  readonly startedBy: string
  /** Null while it is open. */
  readonly signedAt: string | null
  /** Name, as written. */
  readonly signedBy: string | null
  /** By host and account. */
  readonly decisions: readonly RecordedDecision[]
}

/** Every review of a fleet, newest first. `find`: an account as the newest audit found it; `digestOf` as for the decisions. */
export function recordedReviews(
  repo: Pick<AccessReviewRepo, 'list' | 'decisions'>,
  fleet: string,
  find: (host: string, account: string) => AccessRow | 'gone' | 'not-read',
  digestOf: (row: AccessRow) => string,
): RecordedReview[] {
  return repo.list(fleet).map(({ id, startedAt, startedBy, signedAt = null, signedBy = null }) => ({
    ...{ id, startedAt, startedBy, signedAt, signedBy },
    decisions: repo
      .decisions(id)
      .map(({ host, account, verdict, note, decidedBy, decidedAt, seen }) => {
        const row = find(host, account)
        const since = typeof row === 'string' ? row : digestOf(row) === seen ? 'same' : 'changed'
        const held = typeof row !== 'string' && since === 'same' ? heldBy(row) : null
        return { host, account, verdict, note, decidedBy, decidedAt, seen, since, held } as const
      })
      .toSorted((a, b) => compare(a.host, b.host) || compare(a.account, b.account)),
  }))
}

const heldBy = ({ tier, logins, holdings }: AccessRow) => ({
  ...{ tier, logins },
  capabilities: [...new Set(holdings.map(({ capability }) => capability))],
})

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
