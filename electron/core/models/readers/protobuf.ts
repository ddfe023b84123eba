import type { ByteCursor } from './byte-cursor.ts'
import { Unreadable } from './unreadable.ts'

export interface Field {
  readonly number: number
  /** 0 varint, 1 eight bytes, 2 counted bytes, 5 four bytes. */
  readonly wire: number
  /** Value of a varint; 0 for the others. */
  readonly value: number
  /** Where the bytes of the field begin, and how many they are. */
  readonly at: number
  readonly length: number
}

const MAX_VARINT_BYTES = 10

/** Of a field before what it holds. */
export const MAX_HEAD_BYTES = 2 * MAX_VARINT_BYTES

/**
 * The fields of one protobuf message between two offsets, in order, without fetching what they hold.
 * @throws {Unreadable} when the bytes are no message
 */
export async function* readFields(cursor: ByteCursor, start: number, end: number): AsyncGenerator<Field> {
  let next = start
  while (next < end) {
    cursor.moveTo(next)
    await cursor.fill(MAX_HEAD_BYTES)
    const field = fieldAt(cursor, end)
    next = field.at + field.length
    yield field
  }
}

/** The field at which the cursor stands, whose head is in memory. The cursor stands behind its head then. */
export function fieldAt(cursor: ByteCursor, end: number): Field {
  const begin = cursor.offset
  const key = varint(cursor)
  const [number, wire] = [Math.floor(key / 8), key % 8]
  if (number === 0 || number > 0x1fff_ffff) throw new Unreadable('protobuf: a field has no number', begin)
  const value = wire === 0 || wire === 2 ? varint(cursor) : 0
  const length = lengthOf(wire, value)
  if (length === undefined) throw new Unreadable(`protobuf: wire type ${wire} is not read`, begin)
  const at = cursor.offset
  if (at + length > end) throw new Unreadable('protobuf: a field reaches beyond its message', begin)
  return { number, wire, value: wire === 0 ? value : 0, at, length }
}

function lengthOf(wire: number, value: number): number | undefined {
  if (wire === 0) return 0
  if (wire === 2) return value
  if (wire === 1) return 8
  return wire === 5 ? 4 : undefined
}

function varint(cursor: ByteCursor): number {
  let value = 0
  for (let index = 0; index < MAX_VARINT_BYTES; index += 1) {
    const byte = cursor.u8()
    value += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) return value
  }
  throw new Unreadable('protobuf: a number does not end', cursor.offset)
}
