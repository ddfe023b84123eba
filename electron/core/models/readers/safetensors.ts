import type { ByteSource } from '../byte-source.ts'
import { type JsonValue, parseJson } from './json-text.ts'
import { Unreadable } from './unreadable.ts'

/** The limit of the safetensors library itself; ours for the memory of a scan is lower. */
const MAX_HEADER_BYTES = 100_000_000
const MAX_SCANNED_BYTES = 12 * 1_048_576
const MAX_VALUES = 1_000_000
const MAX_NAME_CHARS = 1_024
const MAX_DIMENSIONS = 64

/** Bits per element (safetensors/src/tensor.rs). */
const bitsOf: Readonly<Record<string, number>> = {
  BOOL: 8,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
}

export interface Safetensors {
  readonly tensors: number
  readonly dtypes: readonly string[]
  readonly metadata: ReadonlyMap<string, string>
}

/**
 * Reads the header of a safetensors file and holds every tensor against the bytes that are there: no gap, no overlap, nothing after the last.
 * Stricter than the library where it accepts what two readers could see differently (names twice, white space, unknown fields).
 * @throws {Unreadable} for anything else
 */
export async function readSafetensors(source: ByteSource, signal?: AbortSignal): Promise<Safetensors> {
  const prefix = await source.read(0, 8, signal)
  if (prefix.length < 8) throw new Unreadable('it ends before its header')
  const headerBytes = Number(new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true))
  if (headerBytes > MAX_HEADER_BYTES) throw new Unreadable(`its header claims ${headerBytes} bytes; 100 MB are allowed`, 0)
  if (headerBytes > source.size - 8) throw new Unreadable(`its header claims ${headerBytes} bytes, more than the file has`, 0)
  if (headerBytes > MAX_SCANNED_BYTES) throw new Unreadable(`its header has ${headerBytes} bytes, more than a scan reads`, 0)
  const header = parseHeader(await source.read(8, headerBytes, signal))
  const metadata = metadataOf(header.get('__metadata__'))
  const tensors = [...header].filter(([name]) => name !== '__metadata__').map(([name, entry]) => tensorOf(name, entry))
  checkLayout(tensors, source.size - 8 - headerBytes)
  return { tensors: tensors.length, dtypes: [...new Set(tensors.map(({ dtype }) => dtype))].sort(), metadata }
}

function parseHeader(bytes: Uint8Array): Map<string, JsonValue> {
  if (bytes[0] !== 0x7b) throw new Unreadable('its header does not begin with {', 8)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new Unreadable('its header is no UTF-8', 8)
  }
  const header = parseJson(text, { maxValues: MAX_VALUES })
  if (!(header instanceof Map)) throw new Unreadable('its header is no JSON object', 8)
  return header
}

function metadataOf(value: JsonValue | undefined): ReadonlyMap<string, string> {
  if (value === undefined) return new Map()
  if (!(value instanceof Map)) throw new Unreadable('__metadata__ is no object')
  const entries = [...value].map(([name, text]): [string, string] => {
    if (typeof text !== 'string') throw new Unreadable(`__metadata__: ${name} is no text`)
    return [name, text]
  })
  return new Map(entries)
}

interface Tensor {
  readonly name: string
  readonly dtype: string
  readonly begin: number
  readonly end: number
}

function tensorOf(name: string, entry: JsonValue): Tensor {
  const wrong = (what: string) => new Unreadable(`tensor ${name.slice(0, 80)}: ${what}`)
  if (name.length > MAX_NAME_CHARS) throw wrong('its name is too long')
  if (!(entry instanceof Map)) throw wrong('it is no object')
  const unknown = [...entry.keys()].find((key) => key !== 'dtype' && key !== 'shape' && key !== 'data_offsets')
  if (unknown !== undefined) throw wrong(`it has a field ${unknown.slice(0, 80)}`)
  const dtype = entry.get('dtype')
  const bits = typeof dtype === 'string' && Object.hasOwn(bitsOf, dtype) ? bitsOf[dtype] : undefined
  if (typeof dtype !== 'string' || bits === undefined) throw wrong('its dtype is unknown')
  const shape = naturals(entry.get('shape'))
  const offsets = naturals(entry.get('data_offsets'))
  const [begin, end] = offsets ?? []
  if (shape === undefined || shape.length > MAX_DIMENSIONS) throw wrong('its shape is none')
  if (begin === undefined || end === undefined || offsets?.length !== 2 || end < begin) throw wrong('its offsets are none')
  const elements = shape.reduce((product, size) => product * BigInt(size), 1n)
  if (elements * BigInt(bits) !== BigInt(end - begin) * 8n) throw wrong('shape and type do not fit its bytes')
  return { name, dtype, begin, end }
}

function naturals(value: JsonValue | undefined): number[] | undefined {
  if (!Array.isArray(value)) return undefined
  const numbers = value.filter((it): it is number => typeof it === 'number' && Number.isSafeInteger(it) && it >= 0)
  return numbers.length === value.length ? numbers : undefined
}

function checkLayout(tensors: readonly Tensor[], dataBytes: number): void {
  let covered = 0
  for (const { name, begin, end } of tensors.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered)
      throw new Unreadable(`tensor ${name.slice(0, 80)} ${begin > covered ? 'leaves a gap before it' : 'overlaps another'}`)
    covered = end
  }
  if (covered !== dataBytes) throw new Unreadable(`its tensors have ${covered} bytes, the file ${dataBytes}`)
}
