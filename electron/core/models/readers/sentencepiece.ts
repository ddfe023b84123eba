import type { ByteSource } from '../byte-source.ts'
import { ByteCursor } from './byte-cursor.ts'
import { readFields } from './protobuf.ts'
import { Unreadable } from './unreadable.ts'

const counted = new Set([1, 2, 3, 4, 5])

/** Number of pieces when it reads as a tokenizer model of SentencePiece from end to end (sentencepiece_model.proto); undefined when it is none. */
export async function sentencePieces(source: ByteSource, step: (count: number) => void, signal?: AbortSignal): Promise<number | undefined> {
  let [pieces, settings] = [0, 0]
  try {
    const cursor = new ByteCursor(source, { signal })
    for await (const { number, wire, at } of readFields(cursor, 0, source.size)) {
      step(2)
      if (!counted.has(number) || wire !== 2) return undefined
      if (number !== 1) settings += 1
      else {
        // The text of the piece comes first: field 1, counted bytes.
        await cursor.fill(1)
        if (cursor.offset !== at || cursor.u8() !== 0x0a) return undefined
        pieces += 1
      }
    }
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
  return pieces > 0 && settings > 0 ? pieces : undefined
}
