import { randomUUID } from 'node:crypto'
import guideText from '#assets/checklists/production-readiness.json' with { type: 'json' }
import { GatehouseError } from '#shared/errors.ts'
import type { HostBrief } from '#shared/model/audit.ts'
import { checklist, type ItemId } from '#shared/model/checklist.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import { isOver } from '#shared/model/validity.ts'
import { type Guide, guideSchema, type StepDraft, type StepRecord, type StepRequest, type Walkthrough } from '#shared/model/walkthrough.ts'
import { blanksIn } from '#shared/statement-blanks.ts'
import { stepOutcomeWords } from '#shared/words.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { sha256Of } from '../../ledger/record.ts'
import type { AnyControl } from '../../policy/control.ts'
import type { Clock } from '../../ports.ts'
import type { Undisturbed } from '../../store/all-or-nothing.ts'
import type { HistoryRepo } from '../../store/history.repo.ts'
import type { WalkthroughHead, WalkthroughRepo } from '../../store/walkthrough.repo.ts'
import type { DecisionService } from '../decision-service.ts'
import { type OpenFinding, openFindings, seenOf } from './open-findings.ts'

export interface WalkthroughServicePorts {
  readonly clock: Clock
  readonly repo: WalkthroughRepo
  /** Another console on the same store waits meanwhile. */
  readonly undisturbed: Undisturbed
  readonly history: Pick<HistoryRepo, 'audits'>
  readonly decisions: DecisionService
  /** The newest results of every host, as decided until now. */
  readonly hosts: (fleet: Fleet) => readonly HostBrief[]
  readonly controls: readonly AnyControl[]
  readonly ledger: Ledger
  readonly by: string
}

/** What is recorded was typed beside `after`, the id of the record that stood there. */
export interface RecordedDraft {
  readonly after: string | null
}

/** Goes through the checklist with an auditor. One walkthrough of a fleet is open at a time; it is there again after a crash. */
export interface WalkthroughService {
  guide(): Guide
  /** The open one, else the newest that was closed; null when there was none. */
  current(fleet: Fleet): Walkthrough | null
  /** Throws `walkthrough.not-possible` when one is open, or no host was audited. */
  start(fleet: Fleet, auditor: string): Walkthrough
  /** What is open in an item now. */
  open(fleet: Fleet, item: ItemId): readonly OpenFinding[]
  /** Keeps what was typed. Throws `walkthrough.not-possible` when this one is not the open one. */
  keepDraft(fleet: Fleet, walkthrough: string, item: ItemId, draft: StepDraft): void
  /**
   * States what the item's controls ask for, records the step and notes it in the ledger. With a draft, which is done with then, it takes the place of no record
   * but the one that was shown. Throws `walkthrough.not-possible` when another one came in between, or it claims more
   * than was found: met with open findings, an exception without an owner.
   */
  record(fleet: Fleet, request: StepRequest, draft?: RecordedDraft): StepRecord
  /** Throws `walkthrough.not-possible` while an item is not recorded. */
  close(fleet: Fleet): Walkthrough
  /** Every record of the current walkthrough, those that were replaced, too: for a pack. */
  records(fleet: Fleet): readonly StepRecord[]
}

/** Keeps nothing itself: another console on the same store may record meanwhile, which `record` finds out. */
export function createWalkthroughService(ports: WalkthroughServicePorts): WalkthroughService {
  const { clock, repo, undisturbed, history, decisions, hosts, controls, ledger, by } = ports
  const iso = () => new Date(clock.now()).toISOString()
  const guide = guideSchema.parse(guideText)
  const newest = (fleet: Fleet): WalkthroughHead | undefined => {
    const all = repo.list(fleet.name)
    return all.find(({ closedAt }) => closedAt === null) ?? all[0]
  }

  function opened(fleet: Fleet): WalkthroughHead {
    const head = newest(fleet)
    if (head === undefined || head.closedAt !== null) throw refused('no walkthrough is open; start one')
    return head
  }

  function shown(fleet: Fleet, head: WalkthroughHead): Walkthrough {
    const { sequence: _, ...rest } = head
    const records = repo.records(head.id)
    const drafts = repo.drafts(head.id)
    const now = hosts(fleet)
    return {
      ...rest,
      steps: checklist.map(({ id }) => {
        const record = records.get(id) ?? null
        return { item: id, record, draft: drafts.get(id) ?? null, outdated: record !== null && record.seen !== seenOf(now, id) }
      }),
      since: auditBefore(fleet, head),
    }
  }

  /** The audit that the walkthrough before this one ended with. */
  function auditBefore(fleet: Fleet, head: WalkthroughHead): Walkthrough['since'] {
    const closedAt = repo
      .list(fleet.name)
      .find(({ id, closedAt }) => id !== head.id && closedAt !== null && closedAt <= head.startedAt)?.closedAt
    const audit = closedAt == null ? undefined : history.audits(fleet.name).findLast(({ startedAt }) => startedAt <= closedAt)
    return audit === undefined ? null : { audit: audit.id, startedAt: audit.startedAt }
  }

  /** Controls of an item that one statement for the whole fleet answers. */
  const statedBy = (item: ItemId): readonly AnyControl[] =>
    controls.filter((control) => control.item === item && control.attestation?.scope === 'fleet')

  function check(fleet: Fleet, request: StepRequest): void {
    const { item, outcome, note, exceptions, statement, endsOn } = request
    const stated = statement === null ? [] : statedBy(item)
    if (statement !== null && stated.length === 0) throw refused(`${item}: no check of this item asks for a statement`)
    if (statement !== null && endsOn === null) throw refused(`${item}: a statement needs a day until which it holds`)
    const blanks = blanksIn(statement ?? '')
    if (blanks.length > 0) throw refused(`${item}: put into the statement what belongs at ${blanks.join(', ')}`)
    if (outcome === 'not-applicable' && note === '') throw refused(`${item}: say in the comment why it is not applicable`)
    if (outcome === 'not-met' || outcome === 'not-applicable') return
    const late = exceptions.find(({ resolveBy }) => isOver(resolveBy, clock.now()))
    if (late !== undefined) throw refused(`${item}: ${late.resolveBy} is over, choose a day until which it will be resolved`)
    const open = openFindings(hosts(fleet), item).filter(
      ({ finding }) => !(finding.status === 'needs-attestation' && stated.some(({ id }) => id === finding.control)),
    )
    const missing = open.filter((one) => outcome === 'met' || !exceptions.some((exception) => isAbout(exception, one)))
    const [first] = missing
    if (first === undefined) return
    const which = `${first.finding.title} on ${first.host}${missing.length === 1 ? '' : ` and ${missing.length - 1} more`}`
    throw refused(outcome === 'met' ? `${item} is not met: ${which}` : `${item}: no owner, date and reason for ${which}`)
  }

  return {
    guide: () => guide,
    current(fleet) {
      const head = newest(fleet)
      return head === undefined ? null : shown(fleet, head)
    },
    start(fleet, auditor) {
      return undisturbed(() => {
        if (newest(fleet)?.closedAt === null) throw refused('one is already open; close it first')
        const last = history.audits(fleet.name).at(-1)
        if (last === undefined) throw refused('no host of this fleet has been audited')
        const head = { id: randomUUID(), startedAt: iso(), startedBy: by, auditor, sequence: last.sequence }
        ledger.append({ action: 'walkthrough.start', host: '', subject: head.id, detail: `with ${auditor}` })
        repo.start(fleet.name, head)
        return shown(fleet, { ...head, closedAt: null })
      })
    },
    open: (fleet, item) => openFindings(hosts(fleet), item),
    keepDraft(fleet, walkthrough, item, draft) {
      undisturbed(() => {
        // Typed before another fleet was opened, or a file that was copied meanwhile.
        if (opened(fleet).id !== walkthrough) throw refused('it belongs to another walkthrough than the one that is open now')
        repo.saveDraft(walkthrough, item, draft)
      })
    },
    record(fleet, request, draft) {
      return undisturbed(() => {
        const head = opened(fleet)
        const standing = repo.records(head.id).get(request.item)
        if (draft && standing && standing.id !== draft.after) {
          const { outcome, name, recordedBy, recordedAt } = standing
          const what = `${stepOutcomeWords[outcome]}, ${name}, by ${recordedBy} at ${recordedAt}`
          throw refused(`${request.item} was recorded meanwhile (${what}): read it, then record again to take its place`)
        }
        check(fleet, request)
        const { item, statement, endsOn, name } = request
        if (statement !== null && endsOn !== null)
          for (const { id } of statedBy(item)) decisions.attest(fleet, { host: null, control: id, subject: '', statement, name, endsOn })
        const record: StepRecord = { ...request, id: randomUUID(), seen: seenOf(hosts(fleet), item), recordedBy: by, recordedAt: iso() }
        ledger.append({
          ...{ action: 'walkthrough.record', host: '', subject: head.id, detail: `${item}: ${record.outcome}, ${name}` },
          digests: { record: sha256Of(JSON.stringify(record)) },
        })
        repo.record(head.id, record)
        // What somebody else is typing is none of this.
        if (draft) repo.dropDraft(head.id, item)
        return record
      })
    },
    close(fleet) {
      return undisturbed(() => {
        const head = opened(fleet)
        const records = repo.records(head.id)
        const missing = checklist.filter(({ id }) => !records.has(id)).map(({ id }) => id)
        if (missing.length > 0) throw refused(`not recorded yet: ${missing.join(', ')}`)
        ledger.append({ action: 'walkthrough.close', host: '', subject: head.id, detail: `with ${head.auditor}` })
        repo.close(head.id, iso(), by)
        return shown(fleet, { ...head, closedAt: iso() })
      })
    },
    records(fleet) {
      const head = newest(fleet)
      return head === undefined ? [] : repo.allRecords(head.id)
    },
  }
}

const isAbout = (
  exception: { readonly host: string; readonly control: string; readonly subject: string },
  { host, finding }: OpenFinding,
): boolean => exception.host === host && exception.control === finding.control && exception.subject === finding.subject

const refused = (detail: string): GatehouseError => new GatehouseError({ code: 'walkthrough.not-possible', detail })
