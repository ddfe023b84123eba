import type { SectionOutput } from '../../../probe/section.ts'
import { type AddressSet, normalise, parseInterval } from '../address-set.ts'
import { all, any, never, not, parsePorts, protocolNumber, type Side, type Test } from '../ruleset.ts'
import { splitWords } from './words.ts'

/** One element: its parts (`10.0.1.0/24`, `tcp:80`), and what is said of it. */
interface Element {
  readonly parts: readonly string[]
  /** It goes by itself after a time. */
  readonly passing: boolean
  /** It is taken out of a wider element. */
  readonly exception: boolean
  /** Its interface is the beginning of a name. */
  readonly wildcard: boolean
}

export interface Ipset {
  /** What each part of an element is: `ip`, `net`, `port`, `iface`, `mac`, `mark`, or `set` of a list of sets. */
  readonly kinds: readonly string[]
  readonly family: 4 | 6 | undefined
  /** Bits of an address that count (`netmask`), where not all do. */
  readonly netmask: string | undefined
  readonly elements: readonly Element[]
}

export type Ipsets = ReadonlyMap<string, Ipset>

/** What `ipset save` printed. Of a list that was cut the last set is left out, since more may belong to it. */
export function readIpsets({ state, exitCode, stdout }: SectionOutput): Ipsets {
  const sets = parseIpsets(stdout)
  if (state !== 'ok' || exitCode !== 0) sets.delete([...sets.keys()].at(-1) ?? '')
  return sets
}

/** The words of ipset(8), SAVE: `create NAME TYPE …` and `add NAME ELEMENT …`. Sets that use words which are not known are left out. */
export function parseIpsets(text: string): Map<string, Ipset> {
  const sets = new Map<string, Ipset & { readonly elements: Element[] }>()
  for (const line of text.split('\n')) {
    const [command, name = '', third = '', ...options] = splitWords(line)
    if (command === 'create') {
      const set = parseHead(third, options)
      if (set) sets.set(name, set)
    } else if (command === 'add') {
      const element = parseElement(third, options)
      if (element) sets.get(name)?.elements.push(element)
      else sets.delete(name)
    }
  }
  return sets
}

/** Words of a set or an element that decide nothing, with the number of words they take (ipset(8), GENERIC CREATE AND ADD OPTIONS). */
const SILENT: ReadonlyMap<string, number> = new Map([
  ...['hashsize', 'maxelem', 'bucketsize', 'initval', 'probes', 'resize', 'gc', 'size', 'markmask', 'range'].map(
    (word) => [word, 1] as const,
  ),
  ...['comment', 'packets', 'bytes', 'skbmark', 'skbprio', 'skbqueue'].map((word) => [word, 1] as const),
  ...['counters', 'skbinfo', 'forceadd'].map((word) => [word, 0] as const),
])

function parseHead(type: string, options: readonly string[]): (Ipset & { readonly elements: Element[] }) | undefined {
  const [method, words = ''] = type.split(':')
  if (!/^(?:bitmap|hash|list)$/.test(method ?? '')) return undefined
  const kinds = words.split(',')
  const value = (word: string) => (options.includes(word) ? options[options.indexOf(word) + 1] : undefined)
  const known = (index: number): boolean => {
    const word = options[index]
    if (word === undefined) return true
    if (/^(?:family|netmask|timeout)$/.test(word)) return known(index + 2)
    // The word of a set whose elements may have comments, too.
    if (word === 'comment') return known(index + 1)
    const silent = SILENT.get(word)
    return silent !== undefined && known(index + 1 + silent)
  }
  // Of addresses beside other parts no mask is known before ipset 7.16.
  if (!known(0) || (options.includes('netmask') && type !== 'hash:ip' && type !== 'bitmap:ip')) return undefined
  const hasAddress = kinds.some((kind) => kind === 'ip' || kind === 'net')
  const family = !hasAddress ? undefined : value('family') === 'inet6' ? 6 : 4
  return { kinds, family, netmask: value('netmask'), elements: [] }
}

function parseElement(key: string, options: readonly string[]): Element | undefined {
  let [passing, exception, wildcard] = [false, false, false]
  for (let index = 0; index < options.length; index += 1) {
    const word = options[index] ?? ''
    if (word === 'nomatch') exception = true
    else if (word === 'wildcard') wildcard = true
    else if (word === 'timeout') {
      index += 1
      // 0 stands for ever, in a set whose elements go by themselves.
      passing = options[index] !== '0'
    } else if (SILENT.has(word)) index += SILENT.get(word) ?? 0
    else return undefined
  }
  return { parts: key.split(','), passing, exception, wildcard }
}

const unknown: Test = { is: 'unknown' }
const chance: Test = { is: 'chance' }

type Direction = 'src' | 'dst'

/** Does a rule match by a set? Undefined when what that holds is not known. */
export type MatchIpset = (name: string, directions: string) => Test | undefined

/** `rules`: the text in which sets are named. A set that they add to holds whoever sends what they match, one that they take from no element for sure. */
export function ipsetMatcher(sets: Ipsets, rules: string): MatchIpset {
  const changed = (word: 'add' | 'del') =>
    new Set([...rules.matchAll(new RegExp(` --${word}-set (\\S+)`, 'g'))].map(([, name = '']) => name))
  const [filled, emptied] = [changed('add'), changed('del')]
  const match = (name: string, sides: readonly Direction[], inList: boolean): Test | undefined => {
    const set = sets.get(name)
    // A list holds no lists (ipset(8), list:set).
    if (!set || (inList && isList(set))) return undefined
    const member = ({ parts: [each = ''], passing }: Element): Test => {
      const test = match(each, sides, true) ?? unknown
      return passing ? all([test, chance]) : test
    }
    const held = isList(set) ? any(set.elements.map(member)) : testOf(set, sides)
    const sure = emptied.has(name) ? all([held, chance]) : held
    return filled.has(name) ? any([sure, chance]) : sure
  }
  return (name, directions) => {
    const sides = directions.split(',').filter((side): side is Direction => side === 'src' || side === 'dst')
    return sides.length === directions.split(',').length ? match(name, sides, false) : undefined
  }
}

const isList = ({ kinds: [kind] }: Ipset): boolean => kind === 'set'

/**
 * A set with more parts than directions are given matches nothing, nor does one of the other family (ip_set_test, net/netfilter/ipset/ip_set_core.c). Of nets
 * in each other the narrowest that holds the packet decides, by its first part before its second.
 */
function testOf(set: Ipset, sides: readonly Direction[]): Test {
  if (set.kinds.length > sides.length) return never
  const family: readonly Test[] = set.family === undefined ? [] : [{ is: 'family', family: set.family }]
  const levels = new Map<string, { readonly rank: readonly number[]; readonly elements: Element[] }>()
  // With interfaces the narrowest net decides alone, even when its interface is another (`multi` in ip_set_hash_gen.h and ip_set_hash_netiface.c).
  const narrowest = set.kinds.includes('iface')
  const graded = narrowest || set.elements.some(({ exception }) => exception)
  for (const element of set.elements) {
    const rank = graded ? element.parts.map(prefixOf) : []
    const key = rank.join()
    const level = levels.get(key) ?? { rank, elements: [] }
    levels.set(key, level)
    level.elements.push(element)
  }
  const widestFirst = [...levels.values()].sort(
    (a, b) => a.rank.map((bits, index) => bits - (b.rank[index] ?? 0)).find((step) => step) ?? 0,
  )
  const test = widestFirst.reduce<Test>((outside, { elements }) => {
    const nets = elements.map(({ parts: [net = ''] }) => net)
    const wider = narrowest ? all([not(partTest(set, set.kinds[0] ?? '', nets, sides[0] ?? 'src', false)), outside]) : outside
    const named = elements.filter(({ exception }) => !exception)
    const exceptions = elements.filter(({ exception }) => exception)
    const within = any([...membership(set, named, sides), wider])
    return exceptions.length === 0 ? within : all([within, not(any(membership(set, exceptions, sides)))])
  }, never)
  return all([...family, test])
}

const prefixOf = (part: string): number => Number(/\/(\d{1,3})$/.exec(part)?.[1] ?? 128)

/** Elements that differ in their first part alone become one test, so that a list of ten thousand is one set of addresses. */
function membership(set: Ipset, elements: readonly Element[], sides: readonly Direction[]): Test[] {
  const groups = new Map<string, Element[]>()
  for (const element of elements) {
    const key = JSON.stringify([element.passing, element.wildcard, element.parts.slice(1)])
    const group = groups.get(key) ?? []
    groups.set(key, group)
    group.push(element)
  }
  return [...groups.values()].map((group) => {
    const [first] = group
    const rest = first?.parts.slice(1) ?? []
    // An element of `bitmap:ip,mac` may have no hardware address; it then takes the first that comes.
    const others = set.kinds
      .slice(1)
      .map((kind, at) => partTest(set, kind, [rest[at] ?? ''], sides[at + 1] ?? 'src', first?.wildcard ?? false))
    const heads = group.map(({ parts }) => parts[0] ?? '')
    const tests = [partTest(set, set.kinds[0] ?? '', heads, sides[0] ?? 'src', false), ...others]
    return all(first?.passing ? [...tests, { is: 'chance' }] : tests)
  })
}

function partTest(set: Ipset, kind: string, values: readonly string[], direction: Direction, wildcard: boolean): Test {
  const side: Side = direction === 'src' ? 'source' : 'destination'
  switch (kind) {
    case 'ip':
    case 'net': {
      const addresses = addressesOf(values, kind === 'ip' ? set.netmask : undefined)
      if (!addresses) return unknown
      return { is: 'address', side, v4: set.family === 4 ? addresses : [], v6: set.family === 6 ? addresses : [] }
    }
    case 'port':
      return any(portTests(values, side))
    case 'iface':
      // By the name of a bridge's port, which stands in no packet that is followed here.
      if (values.some((value) => value.startsWith('physdev:'))) return unknown
      return { is: 'interface', side: direction === 'src' ? 'in' : 'out', names: values.map((name) => (wildcard ? `${name}*` : name)) }
    // Hardware addresses and marks.
    default:
      return unknown
  }
}

function addressesOf(values: readonly string[], netmask: string | undefined): AddressSet | undefined {
  const intervals = values.map((value) => parseInterval(netmask !== undefined && !value.includes('/') ? `${value}/${netmask}` : value))
  return intervals.includes(undefined)
    ? undefined
    : normalise(intervals.flatMap((interval) => (interval ? [{ from: interval.from, to: interval.to }] : [])))
}

/** `80` of a bitmap, of TCP and UDP alike; `tcp:80`; `icmp:echo-request`, which is none of what is followed. */
function portTests(values: readonly string[], side: Side): readonly Test[] {
  const bare: (readonly [number, number])[] = []
  const tests: Test[] = []
  for (const value of values) {
    const [, name, port = ''] = /^(?:([^:]+):)?(.+)$/.exec(value) ?? []
    const ports = parsePorts(port)
    const number = name === undefined ? undefined : protocolNumber(name)
    if (name !== undefined && number === undefined) tests.push(unknown)
    else if (number !== undefined && number !== 6 && number !== 17) tests.push({ is: 'protocol', numbers: [number] })
    else if (!ports) tests.push(unknown)
    else if (number === undefined) bare.push(ports)
    else
      tests.push(
        all([
          { is: 'protocol', numbers: [number] },
          { is: 'port', side, ports: [ports] },
        ]),
      )
  }
  return bare.length > 0 ? [...tests, { is: 'port', side, ports: bare }] : tests
}
