import type { AddressSet } from './address-set.ts'

/**
 * Packet filter rules in one form, whichever language they were written in. Only what decides the fate of new traffic is kept.
 * What is not understood stays as `unknown`, so that a verdict that hangs on it is not given.
 */
export interface Table {
  readonly family: 'ip' | 'ip6' | 'inet' | 'netdev'
  readonly name: string
  readonly section: string
  readonly chains: Readonly<Record<string, Chain>>
}

export type Hook = 'ingress' | 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting' | 'egress'

/** A list of rules, run in order; one without `base` runs where a rule jumps to it. */
export interface Chain {
  readonly name: string
  /** Set on chains where packets enter. */
  readonly base?: {
    readonly type: 'filter' | 'nat' | 'route'
    readonly hook: Hook
    /** Lower runs first (nft(8), PRIORITY). */
    readonly priority: number
    readonly policy: 'accept' | 'drop'
    /** Ingress and egress chains see these interfaces only; a trailing `*` stands for anything. */
    readonly devices?: readonly string[]
  }
  readonly rules: readonly Rule[]
  /** Where the policy stands. */
  readonly line: number
  readonly text: string
}

/** One rule of nftables or iptables, in the terms that both share. */
export interface Rule {
  readonly test: Test
  readonly action: Action
  readonly line: number
  /** As printed, for people. */
  readonly text: string
}

/** Inclusive. */
export type Ports = readonly (readonly [number, number])[]
export type Side = 'source' | 'destination'

export type Test =
  | { readonly is: 'all' | 'any'; readonly of: readonly Test[] }
  | { readonly is: 'not'; readonly of: Test }
  | { readonly is: 'constant'; readonly value: boolean }
  | { readonly is: 'family'; readonly family: 4 | 6 }
  /** A packet of the other family does not match. */
  | { readonly is: 'address'; readonly side: Side; readonly v4: AddressSet; readonly v6: AddressSet }
  /** The address the packet was sent to before it was translated. */
  | { readonly is: 'original-address'; readonly v4: AddressSet; readonly v6: AddressSet }
  | { readonly is: 'port'; readonly side: Side; readonly ports: Ports }
  | { readonly is: 'original-port'; readonly ports: Ports }
  /** IANA protocol numbers. */
  | { readonly is: 'protocol'; readonly numbers: readonly number[] }
  /** A trailing `*` stands for anything. */
  | { readonly is: 'interface'; readonly side: 'in' | 'out'; readonly names: readonly string[] }
  | { readonly is: 'state'; readonly states: readonly string[] }
  /** TCP flags: `packet & mask == value`. */
  | { readonly is: 'flags'; readonly mask: number; readonly value: number }
  | { readonly is: 'address-type'; readonly side: Side; readonly types: readonly string[] }
  /** `mark & mask == value`. */
  | { readonly is: 'mark'; readonly mask: number; readonly value: number }
  /** Another part of this line, which asks for the mark that was there before, has written to it. */
  | { readonly is: 'marked'; readonly line: number }
  /** Its answer leaves by another interface. */
  | { readonly is: 'roundabout' }
  /** Its destination was translated. */
  | { readonly is: 'translated' }
  /** Holds for some packets and not for others: rate limits, random choice. Whoever tries again gets through. */
  | { readonly is: 'chance' }
  | { readonly is: 'unknown' }

/** Bits of `mask` are cleared, then those of `xor` turned around; of those of `lost` nothing is known any more. */
export interface MarkChange {
  readonly mask: number
  readonly xor: number
  readonly lost: number
}

export type Action =
  | { readonly do: 'accept' | 'drop' | 'reject' | 'return' | 'untrack' | 'none' | 'unknown' }
  | { readonly do: 'jump' | 'goto'; readonly chain: string }
  /** The packet goes on with another mark. */
  | ({ readonly do: 'mark'; readonly isRecalled?: boolean } & MarkChange)
  /** Destination NAT. Without an address it is redirected to this machine. */
  | { readonly do: 'translate'; readonly address?: string; readonly port?: number }
  /** Destination NAT to where is not known, if at all: rules for what it was sent to say nothing of it. */
  | { readonly do: 'astray' }

/** Where a verdict was made. */
export interface RuleReference {
  readonly section: string
  readonly line: number
  readonly text: string
  readonly chain: string
  /** No rule decided, but the policy of the chain. */
  readonly policy: boolean
}

export const always: Test = { is: 'constant', value: true }
export const never: Test = { is: 'constant', value: false }
/** Connection tracking knows the packet. Of one that is untracked or invalid it can be asked nothing but the state (nf_ct_get gives no entry). */
export const tracked: Test = { is: 'state', states: ['new', 'established', 'related'] }

/** Cheap tests first, so that most rules are over before sets of addresses are compared. */
const cost = (test: Test): number => (test.is === 'address' ? 2 : test.is === 'all' || test.is === 'any' || test.is === 'not' ? 1 : 0)

/** Holds when all of them do; of none, always, as a rule without a condition does. */
export function all(tests: readonly Test[]): Test {
  const [only] = tests
  if (tests.length === 1 && only) return only
  return tests.length === 0 ? always : { is: 'all', of: [...tests].sort((a, b) => cost(a) - cost(b)) }
}

/** Holds when one of them does; of none, never. */
export const any = (tests: readonly Test[]): Test => (tests.length === 1 && tests[0] ? tests[0] : { is: 'any', of: tests })

/** Matches what `test` does not, and stays unknown where that is. */
export const not = (test: Test): Test => ({ is: 'not', of: test })

/** For parsers of a `!` that may be there. */
export const negate = (test: Test, negated: boolean): Test => (negated ? not(test) : test)

/** Words of the host are looked up here, so that `constructor` must not find what every object inherits. */
export const dictionary = <T>(entries: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
  Object.assign(Object.create(null) as Record<string, T>, entries)

/** IANA protocol numbers, and the names that nft and iptables print for them. */
const PROTOCOLS = dictionary<number>({
  icmp: 1,
  igmp: 2,
  ipencap: 4,
  tcp: 6,
  udp: 17,
  dccp: 33,
  ipv6: 41,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  'ipv6-icmp': 58,
  'ipv6-nonxt': 59,
  ospf: 89,
  pim: 103,
  comp: 108,
  vrrp: 112,
  l2tp: 115,
  sctp: 132,
  udplite: 136,
})

/** IANA's number for a number or a name as nft and iptables print it; undefined for a name that is not known. */
export function protocolNumber(word: string): number | undefined {
  if (/^\d{1,3}$/.test(word)) return Number(word)
  return PROTOCOLS[word]
}

/** Service names that older tools print instead of numbers (services(5)). */
const SERVICES = dictionary<number>({
  ssh: 22,
  telnet: 23,
  smtp: 25,
  domain: 53,
  bootps: 67,
  bootpc: 68,
  tftp: 69,
  http: 80,
  kerberos: 88,
  sunrpc: 111,
  ntp: 123,
  'netbios-ns': 137,
  'netbios-dgm': 138,
  'netbios-ssn': 139,
  snmp: 161,
  ldap: 389,
  https: 443,
  'microsoft-ds': 445,
  syslog: 514,
  'dhcpv6-client': 546,
  'dhcpv6-server': 547,
  ldaps: 636,
  nfs: 2049,
  mysql: 3306,
  mdns: 5353,
  postgresql: 5432,
  'http-alt': 8080,
})

/** `22`, `ssh`, `8000-8010` (nft) or `8000:8010` (iptables). */
export function parsePorts(word: string): readonly [number, number] | undefined {
  const single = portNumber(word)
  if (single !== undefined) return [single, single]
  const [, low, high] = /^(\d{0,5})[-:](\d{0,5})$/.exec(word) ?? []
  if (low === undefined || high === undefined) return undefined
  const range = [low === '' ? 0 : Number(low), high === '' ? 65_535 : Number(high)] as const
  return range[0] <= range[1] && range[1] <= 65_535 ? range : undefined
}

function portNumber(word: string): number | undefined {
  if (/^\d{1,5}$/.test(word)) return Number(word) <= 65_535 ? Number(word) : undefined
  return SERVICES[word]
}

const FLAGS = dictionary<number>({ fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ecn: 64, ece: 64, cwr: 128 })

/** `fin`, `syn,ack`, `ALL`, `NONE`. */
export function parseFlags(words: readonly string[]): number | undefined {
  let value = 0
  for (const word of words.map((each) => each.toLowerCase())) {
    const flag = word === 'all' ? 63 : word === 'none' ? 0 : /^0x[0-9a-f]{1,2}$/.test(word) ? Number.parseInt(word, 16) : FLAGS[word]
    if (flag === undefined) return undefined
    value |= flag
  }
  return value
}
