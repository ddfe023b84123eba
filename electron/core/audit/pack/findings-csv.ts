import type { AuditResults, HostAudit } from '#shared/model/audit.ts'
import { visible } from '#shared/words.ts'
import { decidingLine, isOfAnswer } from './cited-line.ts'
import { csvHead, csvLine } from './csv.ts'
import { evidencePath } from './evidence-path.ts'

const columns = [
  ...['host', 'item', 'control', 'subject', 'status', 'severity', 'title', 'reason', 'first seen', 'last changed'],
  ...['waived until', 'waived by', 'stated until', 'stated by', 'evidence', 'line', 'looked at'],
]

/** When the host was asked; empty where it never was. */
const lookedAt = ({ state, finishedAt }: HostAudit): string => (state === 'idle' ? '' : finishedAt)

/** Every finding as a row, with the file and line that decide. */
export function* findingsCsv(audit: AuditResults): Generator<string> {
  yield csvHead(columns)
  for (const host of audit.hosts) {
    yield host.findings
      .map((finding) => {
        const { waiver, attestation } = finding
        const proof = finding.evidence.find(({ lines }) => lines.some(({ note }) => note !== undefined)) ?? finding.evidence[0]
        const line = proof && isOfAnswer(proof) ? decidingLine(proof) : undefined
        return csvLine(
          [
            ...[host.name, finding.item, finding.control, finding.subject, finding.status, finding.severity, finding.title, finding.reason],
            ...[finding.firstSeen ?? '', finding.lastChanged ?? ''],
            ...(waiver?.state === 'active' ? [waiver.endsOn, waiver.approver] : ['', '']),
            ...(attestation?.state === 'active' ? [attestation.endsOn, attestation.name] : ['', '']),
            ...[
              proof === undefined ? '' : evidencePath(host.name, proof.section),
              line === undefined ? '' : String(line.number),
              lookedAt(host),
            ],
          ].map(visible),
        )
      })
      .join('')
  }
}
