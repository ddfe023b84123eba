import type { AccessFound } from '#shared/model/access.ts'
import type { HeldAccess, RecordedReview } from '#shared/model/recorded-review.ts'
import type { AccessReviewRepo, ReviewDecision } from '../store/access-review.repo.ts'
import type { FleetOverview } from './access-service.ts'
import { digestOf, placeOf } from './review-entry.ts'

/** Every review of a fleet, newest first, beside what the newest audit finds of the same accounts. */
export function recordedReviews(
  repo: Pick<AccessReviewRepo, 'list' | 'decisions'>,
  fleet: string,
  found: Pick<FleetOverview, 'hosts'>,
): RecordedReview[] {
  const find = findIn(found)
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

function findIn({ hosts }: Pick<FleetOverview, 'hosts'>) {
  const all = hosts.flatMap(({ host, rows }) => rows.map((row) => ({ host, row })))
  const rows = new Map([
    ...all.map(({ host, row }) => [placeOf(host, { ...row, kind: null }), row] as const),
    // A decision that does not say which is taken to be about the account.
    ...all.flatMap(({ host, row }) => (row.kind === 'account' ? [[placeOf(host, { ...row, kind: null }), row] as const] : [])),
    ...all.map(({ host, row }) => [placeOf(host, row), row] as const),
  ])
  const whole = new Set(hosts.flatMap(({ host, reason, cut }) => (reason === null && cut === 0 ? [host] : [])))
  return (host: string, who: Pick<ReviewDecision, 'account' | 'kind'>): AccessFound | 'gone' | 'not-read' =>
    rows.get(placeOf(host, who)) ?? (whole.has(host) ? 'gone' : 'not-read')
}

/** What an account held when it was decided about, to tell at the next review whether it holds more. Each right once, whatever the ways to it. */
export const heldBy = ({ tier, login, logins, holdings, notRead }: AccessFound): HeldAccess => ({
  ...{ tier, logins: login === 'unknown' ? [...logins, 'not known'] : logins, ...(notRead && { notRead }) },
  capabilities: [...new Set(holdings.map(({ capability }) => capability))],
})

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
