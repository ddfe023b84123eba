import type { Outcome } from './status.ts'

/** The word for a status, everywhere; `short` where a column is narrow (DESIGN.md, section 5). */
export const outcomeWords: Readonly<Record<Outcome, { readonly word: string; readonly short: string }>> = {
  fail: { word: 'Fail', short: 'Fail' },
  warning: { word: 'Warning', short: 'Warning' },
  'not-evaluated': { word: 'Not evaluated', short: 'Unknown' },
  'needs-attestation': { word: 'Needs attestation', short: 'Attest' },
  waived: { word: 'Waived', short: 'Waived' },
  pass: { word: 'Pass', short: 'Pass' },
  'not-applicable': { word: 'Not applicable', short: 'N/A' },
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to take out
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g

/** Text from a host made harmless for people's eyes: control, zero-width and bidirectional characters become a visible mark, tabs and newlines stay. */
export const visible = (text: string): string => text.replace(CONTROL, '\u00b7')
