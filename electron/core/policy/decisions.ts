import type { Attestation } from '#shared/model/attestation.ts'
import type { FindingBrief } from '#shared/model/finding.ts'
import { isOver, isWaivable } from '#shared/model/validity.ts'
import type { Waiver, WaiverState } from '#shared/model/waiver.ts'

/** What people decided about findings. Kept apart from the findings and laid over them when they are read, so that it can end by itself. */
export interface Decisions {
  readonly waivers: readonly Waiver[]
  readonly attestations: readonly Attestation[]
}

/**
 * The findings of one host with what was decided about them, as of `now` (milliseconds since the epoch). Pure.
 * A statement turns needs-attestation into pass; a waiver turns what is open into waived. Either holds until its last day, and only for
 * the evidence that it was given for. What was not evaluated stays so whatever was decided.
 */
export function decide<F extends FindingBrief>(host: string, findings: readonly F[], decisions: Decisions, now: number): F[] {
  const waivers = newestBy(
    decisions.waivers.filter((it) => it.host === host && !it.withdrawn),
    waiverKey,
    ({ grantedAt }) => grantedAt,
  )
  const stated = decisions.attestations.filter((it) => (it.host === host || it.host === null) && !it.withdrawn)
  const isAbout = ({ hosts }: Attestation): boolean => hosts?.includes(host) ?? true
  const statements = newestBy(stated.filter(isAbout), waiverKey, ({ statedAt }) => statedAt)
  const others = newestBy(
    stated.filter((it) => !isAbout(it)),
    waiverKey,
    ({ statedAt }) => statedAt,
  )
  return findings.map((finding) => {
    const key = waiverKey(finding)
    const attested = besides(attest(finding, statements.get(key), now), others.get(key))
    return waive(attested, waivers.get(waiverKey(finding)), now)
  })
}

const waiverKey = ({ control, subject }: { readonly control: string; readonly subject: string }): string => `${control}\0${subject}`

function newestBy<T>(all: readonly T[], keyOf: (one: T) => string, timeOf: (one: T) => string): Map<string, T> {
  const newest = new Map<string, T>()
  for (const one of all) {
    const before = newest.get(keyOf(one))
    if (before === undefined || timeOf(one) >= timeOf(before)) newest.set(keyOf(one), one)
  }
  return newest
}

/** How a decision stands to a finding that it could hold for. */
const standing = (digest: string | null, endsOn: string, finding: FindingBrief, now: number): 'active' | 'expired' | 'changed' => {
  if (isOver(endsOn, now)) return 'expired'
  return digest === null || digest === finding.digest ? 'active' : 'changed'
}

function waive<F extends FindingBrief>(finding: F, waiver: Waiver | undefined, now: number): F {
  if (waiver === undefined || !isWaivable(finding.status)) return finding
  const state = standing(waiver.digest, waiver.endsOn, finding, now)
  const { id, status, reason, approver, grantedAt, endsOn } = waiver
  return {
    ...finding,
    ...(state === 'active' && { status: 'waived' as const }),
    waiver: { id, state, status, reason, approver, grantedAt, endsOn },
  }
}

function attest<F extends FindingBrief>(finding: F, made: Attestation | undefined, now: number): F {
  if (made === undefined || finding.status !== 'needs-attestation') return finding
  const state = standing(made.digest, made.endsOn, finding, now)
  const { id, statement, name, statedAt, endsOn } = made
  const attestation = { id, state, statement, name, statedAt, endsOn }
  if (state !== 'active') return { ...finding, attestation }
  return {
    ...finding,
    status: 'pass',
    title: `Stated, holds until ${endsOn}`,
    reason: `${name}: ${statement}`,
    attestation,
  }
}

/** A statement for the fleet that leaves this host out is none for it, and whoever made it is told so. */
function besides<F extends FindingBrief>(finding: F, other: Attestation | undefined): F {
  if (other === undefined || finding.status !== 'needs-attestation') return finding
  const { name, statedAt, statement } = other
  return { ...finding, title: 'What was stated leaves this host out', reason: `${name} on ${statedAt.slice(0, 10)}: ${statement}` }
}

/** How a waiver stands today, against the finding that it was given for (if that is still there). */
export function waiverState(waiver: Waiver, finding: FindingBrief | undefined, now: number): WaiverState {
  if (waiver.withdrawn) return 'withdrawn'
  if (isOver(waiver.endsOn, now)) return 'expired'
  if (finding === undefined) return 'idle'
  return finding.waiver?.id === waiver.id ? finding.waiver.state : 'idle'
}
