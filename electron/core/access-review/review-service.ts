import { createHash, randomUUID } from 'node:crypto'
import { namedAs } from '#shared/account-kind.ts'
import { GatehouseError } from '#shared/errors.ts'
import { groupBy } from '#shared/group-by.ts'
import type { AccessFound } from '#shared/model/access.ts'
import type { FullAccessReview, FullReviewEntry, RemovalLeft, ReviewEntry, ReviewRequest } from '#shared/model/access-review.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import type { PushDraft } from '#shared/model/push-draft.ts'
import type { RecordedReview } from '#shared/model/recorded-review.ts'
import { dayFrom } from '#shared/model/validity.ts'
import type { DecisionService } from '../audit/decision-service.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Clock } from '../ports.ts'
import type { AccessReviewRepo, ReviewDecision } from '../store/access-review.repo.ts'
import type { Undisturbed } from '../store/all-or-nothing.ts'
import type { Principal } from './access-overview.ts'
import type { AccessService } from './access-service.ts'
import { heldBy, recordedReviews } from './recorded-reviews.ts'
import type { Removal, RemovalStep } from './removal.ts'
import { removalPushes } from './removal-push.ts'
import { commandLine, removalPlan } from './removal-text.ts'

const CONTROL = 'access-reviewed-within-quarter'
/** A quarter, and what the control allows at most. */
const VALID_DAYS = 92

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

export function createReviewService({ access, repo, undisturbed, decisions, ledger, clock, by }: ReviewPorts): ReviewService {
  const iso = () => new Date(clock.now()).toISOString()
  const refuse = (detail: string) => new GatehouseError({ code: 'access.review-not-possible', detail })
  const openOf = (fleet: Fleet) => repo.list(fleet.name).find(({ signedAt }) => signedAt === undefined)

  function current(fleet: Fleet): FullAccessReview {
    const open = openOf(fleet)
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
        const { entries, unseen, notCovered } = current(fleet)
        if (unseen.length > 0)
          throw refuse(
            `accounts of ${unseen.slice(0, 5).join(', ')} are not all known: audit these hosts, and let sshd say who may log in where a directory has too many accounts`,
          )
        if (entries.length === 0) throw refuse('there is no account to review')
        const left = entries.filter(({ decision }) => decision === null || decision.verdict === 'ask')
        if (left.length > 0)
          throw refuse(
            `${left.length} of ${entries.length} are not decided: ${left
              .slice(0, 5)
              .map(({ host, row }) => `${namedAs(row.account, row.kind)} on ${host}`)
              .join(', ')}`,
          )
        const removed = entries
          .filter(({ decision }) => decision?.verdict === 'remove')
          .map(({ host, row }) => `${namedAs(row.account, row.kind)} on ${host}`)
        const hosts = new Set(entries.map(({ host }) => host)).size
        const statement = [
          ...(notCovered.length === 0 ? [] : [leftOut(entries.filter(isOpen), notCovered)]),
          `${entries.length === 1 ? '1 account' : `${entries.length} accounts`} on ${hosts === 1 ? '1 host' : `${hosts} hosts`} reviewed: ${entries.length - removed.length} kept, ${removed.length} to be removed${removed.length > 0 ? ` (${removed.join(', ')})` : ''}.`,
        ]
          .join(' ')
          .slice(0, 1900)
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
    recorded(fleet) {
      const { hosts } = access.overview(fleet)
      const all = hosts.flatMap(({ host, rows }) => rows.map((row) => ({ host, row })))
      const rows = new Map([
        ...all.map(({ host, row }) => [placeOf(host, { ...row, kind: null }), row] as const),
        // A decision that does not say which is taken to be about the account.
        ...all.flatMap(({ host, row }) => (row.kind === 'account' ? [[placeOf(host, { ...row, kind: null }), row] as const] : [])),
        ...all.map(({ host, row }) => [placeOf(host, row), row] as const),
      ])
      const whole = new Set(hosts.flatMap(({ host, reason, cut }) => (reason === null && cut === 0 ? [host] : [])))
      const find = (host: string, who: Pick<ReviewDecision, 'account' | 'kind'>) =>
        rows.get(placeOf(host, who)) ?? (whole.has(host) ? 'gone' : 'not-read')
      return recordedReviews(repo, fleet.name, find, digestOf)
    },
  }
}

const isDue = ({ decision, since }: FullReviewEntry): boolean => (decision ? decision.verdict === 'remove' : since === 'removal-due')

/** It stays, and what it can do was not all read. */
const isOpen = (entry: FullReviewEntry): boolean => entry.notRead && !isDue(entry)

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

interface Marked extends Principal {
  readonly host: string
}

const markedOf = ({ host, row: { account, kind } }: FullReviewEntry): Marked => ({ host, account, kind })
const distinct = (all: readonly Marked[]): readonly Marked[] => [...new Map(all.map((one) => [placeOf(one.host, one), one])).values()]

/** Accounts that were to be removed and get in no more. A host that was not seen says nothing of them. */
function closedOf(decided: ReadonlyMap<string, ReviewDecision>, entries: readonly FullReviewEntry[], unseen: readonly string[]): Marked[] {
  const there = new Set(entries.flatMap(({ host, row }) => [placeOf(host, row), placeOf(host, { ...row, kind: null })]))
  return [...decided].flatMap(([place, { host, account, kind, verdict }]) =>
    verdict === 'remove' && !there.has(place) && !unseen.includes(host) ? [{ host, account, kind: kind ?? 'account' }] : [],
  )
}

/** By hand what a push does not do, of those that still get in; of those that are closed all that an audit still finds. */
function leftOf(
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

/** Root and services without a way in belong to no person; what they hold is judged by controls. */
const isReviewed = ({ state, login }: AccessFound): boolean => state !== 'missing' && (state !== 'own' || login === 'yes')

const order: readonly ReviewEntry['since'][] = ['removal-due', 'new', 'changed', 'same']

const placeOf = (host: string, { account, kind }: Pick<ReviewDecision, 'account' | 'kind'>): string => `${host}\n${account}\n${kind ?? ''}`
const byPlace = (all: readonly ReviewDecision[]) => new Map(all.map((decision) => [placeOf(decision.host, decision), decision]))
/** What an older Gatehouse decided counts for whatever the name stands for. */
const decidedOf = (all: ReadonlyMap<string, ReviewDecision>, host: string, { account, kind }: Principal) =>
  all.get(placeOf(host, { account, kind })) ?? all.get(placeOf(host, { account, kind: null }))

function sinceOf(before: ReviewDecision | undefined, row: AccessFound): ReviewEntry['since'] {
  if (before === undefined) return 'new'
  if (before.verdict === 'remove') return 'removal-due'
  return before.seen === digestOf(row) ? 'same' : 'changed'
}

/** What an account can do and how it gets in; not when it did. What was not read counts where there is any: once it is, it is asked anew. */
const digestOf = ({ tier, state, logins, holdings, notRead }: AccessFound): string =>
  createHash('sha256')
    .update(JSON.stringify({ tier, state, logins, holdings, ...(notRead && { notRead: notRead.capabilities }) }))
    .digest('hex')
