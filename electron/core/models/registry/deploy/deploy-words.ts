const sentences: Readonly<Record<string, (detail: string) => string>> = {
  'not-root': () => 'the account is not root there',
  'no-tool': (detail) => `the host has no ${detail}`,
  'no-folder': (detail) => `there is no folder ${detail}, or it may not be entered`,
  'no-store': (detail) => `${detail} is no store of Ollama`,
  'no-owner': (detail) =>
    detail.endsWith(' belongs to root')
      ? `no owner was named, and ${detail}: name who is to own the files`
      : detail.endsWith(' is not known')
        ? `the owner ${detail.replace(/:(?= is not known$)/, '')}`
        : `the files could not be given to ${detail}`,
  unsafe: (detail) => `not safe: ${detail}`,
  unwritable: (detail) => `${detail} could not be written`,
  moved: () => 'what had arrived before was changed meanwhile',
  short: () => 'not all bytes arrived',
  differs: (detail) => (detail === '' ? 'what arrived differs from what was approved' : `${detail} differs there from what was approved`),
  incomplete: (detail) => `${detail} is not complete there`,
}

/** Why the program stopped, for people. What a newer one may say stands as it is. */
export const refusalWords = (code: string, detail: string): string => sentences[code]?.(detail) ?? `${code} ${detail}`.trim()
