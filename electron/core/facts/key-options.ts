/** One option before a key; `restrict`, `from`, `command`. Names in lower case, since sshd knows them in any. */
export interface KeyOption {
  readonly name: string
  readonly value?: string | undefined
}

export interface KeyOptions {
  readonly options: readonly KeyOption[]
  /** Where the options end: the blank before the key, or the end of the text. */
  readonly end: number
}

/** Types of keys, with which a line begins that has no options. */
const KEY_TYPE = /^(?:ssh|ecdsa|sk)-[^\s"=]+[ \t]/

/**
 * Options of a line of authorized_keys as sshd cuts them (auth-options.c, `opt_dequote`; sshkey.c, `sshkey_advance_past_options`): a quote behind a
 * backslash does not end a value, and no other sign is escaped. sshd refuses the key of a line that holds anything else than options with
 * commas between them; what stands behind such a place is not read here either, so it binds nothing.
 */
export function readKeyOptions(text: string): KeyOptions {
  if (KEY_TYPE.test(text)) return { options: [], end: 0 }
  const end = endOf(text)
  const options: KeyOption[] = []
  const option = /([A-Za-z0-9@._-]{1,60})(?:="((?:\\"|[^"\\]|\\(?!"))*)")?(?:,|$)/y
  const all = text.slice(0, end)
  for (let match = option.exec(all); match?.[1] !== undefined; match = option.exec(all))
    options.push({ name: match[1].toLowerCase(), ...(match[2] !== undefined && { value: match[2].replaceAll('\\"', '"') }) })
  return { options, end }
}

/** The first blank outside of quotes. */
function endOf(text: string): number {
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\' && text[at + 1] === '"') at++
    else if (text[at] === '"') quoted = !quoted
    else if (!quoted && (text[at] === ' ' || text[at] === '\t')) return at
  }
  return text.length
}
