import type { ByteSource } from '../byte-source.ts'
import { ByteCursor } from './byte-cursor.ts'
import { blockOf } from './ggml-types.ts'
import { Unreadable } from './unreadable.ts'

export interface Gguf {
  readonly version: number
  readonly littleEndian: boolean
  readonly tensors: number
  /** Types of tensors by their names in ggml, with how many there are. */
  readonly types: ReadonlyMap<string, number>
  /** Scalars and texts; of arrays only what they are. */
  readonly metadata: ReadonlyMap<string, string>
}

const MAX_TENSORS = 200_000
const MAX_PAIRS = 100_000
const MAX_TEXT_BYTES = 1_048_576
const MAX_KEY_BYTES = 65_535
const MAX_KEPT_CHARS = 4_000_000
const MAX_ARRAY_DEPTH = 4
const MAX_NAME_BYTES = 1_024
const MAX_DIMENSIONS = 4

const scalarBytes: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 }
const TEXT = 8
const ARRAY = 9

/**
 * Header of a GGUF file, versions 1 to 3 in both byte orders (ggml/docs/gguf.md): every pair of the metadata, and every tensor held against the
 * bytes that are there, in order, without gap or overlap, as llama.cpp demands. `step` is called for every entry, and throws to stop.
 * @throws {Unreadable} for anything that is not so
 */
export async function readGguf(source: ByteSource, step: () => void, signal?: AbortSignal): Promise<Gguf> {
  const peek = new ByteCursor(source, { start: 4, signal })
  await peek.need(4)
  const raw = peek.u32()
  // The byte order is written nowhere: versions are small, so a large one is the other order.
  const littleEndian = (raw & 0xffff) !== 0
  const cursor = new ByteCursor(source, { start: 4, littleEndian, signal })
  await cursor.need(20)
  const version = cursor.u32()
  if (version < 1 || version > 3) throw new Unreadable(`GGUF version ${version} does not exist`, 4)
  const reader = new GgufReader(cursor, version, step)
  const [tensors, pairs] = [await reader.count(), await reader.count()]
  if (tensors > MAX_TENSORS || pairs > MAX_PAIRS) throw new Unreadable(`GGUF: it claims ${tensors} tensors and ${pairs} pairs`, 8)
  const metadata = await reader.metadata(pairs)
  const alignment = Number(metadata.get('general.alignment') ?? 32)
  if (!Number.isSafeInteger(alignment) || alignment < 8 || alignment > 65_536 || alignment % 8 !== 0)
    throw new Unreadable('GGUF: its alignment is none')
  return { version, littleEndian, tensors, types: await reader.tensors(tensors, alignment), metadata }
}

class GgufReader {
  readonly #cursor: ByteCursor
  readonly #version: number
  readonly #step: () => void
  #keptChars = 0

  constructor(cursor: ByteCursor, version: number, step: () => void) {
    this.#cursor = cursor
    this.#version = version
    this.#step = step
  }

  /** Counts and lengths have 32 bits in version 1. */
  async count(): Promise<number> {
    await this.#cursor.fill(8)
    if (this.#version === 1) return this.#cursor.u32()
    return this.#cursor.u64()
  }

  async metadata(pairs: number): Promise<Map<string, string>> {
    const metadata = new Map<string, string>()
    for (let index = 0; index < pairs; index += 1) {
      this.#step()
      const at = this.#cursor.offset
      const key = await this.#text(MAX_KEY_BYTES)
      if (metadata.has(key)) throw new Unreadable(`GGUF: the key ${key.slice(0, 80)} stands twice`, at)
      await this.#cursor.need(4)
      const type = this.#cursor.u32()
      // transformers takes a list of one text for the text.
      if (type !== TEXT && key.startsWith('tokenizer.chat_template')) throw new Unreadable('GGUF: a chat template is no text', at)
      metadata.set(key, await this.#value(type, 0))
    }
    return metadata
  }

  async #value(type: number, depth: number): Promise<string> {
    if (type === TEXT) return this.#text(MAX_TEXT_BYTES)
    if (type === ARRAY) return this.#array(depth)
    const bytes = scalarBytes[type]
    if (bytes === undefined) throw new Unreadable(`GGUF: type ${type} of a value does not exist`, this.#cursor.offset)
    await this.#cursor.need(bytes)
    return this.#scalar(type)
  }

  #scalar(type: number): string {
    const cursor = this.#cursor
    if (type === 6) return String(cursor.f32())
    if (type === 12) return String(cursor.f64())
    if (type === 11) return String(cursor.i64())
    if (type === 10) return String(cursor.u64())
    if (type === 5) return String(cursor.i32())
    if (type === 4) return String(cursor.u32())
    if (type === 2 || type === 3) return String(cursor.u16())
    const byte = cursor.u8()
    if (type === 7 && byte > 1) throw new Unreadable('GGUF: a truth value is neither', cursor.offset - 1)
    return type === 7 ? String(byte === 1) : String(byte)
  }

  async #array(depth: number): Promise<string> {
    if (depth >= MAX_ARRAY_DEPTH) throw new Unreadable('GGUF: arrays are nested too deep', this.#cursor.offset)
    await this.#cursor.need(4)
    const type = this.#cursor.u32()
    const count = await this.count()
    const bytes = scalarBytes[type]
    if (bytes !== undefined) this.#cursor.skip(count * bytes)
    else if (type === TEXT || type === ARRAY)
      for (let index = 0; index < count; index += 1) {
        this.#step()
        if (type === ARRAY) await this.#array(depth + 1)
        else {
          if (this.#cursor.ready < 8) await this.#cursor.fill(8)
          this.#cursor.skip(this.#version === 1 ? this.#cursor.u32() : this.#cursor.u64())
        }
      }
    else throw new Unreadable(`GGUF: type ${type} of an array does not exist`, this.#cursor.offset)
    return `[${count} values]`
  }

  async #text(max: number): Promise<string> {
    const cursor = this.#cursor
    const length = await this.count()
    if (length > max) throw new Unreadable(`GGUF: a text claims ${length} bytes`, cursor.offset)
    this.#keptChars += length
    if (this.#keptChars > MAX_KEPT_CHARS) throw new Unreadable('GGUF: its metadata is larger than a scan reads', cursor.offset)
    await cursor.need(length)
    return Buffer.from(cursor.bytes(length)).toString('utf8')
  }

  async tensors(count: number, alignment: number): Promise<Map<string, number>> {
    const cursor = this.#cursor
    const types = new Map<string, number>()
    const names = new Set<string>()
    let expected = 0
    let end = 0
    for (let index = 0; index < count; index += 1) {
      this.#step()
      const at = cursor.offset
      const name = await this.#text(MAX_NAME_BYTES)
      if (names.has(name)) throw new Unreadable(`GGUF: the tensor ${name.slice(0, 80)} stands twice`, at)
      names.add(name)
      const { bytes, type, offset } = await this.#tensor(name)
      types.set(type, (types.get(type) ?? 0) + 1)
      if (offset !== expected) throw new Unreadable(`GGUF: tensor ${name.slice(0, 80)} lies at ${offset}, not at ${expected}`, at)
      end = offset + bytes
      expected = Math.ceil(end / alignment) * alignment
    }
    const dataAt = Math.ceil(cursor.offset / alignment) * alignment
    const data = cursor.source.size - dataAt
    if (end > 0 && end > data) throw new Unreadable(`GGUF: its tensors need ${end} bytes, the file has ${Math.max(0, data)}`, dataAt)
    if (data > expected) throw new Unreadable(`GGUF: ${data - expected} bytes follow the last tensor`, dataAt + expected)
    return types
  }

  async #tensor(name: string): Promise<{ bytes: number; type: string; offset: number }> {
    const cursor = this.#cursor
    const wrong = (what: string) => new Unreadable(`GGUF: tensor ${name.slice(0, 80)} ${what}`, cursor.offset)
    await cursor.need(4)
    const dimensions = cursor.u32()
    if (dimensions > MAX_DIMENSIONS) throw wrong(`has ${dimensions} dimensions`)
    const sizes: bigint[] = []
    for (let index = 0; index < dimensions; index += 1) sizes.push(BigInt(await this.count()))
    await cursor.need(12)
    const block = blockOf(cursor.u32())
    const offset = cursor.u64()
    if (block === undefined) throw wrong('has a type that is not known')
    const elements = sizes.reduce((product, size) => product * size, 1n)
    if (elements >= 2n ** 63n || elements % BigInt(block.elements) !== 0n || (sizes[0] ?? 1n) % BigInt(block.elements) !== 0n)
      throw wrong('has a shape that does not fit its type')
    return { bytes: Number((elements / BigInt(block.elements)) * BigInt(block.bytes)), type: block.name, offset }
  }
}
