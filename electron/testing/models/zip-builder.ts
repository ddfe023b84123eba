import { crc32, deflateRawSync } from 'node:zlib'
import { joined, u16, u32, u64, utf8 } from './bytes.ts'

/** One member, and what its two headers should say differently from the truth. */
export interface ZipMemberSpec {
  readonly name: string
  readonly content: Uint8Array
  readonly deflate?: boolean
  readonly flags?: number
  readonly localName?: string
  readonly localFlags?: number
  readonly crc?: number
  readonly localCrc?: number
  readonly method?: number
  readonly localMethod?: number
  /** Claimed in the central directory; the bytes stay. */
  readonly sizeBytes?: number
  readonly packedBytes?: number
  /** Extra fields in the central directory. */
  readonly extra?: Uint8Array
  /** Left out of the central directory. */
  readonly hidden?: boolean
}

export interface ZipSpec {
  readonly leading?: Uint8Array
  readonly trailing?: Uint8Array
  readonly zip64?: boolean
  readonly count?: number
  readonly comment?: Uint8Array
}

/** A zip archive (APPNOTE.TXT), as sound or as crooked as it is asked for. Offsets do not count what leads. */
export function zip(members: readonly ZipMemberSpec[], spec: ZipSpec = {}): Uint8Array {
  const locals: Uint8Array[] = []
  const central: Uint8Array[] = []
  let offset = 0
  for (const it of members) {
    const packed = it.deflate ? new Uint8Array(deflateRawSync(it.content)) : it.content
    const method = it.method ?? (it.deflate ? 8 : 0)
    const crc = it.crc ?? crc32(it.content)
    const flags = it.flags ?? 0
    const localName = utf8(it.localName ?? it.name)
    const sizes = joined(u32(packed.length), u32(it.content.length))
    const local = joined(
      'PK\x03\x04',
      u16(20),
      u16(it.localFlags ?? flags),
      u16(it.localMethod ?? method),
      u32(0),
      u32(it.localCrc ?? crc),
      sizes,
      u16(localName.length),
      u16(0),
      localName,
      packed,
    )
    const claimed = joined(u32(it.packedBytes ?? packed.length), u32(it.sizeBytes ?? it.content.length))
    if (!it.hidden)
      central.push(
        joined(
          'PK\x01\x02',
          u16(20),
          u16(20),
          u16(flags),
          u16(method),
          u32(0),
          u32(crc),
          claimed,
          u16(utf8(it.name).length),
          u16(it.extra?.length ?? 0),
          u16(0),
          u16(0),
          u16(0),
          u32(0),
          u32(offset),
          utf8(it.name),
          it.extra ?? new Uint8Array(),
        ),
      )
    locals.push(local)
    offset += local.length
  }
  const directory = joined(...central)
  const count = spec.count ?? central.length
  const end64 = joined('PK\x06\x06', u64(44), u16(45), u16(45), u32(0), u32(0), u64(count), u64(count), u64(directory.length), u64(offset))
  const locator = joined('PK\x06\x07', u32(0), u64(offset + directory.length), u32(1))
  const comment = spec.comment ?? new Uint8Array()
  const end = spec.zip64
    ? joined('PK\x05\x06', u16(0), u16(0), u16(0xffff), u16(0xffff), u32(0xffff_ffff), u32(0xffff_ffff), u16(comment.length), comment)
    : joined('PK\x05\x06', u16(0), u16(0), u16(count), u16(count), u32(directory.length), u32(offset), u16(comment.length), comment)
  return joined(spec.leading ?? '', ...locals, directory, ...(spec.zip64 ? [end64, locator] : []), end, spec.trailing ?? '')
}
