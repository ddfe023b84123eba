import { constants, inflateRawSync } from 'node:zlib'
import { type ByteSource, sliceSource } from '../byte-source.ts'
import { ByteCursor } from './byte-cursor.ts'
import { unpacked, type Work } from './unpack.ts'
import { Unreadable } from './unreadable.ts'
import { decodeName, type ZipEntry, zip64Of } from './zip-directory.ts'

export interface ZipMember {
  readonly entry: ZipEntry
  readonly dataAt: number
  /** What the local header says differently: readers that go by it see another file. */
  readonly mismatches: readonly string[]
  /** The first bytes of the content, unpacked; fewer where it cannot be told from what is at hand. */
  readonly head: Uint8Array
}

const LOCAL = 0x04034b50
/** A local header with name and extra field, as nearly all have them. */
const LOCAL_BYTES = 512
const SIZES_FOLLOW = 0x0008
/** Of the content, packed: with a local header of the usual length in the bytes that are read for that. */
const HEAD_BYTES = 256

/** Finds the bytes of a member behind its local header. @throws {Unreadable} when there is none */
export async function findZipMember(source: ByteSource, entry: ZipEntry, signal?: AbortSignal): Promise<ZipMember> {
  const cursor = new ByteCursor(source, { firstBytes: LOCAL_BYTES, signal })
  cursor.moveTo(entry.headerAt)
  await cursor.need(30)
  if (cursor.u32() !== LOCAL) throw new Unreadable('zip: the local header is missing', entry.headerAt)
  cursor.bytes(2)
  const [flags, method] = [cursor.u16(), cursor.u16()]
  cursor.bytes(4)
  const [crc, packed, size] = [cursor.u32(), cursor.u32(), cursor.u32()]
  const [nameBytes, extraBytes] = [cursor.u16(), cursor.u16()]
  await cursor.need(nameBytes + extraBytes)
  const name = decodeName(cursor.bytes(nameBytes))
  const local = zip64Of(Uint8Array.from(cursor.bytes(extraBytes)), { packedBytes: packed, sizeBytes: size, headerOffset: 0 })
  // Where sizes follow the data, the local header has zeros, or what the writer knew.
  const follows = (flags & SIZES_FOLLOW) !== 0
  const differs = (a: number, b: number) => a !== b && !(follows && a === 0)
  const mismatches = [
    name === entry.name ? '' : `name ${name}`,
    flags === entry.flags ? '' : 'flags',
    method === entry.method ? '' : 'method',
    differs(crc, entry.crc) ? 'checksum' : '',
    differs(local.packedBytes, entry.packedBytes) || differs(local.sizeBytes, entry.sizeBytes) ? 'size' : '',
  ]
  const dataAt = cursor.offset
  await cursor.fill(HEAD_BYTES)
  const packedHead = cursor.bytes(Math.min(HEAD_BYTES, entry.packedBytes, cursor.remaining))
  return { entry, dataAt, mismatches: mismatches.filter((it) => it !== ''), head: headOf(entry.method, packedHead) }
}

function headOf(method: number, packed: Uint8Array): Uint8Array {
  if (method === 0) return Uint8Array.from(packed)
  if (method !== 8) return new Uint8Array()
  try {
    return inflateRawSync(packed, { finishFlush: constants.Z_SYNC_FLUSH })
  } catch {
    return new Uint8Array()
  }
}

/** The content of a member, unpacked while it is read. @throws {Unreadable} for a method that nothing here unpacks */
export function openZipMember(source: ByteSource, { entry, dataAt }: ZipMember, work: Work): Promise<ByteSource> {
  if (dataAt + entry.packedBytes > source.size) throw new Unreadable('zip: the member reaches beyond the file', dataAt)
  const packed = sliceSource(entry.name, source, dataAt, entry.packedBytes)
  if (entry.method === 0) return Promise.resolve(packed)
  if (entry.method === 8) return unpacked(packed, 'deflate-raw', work)
  throw new Unreadable(`zip: nothing here unpacks method ${entry.method}`, dataAt)
}
