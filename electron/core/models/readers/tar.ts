import type { ByteSource } from '../byte-source.ts'
import { Unreadable } from './unreadable.ts'

export interface TarMember {
  readonly name: string
  readonly kind: 'file' | 'folder' | 'link' | 'other'
  readonly link: string
  readonly dataAt: number
  readonly sizeBytes: number
  /** Header of the next member. */
  readonly nextAt: number
}

const BLOCK = 512
const MAX_NAME_BYTES = 8_192
const LINE_FEED = 0x0a

/**
 * The member whose header stands at `at` (POSIX ustar, with GNU long names and pax records); undefined at the end of the archive.
 * @throws {Unreadable} for a header that is none, and for a pax record that changes a size
 */
export async function readTarMember(source: ByteSource, at: number, signal?: AbortSignal): Promise<TarMember | undefined> {
  let position = at
  let [longName, longLink] = ['', '']
  for (let extensions = 0; extensions < 8; extensions += 1) {
    const block = await source.read(position, BLOCK, signal)
    if (block.length === 0 || block.every((byte) => byte === 0)) return undefined
    if (block.length < BLOCK) throw new Unreadable('tar: it ends in a header', position)
    checkSum(block, position)
    const sizeBytes = octal(block, 124, 12, position)
    const dataAt = position + BLOCK
    if (dataAt + sizeBytes > source.size) throw new Unreadable('tar: a member reaches beyond the file', position)
    const nextAt = dataAt + Math.ceil(sizeBytes / BLOCK) * BLOCK
    const type = String.fromCharCode(block[156] ?? 0)
    if (type === 'L' || type === 'K' || type === 'x') {
      if (sizeBytes > MAX_NAME_BYTES) throw new Unreadable('tar: a name is too long', position)
      const bytes = Buffer.from(await source.read(dataAt, sizeBytes, signal))
      const value = bytes.toString('utf8').replace(/\0.*$/s, '')
      if (type === 'L') longName = value
      else if (type === 'K') longLink = value
      else ({ longName, longLink } = paxNames(bytes, { longName, longLink }, position))
      position = nextAt
      continue
    }
    const prefix = text(block, 345, 155)
    const plain = text(block, 0, 100)
    const name = longName === '' ? (prefix === '' ? plain : `${prefix}/${plain}`) : longName
    const link = longLink === '' ? text(block, 157, 100) : longLink
    const kind = kindOf(type, plain)
    // tarfile looks for the next header right behind this one, others behind the bytes.
    if (sizeBytes > 0 && (kind === 'folder' || kind === 'link'))
      throw new Unreadable('tar: a member that has no content has a size', position)
    return { name, kind, link, dataAt, sizeBytes, nextAt }
  }
  throw new Unreadable('tar: a member has too many headers', at)
}

/** Before POSIX a folder was a file whose name ends in a slash. */
function kindOf(type: string, plain: string): TarMember['kind'] {
  if (type === '5' || (type === '\0' && plain.endsWith('/'))) return 'folder'
  if (type === '0' || type === '\0' || type === '7') return 'file'
  return type === '1' || type === '2' ? 'link' : 'other'
}

/**
 * Would Python's tarfile take this for the header of a member? It looks at the checksum alone, as a number of its own kinds: in base 256, with
 * a sign, and as the sum of signed bytes.
 */
export function isTarHeader(block: Uint8Array): boolean {
  if (block.length < BLOCK) return false
  const field = block.subarray(148, 156)
  const digits = text(block, 148, 8)
    .trim()
    .replaceAll('_', '')
    .replace(/^\+?(?:0o)?/i, '')
  const stated = field[0] === 0x80 ? field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0) : Number.parseInt(digits, 8)
  const header = block.subarray(0, BLOCK)
  return stated > 0 && (stated === sumOf(header) || stated === sumOf(new Int8Array(header)))
}

/** Records by their lengths, as tarfile goes through them: one that does not end in a line feed is another thing to each reader. */
function paxNames(records: Buffer, names: { longName: string; longLink: string }, position: number) {
  let { longName, longLink } = names
  for (let at = 0; at < records.length; ) {
    const [head, digits = '', key = ''] = /^(\d+) ([^=]+)=/.exec(records.toString('latin1', at)) ?? []
    const end = at + Number(digits)
    if (head === undefined || end <= at + head.length || end > records.length || records[end - 1] !== LINE_FEED)
      throw new Unreadable('tar: a record of a member is broken', position)
    const value = records.toString('utf8', at + head.length, end - 1)
    if (key === 'path') longName = value
    if (key === 'linkpath') longLink = value
    if (key === 'size' || key.startsWith('GNU.sparse'))
      throw new Unreadable('tar: a member has another size than its header says', position)
    at = end
  }
  return { longName, longLink }
}

function text(block: Uint8Array, start: number, length: number): string {
  const field = block.subarray(start, start + length)
  const end = field.indexOf(0)
  return Buffer.from(end === -1 ? field : field.subarray(0, end)).toString('utf8')
}

function octal(block: Uint8Array, start: number, length: number, position: number): number {
  const digits = text(block, start, length).trim()
  if (!/^[0-7]+$/.test(digits)) throw new Unreadable('tar: a number is none', position)
  return Number.parseInt(digits, 8)
}

function checkSum(block: Uint8Array, position: number): void {
  if (sumOf(block) !== octal(block, 148, 8, position)) throw new Unreadable('tar: a header has a wrong checksum', position)
}

/** The checksum counts itself as blanks. */
function sumOf(block: Uint8Array | Int8Array): number {
  let sum = 8 * 0x20
  for (const [index, byte] of block.entries()) if (index < 148 || index >= 156) sum += byte
  return sum
}
