import ipaddr from 'ipaddr.js'
import type { Network } from '../network/network.ts'
import { oncePer } from '../once-per.ts'
import {
  type AddressSet,
  contains,
  type Family,
  intersect,
  NONE,
  networksToSet,
  normalise,
  parseInterval,
  subtract,
  union,
} from './address-set.ts'
import type { Firewall } from './firewall.ts'
import { markOnArrival } from './marks.ts'
import type { Flow, Packet, Stopped } from './packet.ts'
import type { Rule, RuleReference, Table, Test } from './ruleset.ts'
import { runHook } from './run-hook.ts'
import { isLoopback, LINK_LOCAL, localsOf, ownNetworks, type Side, sidesOf, wayTo } from './surroundings.ts'
import type { FirewallVerdict, Piece } from './verdicts.ts'

/** New traffic that one asks about. `address` is the one that a socket is bound to: `0.0.0.0`, `::`, `*` or one of the host. */
export interface TrafficQuery {
  readonly direction: 'in' | 'out'
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
  readonly address?: string | undefined
}

const EPHEMERAL_PORT = 50_000
export const PROTOCOL_NUMBERS = { tcp: 6, udp: 17 } as const

/** Who gets through to a port of this host (or through from it to the world), for all addresses, both families, every interface. */
export function reach(
  { tables }: Pick<Firewall, 'tables'>,
  network: Network | undefined,
  { direction, protocol, port, address }: TrafficQuery,
): readonly Piece[] {
  const before = answersOf(tables)(network ?? NO_NETWORK)
  const query = { direction, protocol, port, address: withoutCarrier(address) }
  const key = `${direction} ${protocol} ${port} ${query.address ?? '*'}`
  const known = before.get(key)
  if (known) return known
  const pieces = follow({ tables }, network, query)
  before.set(key, pieces)
  return pieces
}

/** A socket of IPv6 that is bound to an IPv4 address within it, as Java binds them, takes IPv4 alone (ipv6(7)): `::ffff:10.0.0.2`. */
const withoutCarrier = (address: string | undefined): string | undefined =>
  address !== undefined && /^::ffff:/i.test(address) && ipaddr.isValid(address) ? ipaddr.process(address).toString() : address

/** Controls, flows and the picture of a host ask the same rules the same. */
const answersOf = oncePer((_: readonly Table[]) => oncePer((_: Network) => new Map<string, readonly Piece[]>()))
/** Stands for a network that is not known, where answers are kept by it. */
export const NO_NETWORK: Network = { addresses: [], routes: [], defaultRoute: false }

function follow(firewall: Pick<Firewall, 'tables'>, network: Network | undefined, query: TrafficQuery): Piece[] {
  return familiesOf(query.address).flatMap((family) => {
    const sides = sidesOf(network, family)
    const through = (each: readonly Side[], locals: (side: Side) => readonly (string | undefined)[], roundabout = false) =>
      each.flatMap((side) =>
        representatives(firewall.tables, family, locals(side)).flatMap((local) =>
          sourcePorts(firewall.tables, query).flatMap((sourcePort) =>
            piecesOf(
              firewall.tables,
              network,
              side,
              family,
              startOf(firewall.tables, side, family, local, sourcePort, query, roundabout),
              query,
            ),
          ),
        ),
      )
    const locals = localAddresses(firewall.tables, network, family, query)
    const direct = through(sides, () => locals)
    if (query.direction === 'out') return direct
    const open = direct.reduce<AddressSet>((sum, { verdict, remotes }) => (verdict === 'accept' ? union(sum, remotes) : sum), NONE)
    const detours = sides.map((side) => ({ ...side, remotes: subtract(side.roundabout, open) })).filter(({ remotes }) => remotes.length > 0)
    const own = ({ locals }: Side) => {
      const asked = isWildcard(query.address) ? undefined : parseInterval(query.address ?? '')?.from
      return locals.filter((local) => !LINK_LOCAL.test(local) && (asked === undefined || asked === local))
    }
    return [...direct, ...through(detours, own, true).flatMap(inDoubt)]
  })
}

/** Whether the network of an interface brings packets whose answers leave by another is out of sight. What the rules stop is stopped. */
function inDoubt(piece: Piece): Piece[] {
  if (piece.verdict === 'drop' || piece.verdict === 'reject') return []
  return [{ ...piece, verdict: 'undetermined', ...(piece.verdict === 'accept' && { doubtBy: piece.by, roundabout: true }) }]
}

/** Where new traffic to a TCP port of this host goes after translation; to any of its addresses. */
export function destinationsOf(tables: readonly Table[], network: Network | undefined, family: Family, port: number): readonly Flow[] {
  const before = ledOnIn(tables)(network ?? NO_NETWORK)
  const key = `${family} ${port}`
  const known = before.get(key) ?? followOn(tables, network, family, port)
  before.set(key, known)
  return known
}

/** Each of the pods of a host asks where every port leads. */
const ledOnIn = oncePer((_: readonly Table[]) => oncePer((_: Network) => new Map<string, readonly Flow[]>()))

function followOn(tables: readonly Table[], network: Network | undefined, family: Family, port: number): readonly Flow[] {
  const query: TrafficQuery = { direction: 'in', protocol: 'tcp', port }
  return sidesOf(network, family).flatMap((side) =>
    representatives(tables, family, localAddresses(tables, network, family, query)).flatMap(
      (local) => path(tables, ['ingress', 'prerouting'], [startOf(tables, side, family, local, EPHEMERAL_PORT, query)]).passed,
    ),
  )
}

function familiesOf(address: string | undefined): readonly Family[] {
  if (address === '0.0.0.0') return [4]
  if (address === undefined || address === '*' || address === '::') return [4, 6]
  const interval = parseInterval(address)
  return interval ? [interval.family] : [4, 6]
}

const isWildcard = (address: string | undefined) => address === undefined || /^(?:\*|0\.0\.0\.0|::)$/.test(address)

function localAddresses(
  tables: readonly Table[],
  network: Network | undefined,
  family: Family,
  query: TrafficQuery,
): readonly (string | undefined)[] {
  if (!isWildcard(query.address)) return [parseInterval(query.address ?? '')?.from]
  // A host answers on any of its addresses, whichever interface the question comes in by: on those of `lo`, and of the bridges of its containers, too. So may a program send from any.
  const all = network ? [...localsOf(network, family), ...amongNetworks(tables, network, family)] : []
  return all.length > 0 ? all : [undefined]
}

/** Of networks that are the host's own one address for each part that rules tell apart. Where those are too many, nobody knows which. */
function amongNetworks(tables: readonly Table[], network: Network, family: Family): readonly (string | undefined)[] {
  const own = ownNetworks(network, family)
  return own.length === 0 ? [] : (toldApart(tables, family, normalise(own)) ?? [undefined])
}

/** Rules that tell more parts of a network apart are not followed. */
const MAX_PARTS = 64

/** One address of a set for each part that rules tell apart, in hex. Undefined when there are too many. */
export function toldApart(tables: readonly Table[], family: Family, of: AddressSet): readonly string[] | undefined {
  let parts: readonly AddressSet[] = [of]
  for (const set of namedAddresses(tables)[family]) {
    parts = parts.flatMap((part) => [intersect(part, set), subtract(part, set)]).filter((part) => part.length > 0)
    if (parts.length > MAX_PARTS) return undefined
  }
  return parts.flatMap(([first]) => (first ? [first.from] : []))
}

/**
 * One of those addresses of the host that no rule tells apart: a host with a hundred addresses has rules for a few of them at most.
 * An address that a rule translates to stands alone.
 */
function representatives(
  tables: readonly Table[],
  family: Family,
  locals: readonly (string | undefined)[],
): readonly (string | undefined)[] {
  if (locals.length < 2) return locals
  const kinds = new Map<string, string | undefined>()
  for (const local of locals) {
    const kind = local === undefined ? '' : kindOf(tables, family, local)
    if (!kinds.has(kind)) kinds.set(kind, local)
  }
  return [...kinds.values()]
}

/** Which of the sets that rules name hold an address. Every question about a rule set asks it of every address of the host. */
function kindOf(tables: readonly Table[], family: Family, local: string): string {
  const before = kindsIn(tables)
  const known =
    before.get(local) ??
    namedAddresses(tables)
      [family].map((set) => (contains(set, local) ? '1' : '0'))
      .join('')
  before.set(local, known)
  return known
}
const kindsIn = oncePer((_: readonly Table[]) => new Map<string, string>())

/** Every set of addresses that a rule asks for or translates to. */
export const namedAddresses = oncePer((tables: readonly Table[]): Readonly<Record<Family, readonly AddressSet[]>> => {
  const sets: Record<Family, AddressSet[]> = { 4: [], 6: [] }
  for (const test of testsOf(tables)) {
    if (test.is !== 'address' && test.is !== 'original-address') continue
    sets[4].push(test.v4)
    sets[6].push(test.v6)
  }
  for (const { rule } of rulesOf(tables)) {
    const target = rule.action.do === 'translate' ? parseInterval(rule.action.address ?? '') : undefined
    if (target) sets[target.family].push([target])
  }
  return sets
})

/** A client chooses its own source port, so one of each stretch that rules tell apart is tried. Beyond so many the others are not. */
const MAX_SOURCE_PORTS = 64
const sourcePorts = (tables: readonly Table[], query: TrafficQuery): readonly number[] =>
  query.direction === 'out' ? [EPHEMERAL_PORT] : toldApartSourcePorts(tables)

/** The first of each stretch, between the ports where one begins or ends. Of those that no rule names, one stands for all. */
const toldApartSourcePorts = oncePer((tables: readonly Table[]): readonly number[] => {
  const turns = new Map([[1, 0]])
  const turn = (port: number, step: 1 | -1) => turns.set(port, (turns.get(port) ?? 0) + step)
  for (const test of testsOf(tables)) {
    if (test.is !== 'port' || test.side !== 'source') continue
    for (const [low, high] of test.ports) {
      turn(Math.max(low, 1), 1)
      turn(high + 1, -1)
    }
  }
  const stretches: { readonly port: number; readonly named: number }[] = []
  for (const [port, step] of [...turns].sort(([one], [other]) => one - other))
    if (port < 65_536) stretches.push({ port, named: (stretches.at(-1)?.named ?? 0) + step })
  const usual = stretches.findLast(({ port }) => port <= EPHEMERAL_PORT)
  const unnamed = usual?.named === 0 ? usual : stretches.find((each) => each.named === 0)
  const others = stretches.filter((each) => each !== usual && (each.named > 0 || each === unnamed))
  return [EPHEMERAL_PORT, ...others.map(({ port }) => port)].slice(0, MAX_SOURCE_PORTS)
})

/** Every rule of every table. */
export const rulesOf = oncePer((tables: readonly Table[]): readonly { readonly table: Table; readonly rule: Rule }[] =>
  tables.flatMap((table) => Object.values(table.chains).flatMap((chain) => chain.rules.map((rule) => ({ table, rule })))),
)

/** Every test, those inside others too. */
export const testsOf = oncePer((tables: readonly Table[]): readonly Test[] => {
  const tests: Test[] = []
  const walk = (test: Test) => {
    tests.push(test)
    if (test.is === 'not') walk(test.of)
    if (test.is === 'all' || test.is === 'any') test.of.forEach(walk)
  }
  for (const { rule } of rulesOf(tables)) walk(rule.test)
  return tests
})

function piecesOf(
  tables: readonly Table[],
  network: Network | undefined,
  side: Side,
  family: Family,
  start: Flow,
  { direction }: TrafficQuery,
): Piece[] {
  const inbound = direction === 'in'
  const { passed, stopped } = inbound
    ? inboundPath(tables, network, family, start)
    : path(tables, ['output', 'postrouting', 'egress'], [start])
  return resolve(passed, stopped).map((piece) => ({ ...piece, family, interface: side.name }))
}

function startOf(
  tables: readonly Table[],
  side: Side,
  family: Family,
  local: string | undefined,
  sourcePort: number,
  query: TrafficQuery,
  roundabout = false,
): Flow {
  const inbound = query.direction === 'in'
  const mark = inbound ? markOnArrival(tables) : undefined
  const packet: Packet = {
    family,
    remote: inbound ? 'source' : 'destination',
    local,
    protocol: PROTOCOL_NUMBERS[query.protocol],
    sourcePort,
    destinationPort: query.port,
    inInterface: inbound ? side.seenAs : '',
    outInterface: inbound ? '' : side.seenAs,
    state: 'new',
    ...(mark && { mark }),
    originalPort: query.port,
    originalLocal: inbound ? local : undefined,
    translated: false,
    ...(roundabout && { roundabout }),
    toThisHost: inbound,
  }
  return { remotes: side.remotes, packet, doubt: 0 }
}

interface Ended {
  readonly passed: readonly Flow[]
  readonly stopped: readonly Stopped[]
}

/** Through several hooks, one after the other. What goes astray meets rules that nobody can name: it may pass and may be stopped. */
export function path(tables: readonly Table[], hooks: readonly Parameters<typeof runHook>[1][], flows: readonly Flow[]): Ended {
  let passed = flows
  const stopped: Stopped[] = []
  for (const hook of hooks) {
    const result = runHook(
      tables,
      hook,
      passed.filter(({ packet }) => !packet.astray),
    )
    const lost = result.passed.flatMap((flow) =>
      flow.packet.astray && flow.by ? [{ ...flow, verdict: 'drop' as const, by: flow.by }] : [],
    )
    passed = [...passed.filter(({ packet }) => packet.astray), ...result.passed]
    for (const each of [...result.stopped, ...lost]) stopped.push(each)
  }
  return { passed, stopped }
}

/** After destination NAT a packet either is still for this host, as one to loopback is (`route_localnet`), or is forwarded to where it now leads. */
function inboundPath(tables: readonly Table[], network: Network | undefined, family: Family, start: Flow): Ended {
  const early = path(tables, ['ingress', 'prerouting'], [start])
  const own = network ? localsOf(network, family) : []
  const isOwn = (address = '') => own.includes(address) || (network !== undefined && contains(ownNetworks(network, family), address))
  const forwarded = ({ packet }: Flow) =>
    packet.translated && packet.local !== start.packet.local && !isOwn(packet.local) && !isLoopback(packet.local)
  const input = path(
    tables,
    ['input'],
    early.passed.filter((flow) => !forwarded(flow)),
  )
  const onward = early.passed.filter(forwarded).map((flow) => {
    const outInterface = flow.packet.local === undefined ? undefined : wayTo(network, family, flow.packet.local)
    return { ...flow, packet: { ...flow.packet, outInterface, toThisHost: false } }
  })
  const forward = path(tables, ['forward', 'postrouting', 'egress'], onward)
  return { passed: [...input.passed, ...forward.passed], stopped: [...early.stopped, ...input.stopped, ...forward.stopped] }
}

type Resolved = Pick<Piece, 'remotes' | 'verdict' | 'by' | 'doubtBy'>

/**
 * Where branches were taken in doubt, an address has several ends. It is let in when a branch lets it in that hangs on chance alone, or when
 * all of them do; it is undetermined when they differ because of something that is not understood.
 */
export function resolve(passed: readonly Flow[], stopped: readonly Stopped[]): Resolved[] {
  const pieces: Resolved[] = []
  const add = (remotes: AddressSet, verdict: FirewallVerdict, flow: Flow) => {
    if (remotes.length > 0) pieces.push({ remotes, verdict, by: flow.by, doubtBy: flow.doubtBy })
  }
  let settled: AddressSet = []
  for (const flow of [...passed].sort((a, b) => a.doubt - b.doubt)) {
    const open = subtract(flow.remotes, settled)
    settled = union(settled, flow.remotes)
    if (flow.doubt < 2) {
      add(open, 'accept', flow)
      continue
    }
    const disputed = stopped.reduce<AddressSet>((sum, stop) => union(sum, intersect(open, stop.remotes)), [])
    add(subtract(open, disputed), 'accept', flow)
    add(disputed, 'undetermined', flow)
  }
  // The rule that stops for certain explains more than one that only may, and who tries again gets past a limit to the rule behind it.
  for (const stop of [...stopped].reverse().sort((a, b) => a.doubt - b.doubt)) {
    add(subtract(stop.remotes, settled), stop.verdict, stop)
    settled = union(settled, stop.remotes)
  }
  return pieces
}

/** What becomes of a connection, and the line that decides it. */
export interface Verdict {
  readonly verdict: FirewallVerdict
  /** The rule or policy that decides. */
  readonly by: RuleReference | undefined
  /** The rule that is not understood. */
  readonly doubtBy: RuleReference | undefined
}

/**
 * What happens to new traffic from a network (or to it, for `out`): `accept` when any part of the network gets through,
 * `undetermined` when that hangs on a rule that is not understood.
 */
export function verdictFor(
  firewall: Pick<Firewall, 'tables'>,
  network: Network | undefined,
  query: TrafficQuery & { readonly source: string },
): Verdict {
  return verdictAmong(reach(firewall, network, query), query.source)
}

/** The same of pieces that were followed otherwise. */
export function verdictAmong(pieces: readonly Piece[], remote: string): Verdict {
  const asked = { 4: networksToSet([remote], 4), 6: networksToSet([remote], 6) }
  const touching = pieces.filter((piece) => intersect(piece.remotes, asked[piece.family]).length > 0)
  const order: readonly FirewallVerdict[] = ['accept', 'undetermined', 'reject', 'drop']
  const found = order.map((verdict) => touching.find((piece) => piece.verdict === verdict)).find((piece) => piece !== undefined)
  return found ? { verdict: found.verdict, by: found.by, doubtBy: found.doubtBy } : { verdict: 'drop', by: undefined, doubtBy: undefined }
}
