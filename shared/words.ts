import type { Finding } from './model/finding.ts'
import type { Direction } from './model/history.ts'
import type { StepOutcome } from './model/walkthrough.ts'
import type { Outcome } from './status.ts'

/** The word for a status, everywhere; `short` where a column is narrow. */
export const outcomeWords: Readonly<Record<Outcome, { readonly word: string; readonly short: string }>> = {
  fail: { word: 'Fail', short: 'Fail' },
  warning: { word: 'Warning', short: 'Warning' },
  'not-evaluated': { word: 'Not evaluated', short: 'Unknown' },
  'needs-attestation': { word: 'Needs attestation', short: 'Attest' },
  waived: { word: 'Waived', short: 'Waived' },
  pass: { word: 'Pass', short: 'Pass' },
  'not-applicable': { word: 'Not applicable', short: 'N/A' },
}

/** What became of findings between two audits. */
export const directionWords: Readonly<Record<Direction, string>> = {
  worse: 'Got worse',
  found: 'Open, and not measured before',
  unseen: 'Not measured any more',
  still: 'Open as before, by other evidence',
  decided: 'Accepted, or to be stated',
  better: 'Got better',
  cleared: 'Passes, and was not measured before',
  gone: 'Gone',
  other: 'Otherwise different',
}

/** What a person says of an item of the checklist. */
export const stepOutcomeWords: Readonly<Record<StepOutcome, string>> = {
  met: 'Met',
  'met-with-exceptions': 'Met with exceptions',
  'not-met': 'Not met',
  'not-applicable': 'Not applicable',
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to take out
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g

/** Text from a host made harmless for people's eyes: control, zero-width and bidirectional characters become a visible mark, tabs and newlines stay. */
export const visible = (text: string): string => text.replace(CONTROL, '\u00b7')

const timeUnits = [
  ['year', 31_557_600],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const

/** "5 years ahead", or nothing when the clock of a host is within two minutes of ours. Logs, certificates and one-time codes depend on it. */
export function clockWords(skewSeconds: number): string | undefined {
  const size = Math.abs(skewSeconds)
  const [unit, seconds] = timeUnits.find(([, length]) => size >= 2 * length) ?? []
  if (unit === undefined || seconds === undefined) return undefined
  return `${Math.round(size / seconds)} ${unit}s ${skewSeconds > 0 ? 'ahead' : 'behind'}`
}

/** What stands behind a waived finding, or why it is open again. Undefined without a waiver. */
export function waiverWords({ waiver }: Pick<Finding, 'waiver'>): string | undefined {
  if (waiver === undefined) return undefined
  const { state, approver, endsOn, reason } = waiver
  if (state === 'active') return `Waived until ${endsOn} by ${approver}: ${reason}`
  const why = state === 'expired' ? `ended on ${endsOn}` : 'ended because the evidence changed'
  return `The waiver by ${approver} ${why}. It was: ${reason}`
}

/** Who stated it, or why it must be stated again. Undefined without a statement. */
export function attestationWords({ attestation }: Pick<Finding, 'attestation'>): string | undefined {
  if (attestation === undefined) return undefined
  const { state, name, statedAt, endsOn } = attestation
  if (state === 'active') return `Stated by ${name} on ${statedAt.slice(0, 10)}, holds until ${endsOn}`
  return `The statement by ${name} ${state === 'expired' ? `ended on ${endsOn}` : 'ended because the evidence changed'}`
}

/** Permission bits as chmod takes them: `0640`. */
export const octal = (mode: number): string => mode.toString(8).padStart(4, '0')
