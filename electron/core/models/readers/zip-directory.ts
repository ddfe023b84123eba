import { crc32 } from 'node:zlib'
import type { ByteSource } from '../byte-source.ts'
import { ByteCursor } from './byte-cursor.ts'
import { Unreadable } from './unreadable.ts'

/** Names and numbers of one member, as the central directory has them. */
export interface ZipEntry {
  readonly name: string
  /** The name that Python from 3.12 on goes by instead, where it is another. */
  readonly otherName: string | undefined
  readonly flags: number
  readonly method: number
  readonly crc: number
  readonly packedBytes: number
  readonly sizeBytes: number
  /** Offset of the local header in the source. */
  readonly headerAt: number
}

export interface ZipDirectory {
  readonly entries: readonly ZipEntry[]
  /** Where the central directory begins in the source. */
  readonly directoryAt: number
  /** Where the archive ends: behind its end record. */
  readonly endsAt: number
  /** Bytes before the archive, which Python's zipfile steps over and PyTorch's reader does not. */
  readonly leadingBytes: number
  /** What two readers would understand differently. */
  readonly ambiguities: readonly string[]
}

const END_BYTES = 22
const MAX_COMMENT_BYTES = 65_535
const MAX_ENTRIES = 100_000
const MAX_DIRECTORY_BYTES = 16 * 1_048_576
const END = 0x06054b50
const END64 = 0x06064b50
const LOCATOR64 = 0x07064b50
const CENTRAL = 0x02014b50

/**
 * The central directory of a zip archive (APPNOTE.TXT 6.3.10), which all readers go by: the last end record counts, as for Python's zipfile and
 * for miniz in PyTorch. Undefined when there is no end record, so the file is no archive.
 * @throws {Unreadable} when there is one, and it does not lead to a directory
 */
export async function readZipDirectory(source: ByteSource, signal?: AbortSignal): Promise<ZipDirectory | undefined> {
  const end = await findEnd(source, signal)
  if (end === undefined) return undefined
  const ambiguities = [...end.ambiguities]
  const { count, directoryBytes, directoryOffset, endAt, endsAt } = end
  const directoryAt = endAt - directoryBytes
  const leadingBytes = directoryAt - directoryOffset
  if (directoryAt < 0 || leadingBytes < 0) throw new Unreadable('zip: the directory lies outside the file', endAt)
  if (count > MAX_ENTRIES || directoryBytes > MAX_DIRECTORY_BYTES) throw new Unreadable('zip: it has more members than a scan reads', endAt)
  if (leadingBytes > 0 && (await hasSignature(source, directoryOffset, CENTRAL, signal)))
    ambiguities.push('a second directory stands where readers look that do not step over leading bytes')
  // Before the directory it is that of an archive inside a member, which nobody finds who begins at the end.
  if (end.others.some((at) => at >= directoryAt)) ambiguities.push('it has more than one end record')
  const entries = await readEntries(source, directoryAt, endAt, leadingBytes, signal)
  if (entries.length !== count) ambiguities.push(`the directory has ${entries.length} members, the end record says ${count}`)
  return { entries, directoryAt, endsAt, leadingBytes, ambiguities }
}

interface End {
  readonly count: number
  readonly directoryBytes: number
  readonly directoryOffset: number
  /** Where the directory ends: the end record, or the zip64 one before it. */
  readonly endAt: number
  readonly endsAt: number
  /** Where else an end record seems to stand, before the one that counts. */
  readonly others: readonly number[]
  readonly ambiguities: readonly string[]
}

async function findEnd(source: ByteSource, signal: AbortSignal | undefined): Promise<End | undefined> {
  const start = Math.max(0, source.size - END_BYTES - MAX_COMMENT_BYTES)
  const tail = await source.read(start, source.size - start, signal)
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength)
  const found: number[] = []
  for (let at = tail.length - END_BYTES; at >= 0; at -= 1) if (tail[at] === 0x50 && view.getUint32(at, true) === END) found.push(at)
  const [at, ...before] = found
  if (at === undefined) return undefined
  const ambiguities: string[] = []
  if (at + END_BYTES + view.getUint16(at + 20, true) !== tail.length) ambiguities.push('the end record is not at the end')
  if (view.getUint16(at + 4, true) !== 0 || view.getUint16(at + 6, true) !== 0) ambiguities.push('it claims to be one of several disks')
  const plain = {
    count: view.getUint16(at + 10, true),
    directoryBytes: view.getUint32(at + 12, true),
    directoryOffset: view.getUint32(at + 16, true),
    endAt: start + at,
    endsAt: start + at + END_BYTES + view.getUint16(at + 20, true),
    others: before.map((other) => start + other),
  }
  const large = await findEnd64(source, plain.endAt, signal)
  if (large === undefined) return { ...plain, ambiguities }
  if (plain.directoryOffset !== 0xffff_ffff && plain.directoryOffset !== large.directoryOffset)
    ambiguities.push('the end record and the zip64 end record name different directories')
  return { ...large, endsAt: plain.endsAt, others: plain.others, ambiguities: [...ambiguities, ...large.ambiguities] }
}

async function findEnd64(
  source: ByteSource,
  endAt: number,
  signal: AbortSignal | undefined,
): Promise<Omit<End, 'others' | 'endsAt'> | undefined> {
  if (endAt < 20 || !(await hasSignature(source, endAt - 20, LOCATOR64, signal))) return undefined
  const locator = new ByteCursor(source, { start: endAt - 20, signal })
  await locator.need(20)
  locator.bytes(8)
  const claimed = locator.u64()
  // Python reads the record right before the locator, miniz the one that the locator names.
  const at = endAt - 20 - 56
  if (at < 0 || !(await hasSignature(source, at, END64, signal))) throw new Unreadable('zip: the zip64 end record is missing', endAt)
  const record = new ByteCursor(source, { start: at, signal })
  await record.need(56)
  record.bytes(32)
  const count = record.u64()
  const directoryBytes = record.u64()
  const directoryOffset = record.u64()
  const ambiguities = claimed === at ? [] : ['the zip64 locator names another place than where the record is']
  return { count, directoryBytes, directoryOffset, endAt: at, ambiguities }
}

async function hasSignature(source: ByteSource, at: number, signature: number, signal: AbortSignal | undefined): Promise<boolean> {
  const bytes = await source.read(at, 4, signal)
  return bytes.length === 4 && new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true) === signature
}

async function readEntries(source: ByteSource, start: number, end: number, leading: number, signal?: AbortSignal): Promise<ZipEntry[]> {
  const cursor = new ByteCursor(source, { start, signal })
  const entries: ZipEntry[] = []
  while (cursor.offset < end) {
    const at = cursor.offset
    await cursor.need(46)
    if (cursor.u32() !== CENTRAL) throw new Unreadable('zip: the directory is broken', at)
    if (entries.length >= MAX_ENTRIES) throw new Unreadable('zip: it has more members than a scan reads', at)
    cursor.bytes(4)
    const flags = cursor.u16()
    const method = cursor.u16()
    cursor.bytes(4)
    const crc = cursor.u32()
    const sizes = { packedBytes: cursor.u32(), sizeBytes: cursor.u32() }
    const [nameBytes, extraBytes, commentBytes] = [cursor.u16(), cursor.u16(), cursor.u16()]
    cursor.bytes(8)
    const headerOffset = cursor.u32()
    await cursor.need(nameBytes + extraBytes)
    const nameOfEntry = Uint8Array.from(cursor.bytes(nameBytes))
    const name = decodeName(nameOfEntry)
    const extra = Uint8Array.from(cursor.bytes(extraBytes))
    const large = zip64Of(extra, { ...sizes, headerOffset })
    entries.push({
      name,
      otherName: otherNameOf(extra, nameOfEntry, name),
      flags,
      method,
      crc,
      ...large,
      headerAt: large.headerOffset + leading,
    })
    cursor.skip(commentBytes)
  }
  return entries
}

/** All of it, byte by byte where it is no UTF-8: two names that differ must stay two. */
export function decodeName(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return Buffer.from(bytes).toString('latin1')
  }
}

/** Extra field 0x7075 of Info-ZIP: a name in UTF-8, which counts when the checksum of the plain one is right. */
function otherNameOf(extra: Uint8Array, plain: Uint8Array, name: string): string | undefined {
  return extraFields(extra, 0x7075)
    .filter((it) => it.byteLength > 5 && it.getUint8(0) === 1 && it.getUint32(1, true) === crc32(plain))
    .map((it) => decodeName(new Uint8Array(it.buffer, it.byteOffset + 5, it.byteLength - 5)))
    .find((it) => it !== name)
}

function extraFields(extra: Uint8Array, wanted: number): DataView[] {
  const found: DataView[] = []
  const view = new DataView(extra.buffer, extra.byteOffset, extra.byteLength)
  for (let at = 0; at + 4 <= extra.length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== wanted) continue
    found.push(new DataView(extra.buffer, extra.byteOffset + at + 4, Math.min(view.getUint16(at + 2, true), extra.length - at - 4)))
  }
  return found
}

interface Large {
  readonly packedBytes: number
  readonly sizeBytes: number
  readonly headerOffset: number
}

/** Extra field 1 replaces, in this order, the numbers that do not fit into 32 bits. */
export function zip64Of(extra: Uint8Array, plain: Large): Large {
  const [field] = extraFields(extra, 1)
  if (field === undefined) return plain
  let next = 0
  const take = (value: number) => {
    if (value !== 0xffff_ffff || next + 8 > field.byteLength) return value
    next += 8
    return Number(field.getBigUint64(next - 8, true))
  }
  return { sizeBytes: take(plain.sizeBytes), packedBytes: take(plain.packedBytes), headerOffset: take(plain.headerOffset) }
}
