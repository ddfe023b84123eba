import type { Audit } from '#shared/model/audit.ts'
import { toReport } from '#shared/model/report.ts'
import { htmlReport } from './report-html.ts'
import { markdownReport } from './report-markdown.ts'

export const reportFormats = ['json', 'markdown', 'html'] as const
export type ReportFormat = (typeof reportFormats)[number]

/** One audit as text: JSON for programs, Markdown for tickets, one self-contained HTML page for people. */
export function renderReport(audit: Audit, format: ReportFormat): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(toReport(audit), null, 2)}\n`
    case 'markdown':
      return markdownReport(audit)
    case 'html':
      return htmlReport(audit)
  }
}
