/** A JSON value that knows its line, so that findings can point at it. */
export type JsonNode =
  | { readonly kind: 'object'; readonly line: number; readonly entries: ReadonlyMap<string, JsonNode> }
  | { readonly kind: 'array'; readonly line: number; readonly items: readonly JsonNode[] }
  | { readonly kind: 'string'; readonly line: number; readonly text: string }
  | { readonly kind: 'other'; readonly line: number; readonly value: number | boolean | null }

const MAX_DEPTH = 256
const MAX_NODES = 500_000
const PLAIN = /[^"\\]+/y
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/**
 * RFC 8259. A line feed never belongs to a JSON text but between tokens, so the section may break lines anywhere, inside strings too, and
 * every one is dropped here. Undefined for anything else than one whole value.
 */
export function parseJsonLines(text: string, firstLine: number): JsonNode | undefined {
  const reader = new Reader(text, firstLine)
  const node = reader.value(0)
  return node && reader.atEnd() ? node : undefined
}

class Reader {
  /** Without line feeds. */
  readonly #text: string
  /** How much of the text lies before the end of each line. */
  readonly #lineEnds: readonly number[]
  readonly #firstLine: number
  #at = 0
  #lines = 0
  #nodes = 0
  constructor(text: string, firstLine: number) {
    const lines = text.split('\n')
    let length = 0
    this.#lineEnds = lines.map((line) => {
      length += line.length
      return length
    })
    this.#text = lines.join('')
    this.#firstLine = firstLine
  }

  /** The line of what comes next. */
  #line(): number {
    while ((this.#lineEnds[this.#lines] ?? this.#text.length) <= this.#at && this.#at < this.#text.length) this.#lines += 1
    return this.#firstLine + this.#lines
  }

  #skip(): void {
    while (/^[ \t\r]$/.test(this.#text.charAt(this.#at))) this.#at += 1
  }

  #take(character: string): boolean {
    this.#skip()
    if (this.#text.charAt(this.#at) !== character) return false
    this.#at += 1
    return true
  }

  atEnd(): boolean {
    this.#skip()
    return this.#at === this.#text.length
  }

  value(depth: number): JsonNode | undefined {
    this.#skip()
    const line = this.#line()
    this.#nodes += 1
    if (depth > MAX_DEPTH || this.#nodes > MAX_NODES) return undefined
    switch (this.#text.charAt(this.#at)) {
      case '{':
        return this.#object(line, depth)
      case '[':
        return this.#array(line, depth)
      case '"': {
        const text = this.#string()
        return text === undefined ? undefined : { kind: 'string', line, text }
      }
      default:
        return this.#other(line)
    }
  }

  #object(line: number, depth: number): JsonNode | undefined {
    this.#at += 1
    const entries = new Map<string, JsonNode>()
    if (this.#take('}')) return { kind: 'object', line, entries }
    do {
      this.#skip()
      const name = this.#string()
      if (name === undefined || !this.#take(':')) return undefined
      const node = this.value(depth + 1)
      if (!node) return undefined
      entries.set(name, node)
    } while (this.#take(','))
    return this.#take('}') ? { kind: 'object', line, entries } : undefined
  }

  #array(line: number, depth: number): JsonNode | undefined {
    this.#at += 1
    const items: JsonNode[] = []
    if (this.#take(']')) return { kind: 'array', line, items }
    do {
      const node = this.value(depth + 1)
      if (!node) return undefined
      items.push(node)
    } while (this.#take(','))
    return this.#take(']') ? { kind: 'array', line, items } : undefined
  }

  #string(): string | undefined {
    if (this.#text.charAt(this.#at) !== '"') return undefined
    this.#at += 1
    let out = ''
    for (;;) {
      PLAIN.lastIndex = this.#at
      const plain = PLAIN.exec(this.#text)?.[0] ?? ''
      out += plain
      this.#at += plain.length
      const character = this.#text.charAt(this.#at)
      this.#at += 1
      if (character === '"') return out
      if (character === '\\') {
        const letter = this.#text.charAt(this.#at)
        this.#at += 1
        if (letter === 'u') {
          const hex = this.#text.slice(this.#at, this.#at + 4)
          if (!/^[0-9A-Fa-f]{4}$/.test(hex)) return undefined
          out += String.fromCharCode(Number.parseInt(hex, 16))
          this.#at += 4
        } else if (letter === '"' || letter === '\\' || letter === '/') out += letter
        else {
          const plain = escapes[letter]
          if (plain === undefined) return undefined
          out += plain
        }
      } else return undefined
    }
  }

  #other(line: number): JsonNode | undefined {
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      if (!this.#text.startsWith(word, this.#at)) continue
      this.#at += word.length
      return { kind: 'other', line, value }
    }
    NUMBER.lastIndex = this.#at
    const number = NUMBER.exec(this.#text)?.[0]
    if (number === undefined) return undefined
    this.#at += number.length
    return { kind: 'other', line, value: Number(number) }
  }
}

/** Value of a key; undefined where there is none or the node is no object. */
export const field = (node: JsonNode | undefined, ...path: readonly string[]): JsonNode | undefined => {
  let at = node
  for (const name of path) at = at?.kind === 'object' ? at.entries.get(name) : undefined
  return at?.kind === 'other' && at.value === null ? undefined : at
}

/** Empty for what is no list, `null` and what is not there included, as Go reads them. */
export const items = (node: JsonNode | undefined): readonly JsonNode[] => (node?.kind === 'array' ? node.items : [])

/** Names and values in order; empty for what is no object. */
export const entries = (node: JsonNode | undefined): readonly (readonly [string, JsonNode])[] =>
  node?.kind === 'object' ? [...node.entries] : []

/** A string, or a number as Caddy's WeakString takes it. */
export const textOf = (node: JsonNode | undefined): string | undefined =>
  node?.kind === 'string' ? node.text : node?.kind === 'other' && node.value !== null ? String(node.value) : undefined

/** The strings of a list. */
export const texts = (node: JsonNode | undefined): readonly string[] => items(node).flatMap((item) => textOf(item) ?? [])

/** The word `true`, which Go takes alone for a bool: not a text that says so. */
export const isTrue = (node: JsonNode | undefined): boolean => node?.kind === 'other' && node.value === true

/** Every node below, itself included, without recursion. */
export function* below(root: JsonNode): Generator<JsonNode> {
  const open: JsonNode[] = [root]
  for (let node = open.pop(); node; node = open.pop()) {
    yield node
    if (node.kind === 'array') for (const item of node.items) open.push(item)
    if (node.kind === 'object') for (const item of node.entries.values()) open.push(item)
  }
}
