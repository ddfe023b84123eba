import type { Outcome, Severity } from '#shared/status.ts'

export type Tone = 'fail' | 'warn' | 'unknown' | 'attest' | 'waived' | 'pass' | 'na' | 'run' | 'wait'

interface OutcomeWords {
  readonly word: string
  /** For narrow places; readers always get the long one. */
  readonly short: string
  /** For the sidebar: "3 fail". */
  readonly noun: string
  readonly tone: Tone
}

export const outcomeWords: Readonly<Record<Outcome, OutcomeWords>> = {
  fail: { word: 'Fail', short: 'Fail', noun: 'fail', tone: 'fail' },
  warning: { word: 'Warning', short: 'Warning', noun: 'warn', tone: 'warn' },
  'not-evaluated': { word: 'Not evaluated', short: 'Unknown', noun: 'unknown', tone: 'unknown' },
  'needs-attestation': { word: 'Needs attestation', short: 'Attest', noun: 'attest', tone: 'attest' },
  waived: { word: 'Waived', short: 'Waived', noun: 'waived', tone: 'waived' },
  pass: { word: 'Pass', short: 'Pass', noun: 'pass', tone: 'pass' },
  'not-applicable': { word: 'Not applicable', short: 'N/A', noun: 'n/a', tone: 'na' },
}

export const severityWords: Readonly<Record<Severity, string>> = { critical: 'Critical', high: 'High', medium: 'Medium', low: 'Low' }
