import { type Action, all, always, any, not, parsePorts, type Test } from '../ruleset.ts'
import { flagsTest } from './comparisons.ts'
import { type Element, type NamedSets, parseElements } from './elements.ts'
import { type Selector, tupleTest } from './selectors.ts'
import { Cursor, type Token } from './tokens.ts'
import { takeVerdict } from './verdicts.ts'

/** A test, or the branches of a verdict map. `lost` when the words are not understood. */
export type Outcome = { readonly test: Test } | { readonly branches: readonly Branch[] } | 'lost'
export interface Branch {
  readonly test: Test
  readonly action: Action
}

const unknown: Test = { is: 'unknown' }

function takeSet(cursor: Cursor, sets: NamedSets): readonly Element[] | undefined | 'none' {
  if (cursor.accept('{')) return parseElements(cursor.block())
  if (cursor.peek()?.startsWith('@')) return sets.get((cursor.next()?.text ?? '').slice(1))
  return 'none'
}

/**
 * What these are compared with, at the next words: a value, a list, a set of its own or a named one (`@name`). `lost`: it is something else, and
 * where the comparison ends is not known, so the words that follow mean nothing either.
 */
export function takeValue(cursor: Cursor, sets: NamedSets, selectors: readonly Selector[]): Test | 'lost' {
  const elements = takeSet(cursor, sets)
  if (elements !== 'none') return elements ? membership(selectors, elements) : unknown
  if (selectors.length > 1) {
    const key = [cursor.next()?.text ?? '']
    while (cursor.accept('.')) key.push(cursor.next()?.text ?? '')
    return tupleTest(selectors, key) ?? unknown
  }
  if (cursor.done || cursor.peek() === 'set' || cursor.peek() === 'map' || cursor.peek() === '(') return 'lost'
  const values = takeList(cursor)
  if (cursor.accept('/')) return flagsTest(takeList(cursor), values)
  return selectors[0]?.equals(values) ?? unknown
}

function takeList(cursor: Cursor): string[] {
  const values = [cursor.next()?.text ?? '']
  while (cursor.accept(',')) values.push(cursor.next()?.text ?? '')
  return values
}

function membership(selectors: readonly Selector[], given: readonly Element[]): Test {
  const passing = given.filter((element) => element.passing)
  const elements = given.filter((element) => !element.passing)
  if (passing.length > 0) {
    const chance: Test = { is: 'chance' }
    const tests = passing.map(({ key }) => (key.length === 0 ? chance : all([membership(selectors, [{ key }]), chance])))
    return any([...(elements.length > 0 ? [membership(selectors, elements)] : []), ...tests])
  }
  const [only] = selectors
  if (elements.length === 0) return { is: 'constant', value: false }
  if (selectors.length === 1 && only) {
    if (elements.some(({ key }) => key.length === 1 && key[0] === '*')) return always
    return only.equals(elements.map(({ key }) => key[0] ?? '')) ?? unknown
  }
  return any(elements.map(({ key }) => tupleTest(selectors, key) ?? unknown))
}

/**
 * A map at the next words, one branch per element: where the value is its key, what `actionOf` makes of its data. `implied` is asked of each,
 * too; the key `*` takes what no other does. `lost` as of `takeValue`.
 */
export function branchesOf(
  cursor: Cursor,
  sets: NamedSets,
  selectors: readonly Selector[],
  implied: readonly Test[],
  actionOf: (data: readonly Token[] | undefined) => Action,
): Outcome {
  const elements = takeSet(cursor, sets)
  if (elements === 'none') return 'lost'
  if (!elements) return { branches: [{ test: all([...implied, unknown]), action: actionOf(undefined) }] }
  const isRest = ({ key }: Element) => key.length === 1 && key[0] === '*'
  const named = elements.filter((element) => !isRest(element))
  const others = not(membership(selectors, named))
  // Where every number that may be drawn leads somewhere, the last takes what the others leave.
  const numbers = named
    .map(({ key: [number = ''] }) => parsePorts(number) ?? ([0, -1] as const))
    .reduce((sum, [low, high]) => sum + high - low + 1, 0)
  const last = selectors.length === 1 && selectors[0]?.drawn === numbers ? named.at(-1) : undefined
  return {
    branches: elements.map((element) => ({
      test: all([...implied, element === last ? always : isRest(element) ? others : membership(selectors, [element])]),
      action: actionOf(element.data),
    })),
  }
}

/** What an element of a verdict map leads to; not known where it has none (a map that was cut). */
export const verdictOf = (data: readonly Token[] | undefined): Action => (data && takeVerdict(new Cursor(data))) ?? { do: 'unknown' }
