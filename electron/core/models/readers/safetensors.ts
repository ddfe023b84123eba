import type { ByteSource } from '../byte-source.ts'
import { NameHashes } from './name-hashes.ts'
import { type Notes, readSafetensorsHeader, type TensorEntry } from './safetensors-header.ts'
import { TensorLayout } from './tensor-layout.ts'
import { Unreadable } from './unreadable.ts'

/** The limit of the safetensors library itself (safetensors/src/tensor.rs, MAX_HEADER_SIZE). */
const MAX_HEADER_BYTES = 100_000_000
/** `"":{"dtype":"U8","shape":[],"data_offsets":[0,1]},` and shorter there is none. */
const MIN_ENTRY_BYTES = 49
const MAX_NAME_CHARS = 1_024

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
  readonly metadata: Notes
}

/**
 * Reads the header of a safetensors file and holds every tensor against the bytes that are there: no gap, no overlap, nothing after the last.
 * Stricter than the library where it accepts what two readers could see differently (names twice, white space, unknown fields). Nothing grows with
 * the header but 24 bytes for each tensor.
 * @throws {Unreadable} for anything else
 */
export async function readSafetensors(source: ByteSource, step: (count?: number) => void, signal?: AbortSignal): Promise<Safetensors> {
  const prefix = await source.read(0, 8, signal)
  if (prefix.length < 8) throw new Unreadable('it ends before its header')
  const headerBytes = Number(new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true))
  if (headerBytes > MAX_HEADER_BYTES) throw new Unreadable(`its header claims ${headerBytes} bytes; 100 MB are allowed`, 0)
  if (headerBytes > source.size - 8) throw new Unreadable(`its header claims ${headerBytes} bytes, more than the file has`, 0)
  const capacity = Math.floor(headerBytes / MIN_ENTRY_BYTES) + 1
  const [names, layout, dtypes] = [new NameHashes(capacity), new TensorLayout(capacity), new Set<string>()]
  let tensors = 0
  const onTensor = (entry: TensorEntry): void => {
    checkSize(entry)
    tensors += 1
    names.add(entry.name)
    layout.add(entry.begin, entry.end)
    dtypes.add(entry.dtype)
  }
  const metadata = await readSafetensorsHeader(source, headerBytes, onTensor, step, signal)
  if (names.hasTwice()) throw new Unreadable('the name of a tensor stands twice')
  layout.check(source.size - 8 - headerBytes)
  return { tensors, dtypes: [...dtypes].sort(), metadata }
}

function checkSize({ name, dtype, shape, begin, end }: TensorEntry): void {
  const wrong = (what: string) => new Unreadable(`tensor ${name.slice(0, 80)}: ${what}`)
  if (name.length > MAX_NAME_CHARS) throw wrong('its name is too long')
  const bits = Object.hasOwn(bitsOf, dtype) ? bitsOf[dtype] : undefined
  if (bits === undefined) throw wrong('its dtype is unknown')
  const bytes = end - begin
  const inDoubles = shape.reduce((product, size) => product * size, bits)
  const fits =
    Number.isSafeInteger(inDoubles) && Number.isSafeInteger(bytes * 8)
      ? inDoubles === bytes * 8
      : shape.reduce((product, size) => product * BigInt(size), BigInt(bits)) === BigInt(bytes) * 8n
  if (!fits) throw wrong('shape and type do not fit its bytes')
}
