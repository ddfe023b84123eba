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
 * What an allowed function gives back of what it was given, so that it is known again. numpy's `scalar` does so with the type of objects, and
 * makes a number of bytes alone.
 */
export function givenBack({ callee, args }: Call): PickleValue | undefined {
  if (args.kind !== 'tuple') return undefined
  const [first, second] = args.items
  if (inModule(callee, /^torch\.jit\._pickle$/) && identities.has(callee.name ?? '')) return first
  if (
    inModule(callee, /^numpy\._?core\.multiarray$/) &&
    callee.name === 'scalar' &&
    (second?.kind === 'global' || second?.kind === 'object')
  )
    return second
  return undefined
}

/** What an allowed function calls that is given to it, with which arguments. */
export function callThrough({ callee, args }: Call): Call | undefined {
  if (args.kind !== 'tuple') return undefined
  const [first, second, third] = args.items
  // A base that is not `object` makes the object, of what comes third.
  if (inModule(callee, /^copy_?reg$/) && callee.name === '_reconstructor' && second?.kind === 'global' && second.name !== 'object')
    return { callee: second, args: tupleOf(args.items.slice(2)) }
  if (first?.kind !== 'global') return undefined
  if (inModule(callee, /^copy_?reg$/) && callee.name === '__newobj__')
    return { callee: first, args: { kind: 'tuple', items: args.items.slice(1), length: args.length - 1 } }
  // Whatever the keywords say, it is not seen: `NEWOBJ_EX` is judged the same.
  if (inModule(callee, /^copyreg$/) && callee.name === '__newobj_ex__' && second !== undefined)
    return { callee: first, args: second, keywords: true }
  if (inModule(callee, /^torch\._?tensor$/) && callee.name === '_rebuild_from_type_v2' && third !== undefined)
    return { callee: first, args: third }
  return undefined
}
