import { forgotten, markChange, markTest } from '../marks.ts'
import { addressTest } from '../nft/selectors.ts'
import { translationTo } from '../nft/verdicts.ts'
import {
  type Action,
  all,
  any,
  dictionary,
  negate,
  never,
  not,
  parseFlags,
  parsePorts,
  protocolNumber,
  type Rule,
  type Side,
  type Test,
  tracked,
} from '../ruleset.ts'
import type { MatchIpset } from './ipsets.ts'
import { splitWords } from './words.ts'

const unknown: Test = { is: 'unknown' }
const chance: Test = { is: 'chance' }

/** States of conntrack and, beside them, whether the destination was translated (iptables-extensions(8), conntrack). */
function states(word: string): Test {
  const named = word.toLowerCase().split(',')
  return named.includes('dnat') ? any([{ is: 'translated' }, { is: 'state', states: named }]) : { is: 'state', states: named }
}

/** An option that tests something: how many words it takes, and what they mean. `undefined` when the words are not understood. */
interface Option {
  readonly words: number
  readonly test: (...words: string[]) => Test | undefined
}

const ports = (side: Side) => (word: string) => {
  const list = word.split(',').map(parsePorts)
  return list.includes(undefined) ? undefined : ({ is: 'port', side, ports: list as [number, number][] } as const)
}
const eitherPort = (word: string): Test | undefined => {
  const [source, destination] = [ports('source')(word), ports('destination')(word)]
  return source && destination && any([source, destination])
}
const address = (side: Side | 'original') => (word: string) => addressTest(side, word.split(','))
const types =
  (side: Side) =>
  (word: string): Test => ({ is: 'address-type', side, types: word.toLowerCase().split(',') })
const opaque = (words: number): Option => ({ words, test: () => unknown })

const OPTIONS = dictionary<Option>({
  '-s': { words: 1, test: address('source') },
  '-d': { words: 1, test: address('destination') },
  '-i': { words: 1, test: (name) => ({ is: 'interface', side: 'in', names: [name.replace(/\+$/, '*')] }) },
  '-o': { words: 1, test: (name) => ({ is: 'interface', side: 'out', names: [name.replace(/\+$/, '*')] }) },
  '-p': {
    words: 1,
    test: (word) => {
      const number = protocolNumber(word)
      return number === undefined ? undefined : { is: 'protocol', numbers: [number] }
    },
  },
  '-f': { words: 0, test: () => never },
  '--dport': { words: 1, test: ports('destination') },
  '--dports': { words: 1, test: ports('destination') },
  '--sport': { words: 1, test: ports('source') },
  '--sports': { words: 1, test: ports('source') },
  '--ports': { words: 1, test: eitherPort },
  '--syn': { words: 0, test: () => ({ is: 'flags', mask: 0x17, value: 2 }) },
  '--tcp-flags': {
    words: 2,
    test: (mask, value) => {
      const bits = [parseFlags(mask.split(',')), parseFlags(value.split(','))]
      return bits[0] === undefined || bits[1] === undefined ? undefined : { is: 'flags', mask: bits[0], value: bits[1] }
    },
  },
  '--ctstate': { words: 1, test: states },
  '--state': { words: 1, test: states },
  '--ctstatus': { words: 1, test: (status) => (status === 'DNAT' ? { is: 'translated' } : unknown) },
  '--ctdir': { words: 1, test: (direction) => ({ is: 'constant', value: direction === 'ORIGINAL' }) },
  '--ctproto': {
    words: 1,
    test: (word) => {
      const number = protocolNumber(word)
      return number === undefined ? undefined : { is: 'protocol', numbers: [number] }
    },
  },
  '--ctorigsrc': { words: 1, test: address('source') },
  '--ctorigdst': { words: 1, test: address('original') },
  '--ctorigdstport': {
    words: 1,
    test: (word) => {
      const range = parsePorts(word)
      return range && { is: 'original-port', ports: [range] }
    },
  },
  '--src-range': { words: 1, test: address('source') },
  '--dst-range': { words: 1, test: address('destination') },
  '--src-type': { words: 1, test: types('source') },
  '--dst-type': { words: 1, test: types('destination') },
  '--pkt-type': { words: 1, test: (type) => ({ is: 'constant', value: type.toLowerCase() === 'unicast' }) },
  // Rates, counts and lists that fill as traffic comes.
  '--limit': { words: 1, test: () => chance },
  '--hashlimit-upto': { words: 1, test: () => chance },
  '--hashlimit-above': { words: 1, test: () => chance },
  '--connlimit-above': { words: 1, test: () => chance },
  '--connlimit-upto': { words: 1, test: () => chance },
  '--probability': { words: 1, test: () => chance },
  '--every': { words: 1, test: () => chance },
  '--rcheck': { words: 0, test: () => chance },
  '--update': { words: 0, test: () => chance },
  '--remove': { words: 0, test: () => chance },
  '--quota': { words: 1, test: () => chance },
  // Whoever sends a packet chooses it.
  '--mss': { words: 1, test: () => chance },
  // They come round again, for who waits.
  '--timestart': { words: 1, test: () => chance },
  '--timestop': { words: 1, test: () => chance },
  '--weekdays': { words: 1, test: () => chance },
  '--mark': { words: 1, test: markTest },
  '--uid-owner': opaque(1),
  '--gid-owner': opaque(1),
  '--mac-source': opaque(1),
  // Only new TCP and UDP traffic is followed, without extension headers.
  '--icmp-type': { words: 1, test: () => never },
  '--icmpv6-type': { words: 1, test: () => never },
  '--rt-type': { words: 1, test: () => never },
  '--hl-eq': opaque(1),
  '--ttl-eq': opaque(1),
  '--string': opaque(1),
  '--physdev-in': opaque(1),
  '--physdev-out': opaque(1),
  '--physdev-is-bridged': opaque(0),
  '--dscp': opaque(1),
})

/** Options that only refine another one, or match on the first packet: number of words they take. */
const SILENT = dictionary<number>({
  '-m': 1,
  '--comment': 1,
  '--limit-burst': 1,
  '--hashlimit-burst': 1,
  '--hashlimit-mode': 1,
  '--hashlimit-name': 1,
  '--hashlimit-srcmask': 1,
  '--hashlimit-dstmask': 1,
  '--hashlimit-htable-size': 1,
  '--hashlimit-htable-max': 1,
  '--hashlimit-htable-expire': 1,
  '--hashlimit-htable-gcinterval': 1,
  '--connlimit-mask': 1,
  '--connlimit-saddr': 0,
  '--connlimit-daddr': 0,
  '--mode': 1,
  '--packet': 1,
  // `recent`: adding to the list matches always.
  '--set': 0,
  '--seconds': 1,
  '--hitcount': 1,
  '--reap': 0,
  '--name': 1,
  '--mask': 1,
  '--rsource': 0,
  '--rdest': 0,
  '--algo': 1,
  '--to': 1,
  '--from': 1,
  '--limit-iface-in': 0,
  '--limit-iface-out': 0,
  // What a set counts.
  '--update-counters': 0,
  '--update-subcounters': 0,
})

/** Modules that ask for a header which ordinary traffic does not carry, with options or without (iptables-extensions(8), ip6tables). */
const OF_HEADERS = new Set(['ah', 'dst', 'esp', 'frag', 'hbh', 'mh', 'rt'])
/** That ask for nothing where no option follows: their protocol stands before them. */
const PLAIN = new Set(['tcp', 'udp', 'udplite', 'sctp', 'dccp', 'icmp', 'icmp6', 'icmpv6', 'rpfilter', 'comment'])

/** A module that iptables-save prints without an option asks for something by its name alone, such as `-m socket` or `-m eui64`. */
function moduleTest(name: string, next: string | undefined): Test | undefined {
  if (OF_HEADERS.has(name)) return never
  const alone = next === undefined || /^-[mjg]$/.test(next)
  return alone && !PLAIN.has(name) ? unknown : undefined
}

/** Targets after which the next rule is looked at. */
const PASSING = new Set([
  'LOG',
  'NFLOG',
  'ULOG',
  'TCPMSS',
  'TRACE',
  'CLASSIFY',
  'DSCP',
  'TOS',
  'TTL',
  'HL',
  'AUDIT',
  'CHECKSUM',
  'SECMARK',
  'CONNSECMARK',
  'TEE',
  // Source translation comes after the decision.
  'MASQUERADE',
  'SNAT',
])
const DECIDING = new Set(['QUEUE', 'NFQUEUE', 'TPROXY', 'SYNPROXY'])

function actionOf(target: string, options: readonly string[], goto: boolean): Action {
  const after = (option: string) => options[options.indexOf(option, 0) + 1] ?? ''
  switch (target) {
    case 'ACCEPT':
      return { do: 'accept' }
    case 'DROP':
      return { do: 'drop' }
    case 'REJECT':
      return { do: 'reject' }
    case 'RETURN':
      return { do: 'return' }
    case 'NOTRACK':
      return { do: 'untrack' }
    case 'CT':
      return { do: options.includes('--notrack') ? 'untrack' : 'none' }
    case 'DNAT':
      return options.includes('--to-destination') ? translationTo(after('--to-destination'), false) : { do: 'astray' }
    // Whole networks, each address to its like.
    case 'NETMAP':
      return { do: 'astray' }
    case 'REDIRECT':
      return translationTo(options.includes('--to-ports') ? after('--to-ports') : '', true)
    case 'MARK':
    case 'CONNMARK': {
      const change = markChange(target, options)
      return change ? { do: 'mark', ...change } : { do: 'none' }
    }
    case 'SET':
      return options.includes('--map-mark') ? { do: 'mark', ...forgotten() } : { do: 'none' }
  }
  if (PASSING.has(target)) return { do: 'none' }
  if (DECIDING.has(target)) return { do: 'unknown' }
  return { do: goto ? 'goto' : 'jump', chain: target }
}

/** What `-m conntrack` asks of the entry of a packet, beside its state. */
const OF_ENTRY = /^--ct(?:status|dir|proto|(?:orig|repl)\w+)$/

/** A packet without an entry matches by its state alone where the rule names one, and else never (conntrack_mt, net/netfilter/xt_conntrack.c). */
const ofEntry = (test: Test, namesState: boolean): Test => (namesState ? any([not(tracked), test]) : all([tracked, test]))

/** As people write what iptables-save prints short (iptables(8), PARAMETERS; iptables-extensions(8)). */
const SHORT = dictionary<string>({
  '--protocol': '-p',
  '--proto': '-p',
  '--source': '-s',
  '--src': '-s',
  '--destination': '-d',
  '--dst': '-d',
  '--in-interface': '-i',
  '--out-interface': '-o',
  '--jump': '-j',
  '--goto': '-g',
  '--match': '-m',
  '--fragment': '-f',
  '--source-port': '--sport',
  '--destination-port': '--dport',
  '--source-ports': '--sports',
  '--destination-ports': '--dports',
  '--port': '--ports',
})
/** A target in a form that is not followed: `--jum ACCEPT`. */
const HIDDEN_TARGET = /^--(?:ju?m?|go?t?)$/

const shortened = (word: string): readonly string[] => {
  const [, option, value] = /^(--[a-z-]+)=(.*)$/.exec(word) ?? []
  return option === undefined || value === undefined ? [SHORT[word] ?? word] : [SHORT[option] ?? option, value]
}

/** `-A CHAIN …` without its first two words. `matchSet`: how sets are looked up. */
export function parseIptablesRule(text: string, line: number, matchSet: MatchIpset): Rule {
  const words = splitWords(text).slice(2).flatMap(shortened)
  const tests: Test[] = []
  // `rpfilter --invert` matches packets whose answers would not find their way back: never a client, unless its way back is another.
  if (words.includes('rpfilter')) tests.push(negate(words.includes('--loose') ? never : { is: 'roundabout' }, !words.includes('--invert')))
  let negated = false
  let unread = ''
  let asks = ''
  let action: Action = { do: 'none' }
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] as string
    const module = word === '-m' ? moduleTest(words[index + 1] ?? '', words[index + 2]) : undefined
    if (module) tests.push(module)
    if (word === '-m') asks = words[index + 1] ?? ''
    const option = word === '--match-set' ? { words: 2, test: matchSet } : OPTIONS[word]
    if (word === '!') {
      negated = true
      continue
    }
    if (word === '-j' || word === '-g') {
      action = actionOf(words[index + 1] ?? '', words.slice(index + 2), word === '-g')
      // Where packets leave it is their source that changes.
      if (words[index + 1] === 'NETMAP' && text.startsWith('-A POSTROUTING ')) action = { do: 'none' }
      break
    }
    if (option) {
      const values = words.slice(index + 1, index + 1 + option.words)
      // A line that was cut short misses the words of its last option.
      // `-m connmark` has the same word for the mark of the connection.
      const isFollowed = values.length === option.words && !(word === '--mark' && asks !== 'mark')
      const test = isFollowed ? option.test(...(values as [string, string])) : undefined
      const asked = test ? negate(test, negated) : unknown
      tests.push(OF_ENTRY.test(word) ? ofEntry(asked, words.includes('--ctstate')) : asked)
      if (word === '--match-set' && !test) unread = ` # what the set ${values[0]} holds is not known`
      index += option.words
    } else if (SILENT[word] !== undefined) index += SILENT[word]
    else if (word.startsWith('-') && !words.includes('rpfilter')) tests.push(unknown)
    negated = false
  }
  if (action.do === 'none' && words.some((word) => HIDDEN_TARGET.test(word))) action = { do: 'unknown' }
  return { test: all(tests), action, line, text: text + unread }
}
