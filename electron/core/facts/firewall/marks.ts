import { oncePer } from '../once-per.ts'
import type { MarkChange, Table, Test } from './ruleset.ts'

/** What is known of the mark that a packet bears (SO_MARK, nfmark): bits that no rule writes may be anything, since programs and the kernel's own BPF write them, too. */
export interface Mark {
  readonly known: number
  readonly value: number
}

const ALL = 0xffff_ffff
const NONE: Mark = { known: 0, value: 0 }

/** `meta mark set VALUE`: all 32 bits are known from here on, whatever they were. */
export const overwritten = (value: number): MarkChange => ({ mask: ALL, xor: value, lost: 0 })

/** Something that is not read here wrote these bits: nothing is known of them any more. */
export const forgotten = (bits = ALL): MarkChange => ({ mask: 0, xor: 0, lost: bits })

/** The packet's mark after a rule has written to it. Of a rule that may not have met it only what it left alone is known. */
export function markedBy({ mask, xor, lost }: MarkChange, before: Mark = NONE, isCertain = true): Mark {
  const gone = isCertain ? lost : mask | xor | lost
  const known = ((isCertain ? before.known | mask : before.known) & ~gone) >>> 0
  const value = isCertain ? (before.value & ~mask) ^ xor : before.value
  return { known, value: (value & known) >>> 0 }
}

/** Do two packets fare alike under every rule that asks for a mark? No mark is one of which no bit is known. */
export const isSameMark = (one: Mark = NONE, two: Mark = NONE): boolean => one.known === two.known && one.value === two.value

/** Does it have this value under the mask? Undefined when not known. */
export function bears({ known, value }: Mark = NONE, test: Test & { readonly is: 'mark' }): boolean | undefined {
  if ((test.value & ~test.mask) !== 0 || ((value ^ test.value) & test.mask & known) !== 0) return false
  return (test.mask & ~known) === 0 ? true : undefined
}

/** Does it hang on the mark of the packet, however deep in it that is asked? */
export const asksForMark = (test: Test): boolean =>
  test.is === 'not' ? asksForMark(test.of) : test.is === 'all' || test.is === 'any' ? test.of.some(asksForMark) : test.is === 'mark'

/** Where no rule asks for a mark, those that write one need not be followed. */
export const areMarksAsked = oncePer((tables: readonly Table[]): boolean =>
  tables.some(({ chains }) => Object.values(chains).some(({ rules }) => rules.some(({ test }) => asksForMark(test)))),
)

/** Programs of BPF write the marks that these chains ask for, to what comes in as well (docs.cilium.io, Iptables usage; Calico's eBPF dataplane). */
const BY_BPF = /^(?:OLD_)?CILIUM|^cali/

/**
 * What comes in by an interface bears no mark, so bits that rules write for one another are not set before one of them does: those of kube-proxy and kube-router, of
 * Tailscale and netavark. What this host sends may bear any.
 */
export const markOnArrival = oncePer((tables: readonly Table[]): Mark | undefined => {
  const chains = tables.flatMap((table) => Object.values(table.chains))
  if (chains.some(({ name }) => BY_BPF.test(name))) return undefined
  const known = chains.reduce(
    (bits, { rules }) =>
      rules.reduce((more, { action }) => (action.do === 'mark' ? more | ((action.mask | action.xor) & ~action.lost) : more), bits),
    0,
  )
  return known === 0 ? undefined : { known: known >>> 0, value: 0 }
})

/** `0x10000`, `65536`. */
export const markNumber = (word: string): number | undefined => {
  const value = /^(?:0x[0-9a-f]{1,8}|\d{1,10})$/i.test(word) ? Number(word) : undefined
  return value === undefined || value > ALL ? undefined : value
}

/** `0x1` or `0x1/0xff`, as iptables writes a value and its mask. */
export function markTest(word: string): Test | undefined {
  const [value, mask] = word.split('/').map(markNumber)
  if (value === undefined || (word.includes('/') && mask === undefined)) return undefined
  return { is: 'mark', mask: mask ?? ALL, value }
}

/** Words of the targets MARK and CONNMARK (iptables-extensions(8)). Undefined where they change nothing. */
export function markChange(target: string, options: readonly string[]): MarkChange | undefined {
  const [option = '', word = ''] = options
  if (target === 'CONNMARK') {
    if (option !== '--restore-mark') return undefined
    const bits = options[options.indexOf('--nfmask') + 1] ?? ''
    return forgotten(options.includes('--nfmask') ? markNumber(bits) : ALL)
  }
  const [value, mask] = word.split('/').map(markNumber)
  if (value === undefined || (word.includes('/') && mask === undefined)) return forgotten()
  switch (option) {
    case '--set-xmark':
      return { mask: mask ?? ALL, xor: value, lost: 0 }
    case '--set-mark':
      return { mask: mask === undefined ? ALL : mask | value, xor: value, lost: 0 }
    case '--or-mark':
      return { mask: value, xor: value, lost: 0 }
    case '--and-mark':
      return { mask: ~value, xor: 0, lost: 0 }
    case '--xor-mark':
      return { mask: 0, xor: value, lost: 0 }
    default:
      return forgotten()
  }
}
