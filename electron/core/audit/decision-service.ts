import { randomUUID } from 'node:crypto'
import { GatehouseError } from '#shared/errors.ts'
import type { Input } from '#shared/ipc/contracts.ts'
import type { Attestation } from '#shared/model/attestation.ts'
import type { FindingBrief } from '#shared/model/finding.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import { dayFrom, isOver, isWaivable, maxWaiverDays } from '#shared/model/validity.ts'
import type { Waiver } from '#shared/model/waiver.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { sha256Of } from '../ledger/record.ts'
import type { AnyControl } from '../policy/control.ts'
import type { Decisions } from '../policy/decisions.ts'
import type { Clock } from '../ports.ts'
import type { DecisionRepo } from '../store/decision.repo.ts'

export interface DecisionServicePorts {
  readonly clock: Clock
  readonly waivers: DecisionRepo<Waiver>
  readonly attestations: DecisionRepo<Attestation>
  readonly controls: readonly AnyControl[]
  /** The newest measured finding of a host, without regard to decisions. */
  readonly findingOf: (fleet: Fleet, host: string, control: string, subject: string) => FindingBrief | undefined
  readonly ledger: Pick<Ledger, 'append'>
  /** Account that writes it down. */
  readonly by: string
}

/**
 * Takes and keeps what people decide: each decision with who, when, until when, and about what evidence. The ledger has it first, with a digest of the
 * whole: what is kept here could be changed by whoever has this computer, and not unseen. All throw what the ledger throws; then nothing is decided.
 */
export interface DecisionService {
  of(fleet: Fleet): Decisions
  /** Throws `waiver.not-possible` when there is nothing to waive or the day is out of bounds. */
  grantWaiver(fleet: Fleet, request: Input<'waiver:grant'>): Waiver
  /** Throws `waiver.not-found`. */
  withdrawWaiver(fleet: Fleet, id: string): void
  /**
   * Throws `attestation.not-possible` when the control asks for no statement, or not for this one. `hosts`: of a statement for the fleet those
   * that it speaks of, where that is not every one.
   */
  attest(fleet: Fleet, request: Input<'attestation:state'>, hosts?: readonly string[]): Attestation
  /** Throws `attestation.not-found`. */
  withdrawAttestation(fleet: Fleet, id: string): void
}

/** What is granted, stated or withdrawn is in the ledger before it is in the store: nothing counts that the ledger does not have. */
export function createDecisionService(ports: DecisionServicePorts): DecisionService {
  const { clock, waivers, attestations, ledger, by } = ports
  const iso = () => new Date(clock.now()).toISOString()

  /** A day that is over would do nothing; one that is too far would be forgotten. */
  function checkDay(code: 'waiver.not-possible' | 'attestation.not-possible', endsOn: string, maxDays: number): void {
    const last = dayFrom(clock.now(), maxDays)
    if (isOver(endsOn, clock.now()) || endsOn > last)
      throw new GatehouseError({ code, detail: `the last day is ${endsOn}; expected one from today to ${last} (${maxDays} days)` })
  }

  const noteMade = (action: string, made: Waiver | Attestation, words: string) =>
    ledger.append({
      ...{ action, host: made.host ?? '', subject: made.id, digests: { decision: sha256Of(JSON.stringify(made)) } },
      detail: `${made.control}${made.subject === '' ? '' : ` (${made.subject})`} until ${made.endsOn}, ${words}`.slice(0, 4000),
    })

  /** False when there is none that could be withdrawn. */
  function withdraw<T extends Waiver | Attestation>(repo: DecisionRepo<T>, fleet: Fleet, id: string, action: string): boolean {
    const standing = repo.list(fleet.name).find((one) => one.id === id && one.withdrawn === undefined)
    if (standing === undefined) return false
    ledger.append({ action, host: standing.host ?? '', subject: id, detail: standing.control })
    return repo.withdraw(fleet.name, id, by, iso())
  }

  function keep(fleet: Fleet, made: Attestation): Attestation {
    noteMade('attestation.state', made, `${made.name}: ${made.statement}`)
    attestations.add(fleet.name, made, by, made.statedAt)
    return made
  }

  return {
    of: (fleet) => ({ waivers: waivers.list(fleet.name), attestations: attestations.list(fleet.name) }),
    grantWaiver(fleet, { host, control, subject, reason, approver, endsOn }) {
      checkDay('waiver.not-possible', endsOn, maxWaiverDays)
      const finding = ports.findingOf(fleet, host, control, subject)
      const refuse = (detail: string) => new GatehouseError({ code: 'waiver.not-possible', detail: `${control} on ${host}: ${detail}` })
      if (finding === undefined) throw refuse('the newest audit has no such finding')
      const { status, digest, item, title } = finding
      if (!isWaivable(status)) throw refuse(`it is ${status}; only what fails, warns or needs a statement can be waived`)
      if (digest === undefined) throw refuse('its evidence was stored by an older Gatehouse; audit the host again')
      const waiver: Waiver = {
        ...{ id: randomUUID(), host, control, item, subject, status, title, digest, reason, approver, endsOn },
        ...{ grantedBy: by, grantedAt: iso() },
      }
      noteMade('waiver.grant', waiver, `${approver}: ${reason}`)
      waivers.add(fleet.name, waiver, by, waiver.grantedAt)
      return waiver
    },
    withdrawWaiver(fleet, id) {
      if (!withdraw(waivers, fleet, id, 'waiver.withdraw')) throw new GatehouseError({ code: 'waiver.not-found', detail: id })
    },
    attest(fleet, { host, control, subject, statement, name, endsOn }, hosts) {
      const asked = ports.controls.find(({ id }) => id === control)
      const request = asked?.attestation
      const refuse = (detail: string) => new GatehouseError({ code: 'attestation.not-possible', detail: `${control}: ${detail}` })
      if (asked === undefined || request === undefined) throw refuse('this check asks for no statement')
      checkDay('attestation.not-possible', endsOn, request.validDays)
      const base = {
        ...{ id: randomUUID(), control, item: asked.item, statement, name, endsOn },
        ...{ statedBy: by, statedAt: iso() },
      }
      if ((request.scope === 'fleet') !== (host === null))
        throw refuse(request.scope === 'fleet' ? 'it is stated for the whole fleet' : 'it is stated for one host at a time')
      if (host === null) {
        const made: Attestation = { ...base, host, ...(hosts && { hosts: [...hosts] }), subject: '', digest: null }
        return keep(fleet, made)
      }
      const finding = ports.findingOf(fleet, host, control, subject)
      if (finding?.status !== 'needs-attestation' || finding.digest === undefined)
        throw refuse(`the newest audit of ${host} does not ask for it`)
      const made: Attestation = { ...base, host, subject, digest: finding.digest }
      return keep(fleet, made)
    },
    withdrawAttestation(fleet, id) {
      if (!withdraw(attestations, fleet, id, 'attestation.withdraw'))
        throw new GatehouseError({ code: 'attestation.not-found', detail: id })
    },
  }
}
