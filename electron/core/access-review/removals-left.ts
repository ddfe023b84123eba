import { groupBy } from '#shared/group-by.ts'
import type { FullReviewEntry, RemovalLeft } from '#shared/model/access-review.ts'
import type { ReviewDecision } from '../store/access-review.repo.ts'
import type { Principal } from './access-overview.ts'
import type { Removal, RemovalStep } from './removal.ts'
import { commandLine } from './removal-text.ts'
import { isDue, placeOf } from './review-entry.ts'

/** Somebody who is to go. */
export interface Marked extends Principal {
  readonly host: string
}

/** Of an entry of a review what names its account, without what was decided. */
export const markedOf = ({ host, row: { account, kind } }: FullReviewEntry): Marked => ({ host, account, kind })
/** Each account of each host once, as it was marked last. */
export const distinct = (all: readonly Marked[]): readonly Marked[] => [
  ...new Map(all.map((one) => [placeOf(one.host, one), one])).values(),
]

/** Accounts that were to be removed and get in no more. A host that was not seen says nothing of them. */
export function closedOf(
  decided: ReadonlyMap<string, ReviewDecision>,
  entries: readonly FullReviewEntry[],
  unseen: readonly string[],
): Marked[] {
  const there = new Set(entries.flatMap(({ host, row }) => [placeOf(host, row), placeOf(host, { ...row, kind: null })]))
  return [...decided].flatMap(([place, { host, account, kind, verdict }]) =>
    verdict === 'remove' && !there.has(place) && !unseen.includes(host) ? [{ host, account, kind: kind ?? 'account' }] : [],
  )
}

/** By hand what a push does not do, of those that still get in; of those that are closed all that an audit still finds. */
export function leftOf(
  entries: readonly FullReviewEntry[],
  closed: readonly Marked[],
  removals: (host: string, who: readonly Principal[]) => readonly Removal[],
): RemovalLeft[] {
  const due = entries.filter(isDue).map(markedOf)
  const shut = new Set(closed.map((one) => placeOf(one.host, one)))
  return [...groupBy([...due, ...closed], ({ host }) => host)].flatMap(([host, marked]) =>
    removals(host, distinct(marked)).flatMap(({ account, kind, refused, gone, steps }) =>
      [...(refused === undefined || gone ? [] : [{ what: refused }]), ...steps]
        .filter(({ pushed }: RemovalStep) => pushed === undefined || shut.has(placeOf(host, { account, kind })))
        .map((step: RemovalStep) => ({
          ...{ host, account, kind, what: step.what, command: commandLine(step) ?? null, byPush: step.pushed !== undefined },
        })),
    ),
  )
}
