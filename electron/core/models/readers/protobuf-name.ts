import type { ByteCursor } from './byte-cursor.ts'
import type { Field } from './protobuf.ts'

const MAX_NAME_BYTES = 4_096

/** A text on one line, where a message of another format would begin with the number of a field, which no text has. */
export async function isName(cursor: ByteCursor, { at, length }: Field): Promise<boolean> {
  if (length > MAX_NAME_BYTES) return false
  cursor.moveTo(at)
  await cursor.need(length)
  return cursor.bytes(length).every((byte) => byte >= 0x20)
}
