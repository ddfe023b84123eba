import reportSchema from '#assets/schemas/audit-report.schema.json' with { type: 'json' }
import { renderReport } from '../report.ts'
import { htmlReport } from '../report-html.ts'
import { evidenceFiles } from './evidence-files.ts'
import { findingsCsv } from './findings-csv.ts'
import { frameworkCsv, frameworkHtml } from './framework-report.ts'
import { frameworkViews } from './frameworks.ts'
import { ledgerExtract } from './ledger-extract.ts'
import { oscalFiles } from './oscal/oscal-files.ts'
import type { PackFile } from './pack-file.ts'
import type { PackSources } from './pack-sources.ts'
import { printedReviews, reviewFiles } from './review-files.ts'
import { sarifReport } from './sarif.ts'

/** Every file of a pack but those about the pack itself. */
export function* packFiles(sources: PackSources): Generator<PackFile> {
  const { audit, controls, outputs, waivers, attestations, reviews, ledger } = sources
  const hosts = Array.from(audit.hosts, ({ name }) => name)
  const views = frameworkViews(controls, audit.hosts)
  yield { path: 'report.html', pieces: htmlReport(audit, printedReviews(reviews)) }
  yield { path: 'summary.md', pieces: renderReport(audit, 'markdown') }
  yield { path: 'results.json', pieces: renderReport(audit, 'json') }
  yield { path: 'results.schema.json', pieces: [json(reportSchema)] }
  yield { path: 'controls.json', pieces: [json(controls)] }
  yield { path: 'findings.csv', pieces: findingsCsv(audit) }
  yield { path: 'findings.sarif', pieces: sarifReport(audit, controls) }
  yield { path: 'frameworks.html', pieces: frameworkHtml(audit.fleet, views) }
  yield { path: 'frameworks.csv', pieces: frameworkCsv(views) }
  yield { path: 'decisions/waivers.json', pieces: [json(waivers)] }
  yield { path: 'decisions/attestations.json', pieces: [json(attestations)] }
  yield* reviewFiles(reviews)
  yield* oscalFiles(sources)
  yield* ledgerExtract(ledger)
  yield* evidenceFiles(hosts, outputs)
  yield* sources.extra
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
