/** What the interpreter knows of an object that a pickle would make. Only what can decide what is imported or called is kept. */
export type PickleValue =
  /** Forgotten, it may be anything; of a tuple its members are still counted. */
  | { readonly kind: 'other'; readonly forgotten?: true; readonly members?: number }
  | { readonly kind: 'none' }
  /** `text` is undefined where it is too long to keep or not what its encoding says: it may be anything. */
  | { readonly kind: 'text'; readonly text: string | undefined; readonly utf8?: Place }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'flag'; readonly value: boolean }
  | PickleBytes
  | PickleGlobal
  | PickleTuple
  | PickleStorage
  | PickleDict
  | PickleObject

/** Where something lies in the stream itself. */
export interface Place {
  readonly offset: number
  readonly length: number
}

/** Bytes of the stream; `latin1` where they are written as UTF-8 text, a character for each, as protocol 2 does. */
export interface PickleBytes extends Place {
  readonly kind: 'bytes'
  readonly latin1?: boolean
}

/** Something imported. Names are undefined where the pickle computes them. */
export interface PickleGlobal {
  readonly kind: 'global'
  readonly module: string | undefined
  readonly name: string | undefined
}

/** The first few members, the true length, and how many there are in it and in the tuples in it, each as often as one comes to it. */
export interface PickleTuple {
  readonly kind: 'tuple'
  readonly items: readonly PickleValue[]
  readonly length: number
  readonly members: number
}

/** Numbers of a tensor, by a persistent id that says how many. */
export interface PickleStorage {
  readonly kind: 'storage'
  readonly elements: number | undefined
}

export interface PickleDict {
  readonly kind: 'dict'
  readonly entries: Map<string, PickleValue>
  /** It has keys that are not kept, or not known: any entry may be another. */
  unclear: boolean
}

/** What a call made, and the last state that was built into it. */
export interface PickleObject {
  readonly kind: 'object'
  readonly callee: PickleGlobal | undefined
  readonly args: PickleValue
  state: PickleValue | undefined
  /** It is a part or an argument of something else. */
  passedOn: boolean
}

export const other: PickleValue = { kind: 'other' }
export const forgotten: PickleValue = { kind: 'other', forgotten: true }
export const unknownText = { kind: 'text', text: undefined } as const satisfies PickleValue

const MAX_TUPLE_ITEMS = 8

const membersOf = (value: PickleValue): number => (value.kind === 'tuple' || value.kind === 'other' ? (value.members ?? 0) : 0)

/** Keeps the first items and the true length: no call that is judged looks at more. */
export const tupleOf = (items: readonly PickleValue[]): PickleTuple => ({
  kind: 'tuple',
  items: items.slice(0, MAX_TUPLE_ITEMS),
  length: items.length,
  members: items.reduce((sum, it) => sum + membersOf(it), items.length),
})
