/** What a file of a model is, held against what it should be. Without zod, since the window draws the words. Loudest first. */
export const fileStates = ['differs', 'missing-file', 'extra-file', 'not-hashed', 'no-expected-value', 'verified'] as const
export type FileState = (typeof fileStates)[number]

export const fileStateWords: Readonly<Record<FileState, string>> = {
  differs: 'Differs',
  'missing-file': 'Missing file',
  'extra-file': 'Extra file',
  'not-hashed': 'Not hashed',
  'no-expected-value': 'No expected value',
  verified: 'Verified',
}

/** In a reason, what stands between it and the command that would allow the file to be read. */
export const TO_ALLOW = ' To allow it: '
