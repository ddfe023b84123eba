import { type AddressSet, contains, everything, type Family, intersect, NONE, parseInterval, subtract, union } from './address-set.ts'
import { bears } from './marks.ts'
import type { Packet } from './packet.ts'
import type { Ports, Test } from './ruleset.ts'

/** Pieces for which a test holds, and for which it may hold. What is in neither does not match. */
interface Split {
  readonly yes: AddressSet
  readonly chance: AddressSet
  readonly unknown: AddressSet
}

const SYN = 2

const NOTHING: Split = { yes: NONE, chance: NONE, unknown: NONE }
const certain = (remotes: AddressSet, holds: boolean): Split => (holds ? { ...NOTHING, yes: remotes } : NOTHING)
const doubtful = (remotes: AddressSet): Split => ({ yes: NONE, chance: NONE, unknown: remotes })

const inPorts = (ports: Ports, port: number) => ports.some(([low, high]) => port >= low && port <= high)

/** Cuts `remotes` by a test of a rule. */
export function splitBy(test: Test, remotes: AddressSet, packet: Packet): Split {
  switch (test.is) {
    case 'constant':
      return certain(remotes, test.value)
    case 'family':
      return certain(remotes, packet.family === test.family)
    case 'protocol':
      return certain(remotes, test.numbers.includes(packet.protocol))
    case 'port':
      return certain(remotes, inPorts(test.ports, test.side === 'source' ? packet.sourcePort : packet.destinationPort))
    case 'original-port':
      return certain(remotes, inPorts(test.ports, packet.originalPort))
    case 'state':
      return certain(remotes, test.states.includes(packet.state))
    case 'flags':
      return certain(remotes, packet.protocol === 6 && (SYN & test.mask) === test.value)
    case 'mark': {
      const holds = bears(packet.mark, test)
      return holds === undefined ? doubtful(remotes) : certain(remotes, holds)
    }
    case 'marked':
      return certain(remotes, packet.markedAt === test.line)
    case 'roundabout':
      return certain(remotes, packet.roundabout === true)
    case 'translated':
      return certain(remotes, packet.translated)
    case 'interface':
      return splitByInterface(test.side === 'in' ? packet.inInterface : packet.outInterface, test.names, remotes)
    case 'address':
      return splitByAddress(test, remotes, packet)
    case 'original-address':
      return splitByOriginal(packet.family === 4 ? test.v4 : test.v6, remotes, packet)
    case 'address-type':
      return splitByType(test, remotes, packet)
    case 'chance':
      return { yes: NONE, chance: remotes, unknown: NONE }
    case 'unknown':
      return doubtful(remotes)
    case 'not': {
      const inner = splitBy(test.of, remotes, packet)
      return { ...inner, yes: subtract(subtract(subtract(remotes, inner.yes), inner.chance), inner.unknown) }
    }
    case 'all':
      return splitByAll(test.of, remotes, packet)
    case 'any':
      return splitByAny(test.of, remotes, packet)
  }
}

function splitByAll(tests: readonly Test[], remotes: AddressSet, packet: Packet): Split {
  let split = certain(remotes, true)
  for (const test of tests) {
    const yes = splitBy(test, split.yes, packet)
    const chance = split.chance.length > 0 ? splitBy(test, split.chance, packet) : certain(NONE, true)
    const unknown = split.unknown.length > 0 ? splitBy(test, split.unknown, packet) : certain(NONE, true)
    split = {
      yes: yes.yes,
      chance: union(yes.chance, union(chance.yes, chance.chance)),
      unknown: union(union(yes.unknown, chance.unknown), union(unknown.yes, union(unknown.chance, unknown.unknown))),
    }
    if (split.yes.length + split.chance.length + split.unknown.length === 0) break
  }
  return split
}

function splitByAny(tests: readonly Test[], remotes: AddressSet, packet: Packet): Split {
  let [yes, chance, unknown, rest] = [NONE, NONE, NONE, remotes]
  for (const test of tests) {
    const split = splitBy(test, rest, packet)
    yes = union(yes, split.yes)
    chance = union(chance, split.chance)
    unknown = union(unknown, split.unknown)
    rest = subtract(rest, split.yes)
    if (rest.length === 0) break
  }
  unknown = subtract(unknown, yes)
  return { yes, unknown, chance: subtract(subtract(chance, yes), unknown) }
}

function splitByInterface(name: string | undefined, names: readonly string[], remotes: AddressSet): Split {
  const matches = (pattern: string, actual: string) =>
    pattern.endsWith('*') ? actual.startsWith(pattern.slice(0, -1)) : pattern === actual
  if (name !== undefined)
    return certain(
      remotes,
      names.some((pattern) => matches(pattern, name)),
    )
  if (names.includes('*')) return certain(remotes, true)
  return names.every((pattern) => pattern === 'lo') ? certain(remotes, false) : doubtful(remotes)
}

function splitByAddress(test: Test & { is: 'address' }, remotes: AddressSet, packet: Packet): Split {
  const set = packet.family === 4 ? test.v4 : test.v6
  if (test.side === packet.remote) return { yes: intersect(remotes, set), chance: NONE, unknown: NONE }
  return splitByLocal(set, packet.local, remotes, packet.family)
}

/** Of what is sent from here, or from behind a bridge, translation keeps where it was sent to among the remotes. */
const splitByOriginal = (set: AddressSet, remotes: AddressSet, { remote, originalLocal, family }: Packet): Split =>
  remote === 'destination'
    ? { yes: intersect(remotes, set), chance: NONE, unknown: NONE }
    : splitByLocal(set, originalLocal, remotes, family)

function splitByLocal(set: AddressSet, local: string | undefined, remotes: AddressSet, family: Family): Split {
  if (local !== undefined) return certain(remotes, contains(set, local))
  if (set.length === 0) return certain(remotes, false)
  if (subtract(everything(family), set).length === 0) return certain(remotes, true)
  return subtract(set, notUnicast(family)).length === 0 ? certain(remotes, false) : doubtful(remotes)
}

/** Multicast and limited broadcast: no address of a host, whichever it has. */
function notUnicast(family: Family): AddressSet {
  const networks = family === 4 ? ['224.0.0.0/4', '255.255.255.255/32'] : ['ff00::/8']
  return networks.map((network) => parseInterval(network)).filter((interval) => interval !== undefined)
}

/** fib(8) and `addrtype`: what the routing table says of an address. */
function splitByType(test: Test & { is: 'address-type' }, remotes: AddressSet, packet: Packet): Split {
  const types = test.types
  if (test.side === 'destination') {
    if (packet.remote === 'source') return certain(remotes, types.includes(packet.toThisHost ? 'local' : 'unicast'))
  } else if (packet.remote === 'destination')
    // What came in by an interface on its way to somewhere else is forwarded, and not from this host.
    return certain(remotes, types.includes(packet.inInterface === '' ? 'local' : 'unicast'))
  const special = notUnicast(packet.family)
  const unicast = certain(subtract(remotes, special), types.includes('unicast'))
  const inside = intersect(remotes, special)
  return { ...unicast, unknown: types.some((type) => type === 'multicast' || type === 'broadcast') ? inside : NONE }
}
