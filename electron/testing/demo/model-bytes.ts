import { createHash } from 'node:crypto'
import type { DemoFile } from './demo-host.ts'

/** Heads of model files in their real formats. What follows a head is zeros up to the size of the file, so that it takes no memory. */

/** One tensor of bytes that fills the file, as the format asks (8 bytes of header length, JSON, data). */
export function safetensorsHead(size: number, tensor: string): Buffer {
  let text = ''
  // The length of the header is in the header.
  for (let length = 0; length !== Buffer.byteLength(text) || length === 0; ) {
    length = Buffer.byteLength(text)
    const bytes = size - 8 - length
    const plain = JSON.stringify({ __metadata__: { format: 'pt' }, [tensor]: { dtype: 'U8', shape: [bytes], data_offsets: [0, bytes] } })
    text = plain.padEnd(Math.ceil(plain.length / 8) * 8)
  }
  const prefix = Buffer.alloc(8)
  prefix.writeBigUInt64LE(BigInt(Buffer.byteLength(text)))
  return Buffer.concat([prefix, Buffer.from(text)])
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
const u64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}
const ggufText = (text: string): Buffer => Buffer.concat([u64(Buffer.byteLength(text)), Buffer.from(text)])

/** GGUF version 3: metadata, one tensor of type I8 (24) that fills the file, data aligned to 32 bytes. */
export function ggufHead(size: number, metadata: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(metadata).map(([key, value]) => Buffer.concat([ggufText(key), u32(8), ggufText(value)]))
  const before = Buffer.concat([Buffer.from('GGUF'), u32(3), u64(1), u64(pairs.length), ...pairs, ggufText('token_embd.weight'), u32(1)])
  const dataAt = Math.ceil((before.length + 8 + 4 + 8) / 32) * 32
  const table = Buffer.concat([before, u64(size - dataAt), u32(24), u64(0)])
  return Buffer.concat([table, Buffer.alloc(dataAt - table.length)])
}

/** A pickle of protocol 2 that calls `posix.system` when it is loaded. The command it names does nothing. */
export const poisonedPickle: Buffer = Buffer.concat([
  Buffer.from([0x80, 0x02]),
  Buffer.from('cposix\nsystem\n'),
  Buffer.from([0x58]),
  u32(4),
  Buffer.from('true'),
  Buffer.from([0x85, 0x52, 0x2e]),
])

/** A file of a model: its head, then zeros. `acl` lets the audit account read it. */
export const modelFile = (owner: string, mode: number, size: number, head: Buffer, acl = false, group = owner): DemoFile => ({
  type: 'file',
  owner,
  group,
  mode,
  size,
  head,
  ...(acl && { acl }),
})

/** A small file with all of its bytes. */
export const smallFile = (owner: string, mode: number, content: string, acl = false): DemoFile =>
  modelFile(owner, mode, Buffer.byteLength(content), Buffer.from(content), acl)

const startOf = ({ head, content }: DemoFile): Buffer => head ?? Buffer.from(content ?? '')

/** At most `length` bytes from `offset`. */
export function bytesOf(file: DemoFile, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(Math.max(0, Math.min(length, file.size - offset)))
  const start = startOf(file)
  if (offset < start.length) start.copy(bytes, 0, offset, Math.min(start.length, offset + bytes.length))
  return bytes
}

/** So many zeros are hashed; nobody could wait for more. */
const MAX_ZEROS = 1_048_576

/** Its SHA-256; of a large file that of its head and its size. */
export function digestOf(file: DemoFile): string {
  const start = startOf(file)
  let length = Math.min(start.length, file.size)
  while (length > 0 && start[length - 1] === 0) length--
  const hash = createHash('sha256').update(start.subarray(0, length))
  const zeros = file.size - length
  return hash.update(zeros > MAX_ZEROS ? `and zeros up to ${file.size}` : Buffer.alloc(zeros)).digest('hex')
}
