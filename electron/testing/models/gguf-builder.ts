import { joined, utf8 } from './bytes.ts'

/** Writes GGUF by its specification (ggml/docs/gguf.md), in either byte order and every version. */
export interface GgufOrder {
  readonly version?: number
  readonly bigEndian?: boolean
}

type Value = string | number | boolean | readonly string[] | readonly number[]
export interface GgufTensor {
  readonly name: string
  readonly sizes: readonly (number | bigint)[]
  readonly type: number
  readonly offset: number | bigint
}

export function gguf(
  pairs: Readonly<Record<string, Value>>,
  tensors: readonly GgufTensor[],
  dataBytes: number,
  order: GgufOrder = {},
): Uint8Array {
  const { version = 3, bigEndian = false } = order
  const number = (bytes: 4 | 8, value: number | bigint) => {
    const buffer = Buffer.alloc(bytes)
    if (bytes === 4) bigEndian ? buffer.writeUInt32BE(Number(value)) : buffer.writeUInt32LE(Number(value))
    else bigEndian ? buffer.writeBigUInt64BE(BigInt(value)) : buffer.writeBigUInt64LE(BigInt(value))
    return new Uint8Array(buffer)
  }
  const u32 = (value: number | bigint) => number(4, value)
  const count = (value: number | bigint) => number(version === 1 ? 4 : 8, value)
  const text = (value: string) => joined(count(utf8(value).length), utf8(value))
  const typed = (value: Value): Uint8Array => {
    if (typeof value === 'string') return joined(u32(8), text(value))
    if (typeof value === 'boolean') return joined(u32(7), Uint8Array.of(value ? 1 : 0))
    if (typeof value === 'number') return joined(u32(4), u32(value))
    const texts = value.some((it) => typeof it === 'string')
    const items = value.map((it) => (typeof it === 'string' ? text(it) : u32(it)))
    return joined(u32(9), u32(texts ? 8 : 4), count(value.length), ...items)
  }
  const head = joined(
    'GGUF',
    u32(version),
    count(tensors.length),
    count(Object.keys(pairs).length),
    ...Object.entries(pairs).map(([key, value]) => joined(text(key), typed(value))),
    ...tensors.map(({ name, sizes, type, offset }) =>
      joined(text(name), u32(sizes.length), ...sizes.map(count), u32(type), number(8, offset)),
    ),
  )
  const alignment = Number(pairs['general.alignment'] ?? 32) || 32
  return joined(head, new Uint8Array((alignment - (head.length % alignment)) % alignment), new Uint8Array(dataBytes))
}
