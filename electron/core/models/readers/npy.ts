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
  /** Bytes of the data; undefined where the type does not say. */
  readonly dataBytes: number | undefined
}

const header =
  /^\{'descr': (?<descr>'[^'\\]*'|\[[^{}]*\]|\([^{}]*\)), 'fortran_order': (?:True|False), 'shape': \((?<shape>[\d, ]*)\), ?\}\s*$/
const typeCode = /^[<>|=]?(?<kind>[?biufcmMSUVO])(?<size>\d*)(?:\[[^\]]*\])?$/

/**
 * The header of a `.npy` array (numpy/lib/format.py, versions 1 to 3): a Python literal in the one form that numpy writes. A type that may
 * hold objects is taken to do so.
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
  const types = [...descr.matchAll(/'([^']*)'/g)].map((it) => it[1] ?? '')
  const codes = types.map((it) => typeCode.exec(it)?.groups)
  if (!codes.some((it) => it !== undefined)) throw new Unreadable(`npy: its type ${descr.slice(0, 80)} is unknown`, prefix)
  const objects = codes.some((it) => it?.kind === 'O')
  return { descr, shape: sizes, objects, dataAt: prefix + length, dataBytes: objects ? undefined : bytesOf(descr, codes, sizes) }
}

type Code = Record<string, string> | undefined

/** Bytes of the data: of one type, or of a flat structure; undefined for structures in structures. */
function bytesOf(descr: string, codes: readonly Code[], sizes: readonly number[]): number | undefined {
  const item = descr.startsWith("'") ? itemBytes(codes[0]) : structBytes(descr)
  return item === undefined ? undefined : sizes.reduce((product, size) => product * size, item)
}

function itemBytes(code: Code): number | undefined {
  if (code?.kind === '?' && code.size === '') return 1
  return code === undefined || code.size === '' ? undefined : Number(code.size) * (code.kind === 'U' ? 4 : 1)
}

const field = /\('[^']*', '([^']*)'(?:, \(([\d, ]*)\))?\)/g

function structBytes(descr: string): number | undefined {
  if (descr.replace(field, '').replace(/[\s,]/g, '') !== '[]') return undefined
  let total = 0
  for (const [, type, shape] of descr.matchAll(field)) {
    const item = itemBytes(typeCode.exec(type ?? '')?.groups)
    if (item === undefined) return undefined
    total += (shape ?? '')
      .split(',')
      .filter((it) => it.trim() !== '')
      .reduce((product, size) => product * Number(size), item)
  }
  return total
}
