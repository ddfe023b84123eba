import { normalise, parseInterval } from '../address-set.ts'
import { markTest } from '../marks.ts'
import { all, any, dictionary, never, not, parseFlags, parsePorts, protocolNumber, type Side, type Test, tracked } from '../ruleset.ts'
import type { Cursor } from './tokens.ts'

/**
 * What the left side of an nft expression looks at (nft(8), PAYLOAD, META, CONNTRACK and FIB EXPRESSIONS).
 * `implied` holds before the comparison is made and is not turned around by `!=`.
 */
export interface Selector {
  readonly implied: readonly Test[]
  readonly ports?: boolean
  /** TCP flags, which are compared bit by bit. */
  readonly flags?: boolean
  /** The mark, of which bits are compared as well. */
  readonly mark?: boolean
  /** Flags and offset of a fragment, of which bits are compared as well. */
  readonly fragment?: boolean
  /** A value that whoever sends a packet chooses as he likes. */
  readonly chosen?: boolean
  /** One of so many numbers, drawn for each packet. */
  readonly drawn?: number
  /** Values joined by "or". Undefined when a value is not understood. */
  equals(values: readonly string[]): Test | undefined
}

const protocol = (number: number): Test => ({ is: 'protocol', numbers: [number] })
const unknown: Test = { is: 'unknown' }

/** Each value by itself. */
const each = (read: (value: string) => Test | undefined) => (values: readonly string[]) => {
  const tests = values.map(read)
  return tests.includes(undefined) ? undefined : any(tests as Test[])
}

/** Any of these addresses, networks or ranges, of both families, brackets left out. Undefined when one of them is none, as a name is. */
export function addressTest(is: 'source' | 'destination' | 'original', values: readonly string[]): Test | undefined {
  const intervals = values.map((value) => parseInterval(value.replaceAll(/[[\]]/g, '')))
  if (intervals.includes(undefined)) return undefined
  const of = (family: 4 | 6) =>
    normalise(intervals.flatMap((interval) => (interval?.family === family ? [{ from: interval.from, to: interval.to }] : [])))
  const sets = { v4: of(4), v6: of(6) }
  return is === 'original' ? { is: 'original-address', ...sets } : { is: 'address', side: is, ...sets }
}

const address = (side: Side, family: 4 | 6): Selector => ({
  implied: [{ is: 'family', family }],
  equals: (values) => addressTest(side, values),
})

function portsTest(values: readonly string[]): readonly (readonly [number, number])[] | undefined {
  const ports = values.map(parsePorts)
  return ports.includes(undefined) ? undefined : (ports as [number, number][])
}

const port = (side: Side, implied: readonly Test[]): Selector => ({
  implied,
  ports: true,
  equals: (values) => {
    const ports = portsTest(values)
    return ports && { is: 'port', side, ports }
  },
})

const protocolSelector = (implied: readonly Test[]): Selector => ({
  implied,
  equals: (values) => {
    const numbers = values.map(protocolNumber)
    return numbers.includes(undefined) ? undefined : { is: 'protocol', numbers: numbers as number[] }
  },
})

const interfaceSelector = (side: 'in' | 'out'): Selector => ({ implied: [], equals: (names) => ({ is: 'interface', side, names }) })

const ETHER_TYPES = dictionary<4 | 6>({ ip: 4, ip6: 6, ipv4: 4, ipv6: 6, '0x0800': 4, '0x86dd': 6 })
const familySelector: Selector = {
  implied: [],
  equals: each((value) =>
    ETHER_TYPES[value] ? { is: 'family', family: ETHER_TYPES[value] } : /^(arp|vlan|8021q|8021ad)$/.test(value) ? never : undefined,
  ),
}

/** IPv6 extension headers, which ordinary traffic does not carry. */
const EXTENSION = /^(?:hbh|frag|dst|mh|srh|exthdr)$/

/** Looked at, but nothing is known of it beforehand. */
const opaque = (implied: readonly Test[] = []): Selector => ({ implied, equals: () => unknown })

/** It comes round again, so that whoever waits for it meets the rule, and whoever does not wait goes past it. A date (`meta time`) does not. */
const timeOfWeek: Selector = { implied: [], chosen: true, equals: () => ({ is: 'chance' }) }

const META = dictionary<Selector>({
  iif: interfaceSelector('in'),
  iifname: interfaceSelector('in'),
  oif: interfaceSelector('out'),
  oifname: interfaceSelector('out'),
  iiftype: { implied: [], equals: each((value) => (value === 'loopback' ? { is: 'interface', side: 'in', names: ['lo'] } : unknown)) },
  oiftype: { implied: [], equals: each((value) => (value === 'loopback' ? { is: 'interface', side: 'out', names: ['lo'] } : unknown)) },
  day: timeOfWeek,
  hour: timeOfWeek,
  l4proto: protocolSelector([]),
  nfproto: familySelector,
  protocol: familySelector,
  // Traffic to one address of this host is never broadcast nor multicast.
  pkttype: { implied: [], equals: each((value) => ({ is: 'constant', value: value === 'host' || value === 'unicast' })) },
})

const TRANSPORTS = dictionary<number>({ tcp: 6, udp: 17, sctp: 132, dccp: 33, udplite: 136 })
const SINGLE = dictionary<number>({ icmp: 1, icmpv6: 58, igmp: 2, esp: 50, ah: 51, comp: 108 })

const STATES = new Set(['new', 'established', 'related', 'invalid', 'untracked'])
const stateSelector: Selector = {
  implied: [],
  equals: (states) => (states.every((state) => STATES.has(state)) ? { is: 'state', states } : undefined),
}

/** All but the state breaks the rule where there is no entry, whether it is negated or not (nft_ct_get_eval, net/netfilter/nft_ct.c). */
const ofEntry = ({ implied, ...selector }: Selector): Selector => ({ ...selector, implied: [tracked, ...implied] })

const CT = dictionary<Selector>({
  state: stateSelector,
  status: { implied: [tracked], equals: each((value) => (value === 'dnat' ? { is: 'translated' } : value === 'snat' ? never : unknown)) },
  // New traffic is always in its original direction.
  direction: { implied: [tracked], equals: each((value) => ({ is: 'constant', value: value === 'original' })) },
  l3proto: ofEntry(familySelector),
  protocol: protocolSelector([tracked]),
})

const CT_ORIGINAL = dictionary<Selector>({
  saddr: { implied: [tracked], equals: (values) => addressTest('source', values) },
  daddr: { implied: [tracked], equals: (values) => addressTest('original', values) },
  'proto-src': port('source', [tracked]),
  'proto-dst': {
    implied: [tracked],
    equals: (values) => {
      const ports = portsTest(values)
      return ports && { is: 'original-port', ports }
    },
  },
})

const markSelector: Selector = { implied: [], mark: true, equals: each((value) => (value.includes('/') ? undefined : markTest(value))) }

/** Takes one selector from the cursor; undefined when the words are none that is known. */
export function takeSelector(cursor: Cursor): Selector | undefined {
  const word = cursor.next()?.text ?? ''
  if (word === 'ip' || word === 'ip6') return takeNetworkField(cursor, word === 'ip' ? 4 : 6)
  if (word === 'mark' || (word === 'meta' && cursor.accept('mark'))) return markSelector
  if (word === 'meta') return META[cursor.peek() ?? ''] ? META[cursor.next()?.text ?? ''] : takeOpaque(cursor)
  if (META[word]) return META[word]
  if (word === 'th' || TRANSPORTS[word] !== undefined) return takeTransportField(cursor, TRANSPORTS[word])
  if (SINGLE[word] !== undefined) {
    cursor.next()
    return { implied: [protocol(SINGLE[word])], equals: () => never }
  }
  if (word === 'ct') return takeConntrack(cursor)
  if (word === 'fib') return takeFib(cursor)
  if (word === 'numgen') return takeNumber(cursor)
  if (word === 'day' || word === 'hour') return timeOfWeek
  if (/^(iifgroup|oifgroup|skuid|skgid|priority|cpu|cgroup|length|random|time|ibrname|obrname|ibriport|secpath)$/.test(word))
    return opaque()
  if (EXTENSION.test(word) || (word === 'rt' && /^(?:type|nexthdr|hdrlength|seg-left)$/.test(cursor.peek() ?? ''))) {
    const header = cursor.next()?.text
    // Whether one of them is there can be asked as well (nft(8), EXTENSION HEADER EXPRESSIONS).
    if (word === 'exthdr' && header !== undefined)
      return { implied: [{ is: 'family', family: 6 }], equals: each((value) => (value === 'missing' ? all([]) : never)) }
    return { implied: [never], equals: () => never }
  }
  if (word === 'ether' && cursor.accept('type')) return familySelector
  if (/^(ether|vlan|arp|rt|socket)$/.test(word)) return takeOpaque(cursor)
  return undefined
}

/**
 * What a rule looks at, at its next words: one thing, or several that are looked up together (`ip saddr . tcp dport`). Undefined, and words may
 * be taken all the same, where they name nothing of the kind.
 */
export function takeSelectors(cursor: Cursor): readonly Selector[] | undefined {
  const selectors: Selector[] = []
  do {
    const selector = takeSelector(cursor)
    if (!selector) return undefined
    selectors.push(selector)
  } while (cursor.accept('.'))
  return selectors
}

function takeOpaque(cursor: Cursor): Selector {
  cursor.next()
  return opaque()
}

function takeNetworkField(cursor: Cursor, family: 4 | 6): Selector {
  const implied: Test = { is: 'family', family }
  switch (cursor.next()?.text) {
    case 'saddr':
      return address('source', family)
    case 'daddr':
      return address('destination', family)
    case 'protocol':
    case 'nexthdr':
      return protocolSelector([implied])
    case 'frag-off':
      return { ...opaque([implied]), fragment: true }
    case 'version':
      return { implied: [implied], equals: each((value) => ({ is: 'constant', value: value === `${family}` })) }
    default:
      return opaque([implied])
  }
}

function takeTransportField(cursor: Cursor, number: number | undefined): Selector {
  const implied = number === undefined ? [] : [protocol(number)]
  switch (cursor.next()?.text) {
    case 'sport':
      return port('source', implied)
    case 'dport':
      return port('destination', implied)
    case 'flags':
      return flagsSelector(implied)
    case 'option':
      return cursor.accept('maxseg', 'size') ? { implied, chosen: true, equals: () => ({ is: 'chance' }) } : opaque(implied)
    default:
      return opaque(implied)
  }
}

/** `tcp flags syn` asks whether the bit is set; with a mask the words after `/` follow the values (see `takeFlags`). */
function flagsSelector(implied: readonly Test[]): Selector {
  return {
    implied,
    flags: true,
    equals: each((value) => {
      const flags = parseFlags(value.split('|'))
      return flags === undefined ? undefined : not({ is: 'flags', mask: flags, value: 0 })
    }),
  }
}

function takeConntrack(cursor: Cursor): Selector | undefined {
  const word = cursor.next()?.text ?? ''
  if (word === 'original') {
    // Where the family is named, the rule is for connections of that one, negated or not (nft_ct.c, NFT_CT_SRC_IP).
    const family = cursor.accept('ip') ? 4 : cursor.accept('ip6') ? 6 : undefined
    const selector = CT_ORIGINAL[cursor.next()?.text ?? ''] ?? opaque()
    return family === undefined ? selector : { ...selector, implied: [...selector.implied, { is: 'family', family }] }
  }
  if (word === 'reply') {
    if (cursor.peek() === 'ip' || cursor.peek() === 'ip6') cursor.next()
    return takeOpaque(cursor)
  }
  return CT[word] ?? opaque()
}

/** `numgen random mod 2`, `numgen inc mod 2 offset 10` (nft(8), NUMGEN EXPRESSION): which number it is, is a matter of chance. */
function takeNumber(cursor: Cursor): Selector | undefined {
  cursor.next()
  if (!cursor.accept('mod')) return undefined
  const drawn = Number(cursor.next()?.text)
  if (cursor.accept('offset')) cursor.next()
  return { implied: [], drawn, equals: () => ({ is: 'chance' }) }
}

/** `fib daddr . iif type local`: the part before the last word names what is looked up. */
function takeFib(cursor: Cursor): Selector | undefined {
  const keys = [cursor.next()?.text ?? '']
  while (cursor.accept('.')) keys.push(cursor.next()?.text ?? '')
  const result = cursor.next()?.text
  const side: Side = keys[0] === 'saddr' ? 'source' : 'destination'
  if (result === 'type') return { implied: [], equals: (types) => ({ is: 'address-type', side, types }) }
  // Reverse path filter: a client whose answers find their way back has a route, if by another interface.
  const missing: Test = keys.includes('iif') ? { is: 'roundabout' } : never
  if ((result === 'oif' || result === 'oifname' || result === 'check') && side === 'source')
    return {
      implied: [],
      equals: each((value) => (value === '0' || value === 'missing' ? missing : value === 'exists' ? not(missing) : unknown)),
    }
  return opaque()
}

/** All parts of one element of a concatenation. */
export function tupleTest(selectors: readonly Selector[], key: readonly string[]): Test | undefined {
  if (key.length !== selectors.length) return key.length === 1 && key[0] === '*' ? all([]) : undefined
  const parts = selectors.map((selector, index) => {
    const value = key[index] as string
    return value === '*' ? all([]) : selector.equals([value])
  })
  return parts.includes(undefined) ? undefined : all(parts as Test[])
}
