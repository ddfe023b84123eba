import { Unreadable } from './unreadable.ts'

export type JsonValue = null | boolean | number | string | JsonValue[] | Map<string, JsonValue>

const MAX_DEPTH = 64
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const SPACE = /[ \t\n\r]*/y
const escapes: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/**
 * JSON by RFC 8259 and the three numbers that Python writes and reads beside (NaN, Infinity, -Infinity), with two rules of our own: no name twice in an object (two readers would see two files),
 * and at most 64 levels. Objects are maps, so that `__proto__` is a name like any other. With `maxValues`, a JSON bomb ends early.
 * @throws {Unreadable} with the character at which it went wrong
 */
export function parseJson(text: string, { maxValues }: { readonly maxValues: number }): JsonValue {
  let at = 0
  let values = 0

  const stop = (reason: string) => new Unreadable(`JSON: ${reason}`, at)
  function match(pattern: RegExp): string {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0] ?? ''
    at += found.length
    return found
  }
  function expect(character: string): void {
    if (text[at] !== character) throw stop(`${character} is missing`)
    at += 1
  }
  function accept(character: string): boolean {
    match(SPACE)
    if (text[at] !== character) return false
    at += 1
    return true
  }

  function value(depth: number): JsonValue {
    match(SPACE)
    values += 1
    if (depth > MAX_DEPTH) throw stop(`more than ${MAX_DEPTH} levels`)
    if (values > maxValues) throw stop(`more than ${maxValues} values`)
    const first = text[at]
    if (first === '{') return object(depth)
    if (first === '[') return array(depth)
    if (first === '"') return string()
    for (const [word, meaning] of [
      ['true', true],
      ['false', false],
      ['null', null],
      ['NaN', Number.NaN],
      ['Infinity', Number.POSITIVE_INFINITY],
      ['-Infinity', Number.NEGATIVE_INFINITY],
    ] as const) {
      if (!text.startsWith(word, at)) continue
      at += word.length
      return meaning
    }
    const number = match(NUMBER)
    if (number === '') throw stop('a value is missing')
    return Number(number)
  }

  function object(depth: number): JsonValue {
    expect('{')
    const members = new Map<string, JsonValue>()
    if (accept('}')) return members
    do {
      match(SPACE)
      const name = string()
      if (members.has(name)) throw stop(`the name ${JSON.stringify(name.slice(0, 80))} stands twice`)
      match(SPACE)
      expect(':')
      members.set(name, value(depth + 1))
    } while (accept(','))
    expect('}')
    return members
  }

  function array(depth: number): JsonValue {
    expect('[')
    const items: JsonValue[] = []
    if (accept(']')) return items
    do items.push(value(depth + 1))
    while (accept(','))
    expect(']')
    return items
  }

  function string(): string {
    expect('"')
    let out = plain()
    while (text[at] === '\\') {
      at += 1
      out += escaped()
      out += plain()
    }
    expect('"')
    return out
  }

  function plain(): string {
    const start = at
    for (let code = text.charCodeAt(at); code >= 0x20 && code !== 0x22 && code !== 0x5c; code = text.charCodeAt(at)) at += 1
    return text.slice(start, at)
  }

  function escaped(): string {
    const character = text[at] ?? ''
    at += 1
    const meaning = escapes[character]
    if (meaning !== undefined) return meaning
    const digits = text.slice(at, at + 4)
    if (character !== 'u' || !/^[0-9a-fA-F]{4}$/.test(digits)) throw stop('a broken escape')
    at += 4
    return String.fromCharCode(Number.parseInt(digits, 16))
  }

  const result = value(0)
  match(SPACE)
  if (at < text.length) throw stop('text after the end')
  return result
}
