/** How a program spells its flags. */
export interface FlagStyle {
  /** `--max_len` is `--max-len` (vLLM's parser). */
  readonly underscores?: boolean
}

/** Last value of a flag, `--name value` or `--name=value`; the last one wins in every engine. `undefined` when it is not there. */
export function flagValue(words: readonly string[], names: readonly string[], style: FlagStyle = {}): string | undefined {
  let value: string | undefined
  for (const [at, word] of words.entries()) {
    const equals = word.startsWith('--') ? word.indexOf('=') : -1
    const name = equals === -1 ? word : word.slice(0, equals)
    if (!names.includes(normalise(name, style))) continue
    value = equals === -1 ? (words[at + 1] ?? '') : word.slice(equals + 1)
  }
  return value
}

export const hasFlag = (words: readonly string[], names: readonly string[], style: FlagStyle = {}): boolean =>
  words.some((word) => names.includes(normalise(word.startsWith('--') ? (word.split('=', 1)[0] ?? '') : word, style)))

const normalise = (name: string, { underscores = false }: FlagStyle): string =>
  underscores && name.startsWith('--') ? `--${name.slice(2).replaceAll('_', '-')}` : name
