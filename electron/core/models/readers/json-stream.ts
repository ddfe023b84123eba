import type { ByteSource } from '../byte-source.ts'
import { ByteCursor } from './byte-cursor.ts'
import { NameSet } from './name-set.ts'
import { Unreadable } from './unreadable.ts'

/** Where the value of a named member lies in the file. */
export interface JsonSpan {
  readonly name: string
  readonly start: number
  readonly end: number
}

const MAX_DEPTH = 64
const MAX_NAME_BYTES = 16_384
const MAX_NAMES = 320_000
const MAX_SPANS = 1_000
const READY_BYTES = 64
const utf8 = new TextDecoder('utf-8', { fatal: true })
const [QUOTE, BACKSLASH, COMMA, COLON, OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [0x22, 0x5c, 0x2c, 0x3a, 0x7b, 0x7d, 0x5b, 0x5d]

interface Level {
  /** Names of an object so far; undefined in an array. */
  readonly names: NameSet | undefined
  /** The member under way, when its value is wanted. */
  wanted: { readonly name: string; readonly start: number } | undefined
}

/**
 * Walks through JSON of any size with one window in memory, by the rules of `parseJson`: 64 levels, no name twice in an object. Gives the places
 * of the values that `wanted` names; a tokenizer of 30 MB is read for the few settings in it.
 * @throws {Unreadable} for what is no JSON, and for more names than fit into memory
 */
export async function findInJson(
  source: ByteSource,
  wanted: (name: string) => boolean,
  step: (count?: number) => void,
  signal?: AbortSignal,
): Promise<JsonSpan[]> {
  const walk = new JsonWalk(new ByteCursor(source, { signal }), wanted, step)
  await walk.run()
  return walk.spans
}

class JsonWalk {
  readonly spans: JsonSpan[] = []
  readonly #cursor: ByteCursor
  readonly #wanted: (name: string) => boolean
  readonly #step: (count?: number) => void
  readonly #levels: Level[] = []
  /** The name under way, with its quotes; one array for all of them. */
  readonly #name = new Uint8Array(MAX_NAME_BYTES + 2).fill(QUOTE, 0, 1)
  #names = 0

  constructor(cursor: ByteCursor, wanted: (name: string) => boolean, step: (count?: number) => void) {
    this.#cursor = cursor
    this.#wanted = wanted
    this.#step = step
  }

  async run(): Promise<void> {
    await this.#value()
    while (this.#levels.length > 0) await this.#next()
    if ((await this.#peek()) !== undefined) throw this.#stop('text after the end')
  }

  /** A value begins here: a scalar is over at once, a list or object opens a level. */
  async #value(): Promise<void> {
    this.#step(2)
    const first = await this.#peek()
    if (first === OPEN || first === OPEN_LIST) {
      this.#cursor.u8()
      if (this.#levels.length >= MAX_DEPTH) throw this.#stop(`more than ${MAX_DEPTH} levels`)
      this.#levels.push({ names: first === OPEN ? new NameSet() : undefined, wanted: undefined })
      const close = first === OPEN ? CLOSE : CLOSE_LIST
      if ((await this.#peek()) === close) return this.#close()
      return first === OPEN ? this.#member() : this.#value()
    }
    if (first === QUOTE) await this.#text(false)
    else await this.#word()
    this.#valueEnded()
  }

  /** After a value: another one, or the end of the level. */
  async #next(): Promise<void> {
    const level = this.#levels.at(-1)
    const found = await this.#peek()
    if (found === COMMA) {
      this.#cursor.u8()
      return level?.names === undefined ? this.#value() : this.#member()
    }
    if (found !== (level?.names === undefined ? CLOSE_LIST : CLOSE)) throw this.#stop('a comma or an end is missing')
    this.#close()
  }

  #close(): void {
    this.#cursor.u8()
    this.#levels.pop()
    this.#valueEnded()
  }

  #valueEnded(): void {
    const level = this.#levels.at(-1)
    if (level?.wanted === undefined) return
    if (this.spans.length >= MAX_SPANS) throw this.#stop('it has too many settings')
    this.spans.push({ ...level.wanted, end: this.#cursor.offset })
    level.wanted = undefined
  }

  async #member(): Promise<void> {
    if ((await this.#peek()) !== QUOTE) throw this.#stop('a name is missing')
    const name = await this.#text(true)
    const level = this.#levels.at(-1)
    if (level?.names?.add(name) === false) throw this.#stop(`the name ${JSON.stringify(name.slice(0, 80))} stands twice`)
    this.#names += 1
    if (this.#names > MAX_NAMES) throw this.#stop(`more than ${MAX_NAMES} names`)
    if ((await this.#peek()) !== COLON) throw this.#stop('a colon is missing')
    this.#cursor.u8()
    await this.#peek()
    if (level !== undefined && this.#wanted(name)) level.wanted = { name, start: this.#cursor.offset }
    await this.#value()
  }

  /** A quoted text; its content only when it is kept. */
  async #text(kept: boolean): Promise<string> {
    const cursor = this.#cursor
    const start = cursor.offset
    cursor.u8()
    const name = this.#name
    let length = 1
    for (;;) {
      if (cursor.ready < 2) await cursor.need(Math.min(2, Math.max(1, cursor.remaining)))
      const byte = cursor.u8()
      if (byte < 0x20) throw this.#stop('a control character in a text')
      if (kept) name[length++] = byte
      if (byte === BACKSLASH) {
        const next = cursor.u8()
        if (kept) name[length++] = next
      }
      if (length > MAX_NAME_BYTES) throw new Unreadable('JSON: a name is too long', start)
      if (byte === QUOTE) break
    }
    if (!kept) return ''
    try {
      return JSON.parse(utf8.decode(name.subarray(0, length)))
    } catch {
      throw new Unreadable('JSON: a name is broken', start)
    }
  }

  /** A number, true, false or null. */
  async #word(): Promise<void> {
    const cursor = this.#cursor
    await cursor.fill(READY_BYTES)
    const start = cursor.offset
    const { buffer, byteOffset, length } = cursor.bytes(Math.min(READY_BYTES, cursor.remaining))
    const text = Buffer.from(buffer, byteOffset, length).toString('latin1')
    const word = /^(?:true|false|null|NaN|-?Infinity|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?=[\s,}\]]|$)/.exec(text)?.[0]
    if (word === undefined) throw new Unreadable('JSON: a value is missing', start)
    cursor.moveTo(start + word.length)
  }

  /** The next byte that is no white space, without taking it; undefined at the end. */
  async #peek(): Promise<number | undefined> {
    const cursor = this.#cursor
    for (;;) {
      if (cursor.ready < 1) await cursor.fill(READY_BYTES)
      if (cursor.remaining === 0) return undefined
      const byte = cursor.u8()
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) continue
      cursor.moveTo(cursor.offset - 1)
      return byte
    }
  }

  #stop(reason: string): Unreadable {
    return new Unreadable(`JSON: ${reason}`, this.#cursor.offset)
  }
}
