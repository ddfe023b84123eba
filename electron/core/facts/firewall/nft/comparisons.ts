import { markNumber, markTest } from '../marks.ts'
import { negate, parseFlags, parsePorts, type Test } from '../ruleset.ts'
import type { Selector } from './selectors.ts'
import type { Cursor } from './tokens.ts'

const unknown: Test = { is: 'unknown' }

/** `tcp flags & (fin | syn) == syn`; of other fields with a mask nothing is known. */
export function takeMasked(cursor: Cursor, selectors: readonly Selector[]): Test {
  const mask = takeBits(cursor)
  const negated = cursor.accept('!=')
  if (!negated) cursor.accept('==')
  const value = takeBits(cursor)
  if (selectors[0]?.mark) return negate(maskedMark(mask, value), negated)
  if (selectors[0]?.fragment) return negate(fragmentTest(mask, value), negated)
  return selectors[0]?.flags ? negate(flagsTest(mask, value), negated) : unknown
}

function maskedMark([mask = '', ...masks]: readonly string[], [value = '', ...values]: readonly string[]): Test {
  const test = masks.length + values.length === 0 ? markTest(`${value}/${mask}`) : undefined
  return test ?? unknown
}

/** What is followed is no fragment: neither bits of its offset are set nor that more come. Whether it may be one (0x4000) its sender decides. */
function fragmentTest([mask = '', ...masks]: readonly string[], [value = '', ...values]: readonly string[]): Test {
  const [bits, wanted] = [markNumber(mask), markNumber(value)]
  if (bits === undefined || wanted === undefined || masks.length + values.length > 0) return unknown
  return (bits & 0x4000) === 0 || (wanted & ~0x4000) !== 0 ? { is: 'constant', value: wanted === 0 } : { is: 'chance' }
}

/** `(fin | syn)`, `fin|syn`, `fin,syn` or one word. */
function takeBits(cursor: Cursor): string[] {
  const bits: string[] = []
  const inside = cursor.accept('(')
  do bits.push(...(cursor.next()?.text ?? '').split('|'))
  while (cursor.accept('|') || cursor.accept(','))
  if (inside) cursor.accept(')')
  return bits
}

/** Flags of TCP, as in `tcp flags & (fin | syn) == syn`: of those in `mask` just those in `value` are set. A name that is no flag: not known. */
export function flagsTest(mask: readonly string[], value: readonly string[]): Test {
  const bits = { mask: parseFlags(mask), value: parseFlags(value) }
  if (bits.mask === undefined || bits.value === undefined) return unknown
  return { is: 'flags', mask: bits.mask, value: bits.value }
}

/** `order` is `<`, `<=`, `>` or `>=`. Ports alone have an order that is followed; of a number that the kernel draws (`numgen`, `jhash`) any answer may come. */
export function ordered(selectors: readonly Selector[], order: string, value: string): Test {
  const port = parsePorts(value)?.[0]
  const selector = selectors[0]
  if (selector?.chosen) return { is: 'chance' }
  if (port === undefined || !selector?.ports) return unknown
  const [low, high] = order.startsWith('<') ? [0, order === '<' ? port - 1 : port] : [order === '>' ? port + 1 : port, 65_535]
  return low > high ? { is: 'constant', value: false } : (selector.equals([`${low}-${high}`]) ?? unknown)
}
