import { forgotten, markNumber, overwritten } from '../marks.ts'
import type { MarkChange } from '../ruleset.ts'
import type { Cursor, Token } from './tokens.ts'

/** In a way that is not followed, perhaps: extensions of iptables stand there by their names. */
export const writesMark = (words: readonly Token[]): boolean =>
  words.some(({ text }, at) => (text === 'mark' && words[at + 1]?.text === 'set') || (text === 'xt' && words[at + 1]?.text === 'target'))

const OPERATOR = /^(?:&|\||\^|and|or|xor)$/

/** `meta mark set 0x1`, `meta mark set meta mark & 0xff00ffff | 0x40000`, `meta mark set ct mark`. Undefined, and nothing taken, where it is written otherwise. */
export function takeMark(cursor: Cursor): MarkChange | undefined {
  const words = cursor.rest().map(({ text }) => text)
  const from = words[0] === 'meta' ? 1 : 0
  if (words[from] !== 'mark' || words[from + 1] !== 'set') return undefined
  let at = from + 2
  let change: MarkChange = { mask: 0, xor: 0, lost: 0 }
  if (words[at] === 'ct' && words[at + 1] === 'mark') [at, change] = [at + 2, forgotten()]
  else if (words[at] === 'meta' && words[at + 1] === 'mark') at += 2
  else if (words[at] === 'mark') at += 1
  else {
    const value = markNumber(words[at] ?? '')
    if (value === undefined) return undefined
    ;[at, change] = [at + 1, overwritten(value)]
  }
  for (let operator = words[at] ?? ''; OPERATOR.test(operator); operator = words[at] ?? '') {
    const value = markNumber(words[at + 1] ?? '')
    if (value === undefined) return undefined
    const { mask, xor, lost } = change
    if (operator === '&' || operator === 'and') change = { mask: mask | ~value, xor: xor & value, lost: lost & value }
    else if (operator === '|' || operator === 'or') change = { mask: mask | value, xor: xor | value, lost: lost & ~value }
    else change = { mask, xor: xor ^ value, lost }
    at += 2
  }
  if (!isBehindSetting(words[at])) return undefined
  for (let word = 0; word < at; word += 1) cursor.next()
  return change
}

/** What may stand behind a value: where something else does, it was reckoned in a way that is not followed. */
export const isBehindSetting = (word = ''): boolean =>
  /^(?:counter|log|accept|drop|return|continue|reject|jump|goto|comment|meta|ct|ip|ip6|tcp|udp|th|iifname|oifname)?$/.test(word)

/** What a packet or its connection is given changes no verdict: `meta mark set 0x1`, `ct mark set meta mark`. Values that are reckoned are not followed. */
export function skipSetting(cursor: Cursor): boolean {
  const words = cursor.rest()
  const at = cursor.peek() === 'tcp' && cursor.peek(1) === 'option' ? 4 : 2
  const isSetting = /^(?:meta|ct|ip|ip6|tcp|udp|th|ether|vlan)$/.test(cursor.peek() ?? '') && cursor.peek(at) === 'set'
  if (!isSetting || words.slice(0, at + 1).some(({ kind }) => kind !== 'word')) return false
  const copied = /^(?:meta|ct)$/.test(cursor.peek(at + 1) ?? '') && cursor.peek(at + 2) === 'mark'
  let end = at + (copied ? 3 : 2)
  // Of a copy some bits are changed.
  while (copied && OPERATOR.test(cursor.peek(end) ?? '') && markNumber(cursor.peek(end + 1) ?? '') !== undefined) end += 2
  if (!isBehindSetting(cursor.peek(end))) return false
  for (let word = 0; word < end; word += 1) cursor.next()
  return true
}
