import type { AuditResults } from '#shared/model/audit.ts'
import { areas, checklist } from '#shared/model/checklist.ts'
import { byNeed, score } from '#shared/model/score.ts'
import { clockWords, outcomeWords, visible, waiverWords } from '#shared/words.ts'

/** The checklist per host as a table for a terminal, then what failed and why. */
export function printMatrix(audit: AuditResults): string {
  const hosts = [...audit.hosts]
  const label = Math.max(...checklist.map((item) => item.shortTitle.length)) + 10
  const widths = hosts.map((host) => Math.max(host.name.length, 8) + 2)
  const row = (head: string, cells: readonly string[]) =>
    `${head.padEnd(label)}${cells.map((text, index) => text.padEnd(widths[index] ?? 10)).join('')}`.trimEnd()
  const lines = [
    row(
      '',
      hosts.map((host) => host.name),
    ),
    ...areas.flatMap((area) => [
      area,
      ...checklist
        .filter((item) => item.area === area)
        .map((item) =>
          row(
            `  ${item.id} ${item.shortTitle}`,
            hosts.map((host) => outcomeWords[host.items.find(({ id }) => id === item.id)?.status ?? 'not-evaluated'].short),
          ),
        ),
    ]),
    row(
      'Score',
      hosts.map(({ items }) => `${score(items).passed}/${score(items).applicable}`),
    ),
    '',
    ...hosts.flatMap(({ name, failure }) => (failure ? [`${name}: ${failure.code}: ${visible(failure.detail)}`] : [])),
    ...hosts.flatMap(({ name, system }) => {
      const clock = clockWords(system?.clockSkewSeconds ?? 0)
      return clock === undefined ? [] : [`${name}: its clock is ${clock}`]
    }),
    ...hosts.flatMap(({ name, findings }) =>
      findings
        .filter(({ status }) => status === 'fail')
        .sort(byNeed)
        .map((finding) => `${name}  ${finding.item}  ${visible(finding.title)}: ${visible(finding.reason)}`),
    ),
    ...hosts.flatMap(({ name, findings }) =>
      findings.flatMap((finding) => {
        const words = waiverWords(finding)
        return words === undefined ? [] : [`${name}  ${finding.item}  ${visible(finding.title)}: ${visible(words)}`]
      }),
    ),
  ]
  return `${lines.join('\n').trimEnd()}\n`
}
