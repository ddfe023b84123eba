import type { OtherScan } from './scan-report.ts'

/** After the name of the scanner. */
export const otherVerdictWords: Readonly<Record<OtherScan['verdict'], string>> = {
  found: 'found something',
  nothing: 'found nothing',
  'not-judged': 'did not judge it',
  failed: 'failed',
  'not-run': 'was not run',
}
