import { itemBytesOf } from './numpy-type.ts'
import type { PickleDict, PickleGlobal, PickleObject } from './pickle-value.ts'

/** The raw array that joblib writes into the stream behind the object that describes it. */
export interface JoblibArray {
  /** Undefined for an array of objects, which is a pickle of its own. */
  readonly sizeBytes: number | undefined
  /** A byte with the length of a padding stands before the data. */
  readonly padded: boolean
}

/** By both of the names that joblib has been pickled under. */
export const isJoblibWrapper = ({ module, name }: PickleGlobal): boolean =>
  name === 'NumpyArrayWrapper' && (module === 'joblib.numpy_pickle' || module === 'sklearn.externals.joblib.numpy_pickle')

/** Is it the object after whose BUILD joblib's reader takes an array out of the stream? */
export const isJoblibArray = ({ callee }: PickleObject): boolean => callee !== undefined && isJoblibWrapper(callee)

/**
 * As `NumpyArrayWrapper.read_array` of joblib works it out (joblib/numpy_pickle.py): shape × item size, or a pickle when the dtype holds objects.
 * A string says what cannot be known; then nobody knows where the pickle goes on.
 */
export function joblibArrayOf({ args, state }: PickleObject): JoblibArray | string {
  if (state?.kind !== 'dict' || state.unclear) return 'an array of joblib does not say what it is'
  // Its constructor sets what the state leaves out.
  if (args.kind !== 'tuple' || args.length > 0) return 'an array of joblib is made in an unusual way'
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
