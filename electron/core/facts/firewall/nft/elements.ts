import { dictionary } from '../ruleset.ts'
import { Cursor, type Token } from './tokens.ts'

/** One element of a set or map: its key, one word for each part of a concatenation, and for maps what it leads to. */
export interface Element {
  /** Empty for whoever is added meanwhile. */
  readonly key: readonly string[]
  /** It goes by itself after a time, or comes. */
  readonly passing?: true
  readonly data?: readonly Token[]
}

/** Words that may follow a key, with the number of words they take. */
const OPTIONS = dictionary<number>({ timeout: 1, expires: 1, comment: 1, counter: 0, packets: 1, bytes: 1, last: 0, used: 1 })

/** The inside of `{ … }`: `10.0.0.0/8, 10.1.1.1 . 22 timeout 1h : accept`. Undefined when it is not understood. */
export function parseElements(tokens: readonly Token[]): readonly Element[] | undefined {
  const elements: Element[] = []
  for (const part of split(tokens.filter(({ kind }) => kind !== 'newline'))) {
    const cursor = new Cursor(part)
    const key = [cursor.next()?.text ?? '']
    let passing: { readonly passing?: true } = {}
    while (cursor.accept('.')) key.push(cursor.next()?.text ?? '')
    while (!cursor.done && cursor.peek() !== ':') {
      const word = cursor.next()?.text ?? ''
      const words = OPTIONS[word]
      // A limit or quota for each element makes membership a matter of chance.
      if (words === undefined) return undefined
      if (word === 'timeout' || word === 'expires') passing = { passing: true }
      for (let count = 0; count < words; count += 1) cursor.next()
    }
    if (cursor.accept(':')) {
      const data: Token[] = []
      while (!cursor.done) data.push(cursor.next() as Token)
      elements.push({ key, data, ...passing })
    } else elements.push({ key, ...passing })
  }
  return elements
}

/** At commas outside of braces. A comma at the end is allowed. */
function split(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]]
  let depth = 0
  for (const token of tokens) {
    if (token.kind === 'mark' && token.text === '{') depth += 1
    if (token.kind === 'mark' && token.text === '}') depth -= 1
    if (token.kind === 'mark' && token.text === ',' && depth === 0) parts.push([])
    else parts.at(-1)?.push(token)
  }
  return parts.filter((part) => part.length > 0)
}

/** Named sets and maps of one table. */
export type NamedSets = ReadonlyMap<string, readonly Element[] | undefined>

/**
 * Body of `set NAME { … }` or `map NAME { … }`. A set without elements is empty. What has a timeout is there for a while; a dynamic set is filled by rules, so
 * by who sends packets, as for knocking on ports.
 */
export function parseSetBody(tokens: readonly Token[]): readonly Element[] | undefined {
  const cursor = new Cursor(tokens)
  let elements: readonly Element[] | undefined = []
  let [dynamic, timed] = [false, false]
  while (!cursor.done) {
    if (cursor.accept('elements', '=', '{')) elements = parseElements(cursor.block())
    // The flag `timeout` allows elements to have one; those without stay.
    else if (cursor.accept('flags'))
      do dynamic = cursor.next()?.text === 'dynamic' || dynamic
      while (cursor.accept(','))
    else if (cursor.accept('timeout')) timed = true
    else cursor.next()
  }
  const all = timed ? elements?.map((element): Element => ({ ...element, passing: true })) : elements
  return dynamic && all ? [...all, { key: [], passing: true }] : all
}
