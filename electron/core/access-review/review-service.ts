import { randomUUID } from 'node:crypto'
import { namedAs } from '#shared/account-kind.ts'
import { GatehouseError } from '#shared/errors.ts'
import { groupBy } from '#shared/group-by.ts'
import type { FullAccessReview, FullReviewEntry, ReviewRequest } from '#shared/model/access-review.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import type { PushDraft } from '#shared/model/push-draft.ts'
import type { RecordedReview } from '#shared/model/recorded-review.ts'
import { dayFrom } from '#shared/model/validity.ts'
import type { DecisionService } from '../audit/decision-service.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Clock } from '../ports.ts'
import type { AccessReviewRepo } from '../store/access-review.repo.ts'
import type { Undisturbed } from '../store/all-or-nothing.ts'
import type { AccessService } from './access-service.ts'
import { currentReview, openReview, VALID_DAYS } from './current-review.ts'
import { heldBy, recordedReviews } from './recorded-reviews.ts'
import type { Removal } from './removal.ts'
import { removalPushes } from './removal-push.ts'
import { removalPlan } from './removal-text.ts'
import { distinct, markedOf } from './removals-left.ts'
import { byPlace, decidedOf, digestOf, isDue } from './review-entry.ts'
import { reviewStatement, whyNotSigned } from './review-statement.ts'

const CONTROL = 'access-reviewed-within-quarter'

interface ReviewPorts {
  readonly access: Pick<AccessService, 'overview' | 'removals'>
  readonly repo: AccessReviewRepo
  /** Another console on the same store waits meanwhile. */
  readonly undisturbed: Undisturbed
  readonly decisions: Pick<DecisionService, 'attest'>
  readonly ledger: Pick<Ledger, 'append'>
  readonly clock: Clock
  /** Account that writes it down. */
  readonly by: string
}

/** The quarterly review of everybody with access: each account on each host is kept, removed or asked about, then it is signed. */
export interface ReviewService {
  current(fleet: Fleet): FullAccessReview
  /** Throws `access.review-not-possible` when one is open. */
  start(fleet: Fleet): FullAccessReview
  /** Throws `access.review-not-possible` when none is open, or no such account is there. */
  decide(fleet: Fleet, request: ReviewRequest): FullAccessReview
  /** Throws `access.review-not-possible` while something is undecided, asked or unseen. `name`: who signs. */
  sign(fleet: Fleet, name: string): FullAccessReview
  /** What closes the accounts that are marked for removal, in the open review or in the last one, and what they leave behind, as long as an audit finds it. */
  removals(fleet: Fleet): readonly Removal[]
  /** What of it a push does, host by host. */
  pushes(fleet: Fleet): readonly PushDraft[]
  /** All of it as a document in Markdown. */
  plan(fleet: Fleet): string
  /** Every review with its decisions, newest first, for who asks for proof. */
  recorded(fleet: Fleet): readonly RecordedReview[]
}

/** Keeps nothing itself: reviews and decisions are in the store, and a decision that takes the place of another one leaves that in the ledger. */
export function createReviewService({ access, repo, undisturbed, decisions, ledger, clock, by }: ReviewPorts): ReviewService {
  const iso = () => new Date(clock.now()).toISOString()
  const refuse = (detail: string) => new GatehouseError({ code: 'access.review-not-possible', detail })
  const openOf = (fleet: Fleet) => openReview(repo, fleet)

  const current = (fleet: Fleet) => currentReview(fleet, access, repo)

  function removals(fleet: Fleet): readonly Removal[] {
    const { entries, left } = current(fleet)
    const due = [...entries.filter(isDue).map(markedOf), ...left]
    return [...groupBy(due, ({ host }) => host)].flatMap(([host, of]) => access.removals(fleet, host, distinct(of)))
  }

  /** What was decided before about the same accounts, and otherwise: the new decision takes its place, so the ledger keeps it. */
  function noteReplaced(id: string, meant: readonly FullReviewEntry[], { verdict, note }: ReviewRequest): void {
    const before = byPlace(repo.decisions(id))
    const replaced = meant.flatMap(({ host, row }) => decidedOf(before, host, row) ?? [])
    const others = replaced.filter((one) => one.verdict !== verdict || one.note !== note)
    if (others.length === 0) return
    const was = others.map(
      (one) => `${namedAs(one.account, one.kind)} on ${one.host}: ${one.verdict}${one.note && ` (${one.note})`} by ${one.decidedBy}`,
    )
    ledger.append({
      action: 'access-review.decide',
      host: '',
      subject: id,
      detail: `${verdict} instead of ${was.join(', ')}`.slice(0, 4000),
    })
  }

  return {
    current,
    start(fleet) {
      return undisturbed(() => {
        if (openOf(fleet)) throw refuse('a review of this fleet is open already')
        const id = randomUUID()
        ledger.append({ action: 'access-review.start', host: '', subject: id, detail: fleet.name })
        repo.start(fleet.name, { id, startedAt: iso(), startedBy: by })
        return current(fleet)
      })
    },
    decide(fleet, request) {
      const { account, kind, host, verdict, note } = request
      return undisturbed(() => {
        const open = openOf(fleet)
        if (!open) throw refuse('no review of this fleet is open')
        const meant = current(fleet).entries.filter(
          (entry) =>
            entry.row.account === account && (host === undefined || entry.host === host) && (kind === undefined || entry.row.kind === kind),
        )
        if (meant.length === 0) throw refuse(`${account}${host === undefined ? '' : ` on ${host}`} is not among the accounts under review`)
        const meanings = [...new Set(meant.map((entry) => entry.row.kind))]
        if (meanings.length > 1)
          throw refuse(
            `${account} is not one but ${meanings.map((one) => (one === 'account' ? 'an account' : namedAs('a name', one))).join(' and ')}: say which`,
          )
        noteReplaced(open.id, meant, request)
        for (const { host: on, row } of meant)
          repo.decide(open.id, {
            host: on,
            account,
            kind: row.kind,
            verdict,
            note,
            seen: digestOf(row),
            held: heldBy(row),
            decidedBy: by,
            decidedAt: iso(),
          })
        return current(fleet)
      })
    },
    sign(fleet, name) {
      return undisturbed(() => {
        const open = openOf(fleet)
        if (!open) throw refuse('no review of this fleet is open')
        const review = current(fleet)
        const hindrance = whyNotSigned(review)
        if (hindrance !== undefined) throw refuse(hindrance)
        const { notCovered } = review
        const statement = reviewStatement(review)
        ledger.append({ action: 'access-review.sign', host: '', subject: open.id, detail: `${name}: ${statement}`.slice(0, 2000) })
        repo.sign(open.id, iso(), name, notCovered)
        // A host of which too little was read, or that joins the fleet later, was not reviewed.
        const covered = access.overview(fleet).hosts.flatMap(({ host }) => (notCovered.includes(host) ? [] : host))
        const endsOn = dayFrom(clock.now(), VALID_DAYS)
        if (covered.length > 0) decisions.attest(fleet, { host: null, control: CONTROL, subject: '', statement, name, endsOn }, covered)
        return current(fleet)
      })
    },
    removals,
    pushes: (fleet) => removalPushes(removals(fleet)),
    plan: (fleet) => removalPlan(fleet.name, iso().slice(0, 10), removals(fleet)),
    recorded: (fleet) => recordedReviews(repo, fleet.name, access.overview(fleet)),
  }
}
