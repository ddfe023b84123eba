import type { ByteSource } from '../byte-source.ts'
import { ByteCursor } from './byte-cursor.ts'
import { type Attribute, attributeOf } from './hdf5-attribute.ts'
import { type Message, messagesOf, type Sizes } from './hdf5-header.ts'
import { Unreadable } from './unreadable.ts'

export interface Hdf5 {
  /** Attributes of the root group, with their texts where they are texts. */
  readonly attributes: readonly Attribute[]
  /** Links to other files, and data in other files: what and where. */
  readonly outside: readonly { readonly name: string; readonly at: number }[]
  readonly objects: number
}

const MAX_OBJECTS = 20_000
const ATTRIBUTE = 0x0c
const EXTERNAL_FILES = 0x07
const DATA_LAYOUT = 0x08
const VIRTUAL = 3
const LINK = 0x06
const LINK_INFO = 0x02
const ATTRIBUTE_INFO = 0x15
const SYMBOL_TABLE = 0x11

/**
 * Walks through the objects of an HDF5 file (HDF5 File Format Specification 3.0) without its data: the attributes of the root, where Keras keeps
 * its layers, and every way to another file. Groups and attributes in dense storage are not read.
 * @throws {Unreadable} where the file leaves the specification, or what is read of it
 */
export async function readHdf5(source: ByteSource, step: (count?: number) => void, signal?: AbortSignal): Promise<Hdf5> {
  const { root, sizes } = await superblockOf(source, signal)
  const walk = new Walk(source, sizes, step, signal)
  return walk.from(root)
}

async function superblockOf(source: ByteSource, signal?: AbortSignal): Promise<{ root: number; sizes: Sizes }> {
  const cursor = new ByteCursor(source, { start: 8, signal })
  await cursor.need(4)
  const version = cursor.u8()
  if (version > 3) throw new Unreadable(`HDF5: superblock version ${version} does not exist`, 8)
  const old = version < 2
  cursor.moveTo(old ? 13 : 9)
  await cursor.need(2)
  const sizes = { offset: cursor.u8(), length: cursor.u8() }
  if (sizes.offset !== 8 || sizes.length !== 8) throw new Unreadable('HDF5: addresses of other than 8 bytes are not read', 9)
  if (!old) {
    cursor.moveTo(12 + 24)
    await cursor.need(8)
    return { root: cursor.u64(), sizes }
  }
  cursor.moveTo((version === 0 ? 24 : 28) + 32 + 8)
  await cursor.need(8)
  return { root: cursor.u64(), sizes }
}

class Walk {
  readonly #source: ByteSource
  readonly #sizes: Sizes
  readonly #step: (count?: number) => void
  readonly #signal: AbortSignal | undefined
  readonly #seen = new Set<number>()
  readonly #waiting: number[] = []
  readonly #outside: { name: string; at: number }[] = []

  constructor(source: ByteSource, sizes: Sizes, step: (count?: number) => void, signal: AbortSignal | undefined) {
    this.#source = source
    this.#sizes = sizes
    this.#step = step
    this.#signal = signal
  }

  async from(root: number): Promise<Hdf5> {
    const attributes: Attribute[] = []
    this.#visitLater(root)
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) {
      this.#step(20)
      for (const message of await messagesOf(this.#source, next, this.#step, this.#signal)) {
        if (message.type === ATTRIBUTE && next === root) attributes.push(await attributeOf(this.#source, message, this.#signal))
        else await this.#follow(message)
      }
    }
    return { attributes, outside: this.#outside, objects: this.#seen.size }
  }

  #visitLater(address: number): void {
    if (this.#seen.has(address)) return
    if (this.#seen.size >= MAX_OBJECTS) throw new Unreadable(`HDF5: it has more than ${MAX_OBJECTS} objects`, address)
    this.#seen.add(address)
    this.#waiting.push(address)
  }

  async #follow({ type, at, length, shared }: Message): Promise<void> {
    const cursor = new ByteCursor(this.#source, { start: at, signal: this.#signal })
    if (type === EXTERNAL_FILES) this.#outside.push({ name: 'data in another file', at })
    if (type === DATA_LAYOUT) {
      await cursor.need(2)
      const version = cursor.u8()
      if (version >= 3 && cursor.u8() === VIRTUAL) this.#outside.push({ name: 'data put together from other files', at })
    }
    if (shared && (type === LINK || type === SYMBOL_TABLE)) throw new Unreadable('HDF5: a shared link is not read', at)
    if (type === LINK) await this.#link(cursor)
    if (type === SYMBOL_TABLE) {
      await cursor.need(8)
      await this.#tree(cursor.u64(), 0)
    }
    if (type === LINK_INFO || type === ATTRIBUTE_INFO) {
      await cursor.need(length)
      cursor.u8()
      const ordered = (cursor.u8() & 1) !== 0
      if (ordered) cursor.bytes(type === LINK_INFO ? 8 : 2)
      if (cursor.i64() !== -1n) throw new Unreadable('HDF5: a group in dense storage is not read', at)
    }
  }

  /** Link message: hard 0, soft 1, external 64. */
  async #link(cursor: ByteCursor): Promise<void> {
    const start = cursor.offset
    await cursor.fill(32)
    cursor.u8()
    const flags = cursor.u8()
    const kind = (flags & 8) !== 0 ? cursor.u8() : 0
    if ((flags & 4) !== 0) cursor.bytes(8)
    if ((flags & 16) !== 0) cursor.u8()
    const widths = [() => cursor.u8(), () => cursor.u16(), () => cursor.u32(), () => cursor.u64()]
    const nameBytes = widths[flags & 3]?.() ?? 0
    if (nameBytes > 65_536) throw new Unreadable('HDF5: a name is too long', start)
    await cursor.need(nameBytes + 8)
    const name = Buffer.from(cursor.bytes(nameBytes)).toString('utf8')
    if (kind === 0) this.#visitLater(cursor.u64())
    else if (kind === 64) this.#outside.push({ name: `link ${name}`, at: start })
    else if (kind !== 1) throw new Unreadable(`HDF5: a link of kind ${kind} is not read`, start)
  }

  /** Version 1 B-tree of a group: inner nodes, then nodes of symbols. */
  async #tree(address: number, depth: number): Promise<void> {
    if (depth > 16) throw new Unreadable('HDF5: a tree is too deep', address)
    this.#step(20)
    const cursor = new ByteCursor(this.#source, { signal: this.#signal })
    cursor.moveTo(address)
    await cursor.need(8)
    const signature = Buffer.from(cursor.bytes(4)).toString('latin1')
    if (signature === 'SNOD') return this.#symbols(cursor)
    if (signature !== 'TREE' || cursor.u8() !== 0) throw new Unreadable('HDF5: a tree of a group is broken', address)
    cursor.u8()
    const entries = cursor.u16()
    await cursor.need(16 + entries * 16)
    cursor.bytes(16)
    const children: number[] = []
    for (let index = 0; index < entries; index += 1) {
      cursor.bytes(this.#sizes.length)
      children.push(cursor.u64())
    }
    for (const child of children) await this.#tree(child, depth + 1)
  }

  async #symbols(cursor: ByteCursor): Promise<void> {
    cursor.bytes(2)
    const count = cursor.u16()
    await cursor.need(count * 40)
    for (let index = 0; index < count; index += 1) {
      cursor.bytes(8)
      const header = cursor.u64()
      const cache = cursor.u32()
      cursor.bytes(20)
      // 2 is a soft link: a name in the same file.
      if (cache !== 2) this.#visitLater(header)
    }
  }
}
