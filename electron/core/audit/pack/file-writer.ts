import { createHash } from 'node:crypto'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { PackFile } from './pack-file.ts'

export interface WrittenFile {
  /** Hexadecimal SHA-256. */
  readonly sha256: string
  readonly bytes: number
  /** All of it, when it is small. */
  readonly whole: Buffer | undefined
}

/** Small pieces put together: a write for each would cost more than the pieces. */
const CHUNK_BYTES = 262_144
/** Others that share the thread wait no longer than this, or than one piece takes. */
const TURN_MS = 20

/**
 * Writes new files. A pack has thousands of small ones: written at once each takes a tenth of what a stream takes for it. The function that is
 * returned throws when the file is there already, and what the file system says.
 */
export function createFileWriter(): (path: string, pieces: PackFile['pieces']) => Promise<WrittenFile> {
  let turnBegan = performance.now()
  return async (path, pieces) => {
    const file = openSync(path, 'wx', 0o600)
    try {
      const hash = createHash('sha256')
      let bytes = 0
      let chunks = 0
      let last: Buffer | undefined
      for (const chunk of chunked(pieces)) {
        writeFileSync(file, chunk)
        hash.update(chunk)
        bytes += chunk.length
        chunks += 1
        last = chunk
        if (performance.now() - turnBegan < TURN_MS) continue
        await nextTurn()
        turnBegan = performance.now()
      }
      return { sha256: hash.digest('hex'), bytes, whole: chunks === 1 ? last : undefined }
    } finally {
      closeSync(file)
    }
  }
}

/** At least one, so that an empty file is one, too. */
function* chunked(pieces: PackFile['pieces']): Generator<Buffer> {
  let waiting: Buffer[] = []
  let size = 0
  for (const piece of pieces) {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    waiting.push(bytes)
    size += bytes.length
    if (size < CHUNK_BYTES) continue
    yield Buffer.concat(waiting)
    waiting = []
    size = 0
  }
  yield Buffer.concat(waiting)
}
