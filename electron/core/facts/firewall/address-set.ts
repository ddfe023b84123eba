import ipaddr from 'ipaddr.js'

/**
 * Sets of addresses as sorted, disjoint, inclusive intervals. An address is its bytes in hex (8 digits for IPv4, 32 for IPv6), so that
 * text order is numeric order and a set survives JSON. A set holds one family only, which its user knows.
 */
export interface Interval {
  readonly from: string
  readonly to: string
}
export type AddressSet = readonly Interval[]
export type Family = 4 | 6

const DIGITS = { 4: 8, 6: 32 } as const

export const NONE: AddressSet = []

/** All addresses of a family, as one interval. */
export const everything = (family: Family): AddressSet => [{ from: '0'.repeat(DIGITS[family]), to: 'f'.repeat(DIGITS[family]) }]

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const toHex = (bytes: readonly number[]) => bytes.map((byte) => HEX[byte]).join('')

export interface FamilyInterval extends Interval {
  readonly family: Family
}

/** `10.0.0.1`, `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `10.0.0.1-10.0.0.9` or their IPv6 kin; undefined when it is none of these. */
export function parseInterval(text: string): FamilyInterval | undefined {
  const dash = text.split('-')
  if (dash.length === 2) {
    const [from, to] = dash.map((part) => parseInterval(part))
    if (!from || !to || from.family !== to.family || from.from > to.to) return undefined
    return { family: from.family, from: from.from, to: to.to }
  }
  const [address = '', mask, more] = text.split('/')
  // `parse` alone would also take `10.1` and `0x7f000001`, which no rule listing prints.
  const strict = address.includes(':') ? ipaddr.IPv6.isValid(address) : ipaddr.IPv4.isValidFourPartDecimal(address)
  if (!strict || more !== undefined || address.includes('%')) return undefined
  const parsed = ipaddr.parse(address)
  const family: Family = parsed.kind() === 'ipv4' ? 4 : 6
  const bytes = parsed.toByteArray()
  const bits = mask === undefined ? bytes.length * 8 : prefixBits(mask, family)
  if (bits === undefined) return undefined
  const low = bytes.map((byte, index) => byte & byteMask(bits - index * 8))
  const high = low.map((byte, index) => byte | (~byteMask(bits - index * 8) & 0xff))
  return { family, from: toHex(low), to: toHex(high) }
}

const byteMask = (bits: number) => (bits >= 8 ? 0xff : bits <= 0 ? 0 : (0xff << (8 - bits)) & 0xff)

function prefixBits(mask: string, family: Family): number | undefined {
  if (/^\d{1,3}$/.test(mask)) return Number(mask) <= DIGITS[family] * 4 ? Number(mask) : undefined
  const parser = family === 4 ? ipaddr.IPv4 : ipaddr.IPv6
  if (!parser.isValid(mask)) return undefined
  return ipaddr.parse(mask).prefixLengthFromSubnetMask() ?? undefined
}

/** Digit by digit: a rule set of ten thousand lines asks this millions of times. */
function next(hex: string): string {
  const digit = hex.search(/[^f]f*$/)
  return hex.slice(0, digit) + (Number.parseInt(hex[digit] as string, 16) + 1).toString(16) + '0'.repeat(hex.length - digit - 1)
}
function previous(hex: string): string {
  const digit = hex.search(/[^0]0*$/)
  return hex.slice(0, digit) + (Number.parseInt(hex[digit] as string, 16) - 1).toString(16) + 'f'.repeat(hex.length - digit - 1)
}
const isLast = (hex: string) => /^f+$/.test(hex)
const isFirst = (hex: string) => /^0+$/.test(hex)

/** Any intervals, put in order and merged where they touch. */
export function normalise(intervals: readonly Interval[]): AddressSet {
  if (intervals.length < 2) return intervals
  const sorted = [...intervals].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))
  const merged: { from: string; to: string }[] = []
  for (const { from, to } of sorted) {
    const last = merged.at(-1)
    if (last && (from <= last.to || (!isLast(last.to) && from === next(last.to)))) {
      if (to > last.to) last.to = to
    } else merged.push({ from, to })
  }
  return merged
}

/** The first interval of `set` that ends at or after `address`. */
function seek(set: AddressSet, address: string): number {
  let [low, high] = [0, set.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((set[middle] as Interval).to < address) low = middle + 1
    else high = middle
  }
  return low
}

// Text, not numbers: Math.max does not apply.
const later = (a: string, b: string) => (a < b ? b : a)
const earlier = (a: string, b: string) => (b < a ? b : a)

/** What is in both, in order. As the two below: sets of one family, each in order and without overlap, as `normalise` makes them. */
export function intersect(a: AddressSet, b: AddressSet): AddressSet {
  const [small, large] = a.length <= b.length ? [a, b] : [b, a]
  const shared: Interval[] = []
  for (const { from, to } of small) {
    for (let index = seek(large, from); index < large.length; index += 1) {
      const other = large[index] as Interval
      if (other.from > to) break
      shared.push({ from: later(from, other.from), to: earlier(to, other.to) })
    }
  }
  return shared
}

/** Puts one interval into a set, with those that it meets or touches. */
function insert(set: AddressSet, { from, to }: Interval): AddressSet {
  const start = seek(set, isFirst(from) ? from : previous(from))
  const after = isLast(to) ? to : next(to)
  let end = start
  while (end < set.length && (set[end] as Interval).from <= after) end += 1
  const [first, last] = [set[start], set[end - 1]]
  const merged = end > start && first && last ? { from: earlier(from, first.from), to: later(to, last.to) } : { from, to }
  return set.slice(0, start).concat(merged, set.slice(end))
}

/** Cuts one hole. */
function cut(set: AddressSet, hole: Interval): AddressSet {
  const start = seek(set, hole.from)
  const rest: Interval[] = []
  let end = start
  for (; end < set.length && (set[end] as Interval).from <= hole.to; end += 1) {
    const { from, to } = set[end] as Interval
    if (from < hole.from) rest.push({ from, to: previous(hole.from) })
    if (to > hole.to) rest.push({ from: next(hole.to), to })
  }
  return end === start ? set : set.slice(0, start).concat(rest, set.slice(end))
}

/** What is in `a` and not in `b`, in order. */
export function subtract(a: AddressSet, b: AddressSet): AddressSet {
  if (b.length === 0 || a.length === 0) return a
  const [only] = b
  if (only && b.length === 1) return cut(a, only)
  const rest: Interval[] = []
  // What is left of the interval that the last hole cut, then everything from `index` on.
  let open: Interval | undefined
  let index = 0
  const [first, last] = [a[0] as Interval, a.at(-1) as Interval]
  for (let at = seek(b, first.from); at < b.length; at += 1) {
    const hole = b[at] as Interval
    if (hole.from > last.to) break
    if (open && hole.from > open.to) {
      rest.push(open)
      open = undefined
    }
    if (!open) {
      const reached = Math.max(index, seek(a, hole.from))
      for (; index < reached; index += 1) rest.push(a[index] as Interval)
      open = a[index]
      index += 1
    }
    while (open && open.from <= hole.to) {
      if (open.to < hole.from) break
      if (open.from < hole.from) rest.push({ from: open.from, to: previous(hole.from) })
      if (open.to > hole.to) {
        open = { from: next(hole.to), to: open.to }
        break
      }
      open = a[index]
      index += 1
    }
    if (!open) return rest
  }
  if (open) rest.push(open)
  for (; index < a.length; index += 1) rest.push(a[index] as Interval)
  return rest
}

/** What is in either, in order, merged where they touch. */
export function union(a: AddressSet, b: AddressSet): AddressSet {
  const [small, large] = a.length <= b.length ? [a, b] : [b, a]
  const [only] = small
  if (only === undefined) return large
  return small.length === 1 ? insert(large, only) : normalise([...a, ...b])
}

/** `address` in the digits of an interval, of the family of the set. */
export const contains = (set: AddressSet, address: string): boolean => {
  const found = set[seek(set, address)]
  return found !== undefined && found.from <= address
}

const printAddress = (hex: string): string =>
  ipaddr.fromByteArray((hex.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16))).toString()

/** For people: `10.0.0.0/8`, `10.0.0.1`, `10.0.0.1-10.0.0.9`. */
export function printInterval({ from, to }: Interval): string {
  if (from === to) return printAddress(from)
  const size = BigInt(`0x${to}`) - BigInt(`0x${from}`) + 1n
  const bits = size.toString(2).length - 1
  if (size === 1n << BigInt(bits) && BigInt(`0x${from}`) % size === 0n) return `${printAddress(from)}/${from.length * 4 - bits}`
  return `${printAddress(from)}-${printAddress(to)}`
}

/** For people, the first few: `10.0.0.0/8, 192.168.1.4 and 3 more`; `any address` when it is everything. */
export function printSet(set: AddressSet, limit = 3): string {
  const only = set[0]
  if (!only) return 'no address'
  if (set.length === 1 && isFirst(only.from) && isLast(only.to)) return `any IPv${only.from.length === 8 ? 4 : 6} address`
  const shown = set.slice(0, limit).map(printInterval).join(', ')
  return set.length > limit ? `${shown} and ${set.length - limit} more` : shown
}

/** Networks of a fleet file, by family. Words that are no network are left out: `core/fleet` refuses them beforehand. */
export function networksToSet(networks: readonly string[], family: Family): AddressSet {
  const intervals = networks.map(parseInterval).filter((interval) => interval?.family === family)
  return normalise(intervals as Interval[])
}

/** How many addresses it holds. */
export const sizeOf = (set: AddressSet): bigint => set.reduce((sum, { from, to }) => sum + BigInt(`0x${to}`) - BigInt(`0x${from}`) + 1n, 0n)
