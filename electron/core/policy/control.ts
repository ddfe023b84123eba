import type { AttestationRequest } from '#shared/model/attestation.ts'
import type { ItemId } from '#shared/model/checklist.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import type { Outcome, Severity } from '#shared/status.ts'
import type { AdvisoryBook } from '../advisories/advisory-book.ts'
import type { Citation } from '../facts/citation.ts'
import type { FactResult } from '../facts/fact.ts'
import type { FactId, Facts } from '../facts/facts.ts'

/** One answer of a control about one subject. */
export interface Verdict {
  readonly status: Exclude<Outcome, 'waived'>
  /** Stable over time: unit, file, `address:port`. Empty for the host as a whole. */
  readonly subject: string
  /** The observed fact, present tense, under 48 characters. */
  readonly title: string
  readonly reason: string
  /** Overrides the control's where this case needs other words. */
  readonly rationale?: string
  readonly severity?: Severity
  readonly hint?: string | undefined
  /** What turns this one, where that is another template than the control's. Null: none does. */
  readonly template?: string | null | undefined
  readonly cite: readonly Citation[]
}

/** What a control may know beside facts: nothing of it comes from the host. */
export interface PolicyContext {
  readonly fleet: Fleet
  readonly host: Host
  /** Milliseconds since the epoch at which the audit ran. */
  readonly now: number
  /** What is known to be vulnerable. */
  readonly advisories: AdvisoryBook
}

/** One control: what it asks for, why, and a pure function from facts to verdicts. */
export interface Control<N extends FactId = FactId, M extends FactId = FactId> {
  /** `area-thing-state`, never reused. */
  readonly id: string
  readonly item: ItemId
  readonly severity: Severity
  /** The passing condition. */
  readonly title: string
  readonly rationale: string
  /** What a person does about an open finding that no template turns and whose verdict says nothing closer. */
  readonly steps?: string
  /** Facts without which nothing can be said: when one is unknown, the engine answers not-evaluated. */
  readonly needs: readonly N[]
  /** Facts that refine the answer, handed over as they are. */
  readonly uses?: readonly M[]
  /**
   * `otherEngines`: the template where a host has inference servers and none of them is Ollama. `otherFirewalls`: where rules are loaded, and none
   * by ufw. `also`: what turns it for other programs.
   */
  readonly remediation?: {
    readonly template: string
    readonly otherEngines?: string
    readonly otherFirewalls?: string
    readonly also?: readonly string[]
  }
  /** What a person is asked to state, where the control answers needs-attestation. */
  readonly attestation?: AttestationRequest
  /** `NIST-800-53:SC-7`, `CIS-8:4.4`, `ISO-27001:A.8.20`, or a vendor page that the rule comes from. */
  readonly references: readonly string[]
  /** `servers`: says nothing about a jump host. `jump`: only about a jump host that is looked at. Both when left out. */
  readonly concerns?: 'servers' | 'jump'
  /** Pure. Never empty: a control that finds nothing to judge says not-applicable, with the reason. */
  evaluate(facts: { readonly [K in N]: Facts[K] } & { readonly [K in M]: FactResult<Facts[K]> }, context: PolicyContext): readonly Verdict[]
}

/** A control as the registry holds it: its own fact ids forgotten. */
export type AnyControl = Control<never, never>

/** Freezes a control, infers the facts that its `evaluate` receives, and gives it the registry's type. */
export function defineControl<const N extends FactId, const M extends FactId = never>(control: Control<N, M>): AnyControl {
  return Object.freeze(control) as unknown as AnyControl
}
