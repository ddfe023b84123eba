import type { PickleObject, PickleValue } from './pickle-value.ts'

/** What numpy makes of a pickled type: bytes of one item, and whether they are pointers to objects, or some of them are. */
interface Type {
  readonly bytes: number
  readonly objects: boolean
}
/** A type that says of itself what is not so, or of which a part is not known. */
type Doubt = 'contradicts itself' | 'not known'

/** The codes that numpy pickles a type by: the kind and the bytes of an item, of texts the characters. */
const typeCode = /^[<>|=]?([biufcmMSUOV])(\d+)$/
/** Of the state; before it numpy worked out the flags itself. */
const VERSION = 3
const HAS_OBJECTS = 1
/** Objects are counted, pickled as a list, set before they are read, and need Python; a type of nothing else is pointers, with its own ways to get and set. */
const OF_OBJECTS = 0b11011
const OBJECT = 0b111111
/** What was found of types that have a state. One stands in many others. */
const judged = new WeakMap<PickleObject, Type | Doubt>()

/** Is it a type of numpy, or a class of those that numpy has for each kind? */
export const isNumpyType = ({ callee }: PickleObject): boolean =>
  (callee?.module === 'numpy' && callee.name === 'dtype') || callee?.module === 'numpy.dtypes'

/** Item size of a pickled `numpy.dtype('f8', False, True)`, as joblib takes it out of the stream. */
export function itemBytesOf(dtype: PickleValue | undefined): number | 'objects' | undefined {
  const type = typeOf(dtype)
  if (typeof type === 'string') return undefined
  if (type.objects) return 'objects'
  // A structure whose state is not there does not say what is in it.
  return dtype?.kind === 'object' && dtype.state === undefined && codeOf(dtype)?.kind === 'V' ? undefined : type.bytes
}

/**
 * What is wrong with a type that was given a state. numpy takes flags, size, fields and subarray from there without a question
 * (numpy/core/src/multiarray/descriptor.c, `arraydescr_setstate`): it would take numbers of the file for pointers to objects, or read beyond the array.
 */
export function doubtOf(type: PickleObject): Doubt | undefined {
  // Whoever was given it before took it for another: it is one object for all of them.
  const found = type.passedOn ? 'contradicts itself' : statedType(type)
  judged.set(type, found)
  return typeof found === 'string' ? found : undefined
}

function typeOf(value: PickleValue | undefined): Type | Doubt {
  if (value?.kind !== 'object' || !isNumpyType(value)) return 'not known'
  if (value.state !== undefined) return judged.get(value) ?? 'not known'
  const code = codeOf(value)
  return code === undefined ? 'not known' : { bytes: code.bytes, objects: code.kind === 'O' }
}

function statedType(type: PickleObject): Type | Doubt {
  // Their classes take no state: `numpy.dtype` is what pickles have.
  if (type.callee?.module === 'numpy.dtypes') return 'contradicts itself'
  const code = codeOf(type)
  return code === undefined || type.state === undefined ? 'not known' : stated(code, type.state)
}

interface Code {
  readonly kind: string
  /** Of a class of records its state alone tells. */
  readonly bytes: number
}

function codeOf({ args }: PickleObject): Code | undefined {
  const [code] = args.kind === 'tuple' ? args.items : []
  if (code?.kind === 'global' && code.module === 'numpy' && code.name === 'record') return { kind: 'V', bytes: Number.NaN }
  const [, kind, digits] = typeCode.exec((code?.kind === 'text' && code.text) || '') ?? []
  return kind === undefined ? undefined : { kind, bytes: Number(digits) * (kind === 'U' ? 4 : 1) }
}

/** (version, order, subarray, names, fields, size, alignment, flags), perhaps with the unit of a time. */
function stated(code: Code, state: PickleValue): Type | Doubt {
  if (state.kind !== 'tuple') return 'not known'
  const [version, , subarray, , fields, size, , flags] = state.items
  if (state.length < 8 || state.length > 9 || version?.kind !== 'number' || version.value < VERSION) return 'contradicts itself'
  if (subarray === undefined || fields === undefined || size?.kind !== 'number' || flags?.kind !== 'number') return 'not known'
  const says = (flags.value & HAS_OBJECTS) !== 0
  const whole = code.kind === 'O' ? OBJECT : OF_OBJECTS
  if (says && (flags.value & whole) !== whole) return 'contradicts itself'
  // Types of a fixed size say -1; texts and structures say theirs.
  const bytes = 'SUV'.includes(code.kind) ? size.value : code.bytes
  const fits = bytes === size.value ? Number.isNaN(code.bytes) || bytes === code.bytes : size.value === -1
  if (!fits || bytes < 0) return 'contradicts itself'
  if (code.kind !== 'V')
    return says === (code.kind === 'O') && subarray.kind === 'none' && fields.kind === 'none'
      ? { bytes, objects: says }
      : 'contradicts itself'
  const parts = [...partsOf(subarray, fields)]
  const doubt = parts.find((it) => typeof it === 'string')
  if (doubt !== undefined) return doubt
  const wrong = parts.some((it) => typeof it !== 'string' && ((it.objects && !says) || it.start < 0 || it.start + it.bytes > bytes))
  return wrong ? 'contradicts itself' : { bytes, objects: says }
}

interface Part extends Type {
  readonly start: number
}

function* partsOf(subarray: PickleValue, fields: PickleValue): Generator<Part | Doubt> {
  if (subarray.kind !== 'none') yield repeated(subarray)
  if (fields.kind === 'none') return
  if (fields.kind !== 'dict' || fields.unclear) return yield 'not known'
  for (const field of fields.entries.values()) {
    const [type, offset] = field.kind === 'tuple' ? field.items : []
    const found = typeOf(type)
    if (typeof found === 'string') yield found
    else yield offset?.kind === 'number' ? { ...found, start: offset.value } : 'not known'
  }
}

/** A type and a shape. */
function repeated(subarray: PickleValue): Part | Doubt {
  const [type, shape] = subarray.kind === 'tuple' ? subarray.items : []
  const found = typeOf(type)
  if (typeof found === 'string') return found
  const sizes = shape?.kind === 'tuple' && shape.length === shape.items.length ? shape.items : [shape]
  let bytes = found.bytes
  for (const size of sizes) {
    if (size?.kind !== 'number') return 'not known'
    if (size.value < 0) return 'contradicts itself'
    bytes *= size.value
  }
  return { bytes, objects: found.objects, start: 0 }
}
