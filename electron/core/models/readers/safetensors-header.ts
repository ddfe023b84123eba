import type { ByteSource } from '../byte-source.ts'
import { NameHashes } from './name-hashes.ts'
import { Unreadable } from './unreadable.ts'
import { WordWatch } from './word-watch.ts'

/** One entry with its name; metadata values alone may be longer. */
const MAX_ENTRY_BYTES = 65_536
const WINDOW_BYTES = 262_144
const PREFIX_BYTES = 8
const MAX_DIMENSIONS = 64
const MAX_NOTES = 100_000
/** Of metadata, what people are shown. */
const KEPT_NOTES = 200
const KEPT_NOTE_BYTES = 1_024
const [QUOTE, BACKSLASH, COMMA, COLON, OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [0x22, 0x5c, 0x2c, 0x3a, 0x7b, 0x7d, 0x5b, 0x5d]
const [ZERO, NINE] = [0x30, 0x39]
const METADATA = '__metadata__'

export interface Notes {
  /** The first ones, long ones cut. */
  readonly kept: ReadonlyMap<string, string>
  /** Those that say what is to be made of them, `_target_` of Hydra, with their beginnings. */
  readonly makers: ReadonlyMap<string, string>
}

export interface TensorEntry {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

/**
 * Walks through the header of a safetensors file with one window in memory: an object of tensors, and of one `__metadata__` whose values are texts.
 * Gives each tensor to `onTensor`, and of the metadata what people are shown and what names a class.
 * Stricter than the library where two readers could see two files: no field twice or unknown, numbers as the format writes them.
 * Names of tensors are the caller's to compare.
 * @throws {Unreadable} with the byte at which it leaves the format
 */
export async function readSafetensorsHeader(
  source: ByteSource,
  headerBytes: number,
  onTensor: (entry: TensorEntry) => void,
  step: (count?: number) => void,
  signal?: AbortSignal,
): Promise<Notes> {
  const walk = new HeaderWalk(source, PREFIX_BYTES + headerBytes, step, signal)
  return walk.run(onTensor)
}

class HeaderWalk {
  readonly #source: ByteSource
  readonly #end: number
  readonly #step: (count?: number) => void
  readonly #signal: AbortSignal | undefined
  readonly #window = Buffer.allocUnsafe(MAX_ENTRY_BYTES + WINDOW_BYTES)
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  /** Bytes of the window that hold something, the one that is read next, and the byte of the file that the window begins with. */
  #length = 0
  #at = 0
  #start = PREFIX_BYTES

  constructor(source: ByteSource, end: number, step: (count?: number) => void, signal: AbortSignal | undefined) {
    this.#source = source
    this.#end = end
    this.#step = step
    this.#signal = signal
  }

  async run(onTensor: (entry: TensorEntry) => void): Promise<Notes> {
    await this.#refill()
    if (this.#window[0] !== OPEN || this.#length === 0) throw this.#stop('its header does not begin with {')
    this.#at += 1
    let metadata: Notes | undefined
    if (this.#peek() === CLOSE) this.#at += 1
    else
      do {
        if (this.#isLow) await this.#refill()
        const name = this.#text()
        this.#expect(COLON)
        if (name !== METADATA) onTensor(this.#tensor(name))
        else if (metadata === undefined) metadata = await this.#metadata()
        else throw this.#stop(`the name ${METADATA} stands twice`)
      } while (this.#another(CLOSE))
    await this.#nothingMore()
    return metadata ?? { kept: new Map(), makers: new Map() }
  }

  get #unread(): number {
    return this.#end - this.#start - this.#length
  }

  get #isLow(): boolean {
    return this.#length - this.#at < MAX_ENTRY_BYTES && this.#unread > 0
  }

  async #refill(): Promise<void> {
    this.#signal?.throwIfAborted()
    this.#window.copyWithin(0, this.#at, this.#length)
    this.#start += this.#at
    this.#length -= this.#at
    this.#at = 0
    const from = this.#start + this.#length
    const wanted = Math.min(this.#window.length - this.#length, WINDOW_BYTES, this.#end - from)
    const bytes = await this.#source.read(from, wanted, this.#signal)
    if (bytes.length < wanted) throw new Unreadable('fewer bytes came than the file has', from)
    this.#step(bytes.length / 100)
    try {
      this.#utf8.decode(bytes, { stream: from + wanted < this.#end })
    } catch {
      throw new Unreadable('its header is no UTF-8', from)
    }
    this.#window.set(bytes, this.#length)
    this.#length += wanted
  }

  #tensor(name: string): TensorEntry {
    const wrong = (what: string) => this.#stop(`tensor ${name.slice(0, 80)}: ${what}`)
    let dtype: string | undefined
    let shape: number[] | undefined
    let offsets: number[] | undefined
    if (this.#peek() !== OPEN) throw wrong('it is no object')
    this.#at += 1
    if (this.#peek() !== CLOSE)
      do {
        const field = this.#text()
        this.#expect(COLON)
        if (field === 'dtype' && dtype === undefined) dtype = this.#text()
        else if (field === 'shape' && shape === undefined) shape = this.#naturals(MAX_DIMENSIONS)
        else if (field === 'data_offsets' && offsets === undefined) offsets = this.#naturals(2)
        else throw wrong(`it has a field ${field.slice(0, 80)}${/^(?:dtype|shape|data_offsets)$/.test(field) ? ' twice' : ''}`)
      } while (this.#another(CLOSE))
    else this.#at += 1
    const [begin, end] = offsets ?? []
    if (dtype === undefined) throw wrong('its dtype is missing')
    if (shape === undefined) throw wrong('its shape is none')
    if (begin === undefined || end === undefined || end < begin) throw wrong('its offsets are none')
    return { name, dtype, shape, begin, end }
  }

  async #metadata(): Promise<Notes> {
    const [kept, makers] = [new Map<string, string>(), new Map<string, string>()]
    const names = new NameHashes(MAX_NOTES)
    let count = 0
    if (this.#peek() !== OPEN) throw this.#stop(`${METADATA} is no object`)
    this.#at += 1
    if (this.#peek() === CLOSE) {
      this.#at += 1
      return { kept, makers }
    }
    do {
      if (this.#isLow) await this.#refill()
      const name = this.#text()
      this.#expect(COLON)
      if (this.#peek() !== QUOTE) throw this.#stop(`${METADATA}: ${name.slice(0, 80)} is no text`)
      const watch = new WordWatch()
      for (const character of `${name}:`) watch.feed(character.charCodeAt(0))
      const value = await this.#longText(watch)
      count += 1
      if (count > MAX_NOTES) throw this.#stop(`${METADATA} has more than ${MAX_NOTES} names`)
      names.add(name)
      if (kept.size < KEPT_NOTES) kept.set(name.slice(0, KEPT_NOTE_BYTES), value)
      if (watch.found && makers.size < KEPT_NOTES) makers.set(name.slice(0, KEPT_NOTE_BYTES), value)
      if (this.#isLow) await this.#refill()
    } while (this.#another(CLOSE))
    if (names.hasTwice()) throw this.#stop(`${METADATA} has a name twice`)
    return { kept, makers }
  }

  /** A text of any length; its beginning is kept, cut between characters. */
  async #longText(watch: WordWatch): Promise<string> {
    const kept: number[] = [QUOTE]
    let isKept = true
    this.#at += 1
    for (;;) {
      if (this.#at >= this.#length || (this.#isLow && this.#length - this.#at < 8)) await this.#refill()
      const byte = this.#byte()
      if (byte === QUOTE) break
      if (byte < 0x20) throw this.#stop('a control character in a text')
      // Neither within a character of several bytes nor, since it is taken whole, within an escape.
      if (kept.length > KEPT_NOTE_BYTES && (byte < 0x80 || byte >= 0xc0)) isKept = false
      if (isKept) kept.push(byte)
      if (byte !== BACKSLASH) {
        watch.feed(byte)
        continue
      }
      const rest = this.#escape()
      watch.feed(characterOf(rest))
      if (isKept) kept.push(...rest)
    }
    return this.#decoded(Uint8Array.from([...kept, QUOTE]))
  }

  /** What follows a backslash (RFC 8259, section 7). */
  #escape(): Uint8Array {
    const from = this.#at
    const letter = this.#byte()
    if (letter === 0x75) for (let digit = 0; digit < 4; digit++) if (!isHex(this.#byte())) throw this.#stop('a broken escape')
    if (letter !== 0x75 && !ESCAPES.has(letter)) throw this.#stop('a broken escape')
    return this.#window.subarray(from, this.#at)
  }

  /** A text within one window. */
  #text(): string {
    if (this.#peek() !== QUOTE) throw this.#stop('a quote is missing')
    const from = this.#at
    let isPlain = true
    this.#at += 1
    for (let byte = this.#byte(); byte !== QUOTE; byte = this.#byte()) {
      if (byte < 0x20) throw this.#stop('a control character in a text')
      if (byte === BACKSLASH) this.#escape()
      if (byte === BACKSLASH || byte >= 0x80) isPlain = false
    }
    return isPlain ? this.#window.toString('latin1', from + 1, this.#at - 1) : this.#decoded(this.#window.subarray(from, this.#at))
  }

  #decoded(quoted: Uint8Array): string {
    try {
      return JSON.parse(Buffer.from(quoted).toString('utf8'))
    } catch {
      throw this.#stop('a text is broken')
    }
  }

  #naturals(max: number): number[] {
    const numbers: number[] = []
    this.#expect(OPEN_LIST)
    if (this.#peek() === CLOSE_LIST) {
      this.#at += 1
      return numbers
    }
    do {
      if (numbers.length >= max) throw this.#stop(`a list of more than ${max} numbers`)
      numbers.push(this.#natural())
    } while (this.#another(CLOSE_LIST))
    return numbers
  }

  #natural(): number {
    let value = 0
    this.#peek()
    const from = this.#at
    for (let byte = this.#window[from] ?? 0; byte >= ZERO && byte <= NINE && this.#at < this.#length; byte = this.#window[this.#at] ?? 0) {
      value = value * 10 + byte - ZERO
      this.#at += 1
    }
    const digits = this.#at - from
    if (digits === 0 || (digits > 1 && this.#window[from] === ZERO) || !Number.isSafeInteger(value)) throw this.#stop('a number is none')
    return value
  }

  /** After a member or item: a comma and so another one, or the end. */
  #another(close: number): boolean {
    const found = this.#peek()
    if (found !== COMMA && found !== close) throw this.#stop('a comma or an end is missing')
    this.#at += 1
    return found === COMMA
  }

  #expect(byte: number): void {
    if (this.#peek() !== byte) throw this.#stop(`${String.fromCharCode(byte)} is missing`)
    this.#at += 1
  }

  /** The next byte that is no white space, without taking it. */
  #peek(): number {
    for (;;) {
      const byte = this.#byte()
      if (isSpace(byte)) continue
      this.#at -= 1
      return byte
    }
  }

  #byte(): number {
    if (this.#at >= this.#length)
      throw this.#stop(this.#unread > 0 ? `an entry of more than ${MAX_ENTRY_BYTES} bytes` : 'its header ends too early')
    return this.#window[this.#at++] ?? 0
  }

  async #nothingMore(): Promise<void> {
    for (;;) {
      while (this.#at < this.#length && isSpace(this.#window[this.#at] ?? 0)) this.#at += 1
      if (this.#at < this.#length) throw this.#stop('text after the end of its header')
      if (this.#unread === 0) return
      await this.#refill()
    }
  }

  #stop(reason: string): Unreadable {
    return new Unreadable(reason, this.#start + this.#at)
  }
}

const ESCAPES: ReadonlySet<number> = new Set(Buffer.from('"\\/bfnrt'))
/** Of an escape, as far as words go: what stands for white space is none of a word. */
const characterOf = (escaped: Uint8Array): number => {
  if (escaped[0] === 0x75) return Number.parseInt(Buffer.from(escaped.subarray(1)).toString('latin1'), 16)
  return escaped[0] === BACKSLASH ? BACKSLASH : 0x20
}
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
const isHex = (byte: number): boolean => (byte >= ZERO && byte <= NINE) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66)
