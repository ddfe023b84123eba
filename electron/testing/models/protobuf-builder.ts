import { joined, utf8 } from './bytes.ts'

/** Fields of protobuf. */
export function varint(value: number): Uint8Array {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push(rest >= 128 ? (rest % 128) + 128 : rest)
    if (rest < 128) return Uint8Array.from(bytes)
  }
}

export const number = (field: number, value: number): Uint8Array => joined(varint(field * 8), varint(value))
export function message(field: number, ...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const body = joined(...parts.map((it) => (typeof it === 'string' ? utf8(it) : it)))
  return joined(varint(field * 8 + 2), varint(body.length), body)
}
