import type { ByteSource } from '../byte-source.ts'
import { ByteCursor } from './byte-cursor.ts'
import { Unreadable } from './unreadable.ts'

/** Bytes of an address and of a length. */
export interface Sizes {
  readonly offset: number
  readonly length: number
}

/** One message of an object header: where its data lies. */
export interface Message {
  readonly type: number
  readonly at: number
  readonly length: number
  /** The data is a reference to somewhere else. */
  readonly shared: boolean
}

interface Block {
  readonly start: number
  readonly end: number
}

const CONTINUATION = 0x10
const MAX_BLOCKS = 1_000

/** All messages of the object at `address`, both versions of the header, with its continuation blocks. @throws {Unreadable} */
export async function messagesOf(source: ByteSource, address: number, step: () => void, signal?: AbortSignal): Promise<Message[]> {
  const cursor = new ByteCursor(source, { signal })
  cursor.moveTo(address)
  await cursor.fill(32)
  const first = cursor.u8()
  cursor.moveTo(address)
  const { blocks, version, ordered } = first === 1 ? oldHeader(cursor) : await newHeader(cursor, address)
  const messages: Message[] = []
  for (let index = 0; index < blocks.length; index += 1) {
    if (index >= MAX_BLOCKS) throw new Unreadable('HDF5: a header has too many parts', address)
    const { start, end } = blocks[index] ?? { start: 0, end: 0 }
    cursor.moveTo(start)
    while (cursor.offset + (version === 1 ? 8 : 4) <= end) {
      step()
      const message = await readMessage(cursor, version, ordered)
      if (message.at + message.length > end) throw new Unreadable('HDF5: a message reaches beyond its header', message.at)
      if (message.type === CONTINUATION) blocks.push(await continuation(source, message, version, signal))
      else messages.push(message)
      cursor.moveTo(message.at + message.length)
    }
  }
  return messages
}

interface Header {
  readonly blocks: Block[]
  readonly version: 1 | 2
  /** Messages carry the order in which they were made. */
  readonly ordered: boolean
}

function oldHeader(cursor: ByteCursor): Header {
  cursor.bytes(8)
  const length = cursor.u32()
  cursor.bytes(4)
  return { blocks: [{ start: cursor.offset, end: cursor.offset + length }], version: 1, ordered: false }
}

async function newHeader(cursor: ByteCursor, address: number): Promise<Header> {
  if (Buffer.from(cursor.bytes(4)).toString('latin1') !== 'OHDR' || cursor.u8() !== 2)
    throw new Unreadable('HDF5: an object has no header', address)
  const flags = cursor.u8()
  cursor.skip(((flags & 0x20) !== 0 ? 16 : 0) + ((flags & 0x10) !== 0 ? 4 : 0))
  await cursor.fill(8)
  const widths = [() => cursor.u8(), () => cursor.u16(), () => cursor.u32(), () => cursor.u64()]
  const length = widths[flags & 3]?.() ?? 0
  return { blocks: [{ start: cursor.offset, end: cursor.offset + length }], version: 2, ordered: (flags & 4) !== 0 }
}

async function readMessage(cursor: ByteCursor, version: 1 | 2, ordered: boolean): Promise<Message> {
  await cursor.fill(8)
  const type = version === 1 ? cursor.u16() : cursor.u8()
  const length = cursor.u16()
  const shared = (cursor.u8() & 2) !== 0
  if (version === 1) cursor.bytes(3)
  else if (ordered) cursor.bytes(2)
  return { type, at: cursor.offset, length, shared }
}

async function continuation(source: ByteSource, { at }: Message, version: 1 | 2, signal?: AbortSignal): Promise<Block> {
  const cursor = new ByteCursor(source, { start: at, signal })
  await cursor.need(16)
  const start = cursor.u64()
  const end = start + cursor.u64()
  if (end > source.size) throw new Unreadable('HDF5: a header goes on outside the file', at)
  // OCHK before, and a checksum behind, in version 2.
  return version === 1 ? { start, end } : { start: start + 4, end: end - 4 }
}
