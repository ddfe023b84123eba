import type { ScanFinding, ScanGap, ScanOutcome } from '#shared/model/scan-report.ts'

/** What a scan amounts to. A part that was not read weighs more than something odd: nobody knows what is in it. */
export function outcomeOf(findings: readonly ScanFinding[], gaps: readonly ScanGap[]): ScanOutcome {
  if (findings.some(({ severity }) => severity === 'dangerous')) return 'dangerous'
  if (gaps.length > 0) return 'not-cleared'
  return findings.length > 0 ? 'suspicious' : 'cleared'
}
