import type { PickleGlobal, PickleValue } from './pickle-value.ts'

/**
 * What is allowed, and makes of a few bytes of the file as much as a number in them says: it fills the memory of whoever loads it. Tried with Python 3.11,
 * numpy 2.4, scipy 1.17 and PyTorch 2.13. No pickle writes these calls: an array is made empty and given its bytes, a collection from a list.
 */
type Rule = (args: readonly PickleValue[], length: number) => boolean

/** Members of a nested tuple, each as often as its hash or its text comes to it. In real pickles they are no more than the bytes. */
export const MAX_MEMBERS = 100_000_000

const isNumber = (value: PickleValue | undefined) => value?.kind === 'number'
/** Of a range, or of something with one: all else has its members in the file. `_codecs.encode` makes the bytes of protocol 2. */
const fromCall: Rule = (args) => args.some((it) => it.kind === 'object' && it.callee?.name !== 'encode')
const byNumber: Rule = (args) => args.some(isNumber)
const zeros: Rule = (args, length) => isNumber(args[0]) || fromCall(args, length)
const always: Rule = (_args, length) => length > 0
const isOneByte = (type: PickleValue | undefined): boolean =>
  (type?.kind === 'bytes' && type.length === 1) ||
  (type?.kind === 'text' && type.text === 'b') ||
  // By protocol 0.
  (type?.kind === 'object' && type.callee?.name === 'encode' && type.args.kind === 'tuple' && isOneByte(type.args.items[0]))
/** An array of nothing, of the smallest type, is what numpy pickles; its state says the rest. */
const empty =
  (shapeAt: number): Rule =>
  (args) => {
    const [shape, type] = [args[shapeAt], args[shapeAt + 1]]
    const none = shape?.kind === 'tuple' && shape.length === 1 && shape.items[0]?.kind === 'number' && shape.items[0].value === 0
    return !none || !isOneByte(type)
  }
/** `1e1000000000` has as many digits as it says, and so has a decimal of it. Honest ones are `3/4`, or two numbers. */
const fraction: Rule = (args) =>
  args.some((it) => it.kind === 'object' || (it.kind === 'text' && !/^[+-]?\d+(?:\/\d+)?$/.test(it.text ?? '')))
/** Before a limit came, the time that it takes to read digits was the square of their number. */
const integer: Rule = ([first]) => first !== undefined && first.kind !== 'number' && first.kind !== 'flag' && first.kind !== 'other'
const text: Rule = ([first]) => first !== undefined && first.kind !== 'text' && first.kind !== 'bytes'

const rules: readonly (readonly [module: RegExp, name: RegExp, rule: Rule])[] = [
  [/^(?:builtins|__builtin__)$/, /^(?:list|tuple|set|frozenset)$/, fromCall],
  [/^(?:builtins|__builtin__)$/, /^byte(?:s|array)$/, zeros],
  [/^(?:builtins|__builtin__)$/, /^(?:int|long)$/, integer],
  [/^(?:builtins|__builtin__)$/, /^(?:str|unicode)$/, text],
  [/^collections$/, /^(?:deque|Counter)$/, fromCall],
  [/^fractions$/, /^Fraction$/, fraction],
  [/^numpy(?:\.|$)/, /^(?:ndarray|recarray)$/, always],
  [/^numpy(?:\.|$)/, /^(?:void|record|bytes_)$/, byNumber],
  [/^numpy\._?core\.multiarray$/, /^_reconstruct$/, empty(1)],
  [/^numpy\._?core\.multiarray$/, /^scalar$/, (_args, length) => length !== 2],
  [/^numpy\.ma\.core$/, /^_mareconstruct$/, empty(2)],
  [/^scipy\.sparse\./, /_(?:matrix|array)$/, always],
  [/^torch$/, /^Size$/, fromCall],
  [/^torch(?:\.cuda|\.storage)?$/, /(?:Storage|Tensor)$/, byNumber],
  [/^torch\._utils$/, /^_rebuild_tensor(?:_v[23])?$/, isBeyond],
  // It is made by its sizes before it is laid over its storage.
  [/^torch\._utils$/, /^_rebuild_qtensor$/, (args) => isBeyond(args) || !(product(args[2]) <= elementsOf(args[0]))],
]

/** Of the smallest quantized numbers a byte, which is what is counted, has four. */
const PER_ELEMENT = 4

/** At most so many are in it; of none that is known there is nothing to say. */
function elementsOf(storage: PickleValue | undefined): number {
  if (storage?.kind === 'storage') return (storage.elements ?? 0) * PER_ELEMENT
  if (storage?.kind !== 'object') return Number.POSITIVE_INFINITY
  // A file of its own, which has more bytes than the storage in it has elements. Another call makes an empty one.
  const [file] = storage.callee?.name === '_load_from_bytes' && storage.args.kind === 'tuple' ? storage.args.items : []
  return file === undefined ? 0 : file.kind === 'bytes' ? file.length : Number.POSITIVE_INFINITY
}

/** Sizes or steps of a tensor; not numbers where it is not known what they are. */
function numbersOf(value: PickleValue | undefined): readonly number[] {
  if (value?.kind === 'object' && value.callee?.name === 'Size' && value.args.kind === 'tuple') return numbersOf(value.args.items[0])
  if (value?.kind !== 'tuple' || value.length !== value.items.length) return [Number.NaN]
  return value.items.map((it) => (it.kind === 'number' ? it.value : Number.NaN))
}

const product = (sizes: PickleValue | undefined) => numbersOf(sizes).reduce((all, one) => all * one, 1)

/** PyTorch makes a storage larger until the tensor that is laid over it fits (`set_`, aten/src/ATen/native/TensorShape.cpp). */
export function isBeyond([storage, offset, size, stride]: readonly PickleValue[]): boolean {
  const elements = elementsOf(storage)
  if (elements === Number.POSITIVE_INFINITY) return false
  const start = offset?.kind === 'number' ? offset.value : Number.NaN
  const [sizes, steps] = [numbersOf(size), numbersOf(stride)]
  if (sizes.includes(0)) return false
  const last = sizes.reduce((sum, one, index) => sum + (one - 1) * (steps[index] ?? Number.NaN), start)
  return !(last < elements)
}

const ruleFor = ({ module, name }: PickleGlobal): Rule | undefined =>
  rules.find(([modules, names]) => modules.test(module ?? '') && names.test(name ?? ''))?.[2]

/** Is it something that is called in one way alone by pickles of data? */
export const canGrow = (callee: PickleGlobal): boolean => ruleFor(callee) !== undefined

/** Would the call make more than the file has bytes for? */
export const growsByCall = (callee: PickleGlobal, args: PickleValue): boolean =>
  args.kind === 'tuple' && (ruleFor(callee)?.(args.items, args.length) ?? false)
