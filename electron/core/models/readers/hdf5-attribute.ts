import type { ByteSource } from '../byte-source.ts'
import { ByteCursor } from './byte-cursor.ts'
import type { Message } from './hdf5-header.ts'
import { Unreadable } from './unreadable.ts'

export interface Attribute {
  readonly name: string
  readonly at: number
  /** Of a single text; undefined for anything else. */
  readonly text: string | undefined
}

const MAX_TEXT_BYTES = 8 * 1_048_576
const FIXED_TEXT = 3
const VARIABLE = 9

/** Attribute message, versions 1 to 3. @throws {Unreadable} */
export async function attributeOf(source: ByteSource, { at, length, shared }: Message, signal?: AbortSignal): Promise<Attribute> {
  if (shared) throw new Unreadable('HDF5: a shared attribute is not read', at)
  const cursor = new ByteCursor(source, { start: at, signal })
  await cursor.need(length)
  const version = cursor.u8()
  if (version < 1 || version > 3) throw new Unreadable(`HDF5: version ${version} of an attribute does not exist`, at)
  const flags = cursor.u8()
  const [nameBytes, typeBytes, spaceBytes] = [cursor.u16(), cursor.u16(), cursor.u16()]
  if (version === 3) cursor.u8()
  const padded = (size: number) => (version === 1 ? Math.ceil(size / 8) * 8 : size)
  const name = Buffer.from(cursor.bytes(padded(nameBytes)))
    .toString('utf8')
    .replace(/\0[\s\S]*$/, '')
  const typeAt = cursor.offset
  const spaceAt = typeAt + padded(typeBytes)
  const dataAt = spaceAt + padded(spaceBytes)
  if (dataAt > at + length) throw new Unreadable('HDF5: an attribute reaches beyond its message', at)
  // Shared types and spaces lie elsewhere; only numbers and named types use them.
  if (version > 1 && (flags & 3) !== 0) return { name, at, text: undefined }
  cursor.moveTo(typeAt)
  await cursor.need(8)
  const type = cursor.u8() & 0x0f
  const kind = cursor.u8() & 0x0f
  cursor.bytes(2)
  const size = cursor.u32()
  if (!(await isSingle(cursor, spaceAt))) return { name, at, text: undefined }
  if (type === FIXED_TEXT) return { name, at, text: await textAt(source, dataAt, size, signal) }
  if (type === VARIABLE && kind === 1) return { name, at, text: await heapText(source, dataAt, signal) }
  return { name, at, text: undefined }
}

/** A scalar, or a row of one. */
async function isSingle(cursor: ByteCursor, spaceAt: number): Promise<boolean> {
  cursor.moveTo(spaceAt)
  await cursor.fill(24)
  const version = cursor.u8()
  const rank = cursor.u8()
  if (rank === 0) return true
  if (rank > 1) return false
  cursor.bytes(version === 1 ? 6 : 2)
  await cursor.need(8)
  return cursor.u64() === 1
}

async function textAt(source: ByteSource, at: number, length: number, signal?: AbortSignal): Promise<string> {
  if (length > MAX_TEXT_BYTES) throw new Unreadable('HDF5: a text is larger than a scan reads', at)
  const bytes = await source.read(at, length, signal)
  if (bytes.length < length) throw new Unreadable('HDF5: a text reaches beyond the file', at)
  return Buffer.from(bytes).toString('utf8').replace(/\0+$/, '')
}

/** A text of variable length: how long, in which collection of the global heap, which object there. */
async function heapText(source: ByteSource, dataAt: number, signal?: AbortSignal): Promise<string> {
  const cursor = new ByteCursor(source, { start: dataAt, signal })
  await cursor.need(16)
  const length = cursor.u32()
  const collection = cursor.u64()
  const wanted = cursor.u32()
  cursor.moveTo(collection)
  await cursor.need(16)
  if (Buffer.from(cursor.bytes(4)).toString('latin1') !== 'GCOL') throw new Unreadable('HDF5: the global heap is broken', collection)
  cursor.bytes(4)
  const end = collection + cursor.u64()
  while (cursor.offset + 16 <= Math.min(end, source.size)) {
    await cursor.need(16)
    const index = cursor.u16()
    cursor.bytes(6)
    const size = cursor.u64()
    if (index === wanted) return textAt(source, cursor.offset, Math.min(length, size), signal)
    if (index === 0) break
    cursor.skip(Math.ceil(size / 8) * 8)
  }
  throw new Unreadable('HDF5: a text is not in the global heap', dataAt)
}
