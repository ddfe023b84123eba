import type { PickleObject, PickleValue } from './pickle-value.ts'

/**
 * Item size of a pickled `numpy.dtype('f8', False, True)`. Its state, when it has one, outweighs the code: numpy takes flags, size and
 * subarray from there (numpy/core/src/multiarray/descriptor.c, `arraydescr_setstate`).
 */
export function itemBytesOf(dtype: PickleValue | undefined): number | 'objects' | undefined {
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

/** Flags or a size that do not go with the code or with what is in the type: numpy would take numbers for pointers to objects, or read beyond the array. */
export function contradictsItself({ args, state }: PickleObject): boolean {
  const [code] = args.kind === 'tuple' ? args.items : []
  const [, kind] = /^[<>|=]?([a-zA-Z])\d+$/.exec((code?.kind === 'text' && code.text) || '') ?? []
  if (state?.kind === 'tuple' && hidesObjects(state.items)) return true
  const known = state === undefined ? undefined : stateOf(state)
  if (kind === undefined || kind === 'V' || known === undefined) return false
  return known.hasObjects !== (kind === 'O') || (!'SU'.includes(kind) && known.size !== -1)
}

/** Objects in a field or in the subarray, which the flags deny. */
function hidesObjects([, , subarray, , fields, , , flags]: readonly PickleValue[]): boolean {
  if (flags?.kind !== 'number' || (flags.value & 1) !== 0) return false
  if (subarray?.kind === 'tuple' && mayHoldObjects(subarray.items[0])) return true
  if (fields?.kind !== 'dict') return false
  return fields.unclear || [...fields.entries.values()].some((it) => it.kind !== 'tuple' || mayHoldObjects(it.items[0]))
}

function mayHoldObjects(type: PickleValue | undefined): boolean {
  if (type?.kind !== 'object') return true
  const flags = type.state?.kind === 'tuple' ? type.state.items[7] : undefined
  const [code] = type.args.kind === 'tuple' ? type.args.items : []
  return code?.kind !== 'text' || code.text === undefined || /O/i.test(code.text) || (flags?.kind === 'number' && (flags.value & 1) !== 0)
}

/** (version, order, subarray, names, fields, size, alignment, flags). Flag 1 is NPY_ITEM_HASOBJECT. */
function stateOf(state: PickleValue): { readonly size: number; readonly hasObjects: boolean } | undefined {
  if (state.kind !== 'tuple') return undefined
  const [, , subarray, , , size, , flags] = state.items
  if (subarray?.kind !== 'none' || size?.kind !== 'number' || flags?.kind !== 'number') return undefined
  return { size: size.value, hasObjects: (flags.value & 1) !== 0 }
}
