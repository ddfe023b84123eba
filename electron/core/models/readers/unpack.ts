import { Readable } from 'node:stream'
import { createGunzip, createInflate, createInflateRaw } from 'node:zlib'
import { GatehouseError, messageOf } from '#shared/errors.ts'
import { type ByteSource, bytesSource } from '../byte-source.ts'
import { Unreadable } from './unreadable.ts'

/** What bounds the work: `step` counts it, and throws when it is enough. */
export interface Work {
  readonly signal: AbortSignal | undefined
  step(count: number): void
}

export type Packing = 'deflate-raw' | 'zlib' | 'gzip'

const MAX_KEPT_BYTES = 8 * 1_048_576
/** What one content may unpack to. */
const MAX_UNPACKED_BYTES = 256 * 1_048_576
/** Of what is packed: a read over SFTP waits a round trip. */
const READ_BYTES = 262_144
/** Of what comes out: larger pieces lie about by the hundred until the garbage is collected, which is most of what a bomb takes. */
const PIECE_BYTES = 16_384
/** A step is about a microsecond. */
const BYTES_PER_STEP = 128
const MAX_RESTARTS = 5

const decoders = { 'deflate-raw': createInflateRaw, zlib: createInflate, gzip: createGunzip }

/**
 * What a compressed stream holds, as a source. Small contents stay in memory; larger ones are unpacked again from the front when they are read, so
 * memory stays bounded whatever the ratio. The whole stream is unpacked once first: a broken one is refused here, and the size is known.
 * @throws {Unreadable} when the stream is broken, goes on behind its end, or is too large
 */
export async function unpacked(packed: ByteSource, packing: Packing, work: Work): Promise<ByteSource> {
  const kept: Uint8Array[] = []
  let size = 0
  for await (const chunk of unpack(packed, packing, work)) {
    size += chunk.length
    if (size > MAX_UNPACKED_BYTES) throw new Unreadable(`it unpacks to more than ${MAX_UNPACKED_BYTES} bytes`)
    if (size <= MAX_KEPT_BYTES) kept.push(chunk)
    else kept.length = 0
  }
  if (size <= MAX_KEPT_BYTES) return bytesSource(packed.path, new Uint8Array(Buffer.concat(kept)))
  return new StreamedSource(packed, packing, size, work)
}

async function* unpack(packed: ByteSource, packing: Packing, { signal, step }: Work): AsyncGenerator<Uint8Array> {
  async function* pieces() {
    for (let at = 0; at < packed.size; at += READ_BYTES) yield await packed.read(at, READ_BYTES, signal)
  }
  const decoder = decoders[packing]({ chunkSize: PIECE_BYTES })
  const input = Readable.from(pieces(), { highWaterMark: 1 })
  input.on('error', (error) => decoder.destroy(error))
  input.pipe(decoder)
  try {
    for await (const chunk of decoder) {
      signal?.throwIfAborted()
      step(chunk.length / BYTES_PER_STEP)
      yield chunk
    }
    if (decoder.bytesWritten < packed.size) throw new Unreadable('bytes follow the end of the packed stream', decoder.bytesWritten)
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof Unreadable || error instanceof GatehouseError) throw error
    throw new Unreadable(`it cannot be unpacked: ${messageOf(error)}`)
  } finally {
    input.destroy()
    decoder.destroy()
  }
}

/** Reads forward through a stream; going back begins again, and that only a few times. */
class StreamedSource implements ByteSource {
  readonly path: string
  readonly size: number
  readonly #packed: ByteSource
  readonly #packing: Packing
  readonly #work: Work
  #stream: AsyncGenerator<Uint8Array> | undefined
  #window = Buffer.alloc(0)
  #windowStart = 0
  #restarts = 0

  constructor(packed: ByteSource, packing: Packing, size: number, work: Work) {
    this.#work = work
    this.path = packed.path
    this.size = size
    this.#packed = packed
    this.#packing = packing
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const end = Math.min(this.size, offset + length)
    if (offset >= end) return new Uint8Array()
    if (this.#stream === undefined || offset < this.#windowStart) await this.#restart()
    // What lies before the wanted bytes is let go, but for a little to go back to.
    const keepFrom = Math.max(0, Math.min(this.#window.length, offset - PIECE_BYTES - this.#windowStart))
    const pieces: Uint8Array[] = [this.#window.subarray(keepFrom)]
    let start = this.#windowStart + keepFrom
    let until = this.#windowStart + this.#window.length
    while (until < end) {
      const next = await this.#stream?.next()
      if (next === undefined || next.done === true) throw new Unreadable('it unpacks to less than before', offset)
      pieces.push(next.value)
      until += next.value.length
      for (let first = pieces[0]; first !== undefined && start + first.length <= offset - PIECE_BYTES; first = pieces[0]) {
        start += first.length
        pieces.shift()
      }
    }
    this.#window = Buffer.concat(pieces)
    this.#windowStart = start
    return this.#window.subarray(offset - start, end - start)
  }

  async #restart(): Promise<void> {
    this.#restarts += 1
    if (this.#restarts > MAX_RESTARTS) throw new Unreadable('it would have to be unpacked too many times')
    await this.#stream?.return(undefined)
    this.#stream = unpack(this.#packed, this.#packing, this.#work)
    this.#window = Buffer.alloc(0)
    this.#windowStart = 0
  }
}
