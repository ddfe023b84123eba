import type { ByteSource } from '../byte-source.ts'
import { ByteCursor } from './byte-cursor.ts'
import { type Field, fieldAt, MAX_HEAD_BYTES, readFields } from './protobuf.ts'
import { isName } from './protobuf-name.ts'
import { Unreadable } from './unreadable.ts'

const [PIECE, TRAINER] = [1, 2]
const counted = new Set([PIECE, TRAINER, 3, 4, 5])
/** Of what is behind the text of a piece: its score, then its kind. */
const MAX_REST_BYTES = 7
/** With a length of two bytes. */
const MAX_PIECE_BYTES = 3 + 0x3fff + MAX_REST_BYTES

/**
 * Number of pieces when it reads as a tokenizer model of SentencePiece from end to end (sentencepiece_model.proto); undefined when it is none.
 * Graphs of TensorFlow have the same fields one level down, so what is in them is held against the form, too.
 */
export async function sentencePieces(source: ByteSource, step: (count: number) => void, signal?: AbortSignal): Promise<number | undefined> {
  let [pieces, settings] = [0, 0]
  try {
    const cursor = new ByteCursor(source, { signal })
    for (let at = 0; at < source.size; ) {
      step(2)
      cursor.moveTo(at)
      // There are a quarter of a million: what is in memory is read without waiting.
      if (cursor.ready < MAX_HEAD_BYTES) await cursor.fill(Math.min(MAX_HEAD_BYTES, cursor.remaining))
      const field = fieldAt(cursor, source.size)
      if (!counted.has(field.number) || field.wire !== 2) return undefined
      if (field.number === PIECE) {
        if (field.length > MAX_PIECE_BYTES) return undefined
        if (cursor.ready < field.length) await cursor.need(field.length)
        if (!isPiece(cursor.bytes(field.length))) return undefined
        pieces += 1
      } else {
        if (field.number === TRAINER && !(await isTrainer(source, field, signal))) return undefined
        settings += 1
      }
      at = field.at + field.length
    }
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
  return pieces > 0 && settings > 0 ? pieces : undefined
}

/** A text, a score, a kind, in this order, as protobuf writes them; a node of TensorFlow goes on with its operation. Any text may be a piece. */
function isPiece(piece: Uint8Array): boolean {
  const [tag, short = 0, long = 0] = piece
  if (tag !== 0x0a || piece.length < 2) return false
  const behind = short < 0x80 ? 2 + short : 3 + short + (long - 1) * 0x80
  const rest = piece.length - behind
  if (rest < 0 || rest > MAX_REST_BYTES) return false
  const scored = piece[behind] === 0x15 ? 5 : 0
  return scored === rest || (rest === scored + 2 && piece[behind + scored] === 0x18 && (piece[behind + scored + 1] ?? 0xff) < 0x80)
}

/** Its first two fields are names of files; those of TensorFlow are messages. */
async function isTrainer(source: ByteSource, { at, length }: Field, signal?: AbortSignal): Promise<boolean> {
  const cursor = new ByteCursor(source, { signal })
  for await (const field of readFields(cursor, at, at + length))
    if (field.number <= 2 && !(field.wire === 2 && (await isName(cursor, field)))) return false
  return true
}
