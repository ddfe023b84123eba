import type { ByteSource } from '../byte-source.ts'
import { Unreadable } from './unreadable.ts'

/** numpy itself refuses headers above 10,000 characters unless it is told otherwise. */
const MAX_HEADER_BYTES = 65_536

export interface Npy {
  readonly descr: string
  readonly shape: readonly number[]
  /** The data is a pickle. */
  readonly objects: boolean
  readonly dataAt: number
  /** Bytes of the data; undefined for objects. */
  readonly dataBytes: number | undefined
}

const header =
  /^\{'descr': (?<descr>'[^'\\]*'|\[[^{}]*\]|\([^{}]*\)), 'fortran_order': (?:True|False), 'shape': \((?<shape>[\d, ]*)\), ?\}\s*$/
const typeCode = /^[<>|=]?(?<kind>[?biufcmMSUVO])(?<size>\d*)(?:\[[^\]]*\])?$/

/**
 * The header of a `.npy` array (numpy/lib/format.py, versions 1 to 3): a Python literal in the one form that numpy writes. A type
 * of which a part is not known may be one of objects.
 * @throws {Unreadable} for any other form
 */
export async function readNpy(source: ByteSource, signal?: AbortSignal): Promise<Npy> {
  const head = await source.read(0, 12, signal)
  if (head.length < 12) throw new Unreadable('npy: it ends in its header')
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const version = head[6] ?? 0
  if (version < 1 || version > 3) throw new Unreadable(`npy: version ${version} does not exist`, 6)
  const prefix = version === 1 ? 10 : 12
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  if (length > MAX_HEADER_BYTES || prefix + length > source.size) throw new Unreadable(`npy: its header claims ${length} bytes`, 8)
  const text = Buffer.from(await source.read(prefix, length, signal)).toString('utf8')
  const { descr, shape } = header.exec(text)?.groups ?? {}
  if (descr === undefined || shape === undefined) throw new Unreadable('npy: its header has another form than numpy writes', prefix)
  const sizes = shape
    .split(',')
    .map((it) => it.trim())
    .filter((it) => it !== '')
    .map(Number)
  const type = typeOf(descr)
  if (type === undefined) throw new Unreadable(`npy: its type ${descr.slice(0, 80)} is unknown`, prefix)
  const dataBytes = type.objects ? undefined : sizes.reduce((product, size) => product * size, type.bytes)
  return { descr, shape: sizes, objects: type.objects, dataAt: prefix + length, dataBytes }
}

interface ItemType {
  readonly bytes: number
  readonly objects: boolean
}

/** One field: a name, perhaps with a title; a type, or a structure that has been read; a shape. */
const field = /\((?:'[^']*'|\('[^']*', '[^']*'\)), (?:'([^']*)'|#(\d+)(o?))(?:, \(([\d, ]*)\))?\)/g
/** A structure whose fields have no structures of their own. */
const structure = /\[[^[\]]*\]/
const MAX_STRUCTURES = 1_000

/** A type in the forms that numpy writes: a code, or a list of fields, in which a field may have such a list. Undefined where any part of it is not known. */
function typeOf(descr: string): ItemType | undefined {
  if (descr.startsWith("'")) return codeOf(descr.slice(1, -1))
  // Python would take what follows for a comment.
  if (descr.includes('#')) return undefined
  // The unit of a time stands in brackets too.
  let rest = descr.replace(/\[(\d*[A-Za-z]+)\]'/g, "'")
  for (let count = 0; count < MAX_STRUCTURES; count += 1) {
    const done = /^#(\d+)(o?)$/.exec(rest)
    if (done !== null) return { bytes: Number(done[1]), objects: done[2] === 'o' }
    const inner = structure.exec(rest)
    const type = inner === null ? undefined : structOf(inner[0])
    if (inner === null || type === undefined) return undefined
    rest = [rest.slice(0, inner.index), `#${type.bytes}${type.objects ? 'o' : ''}`, rest.slice(inner.index + inner[0].length)].join('')
  }
  return undefined
}

function structOf(list: string): ItemType | undefined {
  if (list.replace(field, '').replace(/[\s,]/g, '') !== '[]') return undefined
  let [bytes, objects] = [0, false]
  for (const [, code, size, mark, shape] of list.matchAll(field)) {
    const item = code === undefined ? { bytes: Number(size), objects: mark === 'o' } : codeOf(code)
    if (item === undefined) return undefined
    objects ||= item.objects
    bytes += (shape ?? '')
      .split(',')
      .filter((it) => it.trim() !== '')
      .reduce((product, count) => product * Number(count), item.bytes)
  }
  return Number.isSafeInteger(bytes) ? { bytes, objects } : undefined
}

function codeOf(code: string): ItemType | undefined {
  const { kind, size } = typeCode.exec(code)?.groups ?? {}
  if (kind === undefined || size === undefined) return undefined
  if (kind === 'O') return { bytes: 8, objects: true }
  if (size === '') return kind === '?' ? { bytes: 1, objects: false } : undefined
  return { bytes: Number(size) * (kind === 'U' ? 4 : 1), objects: false }
}
