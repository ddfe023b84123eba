import type { PickleDict, PickleGlobal, PickleObject, PickleValue } from './pickle-value.ts'

/** The raw array that joblib writes into the stream behind the object that describes it. */
export interface JoblibArray {
  /** Undefined for an array of objects, which is a pickle of its own. */
  readonly sizeBytes: number | undefined
  /** A byte with the length of a padding stands before the data. */
  readonly padded: boolean
}

export const isJoblibWrapper = ({ module, name }: PickleGlobal): boolean =>
  name === 'NumpyArrayWrapper' && (module === 'joblib.numpy_pickle' || module === 'sklearn.externals.joblib.numpy_pickle')

/** Is it the object after whose BUILD joblib's reader takes an array out of the stream? */
export const isJoblibArray = ({ callee }: PickleObject): boolean => callee !== undefined && isJoblibWrapper(callee)

/**
 * As `NumpyArrayWrapper.read_array` of joblib works it out (joblib/numpy_pickle.py): shape × item size, or a pickle when the dtype holds objects.
 * A string says what cannot be known; then nobody knows where the pickle goes on.
 */
export function joblibArrayOf({ state }: PickleObject): JoblibArray | string {
  if (state?.kind !== 'dict') return 'an array of joblib does not say what it is'
  const dtype = itemBytesOf(state.entries.get('dtype'))
  if (dtype === undefined) return 'an array of joblib has a type that is not known'
  const alignment = state.entries.get('numpy_array_alignment_bytes')
  if (alignment !== undefined && alignment.kind !== 'none' && alignment.kind !== 'number')
    return 'an array of joblib has a padding that is not known'
  const padded = alignment?.kind === 'number'
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

/**
 * Item size of a pickled `numpy.dtype('f8', False, True)`. Its state, when it has one, outweighs the code: numpy takes flags, size and
 * subarray from there (numpy/core/src/multiarray/descriptor.c, `arraydescr_setstate`).
 */
function itemBytesOf(dtype: PickleValue | undefined): number | 'objects' | undefined {
  if (dtype?.kind !== 'object' || dtype.callee?.module !== 'numpy' || dtype.callee.name !== 'dtype') return undefined
  const [code] = dtype.args.kind === 'tuple' ? dtype.args.items : []
  if (code?.kind !== 'text' || code.text === undefined) return undefined
  const [, kind, digits] = /^[<>|=]?([biufcmMSUOV])(\d+)$/.exec(code.text) ?? []
  if (kind === undefined || digits === undefined) return undefined
  const bytes = Number(digits) * (kind === 'U' ? 4 : 1)
  if (dtype.state === undefined) return kind === 'O' ? 'objects' : kind === 'V' ? undefined : bytes
  const state = stateOf(dtype.state)
  if (state === undefined) return undefined
  if (kind === 'O' || state.hasObjects) return 'objects'
  // Types of a fixed size say -1; texts and structures say theirs.
  const fixed = !'SUV'.includes(kind)
  return state.size === bytes || (fixed && state.size === -1) ? bytes : undefined
}

/** (version, order, subarray, names, fields, size, alignment, flags). Flag 1 is NPY_ITEM_HASOBJECT. */
function stateOf(state: PickleValue): { readonly size: number; readonly hasObjects: boolean } | undefined {
  if (state.kind !== 'tuple') return undefined
  const [, , subarray, , , size, , flags] = state.items
  if (subarray?.kind !== 'none' || size?.kind !== 'number' || flags?.kind !== 'number') return undefined
  return { size: size.value, hasObjects: (flags.value & 1) !== 0 }
}
