import type { ByteSource } from '../byte-source.ts'
import { ByteCursor } from './byte-cursor.ts'
import { type Field, readFields } from './protobuf.ts'
import { isName } from './protobuf-name.ts'
import { Unreadable } from './unreadable.ts'

const [PIECE, TRAINER] = [1, 2]
const counted = new Set([PIECE, TRAINER, 3, 4, 5])
/** Of what is behind the text of a piece: its score, then its kind. */
const MAX_REST_BYTES = 7

/**
 * Number of pieces when it reads as a tokenizer model of SentencePiece from end to end (sentencepiece_model.proto); undefined when it is none.
 * Graphs of TensorFlow have the same fields one level down, so what is in them is held against the form, too.
 */
export async function sentencePieces(source: ByteSource, step: (count: number) => void, signal?: AbortSignal): Promise<number | undefined> {
  let [pieces, settings] = [0, 0]
  try {
    const cursor = new ByteCursor(source, { signal })
    for await (const field of readFields(cursor, 0, source.size)) {
      step(2)
      if (!counted.has(field.number) || field.wire !== 2) return undefined
      if (field.number === PIECE && !(await isPiece(cursor, field))) return undefined
      if (field.number === TRAINER && !(await isTrainer(source, field, signal))) return undefined
      if (field.number === PIECE) pieces += 1
      else settings += 1
    }
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
  return pieces > 0 && settings > 0 ? pieces : undefined
}

/** A text, a score, a kind, in this order, as protobuf writes them; a node of TensorFlow goes on with its operation. */
async function isPiece(cursor: ByteCursor, { at, length }: Field): Promise<boolean> {
  await cursor.need(Math.min(2, length))
  if (cursor.offset !== at || length < 2 || cursor.u8() !== 0x0a) return false
  let textBytes = cursor.u8()
  let head = 2
  if (textBytes >= 0x80) {
    await cursor.need(1)
    textBytes += (cursor.u8() - 1) * 0x80
    head = 3
  }
  const rest = length - head - textBytes
  if (rest < 0 || rest > MAX_REST_BYTES || textBytes > 0x3fff) return false
  // Any text may be a piece; what follows it tells.
  cursor.skip(textBytes)
  await cursor.need(rest)
  const bytes = cursor.bytes(rest)
  const scored = bytes[0] === 0x15 ? 5 : 0
  return scored === rest || (rest === scored + 2 && bytes[scored] === 0x18 && (bytes[scored + 1] ?? 0xff) < 0x80)
}

/** Its first two fields are names of files; those of TensorFlow are messages. */
async function isTrainer(source: ByteSource, { at, length }: Field, signal?: AbortSignal): Promise<boolean> {
  const cursor = new ByteCursor(source, { signal })
  for await (const field of readFields(cursor, at, at + length))
    if (field.number <= 2 && !(field.wire === 2 && (await isName(cursor, field)))) return false
  return true
}
