/** Bytes of small files, written down piece by piece. */

export const joined = (...parts: readonly (Uint8Array | string)[]): Uint8Array =>
  new Uint8Array(Buffer.concat(parts.map((it) => (typeof it === 'string' ? Buffer.from(it, 'latin1') : it))))

export const utf8 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf8'))
export const u8 = (...values: readonly number[]): Uint8Array => Uint8Array.from(values)

function number(bytes: number, write: (buffer: Buffer) => void): Uint8Array {
  const buffer = Buffer.alloc(bytes)
  write(buffer)
  return new Uint8Array(buffer)
}
export const u16 = (value: number): Uint8Array => number(2, (it) => it.writeUInt16LE(value))
export const u32 = (value: number): Uint8Array => number(4, (it) => it.writeUInt32LE(value))
export const i32 = (value: number): Uint8Array => number(4, (it) => it.writeInt32LE(value))
export const u64 = (value: number | bigint): Uint8Array => number(8, (it) => it.writeBigUInt64LE(BigInt(value)))
