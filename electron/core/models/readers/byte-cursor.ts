import type { ByteSource } from '../byte-source.ts'
import { Unreadable } from './unreadable.ts'

/** A window begins small, since many readers jump, and doubles while reading goes straight on. */
const FIRST_BYTES = 4_096
const MAX_WINDOW_BYTES = 262_144

/**
 * Walks through a source with one window in memory. `need` brings bytes into the window; the readers after it take them from there
 * without waiting, so that a million small steps cost no million promises. Skipped bytes are never fetched.
 */
export class ByteCursor {
  readonly source: ByteSource
  readonly littleEndian: boolean
  readonly #signal: AbortSignal | undefined
  #window: DataView = new DataView(new ArrayBuffer(0))
  #windowStart = 0
  #offset: number
  readonly #firstBytes: number
  #nextBytes: number

  constructor(
    source: ByteSource,
    options: { start?: number; littleEndian?: boolean; firstBytes?: number; signal?: AbortSignal | undefined } = {},
  ) {
    this.source = source
    this.littleEndian = options.littleEndian ?? true
    this.#signal = options.signal
    this.#offset = options.start ?? 0
    this.#firstBytes = options.firstBytes ?? FIRST_BYTES
    this.#nextBytes = this.#firstBytes
  }

  get offset(): number {
    return this.#offset
  }

  get remaining(): number {
    return this.source.size - this.#offset
  }

  /** Bytes from here on that are in memory. */
  get ready(): number {
    return this.#windowStart + this.#window.byteLength - this.#offset
  }

  moveTo(offset: number): void {
    if (!Number.isSafeInteger(offset) || offset < 0 || offset > this.source.size)
      throw new Unreadable(`it points to byte ${offset} of ${this.source.size}`, this.#offset)
    this.#offset = offset
    if (offset >= this.#windowStart && this.ready >= 0) return
    this.#window = new DataView(new ArrayBuffer(0))
    this.#windowStart = offset
    this.#nextBytes = this.#firstBytes
  }

  skip(length: number): void {
    if (length > this.remaining) throw this.cut(length)
    this.moveTo(this.#offset + length)
  }

  /** Brings `length` bytes into memory, at most one window's worth more. @throws {Unreadable} when the source ends before. */
  async need(length: number): Promise<void> {
    if (this.ready >= length) return
    if (length > this.remaining) throw this.cut(length)
    await this.fill(length)
  }

  /** As `need`, with what there is when the source ends before. */
  async fill(length: number): Promise<void> {
    if (this.ready >= length) return
    this.#signal?.throwIfAborted()
    const bytes = await this.source.read(this.#offset, Math.max(length, this.#nextBytes), this.#signal)
    if (bytes.length < Math.min(length, this.remaining)) throw new Unreadable('fewer bytes came than the file has', this.#offset)
    this.#window = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#windowStart = this.#offset
    this.#nextBytes = Math.min(MAX_WINDOW_BYTES, this.#nextBytes * 2)
  }

  u8(): number {
    return this.#window.getUint8(this.#take(1))
  }

  u16(): number {
    return this.#window.getUint16(this.#take(2), this.littleEndian)
  }

  u32(): number {
    return this.#window.getUint32(this.#take(4), this.littleEndian)
  }

  i32(): number {
    return this.#window.getInt32(this.#take(4), this.littleEndian)
  }

  /** Above 2^53 the nearest double: good enough to be refused as too large. */
  u64(): number {
    return Number(this.#window.getBigUint64(this.#take(8), this.littleEndian))
  }

  i64(): bigint {
    return this.#window.getBigInt64(this.#take(8), this.littleEndian)
  }

  f32(): number {
    return this.#window.getFloat32(this.#take(4), this.littleEndian)
  }

  f64(): number {
    return this.#window.getFloat64(this.#take(8), this.littleEndian)
  }

  /** A view on the window: copy it before the next `need` when it must last. */
  bytes(length: number): Uint8Array {
    const at = this.#take(length)
    return new Uint8Array(this.#window.buffer, this.#window.byteOffset + at, length)
  }

  /** Bytes up to a line feed, which is consumed; all that is left when there is none. Undefined when the line is longer than `max`. */
  async line(max: number): Promise<{ bytes: Uint8Array; ended: boolean } | undefined> {
    await this.fill(Math.min(256, max + 1))
    let length = this.#indexOfLineFeed()
    if (length === undefined) {
      await this.fill(max + 1)
      length = this.#indexOfLineFeed()
    }
    if (length === undefined && this.remaining > max) return undefined
    if (length !== undefined && length > max) return undefined
    const bytes = this.bytes(length ?? this.remaining)
    if (length !== undefined) this.#offset += 1
    return { bytes, ended: length !== undefined }
  }

  /** Steps over the rest of a line and its line feed, whatever its length. Says whether there was one. */
  async skipLine(): Promise<boolean> {
    while (this.remaining > 0) {
      await this.fill(1)
      const length = this.#indexOfLineFeed()
      this.skip(length === undefined ? this.ready : length + 1)
      if (length !== undefined) return true
    }
    return false
  }

  #indexOfLineFeed(): number | undefined {
    const at = this.#offset - this.#windowStart
    const found = new Uint8Array(this.#window.buffer, this.#window.byteOffset + at, this.#window.byteLength - at).indexOf(10)
    return found === -1 ? undefined : found
  }

  cut(length: number): Unreadable {
    return new Unreadable(`it ends ${length - this.remaining} bytes too early`, this.#offset)
  }

  #take(length: number): number {
    const at = this.#offset - this.#windowStart
    if (length > this.remaining) throw this.cut(length)
    if (this.ready < length) throw new Unreadable('a reader took bytes that it had not asked for', this.#offset)
    this.#offset += length
    return at
  }
}
