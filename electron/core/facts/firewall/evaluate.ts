import { type AddressSet, contains, everything, type Family, intersect, parseInterval, subtract, union } from './address-set.ts'
import type { Chain, Hook, Ports, Rule, RuleReference, Side, Table, Test } from './ruleset.ts'

/**
 * Follows new traffic through the rules. The other end's address is not one address but a set, which the rules cut into pieces;
 * everything else about the packet is fixed. So the answer holds for every address, not for a sample.
 */
export interface Packet {
  readonly family: Family
  /** Which end of it lies elsewhere. */
  readonly remote: Side
  /** The end on this host, in hex. Undefined when not known. */
  readonly local: string | undefined
  readonly protocol: number
  readonly sourcePort: number
  readonly destinationPort: number
  /** Undefined when not known; never the loopback interface. */
  readonly inInterface: string | undefined
  readonly outInterface: string | undefined
  readonly state: 'new' | 'invalid' | 'untracked'
  readonly originalPort: number
  readonly originalLocal: string | undefined
  readonly translated: boolean
  /** The destination is this machine. */
  readonly toThisHost: boolean
}

/** 0: certain. 1: depends on chance, and whoever tries again gets it. 2: depends on something that is not understood. */
export type Doubt = 0 | 1 | 2

export interface Flow {
  readonly remotes: AddressSet
  readonly packet: Packet
  readonly doubt: Doubt
  /** The rule that brought the doubt of grade 2. */
  readonly doubtBy?: RuleReference | undefined
  /** The rule, or policy, that let it pass last. */
  readonly by?: RuleReference | undefined
}

export interface Stopped extends Flow {
  readonly verdict: 'drop' | 'reject'
  readonly by: RuleReference
}

/** Pieces for which a test holds, and for which it may hold. What is in neither does not match. */
interface Split {
  readonly yes: AddressSet
  readonly chance: AddressSet
  readonly unknown: AddressSet
}

const SYN = 2
const NONE: AddressSet = []

function certain(remotes: AddressSet, holds: boolean): Split {
  return { yes: holds ? remotes : NONE, chance: NONE, unknown: NONE }
}
const doubtful = (remotes: AddressSet): Split => ({ yes: NONE, chance: NONE, unknown: remotes })

const inPorts = (ports: Ports, port: number) => ports.some(([low, high]) => port >= low && port <= high)

function splitBy(test: Test, remotes: AddressSet, packet: Packet): Split {
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
    case 'translated':
      return certain(remotes, packet.translated)
    case 'interface':
      return splitByInterface(test.side === 'in' ? packet.inInterface : packet.outInterface, test.names, remotes)
    case 'address':
      return splitByAddress(test, remotes, packet)
    case 'original-address':
      return splitByLocal(packet.family === 4 ? test.v4 : test.v6, packet.originalLocal, remotes, packet.family)
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
  } else if (packet.remote === 'destination') return certain(remotes, types.includes('local'))
  const special = notUnicast(packet.family)
  const unicast = certain(subtract(remotes, special), types.includes('unicast'))
  const inside = intersect(remotes, special)
  return { ...unicast, unknown: types.some((type) => type === 'multicast' || type === 'broadcast') ? inside : NONE }
}

/** Where a flow stands inside a chain: what remains at each grade of doubt. */
interface Remaining {
  readonly remotes: [AddressSet, AddressSet, AddressSet]
  doubtBy: RuleReference | undefined
}

interface Sink {
  readonly passed: Flow[]
  readonly stopped: Stopped[]
  /** Changed by destination NAT or `notrack`; `ends` when no more NAT rules are looked at. */
  readonly changed: Flow[]
  steps: number
}

const GRADES: readonly Doubt[] = [0, 1, 2]
const MAX_DEPTH = 16
/** Beyond it the rules are too tangled to follow; what is left is in doubt. */
const MAX_STEPS = 400_000

const reference = (table: Table, chain: Chain, rule?: Rule): RuleReference => ({
  section: table.section,
  line: rule?.line ?? chain.line,
  text: rule?.text ?? chain.text,
  chain: chain.name,
  policy: rule === undefined,
})

/** Hands `remotes` back to the caller of the chain. */
function runChain(table: Table, chain: Chain, entering: Remaining, packet: Packet, sink: Sink, depth: number): Remaining {
  const left: Remaining = { remotes: [...entering.remotes], doubtBy: entering.doubtBy }
  const returned: Remaining = { remotes: [NONE, NONE, NONE], doubtBy: entering.doubtBy }
  for (const rule of chain.rules) {
    if (rule.action.do === 'none') continue
    sink.steps += 1
    if (sink.steps > MAX_STEPS) return { remotes: [NONE, NONE, merge(left, returned)], doubtBy: reference(table, chain, rule) }
    const matched = match(rule, left, packet, () => reference(table, chain, rule))
    if (matched.remotes.every((remotes) => remotes.length === 0)) continue
    const here = reference(table, chain, rule)
    const action = rule.action
    if (action.do === 'jump' || action.do === 'goto') {
      const called = table.chains[action.chain]
      if (!called || depth >= MAX_DEPTH) {
        spread(matched, (flow) => sink.stopped.push({ ...flow, doubt: 2, doubtBy: here, verdict: 'drop', by: here }), packet)
        spread(matched, (flow) => sink.passed.push({ ...flow, doubt: 2, doubtBy: here, by: here }), packet)
        continue
      }
      const back = runChain(table, called, matched, packet, sink, depth + 1)
      rejoin(action.do === 'jump' ? left : returned, back)
    } else if (action.do === 'return') rejoin(returned, matched)
    else settle(action, matched, packet, here, sink)
  }
  rejoin(returned, left)
  return returned
}

const merge = (...parts: readonly Remaining[]) => parts.flatMap((part) => part.remotes).reduce(union, NONE)

function rejoin(into: Remaining, from: Remaining) {
  for (const grade of GRADES) into.remotes[grade] = union(into.remotes[grade], from.remotes[grade])
  into.doubtBy ??= from.doubtBy
}

/** Takes out of `left` what the rule matches. What only may match goes both ways, in doubt. */
function match(rule: Rule, left: Remaining, packet: Packet, here: () => RuleReference): Remaining {
  const taken: [AddressSet, AddressSet, AddressSet] = [NONE, NONE, NONE]
  const kept: [AddressSet, AddressSet, AddressSet] = [...left.remotes]
  for (const grade of GRADES) {
    const remotes = left.remotes[grade]
    if (remotes.length === 0) continue
    const split = splitBy(rule.test, remotes, packet)
    if (split.yes.length > 0) {
      taken[grade] = union(taken[grade], split.yes)
      kept[grade] = subtract(kept[grade], split.yes)
    }
    for (const [maybe, least] of [
      [split.chance, 1],
      [split.unknown, 2],
    ] as const) {
      if (maybe.length === 0) continue
      const raised = Math.max(grade, least) as Doubt
      if (least === 2) left.doubtBy ??= here()
      taken[raised] = union(taken[raised], maybe)
      if (raised !== grade) {
        kept[grade] = subtract(kept[grade], maybe)
        kept[raised] = union(kept[raised], maybe)
      }
    }
  }
  for (const grade of GRADES) left.remotes[grade] = kept[grade]
  return { remotes: taken, doubtBy: left.doubtBy }
}

function spread(remaining: Remaining, take: (flow: Flow) => void, packet: Packet) {
  for (const doubt of GRADES) {
    const remotes = remaining.remotes[doubt]
    if (remotes.length > 0) take({ remotes, packet, doubt, doubtBy: doubt === 2 ? remaining.doubtBy : undefined })
  }
}

function settle(action: Rule['action'], matched: Remaining, packet: Packet, by: RuleReference, sink: Sink) {
  spread(
    matched,
    (flow) => {
      switch (action.do) {
        case 'accept':
          sink.passed.push({ ...flow, by })
          break
        case 'drop':
        case 'reject':
          sink.stopped.push({ ...flow, verdict: action.do, by })
          break
        case 'unknown':
          sink.passed.push({ ...flow, doubt: 2, doubtBy: flow.doubtBy ?? by, by })
          sink.stopped.push({ ...flow, doubt: 2, doubtBy: flow.doubtBy ?? by, verdict: 'drop', by })
          break
        case 'untrack':
          sink.changed.push({ ...flow, packet: { ...packet, state: 'untracked' } })
          break
        case 'translate':
          sink.changed.push({ ...flow, packet: translate(packet, action), by })
          break
      }
    },
    packet,
  )
}

function translate(packet: Packet, action: Rule['action'] & { do: 'translate' }): Packet {
  const target = action.address === undefined ? undefined : parseInterval(action.address)
  return {
    ...packet,
    translated: true,
    local: target?.from ?? packet.local,
    destinationPort: action.port ?? packet.destinationPort,
  }
}

export interface HookResult {
  readonly passed: readonly Flow[]
  readonly stopped: readonly Stopped[]
}

interface Entry {
  readonly table: Table
  readonly chain: Chain
}

/** A rule set is asked thousands of questions; where packets enter it is looked up once. */
const entriesByHook = new WeakMap<readonly Table[], Map<Hook, readonly Entry[]>>()

function entriesOf(tables: readonly Table[], hook: Hook): readonly Entry[] {
  const known = entriesByHook.get(tables) ?? new Map<Hook, readonly Entry[]>()
  entriesByHook.set(tables, known)
  const found = known.get(hook)
  if (found) return found
  const entries = tables
    .flatMap((table) => Object.values(table.chains).map((chain) => ({ table, chain, base: chain.base })))
    .filter(({ base }) => base?.hook === hook)
    // Of two chains with the same priority the one that was added last comes first (nf_hook_entries_grow, net/netfilter/core.c, since Linux 4.14).
    .reverse()
    .sort((a, b) => (a.base?.priority ?? 0) - (b.base?.priority ?? 0))
  known.set(hook, entries)
  return entries
}

/** Sends flows through every base chain of one hook, in order of priority. A drop is final; an accept ends only its own chain. */
export function runHook(tables: readonly Table[], hook: Hook, flows: readonly Flow[]): HookResult {
  let current = flows
  const stopped: Stopped[] = []
  for (const { table, chain } of entriesOf(tables, hook)) {
    const after: Flow[] = []
    for (const flow of current) {
      const sink: Sink = { passed: [], stopped: [], changed: [], steps: 0 }
      enter(table, chain, flow, sink)
      after.push(...sink.passed)
      stopped.push(...sink.stopped)
    }
    current = coalesce(after)
  }
  return { passed: current, stopped }
}

/** Connection tracking comes at -200: before it every packet counts as invalid (net/netfilter/nft_ct.c). */
const CONNTRACK_PRIORITY = -200

function enter(table: Table, chain: Chain, flow: Flow, sink: Sink) {
  const { base } = chain
  if (!base) return
  const foreign = table.family === 'ip' ? flow.packet.family === 6 : table.family === 'ip6' && flow.packet.family === 4
  const otherDevice = base.devices && flow.packet.inInterface !== undefined && !base.devices.includes(flow.packet.inInterface)
  // Destination NAT happens once; source NAT chains at input and postrouting cannot stop anything by themselves.
  const done = base.type === 'nat' && flow.packet.translated && (base.hook === 'prerouting' || base.hook === 'output')
  if (foreign || otherDevice || done) {
    sink.passed.push(flow)
    return
  }
  const early = base.priority < CONNTRACK_PRIORITY && flow.packet.state === 'new'
  const packet = early ? { ...flow.packet, state: 'invalid' as const } : flow.packet
  const inner: Sink = { passed: [], stopped: [], changed: [], steps: sink.steps }
  let remotes = flow.remotes
  const remaining = remainingOf(flow, remotes)
  const left = runChain(table, chain, remaining, packet, inner, 0)
  remotes = NONE
  const policy = reference(table, chain)
  spread(
    left,
    (rest) => {
      if (base.policy === 'drop') inner.stopped.push({ ...rest, verdict: 'drop', by: policy })
      else inner.passed.push({ ...rest, by: flow.by && !flow.by.policy ? flow.by : policy })
    },
    packet,
  )
  const restore = <T extends Flow>(passed: T): T =>
    early ? { ...passed, packet: { ...passed.packet, state: restoredState(passed.packet) } } : passed
  for (const passed of [...inner.passed, ...inner.changed]) {
    sink.passed.push(restore({ ...passed, doubtBy: passed.doubtBy ?? flow.doubtBy, by: passed.by ?? flow.by }))
  }
  sink.stopped.push(...inner.stopped.map((each) => ({ ...each, doubtBy: each.doubtBy ?? flow.doubtBy })))
}

const restoredState = ({ state }: Packet) => (state === 'invalid' ? 'new' : state)

function remainingOf(flow: Flow, remotes: AddressSet): Remaining {
  const grades: [AddressSet, AddressSet, AddressSet] = [NONE, NONE, NONE]
  grades[flow.doubt] = remotes
  return { remotes: grades, doubtBy: flow.doubtBy }
}

/** Joins flows that differ only in their addresses. */
function coalesce(flows: readonly Flow[]): Flow[] {
  const groups = new Map<string, Flow>()
  for (const flow of flows) {
    const key = JSON.stringify([flow.doubt, flow.by?.section, flow.by?.line, flow.doubtBy?.line, flow.packet])
    const before = groups.get(key)
    groups.set(key, before ? { ...before, remotes: union(before.remotes, flow.remotes) } : flow)
  }
  return [...groups.values()]
}
