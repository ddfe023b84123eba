import type { Network } from '../network/network.ts'
import { oncePer } from '../once-per.ts'
import { type Family, sizeOf } from './address-set.ts'
import type { Firewall } from './firewall.ts'
import { NO_NETWORK, reach, testsOf } from './reach.ts'
import { leadsEverywhere, OVERLAY, sidesOf } from './surroundings.ts'
import type { DefaultVerdict, Piece } from './verdicts.ts'

/** One end of the widest stretch of ports between those that rules name. */
export const unnamedPort = oncePer((tables: Firewall['tables']): number => {
  const edges = new Set([1, 65_536])
  for (const test of testsOf(tables)) {
    if (test.is !== 'port' && test.is !== 'original-port') continue
    for (const [low, high] of test.ports) {
      if (low > 1) edges.add(low)
      edges.add(high + 1)
    }
  }
  const sorted = [...edges].sort((a, b) => a - b)
  const widths = sorted.slice(1).map((edge, index) => ({ start: sorted[index] as number, width: edge - (sorted[index] as number) }))
  return widths.reduce((widest, each) => (each.width > widest.width ? each : widest)).start
})

/**
 * The default for each family, interface and protocol: the fate of a port that no rule names, for the largest part of all addresses.
 * So a chain that accepts by policy and drops in its last rule counts as dropping, as it does for the traffic.
 */
export function defaultsOf(
  { tables }: Pick<Firewall, 'tables'>,
  network: Network | undefined,
  direction: 'in' | 'out',
): readonly DefaultVerdict[] {
  const known = answersOf(tables)(network ?? NO_NETWORK)
  known[direction] ??= followDefaults({ tables }, network, direction)
  return known[direction]
}

/** Several controls ask the same rules, and each interface is followed as if it were the only one. */
const answersOf = oncePer((_: Firewall['tables']) =>
  oncePer((_: Network): { in?: readonly DefaultVerdict[]; out?: readonly DefaultVerdict[] } => ({})),
)

function followDefaults(firewall: Pick<Firewall, 'tables'>, network: Network | undefined, direction: 'in' | 'out'): DefaultVerdict[] {
  const port = unnamedPort(firewall.tables)
  return ([4, 6] as const).flatMap((family) => {
    const mains = mainInterfaces(network, family)
    return sidesOf(network, family).flatMap(({ name }) =>
      (['tcp', 'udp'] as const).flatMap((protocol) => {
        const everywhere = reachThrough(firewall, network, name, family, { direction, protocol, port })
        const widest = everywhere.reduce<Piece | undefined>(
          (most, piece) => (most && sizeOf(most.remotes) >= sizeOf(piece.remotes) ? most : piece),
          undefined,
        )
        const exceptions = everywhere.filter((piece) => piece !== widest && piece.verdict === 'accept')
        return widest ? [{ ...widest, protocol, main: name === undefined || mains.includes(name), exceptions }] : []
      }),
    )
  })
}

/** As if the default route led through this interface. */
function reachThrough(
  firewall: Pick<Firewall, 'tables'>,
  network: Network | undefined,
  name: string | undefined,
  family: Family,
  query: Parameters<typeof reach>[2],
): Piece[] {
  const destination = family === 4 ? '0.0.0.0/0' : '::/0'
  const only: Network | undefined =
    (network &&
      name !== undefined && {
        addresses: network.addresses.filter((each) => each.interface === name),
        routes: [{ family, destination, interface: name, table: 'main', section: family === 4 ? 'routes' : 'routes-6', line: 0 }],
        defaultRoute: true,
        ...(network.inVrf && { inVrf: network.inVrf }),
      }) ||
    undefined
  return reach(firewall, only, query).filter((piece) => piece.family === family)
}

/** Interfaces of the default routes; where the main table has none, all of them that may get one: whom another table is for the rules of policy routing say, which are not read. */
function mainInterfaces(network: Network | undefined, family: Family): readonly string[] {
  const routed = (network?.routes ?? []).filter((route) => route.family === family && leadsEverywhere(route))
  if (routed.some(({ table }) => table === 'main')) return routed.map((route) => route.interface)
  return sidesOf(network, family).flatMap(({ name }) => (name === undefined || OVERLAY.test(name) ? [] : [name]))
}
