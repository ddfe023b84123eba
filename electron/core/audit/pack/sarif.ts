import type { AuditResults, HostAudit } from '#shared/model/audit.ts'
import type { ControlEntry } from '#shared/model/control-entry.ts'
import type { Evidence, Finding } from '#shared/model/finding.ts'
import type { Outcome, Severity } from '#shared/status.ts'
import { visible } from '#shared/words.ts'
import { sha256Of } from '../../ledger/record.ts'
import { decidingLine, isOfAnswer } from './cited-line.ts'
import { evidencePath } from './evidence-path.ts'

/** `security-severity` as code scanners read it: a CVSS base score in the middle of each band (FIRST CVSS v3.1, section 5). */
const scores: Readonly<Record<Severity, string>> = { critical: '9.5', high: '8.0', medium: '5.5', low: '2.0' }
const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
}

/** SARIF 2.1.0, 3.27.9: what a person must still look at is `review`, what could not be measured `open`; neither is a pass. */
const kinds: Readonly<Partial<Record<Outcome, 'fail' | 'open' | 'review'>>> = {
  fail: 'fail',
  warning: 'fail',
  waived: 'fail',
  'not-evaluated': 'open',
  'needs-attestation': 'review',
}

/**
 * A message as it is, SARIF 2.1.0: a brace alone would begin a placeholder (3.11.5), and `[…](…)` a link that a viewer offers to open (3.11.6). Texts
 * of hosts stand in it.
 */
const message = (text: string) => ({ text: visible(text).replaceAll(/[{}]/g, '$&$&').replaceAll('](', '\\](') })

/** What the files are relative to (3.14.14): a pack may lie anywhere. */
const originalUriBaseIds = { PACK: { description: message('The folder of the evidence pack, in which this file lies.') } }

/** Everything that is not passed, as SARIF 2.1.0 (OASIS). What is waived is there, suppressed with its reason. */
export function* sarifReport(audit: AuditResults, controls: readonly ControlEntry[]): Generator<string> {
  const index = new Map(controls.map(({ id }, place) => [id, place]))
  const driver = {
    name: 'Gatehouse',
    version: audit.gatehouse,
    rules: controls.map((control) => ({
      id: control.id,
      shortDescription: message(control.title),
      fullDescription: message(control.rationale),
      defaultConfiguration: { level: levels[control.severity] },
      properties: { 'security-severity': scores[control.severity], tags: ['security', control.item, ...control.references] },
    })),
  }
  const invocation = {
    executionSuccessful: audit.outcome === 'complete',
    startTimeUtc: audit.startedAt,
    endTimeUtc: audit.finishedAt,
  }
  yield `{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":${JSON.stringify({ driver })},"invocations":[${JSON.stringify(invocation)}],"originalUriBaseIds":${JSON.stringify(originalUriBaseIds)},"columnKind":"unicodeCodePoints","results":[`
  let separator = '\n'
  for (const host of audit.hosts) {
    for (const finding of host.findings) {
      const kind = kinds[finding.status]
      if (kind === undefined) continue
      yield separator + JSON.stringify(resultOf(host, finding, kind, index.get(finding.control)))
      separator = ',\n'
    }
  }
  yield '\n]}]}\n'
}

function resultOf(host: HostAudit, finding: Finding, kind: 'fail' | 'open' | 'review', ruleIndex: number | undefined) {
  const { waiver } = finding
  const level = kind !== 'fail' ? 'none' : finding.status === 'warning' ? 'warning' : levels[finding.severity]
  return {
    ruleId: finding.control,
    ...(ruleIndex !== undefined && { ruleIndex }),
    kind,
    level,
    message: message(`${finding.title}. ${finding.reason}`),
    locations:
      finding.evidence.length === 0 ? [named(host.name, finding)] : finding.evidence.map((proof) => located(host.name, finding, proof)),
    partialFingerprints: { 'gatehouse/v1': sha256Of([host.name, finding.control, finding.subject].join('\n')) },
    ...(waiver?.state === 'active' && {
      suppressions: [
        {
          kind: 'external',
          status: 'accepted',
          justification: visible(`${waiver.reason} (${waiver.approver}, until ${waiver.endsOn})`),
        },
      ],
    }),
    properties: {
      host: host.name,
      lookedAt: host.state === 'idle' ? null : host.finishedAt,
      item: finding.item,
      status: finding.status,
      severity: finding.severity,
    },
  }
}

const named = (host: string, { subject }: Finding) => ({
  logicalLocations: [{ fullyQualifiedName: visible(subject === '' ? host : `${host}/${subject}`), kind: 'resource' }],
})

/** A line is told as a message, not as a snippet: it may be shortened, and what cannot be seen is drawn, so it need not be that portion of the file (3.30.13). */
function located(host: string, finding: Finding, proof: Evidence) {
  const line = decidingLine(proof)
  const told = line !== undefined && line.text !== '' && { message: message(line.text) }
  const inFile = isOfAnswer(proof)
  return {
    physicalLocation: {
      artifactLocation: { uri: evidencePath(host, proof.section), uriBaseId: 'PACK' },
      ...(inFile && line && { region: { startLine: line.number, ...told } }),
    },
    ...named(host, finding),
    ...(!inFile && told),
  }
}
