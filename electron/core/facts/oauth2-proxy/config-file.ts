/** One key of the file. `offset`: lines below the first. */
export interface ConfigEntry {
  readonly values: readonly string[]
  /** Written as a list, `[…]`. */
  readonly listed: boolean
  readonly offset: number
}

export type ConfigFile =
  | { readonly ok: true; readonly entries: ReadonlyMap<string, ConfigEntry> }
  | { readonly ok: false; readonly offset: number }

const KEY = /^\s*(?:([A-Za-z0-9_-]+)|"([^"\\]*)"|'([^']*)')\s*=\s*/
const BASIC = /"((?:[^"\\]|\\.)*)"/y
const LITERAL = /'([^']*)'/y
const BARE = /[^\s,\]#"']+/y
const REST = /^\s*(?:#.*)?$/

/**
 * The part of TOML that oauth2-proxy's file uses: `key = value` with strings, numbers, booleans and lists of them, which may span lines.
 * Keys are told apart without case, as viper does. Anything else is refused with its line, since a misread file would be judged wrongly.
 */
export function parseConfigFile(lines: readonly string[]): ConfigFile {
  const entries = new Map<string, ConfigEntry>()
  for (let at = 0; at < lines.length; at += 1) {
    const text = (lines[at] ?? '').replace(/\r$/, '')
    if (REST.test(text)) continue
    const key = KEY.exec(text)
    if (!key) return { ok: false, offset: at }
    const name = (key[1] ?? key[2] ?? key[3] ?? '').toLowerCase()
    const value = text.slice(key[0].length)
    if (name === 'cookie_secret_shape' || name === 'typed_shape') {
      entries.set(name, { values: [value], listed: false, offset: at })
      continue
    }
    const offset = at
    const reader: Reader = { lines, line: at, text: value, at: 0 }
    const values = readValue(reader)
    if (!values || !REST.test(reader.text.slice(reader.at))) return { ok: false, offset: reader.line }
    at = reader.line
    entries.set(name, { values, listed: value.startsWith('['), offset })
  }
  return { ok: true, entries }
}

interface Reader {
  readonly lines: readonly string[]
  line: number
  text: string
  at: number
}

function readValue(reader: Reader): readonly string[] | undefined {
  if (reader.text.charAt(reader.at) !== '[') {
    const one = readScalar(reader)
    return one === undefined ? undefined : [one]
  }
  reader.at += 1
  const values: string[] = []
  let comma = true
  for (;;) {
    if (!skipBlank(reader)) return undefined
    const character = reader.text.charAt(reader.at)
    if (character === ']') {
      reader.at += 1
      return values
    }
    if (character === ',') {
      if (comma) return undefined
      comma = true
      reader.at += 1
      continue
    }
    const one = comma ? readScalar(reader) : undefined
    if (one === undefined) return undefined
    values.push(one)
    comma = false
  }
}

function readScalar(reader: Reader): string | undefined {
  if (reader.text.startsWith('"""', reader.at) || reader.text.startsWith("'''", reader.at)) return undefined
  for (const pattern of [BASIC, LITERAL, BARE]) {
    pattern.lastIndex = reader.at
    const found = pattern.exec(reader.text)
    if (!found) continue
    reader.at = pattern.lastIndex
    return pattern === BASIC ? withoutEscapes(found[1] ?? '') : (found[1] ?? found[0])
  }
  return undefined
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }
const withoutEscapes = (text: string): string => text.replace(/\\(.)/g, (_, one: string) => escapes[one] ?? one)

/** Past blanks, comments and ends of lines. False at the end of the file. */
function skipBlank(reader: Reader): boolean {
  for (;;) {
    const rest = reader.text.slice(reader.at)
    const blank = /^\s*(?:#.*)?/.exec(rest)?.[0].length ?? 0
    reader.at += blank
    if (reader.at < reader.text.length) return true
    reader.line += 1
    if (reader.line >= reader.lines.length) return false
    reader.text = (reader.lines[reader.line] ?? '').replace(/\r$/, '')
    reader.at = 0
  }
}
