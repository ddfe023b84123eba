import type { AuditResults, HostAudit } from '#shared/model/audit.ts'
import { areas, checklist } from '#shared/model/checklist.ts'
import type { Finding } from '#shared/model/finding.ts'
import { byNeed, score } from '#shared/model/score.ts'
import { attestationWords, clockWords, outcomeWords, waiverWords } from '#shared/words.ts'
import { cell, code, oneLine } from './markdown.ts'
import { utcMoment } from './report-words.ts'

/** GitHub-flavoured Markdown: the matrix, then per host what is open, with the proof. */
export function* markdownReport(audit: AuditResults): Generator<string> {
  yield joined([
    `# Gatehouse audit of ${cell(audit.fleet)}`,
    '',
    `${utcMoment(audit.startedAt)} to ${utcMoment(audit.finishedAt)}, Gatehouse ${audit.gatehouse}${audit.outcome === 'cancelled' ? ', stopped before it was complete' : ''}.`,
    '',
    ...matrix(Array.from(audit.hosts, ({ name, items }) => ({ name, items }))),
  ])
  for (const host of audit.hosts) yield joined(hostSection(host))
}

const joined = (lines: readonly string[]): string => `${lines.join('\n')}\n`

function matrix(hosts: readonly Pick<HostAudit, 'name' | 'items'>[]): string[] {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const scores = hosts.map(({ items }) => score(items))
  return [
    row(['Item', 'Check', ...hosts.map(({ name }) => cell(name))]),
    row(['---', '---', ...hosts.map(() => '---')]),
    ...areas.flatMap((area) =>
      checklist
        .filter((item) => item.area === area)
        .map((item) =>
          row([
            item.id,
            item.shortTitle,
            ...hosts.map((host) => outcomeWords[host.items.find(({ id }) => id === item.id)?.status ?? 'not-evaluated'].word),
          ]),
        ),
    ),
    row(['', 'Score', ...scores.map(({ passed, applicable }) => `${passed}/${applicable}`)]),
    '',
  ]
}

function hostSection(host: HostAudit): string[] {
  const open = host.findings.filter(({ status }) => status !== 'pass' && status !== 'not-applicable')
  const sorted = [...open].sort(byNeed)
  const clock = clockWords(host.system?.clockSkewSeconds ?? 0)
  return [
    `## ${cell(host.name)}`,
    '',
    ...(host.state === 'idle' ? [] : [`Looked at on ${utcMoment(host.finishedAt)}.`, '']),
    ...(host.failure ? [`${cell(host.failure.code)}: ${cell(host.failure.detail)}`, ''] : []),
    ...(clock === undefined ? [] : [`Its clock is ${clock}.`, '']),
    ...(sorted.length === 0 ? ['Nothing is open.', ''] : sorted.flatMap(findingSection)),
  ]
}

function findingSection(finding: Finding): string[] {
  return [
    `### ${finding.item} ${outcomeWords[finding.status].word}: ${cell(finding.title)}`,
    '',
    `\`${code(finding.control)}\`${finding.subject === '' ? '' : `, ${cell(finding.subject)}`}, severity ${finding.severity}`,
    '',
    cell(finding.reason),
    '',
    ...[waiverWords(finding), attestationWords(finding)].flatMap((words) => (words === undefined ? [] : [cell(words), ''])),
    ...(finding.hint === undefined ? [] : [`Next: ${cell(finding.hint)}`, '']),
    ...finding.evidence.flatMap((evidence) => [
      `\`${code(evidence.command)}\`, exit ${evidence.exitCode ?? 'none'}, sha256 ${evidence.sha256}`,
      '',
      ...evidence.lines.flatMap((line) => [
        `    ${line.number}  ${oneLine(line.text)}`,
        ...(line.note === undefined ? [] : [`    ^ ${oneLine(line.note)}`]),
      ]),
      '',
    ]),
  ]
}
