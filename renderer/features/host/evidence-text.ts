import type { Finding } from '#shared/model/finding.ts'
import { plainText } from '../../ui/plain-text.ts'

/** A finding with its evidence as plain text, for a ticket. */
export function evidenceText(host: string, finding: Finding): string {
  const about = finding.subject === '' ? '' : `: ${plainText(finding.subject, 200)}`
  const head = [`${host}, ${finding.item}: ${finding.title}${about} (${finding.status})`, finding.reason]
  const blocks = finding.evidence.map((evidence) =>
    [
      `$ ${plainText(evidence.command, 400)}`,
      `# exit ${evidence.exitCode ?? 'none'}, sha256 ${evidence.sha256}`,
      ...evidence.lines.map(
        (line) =>
          `${String(line.number).padStart(4)}  ${plainText(line.text)}${line.note === undefined ? '' : `\n      ^ ${plainText(line.note)}`}`,
      ),
    ].join('\n'),
  )
  return [...head, ...blocks].join('\n\n')
}
