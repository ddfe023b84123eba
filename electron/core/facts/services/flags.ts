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

/** The value of every time that a flag stands there, for flags that add to each other. */
export const everyValue = (words: readonly string[], names: readonly string[], style: FlagStyle = {}): readonly string[] =>
  words.flatMap((word, at) => (hasFlag([word], names, style) ? [flagValue(words.slice(at, at + 2), names, style) ?? ''] : []))

/** All words that follow the last time a flag stands there, up to the next flag (`nargs="+"` of Python's argparse). */
export function valuesOf(words: readonly string[], names: readonly string[], style: FlagStyle = {}): readonly string[] {
  const at = words.findLastIndex((word) => hasFlag([word], names, style))
  if (at === -1) return []
  const word = words[at] ?? ''
  if (word.includes('=')) return [word.slice(word.indexOf('=') + 1)]
  const after = words.slice(at + 1)
  const end = after.findIndex((one) => one.startsWith('-'))
  return end === -1 ? after : after.slice(0, end)
}

/** Whether one of these flags stands among the words, alone or with `=value`. What a flag before it takes as its value is not told apart. */
export const hasFlag = (words: readonly string[], names: readonly string[], style: FlagStyle = {}): boolean =>
  words.some((word) => names.includes(normalise(word.startsWith('--') ? (word.split('=', 1)[0] ?? '') : word, style)))

/** `$ARGS` of a unit whose value was not read: it may stand for any flags (systemd.service(5), Command lines). */
export const unreadVariable = (words: readonly string[]): string | undefined => words.find((word) => /^\$[A-Za-z_]\w*$/.test(word))

/** Of vLLM: what may set what no flag of its command shows. For people. */
export function unseenFlags(words: readonly string[]): string | undefined {
  const variable = unreadVariable(words)
  if (variable !== undefined) return `${variable} in the command of its unit, which was not read,`
  return hasFlag(words, ['--config'], { underscores: true }) ? 'its --config file' : undefined
}

const normalise = (name: string, { underscores = false }: FlagStyle): string =>
  underscores && name.startsWith('--') ? `--${name.slice(2).replaceAll('_', '-')}` : name
