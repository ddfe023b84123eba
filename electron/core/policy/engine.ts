import { isJumpHost } from '#shared/model/audited-hosts.ts'
import type { Finding } from '#shared/model/finding.ts'
import { rankOf } from '#shared/status.ts'
import { visible } from '#shared/words.ts'
import type { Doubt, FactResult } from '../facts/fact.ts'
import type { FactId, Facts } from '../facts/facts.ts'
import type { SectionOutput } from '../probe/section.ts'
import type { AnyControl, Control, PolicyContext, Verdict } from './control.ts'
import { evidenceFor } from './evidence.ts'
import { evidenceDigest } from './evidence-digest.ts'

/** Facts by id, as the registry reads them. */
export type KnownFacts = { readonly [K in FactId]: FactResult<unknown> }

/** A control with its fact ids forgotten still is asked with them. */
type OpenControl = Control<FactId, FactId>

/** Of a finding whose section sudo refused. */
export const DENIED_TITLE = 'Could not be read without sudo'

const notEvaluatedTitles: Partial<Record<SectionOutput['state'], string>> = {
  denied: DENIED_TITLE,
  missing: 'A program needed to look is missing',
  'timed-out': 'The host did not answer in time',
  truncated: 'The answer of the host was cut short',
  'not-run': 'The host was not asked to the end',
}

/** A finding that says only that nothing could be said, and why. */
export function notEvaluated(control: AnyControl, title: string, reason: string): Finding {
  return {
    control: control.id,
    item: control.item,
    status: 'not-evaluated',
    severity: control.severity,
    title,
    subject: '',
    reason,
    rationale: control.rationale,
    evidence: [],
    references: [...control.references],
  }
}

/** The template that turns the findings of a control on this host. */
function templateFor({ remediation }: AnyControl, facts: KnownFacts): string | undefined {
  const { template, otherEngines = template, otherFirewalls } = remediation ?? {}
  if (otherFirewalls !== undefined) {
    const firewall = facts.firewall as FactResult<Facts['firewall']> | undefined
    return firewall?.known && !['ufw', 'none'].includes(firewall.value.backend) ? otherFirewalls : template
  }
  const services = facts.services as FactResult<Facts['services']> | undefined
  const others = services?.known && services.value.length > 0 && services.value.every(({ engine }) => engine !== 'ollama')
  return others ? otherEngines : template
}

function findingOf(control: AnyControl, verdict: Verdict, outputs: ReadonlyMap<string, SectionOutput>, template?: string): Finding {
  const open = verdict.status === 'fail' || verdict.status === 'warning'
  const severity = verdict.severity ?? control.severity
  const hint = verdict.hint ?? (open && template === undefined ? control.steps : undefined)
  return {
    control: control.id,
    item: control.item,
    status: verdict.status,
    severity,
    title: verdict.title,
    subject: verdict.subject,
    reason: verdict.reason,
    rationale: verdict.rationale ?? control.rationale,
    evidence: evidenceFor(verdict.cite, outputs),
    references: [...control.references],
    digest: evidenceDigest({ ...verdict, control: control.id, severity }, outputs),
    ...(hint === undefined ? {} : { hint }),
    ...(open && template !== undefined ? { remediation: { template } } : {}),
  }
}

type Unknown = Extract<FactResult<unknown>, { known: false }>

/** One finding for all facts that are missing, with what would make them readable. */
function unknownFacts(control: AnyControl, missing: readonly Unknown[], outputs: ReadonlyMap<string, SectionOutput>): Finding {
  const sections = [...new Set(missing.flatMap((fact) => fact.sections))]
  const states = sections.map((id) => outputs.get(id)?.state)
  const state = (['denied', 'missing', 'timed-out', 'truncated', 'not-run'] as const).find((it) => states.includes(it))
  const hints = [...new Set(missing.flatMap(({ hint }) => (hint ? [hint] : [])))]
  return {
    ...notEvaluated(
      control,
      (state && notEvaluatedTitles[state]) ?? 'What the host said could not be read',
      [...new Set(missing.map(({ reason }) => reason))].join('; '),
    ),
    evidence: evidenceFor(
      sections.map((section) => ({ section, line: 0 })),
      outputs,
    ),
    ...(hints.length > 0 ? { hint: hints.join('\n') } : {}),
  }
}

/** Two verdicts about one subject are one finding: the loudest, since findings are followed over time by control and subject. */
function onePerSubject(findings: readonly Finding[]): Finding[] {
  const bySubject = new Map<string, Finding>()
  for (const finding of findings) {
    const before = bySubject.get(finding.subject)
    if (!before || rankOf(finding.status) < rankOf(before.status)) bySubject.set(finding.subject, finding)
  }
  return [...bySubject.values()]
}

const elsewhere = (title: string, reason: string): Verdict => ({ status: 'not-applicable', subject: '', title, reason, cite: [] })
const notOfJump = elsewhere('This is the jump host', 'It is a matter of the servers behind the jump host.')
const ofJumpOnly = elsewhere('This is not a jump host', 'It is a matter of jump hosts that the fleet file has with audit: true.')

function evaluateOne(
  control: AnyControl,
  facts: KnownFacts,
  outputs: ReadonlyMap<string, SectionOutput>,
  context: PolicyContext,
): Finding[] {
  const { needs, uses = [], concerns, evaluate: judge } = control as unknown as OpenControl
  if (concerns !== undefined && (concerns === 'jump') !== isJumpHost(context.fleet, context.host))
    return [findingOf(control, concerns === 'jump' ? ofJumpOnly : notOfJump, outputs)]
  const missing = needs.map((id) => facts[id]).filter((fact) => !fact.known)
  if (missing.length > 0) return [unknownFacts(control, missing, outputs)]
  const given: Record<string, unknown> = {}
  const doubts = needs.flatMap((id) => (facts[id].known && facts[id].doubt) || [])
  for (const id of uses) given[id] = facts[id]
  for (const id of needs) {
    const fact = facts[id]
    if (fact.known) given[id] = fact.value
  }
  try {
    const verdicts = judge(given as Parameters<typeof judge>[0], context)
    if (verdicts.length === 0)
      return [notEvaluated(control, 'The check gave no answer', 'The check found nothing to judge and did not say why')]
    const template = templateFor(control, facts)
    const turnedBy = (verdict: Verdict) => (verdict.template === null ? undefined : (verdict.template ?? template))
    return onePerSubject(verdicts.map((verdict) => findingOf(control, doubted(verdict, doubts), outputs, turnedBy(verdict))))
  } catch (thrown) {
    const detail = thrown instanceof Error ? thrown.message : String(thrown)
    return [notEvaluated(control, 'The check itself failed', `The check stopped with an error: ${detail}`)]
  }
}

/** What is set well passes only where it is certain that this is what runs. */
const doubted = (verdict: Verdict, doubts: readonly Doubt[]): Verdict =>
  verdict.status !== 'pass' || doubts.length === 0
    ? verdict
    : {
        ...verdict,
        status: 'not-evaluated',
        title: 'What runs may be set otherwise',
        reason: `${doubts.map(({ reason }) => `${reason}.`).join(' ')} By what was read: ${verdict.reason}`,
        cite: [...doubts.flatMap(({ cite }) => cite), ...verdict.cite],
      }

/**
 * Judges one host: pure, and every control gives at least one finding. A needed fact that is unknown gives not-evaluated with its reason;
 * so does a control that throws, while the others go on.
 */
export function evaluate(
  controls: readonly AnyControl[],
  facts: KnownFacts,
  outputs: ReadonlyMap<string, SectionOutput>,
  context: PolicyContext,
): Finding[] {
  return controls.flatMap((control) => evaluateOne(control, facts, outputs, context)).map(harmless)
}

/** What a finding says may quote the host. */
const harmless = (finding: Finding): Finding => ({
  ...finding,
  title: visible(finding.title),
  reason: visible(finding.reason),
  ...(finding.hint === undefined ? {} : { hint: visible(finding.hint) }),
})
