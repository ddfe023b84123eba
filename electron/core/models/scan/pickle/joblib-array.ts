import type { PickleDict, PickleObject, PickleValue } from './pickle-value.ts'

/** The raw array that joblib writes into the stream behind the object that describes it. */
export interface JoblibArray {
  /** Undefined for an array of objects, which is a pickle of its own. */
  readonly sizeBytes: number | undefined
  /** A byte with the length of a padding stands before the data. */
  readonly padded: boolean
}

/** Is it the object after whose BUILD joblib's reader takes an array out of the stream? */
export const isJoblibArray = ({ callee }: PickleObject): boolean =>
  callee?.name === 'NumpyArrayWrapper' &&
  (callee.module === 'joblib.numpy_pickle' || callee.module === 'sklearn.externals.joblib.numpy_pickle')

/**
 * As `NumpyArrayWrapper.read_array` of joblib works it out (joblib/numpy_pickle.py): shape × item size, or a pickle when the dtype holds objects.
 * A string says what cannot be known; then nobody knows where the pickle goes on.
 */
export function joblibArrayOf({ state }: PickleObject): JoblibArray | string {
  if (state?.kind !== 'dict') return 'an array of joblib does not say what it is'
  const dtype = itemBytesOf(state.entries.get('dtype'))
  if (dtype === undefined) return 'an array of joblib has a type that is not known'
  const padded = state.entries.has('numpy_array_alignment_bytes')
  if (dtype === 'objects') return { sizeBytes: undefined, padded: false }
  const count = countOf(state)
  if (count === undefined) return 'an array of joblib has a shape that is not known'
  return { sizeBytes: count * dtype, padded }
}

function countOf({ entries }: PickleDict): number | undefined {
  const shape = entries.get('shape')
  if (shape?.kind !== 'tuple' || shape.length !== shape.items.length) return undefined
  const sizes = shape.items.map((it) => (it.kind === 'number' && Number.isSafeInteger(it.value) && it.value >= 0 ? it.value : undefined))
  return sizes.reduce((product, size) => (product === undefined || size === undefined ? undefined : product * size), 1)
}

/** Item size of a pickled `numpy.dtype('f8', False, True)`. A structured type says its size (`V16`), and by its flags whether it holds objects. */
function itemBytesOf(dtype: PickleValue | undefined): number | 'objects' | undefined {
  if (dtype?.kind !== 'object' || dtype.callee?.module !== 'numpy' || dtype.callee.name !== 'dtype') return undefined
  const [code] = dtype.args.kind === 'tuple' ? dtype.args.items : []
  if (code?.kind !== 'text' || code.text === undefined) return undefined
  const [, kind, digits] = /^[<>|=]?([a-zA-Z?])(\d+)$/.exec(code.text) ?? []
  if (kind === undefined || digits === undefined) return undefined
  if (kind === 'O') return 'objects'
  // Flag 1 is NPY_ITEM_HASOBJECT; the state is (version, order, subarray, names, fields, size, alignment, flags).
  if (kind === 'V') {
    const state = dtype.state?.kind === 'tuple' ? dtype.state : undefined
    if (state === undefined || state.items.length < 8) return undefined
    const [size, flags] = [state.items[5], state.items[7]]
    if (flags?.kind !== 'number' || size?.kind !== 'number') return undefined
    if ((flags.value & 1) !== 0) return 'objects'
    return size.value === Number(digits) ? size.value : undefined
  }
  if (!'biufcmMSU'.includes(kind)) return undefined
  return Number(digits) * (kind === 'U' ? 4 : 1)
}
