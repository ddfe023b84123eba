import { type PickleGlobal, type PickleValue, tupleOf } from './pickle-value.ts'

/** Functions of PyTorch that give back their first argument (torch/jit/_pickle.py). */
const identities = new Set(['build_intlist', 'build_tensorlist', 'build_doublelist', 'build_boollist', 'restore_type_tag'])

export interface Call {
  readonly callee: PickleValue
  readonly args: PickleValue
  /** It takes arguments by name, too. */
  readonly keywords?: boolean
}

const inModule = (callee: PickleValue, modules: RegExp): callee is PickleGlobal =>
  callee.kind === 'global' && modules.test(callee.module ?? '')

/**
 * What an allowed function gives back of what it was given, so that it is known again. numpy's `object_` does so, and `scalar` with
 * the type of objects, which makes a number of bytes alone.
 */
export function givenBack({ callee, args }: Call): PickleValue | undefined {
  if (args.kind !== 'tuple') return undefined
  const [first, second] = args.items
  if (inModule(callee, /^numpy$/) && callee.name === 'object_') return first
  if (inModule(callee, /^torch\.jit\._pickle$/) && identities.has(callee.name ?? '')) return first
  if (
    inModule(callee, /^numpy\._?core\.multiarray$/) &&
    callee.name === 'scalar' &&
    (second?.kind === 'global' || second?.kind === 'object')
  )
    return second
  return undefined
}

const COPYREG = /^copy_?reg$/
const TORCH_TENSOR = /^torch\._?tensor$/
const NUMPY_RANDOM = /^numpy\.random\._pickle$/

/** What an allowed function calls that is given to it, with which arguments; `callThrough` says what that is. */
export const isForwarder = (callee: PickleValue): boolean =>
  (inModule(callee, COPYREG) && /^(?:_reconstructor|__newobj(?:_ex)?__)$/.test(callee.name ?? '')) ||
  (inModule(callee, TORCH_TENSOR) && callee.name === '_rebuild_from_type_v2') ||
  (inModule(callee, NUMPY_RANDOM) && /^__(?:randomstate|generator|bit_generator)_ctor$/.test(callee.name ?? ''))

/** The call that a forwarder makes of what it is given; undefined where it is none, or makes nothing but an empty object. */
export function callThrough({ callee, args }: Call): Call | undefined {
  if (args.kind !== 'tuple' || callee.kind !== 'global' || !isForwarder(callee)) return undefined
  const [first, second, third] = args.items
  switch (callee.name) {
    case '_reconstructor':
      // A base that is not `object` makes the object, of what comes third.
      if (second === undefined || (second.kind === 'global' && second.name === 'object')) return undefined
      return { callee: second, args: second.kind === 'global' ? tupleOf(args.items.slice(2)) : args }
    case '__newobj__':
      return first && { callee: first, args: { ...args, items: args.items.slice(1), length: args.length - 1 } }
    // Whatever the keywords say, it is not seen: `NEWOBJ_EX` is judged the same.
    case '__newobj_ex__':
      return first && second && { callee: first, args: second, keywords: true }
    case '_rebuild_from_type_v2':
      return first && third && { callee: first, args: third }
    // A class of generators, where it is not a name.
    case '__bit_generator_ctor':
      return first?.kind === 'global' ? { callee: first, args: tupleOf([]) } : undefined
    default:
      return first && second && { callee: second, args: tupleOf([first]) }
  }
}
