import type { HostModel } from '#shared/model/model-inventory.ts'
import type { ModelContent, Registration } from '#shared/model/model-registration.ts'
import type { PlaceApproval, RegistrationState } from '#shared/model/registration-state.ts'
import { contentOfRegistration, lastStep, stateOf } from '#shared/model/registration-steps.ts'

export interface ApprovalOfPlace {
  readonly approval: PlaceApproval
  /** The registration that decides it. */
  readonly registration?: Registration
}

const decided: readonly RegistrationState[] = ['approved', 'superseded', 'rejected', 'revoked']

/** `fourEyes`: an approval counts only when another person than the requester gave it. */
export interface ApprovalRules {
  readonly fourEyes: boolean
}

/**
 * What the registrations of a fleet say of the bytes at one place. An approval holds for exactly its bytes on the hosts that it names; for a
 * tag of Ollama also for its name, since people ask for it by that. Without the hash of every file nothing is known.
 */
export function approvalOf(
  place: Pick<HostModel, 'host' | 'name' | 'kind'>,
  content: ModelContent | undefined,
  registrations: readonly Registration[],
  { fourEyes }: ApprovalRules,
): ApprovalOfPlace {
  const sameName = registrations.filter(({ model }) => model === place.name)
  if (content === undefined) return { approval: 'not-hashed', ...named(sameName.at(-1)) }
  const same = registrations
    .filter((it) => contentOfRegistration(it)?.key === content.key && (place.kind !== 'ollama' || it.model === place.name))
    .map((registration) => ({ registration, state: stateOf(registration), decidedAt: decidedAt(registration) }))
  const newest = same.filter(({ state }) => decided.includes(state)).sort((a, b) => b.decidedAt.localeCompare(a.decidedAt))[0]
  if (newest === undefined) {
    const [open] = same
    if (open) return { approval: 'in-checks', registration: open.registration }
    const before = sameName.findLast((it) => ['approved', 'superseded'].includes(stateOf(it)))
    if (before) return { approval: 'changed', registration: before }
    const requested = sameName.findLast((it) => contentOfRegistration(it) === undefined && stateOf(it) === 'requested')
    return requested ? { approval: 'in-checks', registration: requested } : { approval: 'unregistered' }
  }
  if (newest.state === 'revoked' || newest.state === 'rejected') return { approval: newest.state, registration: newest.registration }
  const approved = same.filter(({ state }) => state === 'approved')
  const here = approved.filter(({ registration }) => lastStep(registration, 'approved')?.hosts.includes(place.host))
  const byTwo = here.find(({ registration }) => lastStep(registration, 'approved')?.alone === false)
  if (byTwo) return { approval: 'approved', registration: byTwo.registration }
  const [alone] = here
  if (alone) return { approval: fourEyes ? 'four-eyes-missing' : 'approved-alone', registration: alone.registration }
  const [elsewhere] = approved
  if (elsewhere) return { approval: 'not-for-host', registration: elsewhere.registration }
  return { approval: 'superseded', registration: newest.registration }
}

const named = (registration: Registration | undefined) => (registration === undefined ? {} : { registration })

const decidedAt = ({ steps }: Registration): string => steps.findLast(({ step }) => step !== 'deployed' && step !== 'superseded')?.at ?? ''
