import type { AuditResults } from '#shared/model/audit.ts'
import { hostReport } from '#shared/model/report.ts'
import { htmlReport } from './report-html.ts'
import { markdownReport } from './report-markdown.ts'

export const reportFormats = ['json', 'markdown', 'html'] as const
export type ReportFormat = (typeof reportFormats)[number]

/**
 * One audit as text: JSON for programs, Markdown for tickets, one self-contained HTML page for people. It comes in pieces, host after host,
 * as they are read.
 */
export function renderReport(audit: AuditResults, format: ReportFormat): Iterable<string> {
  switch (format) {
    case 'json':
      return jsonReport(audit)
    case 'markdown':
      return markdownReport(audit)
    case 'html':
      return htmlReport(audit)
  }
}

/** The same bytes as `JSON.stringify(report, null, 2)`. */
function* jsonReport({ id: _id, hosts, ...head }: AuditResults): Generator<string> {
  const frame = JSON.stringify({ ...head, hosts: [] }, null, 2)
  yield frame.slice(0, frame.lastIndexOf(']'))
  let separator = ''
  for (const host of hosts) {
    yield `${separator}\n    ${JSON.stringify(hostReport(host), null, 2).replaceAll('\n', '\n    ')}`
    separator = ','
  }
  yield `${separator === '' ? '' : '\n  '}]\n}\n`
}
