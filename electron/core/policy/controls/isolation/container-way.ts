import type { Container, ContainerNetwork } from '../../../facts/containers/containers.ts'
import type { FactResult } from '../../../facts/fact.ts'
import { parseInterval } from '../../../facts/firewall/address-set.ts'
import type { Firewall } from '../../../facts/firewall/firewall.ts'
import { containerBridges, forwardedFrom, sourcesBehind } from '../../../facts/firewall/forwarded.ts'
import type { InterfaceAddress, Network } from '../../../facts/network/network.ts'
import { isBehind } from '../../../facts/services/own-address.ts'
import { type Way, wayBy } from './way-out.ts'

const WHAT = 'HTTPS of its container'

/**
 * What a container sends is forwarded from its bridge, past the rules for what the host itself sends. Where its networks or their bridges are
 * not known (macvlan, a bridge of another name, the network of another container) the way is not either.
 */
export function wayOfContainer(
  container: Container | undefined,
  network: Network,
  firewall: FactResult<Firewall>,
  named: readonly string[],
): Way {
  const here = { section: 'containers', line: container?.line ?? 0 }
  const said = (way: Way): Way => ({ ...way, cite: [here, ...way.cite], isHeld: false })
  const routes = wayBy(network, firewall, named, WHAT, () => undefined)
  if (routes.state === 'closed') return { ...routes, isHeld: false }
  if (container?.networks === undefined)
    return said({ state: 'unknown', why: 'Which networks its container is attached to is not known.', cite: [] })
  if (container.networks.length === 0) return { state: 'closed', why: 'Its container has no network.', cite: [here], isHeld: true }
  const attached = container.networks.map((one) => attachedTo(one, containerBridges(network)))
  const ways = attached.flatMap(({ bridges }) => bridges.map((origins) => wayOfBridge(origins, network, firewall, named)))
  const [first] = ways
  const isWhole = attached.every(({ isCertain }) => isCertain)
  if (first && ways.every(({ state }) => state === first.state) && (isWhole || first.state !== 'closed')) return said(first)
  const names = container.networks.map(({ name }) => name.slice(0, 80)).join(', ')
  const why = first ? `Not every bridge that may be that of ${names} leads out.` : `No bridge of this host is known to be that of ${names}.`
  return said(ways.find(({ state }) => state === 'unknown') ?? { state: 'unknown', why, cite: ways.flatMap(({ cite }) => cite) })
}

/** How a container comes to a bridge; by any address behind it when its own is not known. */
interface Origin {
  readonly bridge: InterfaceAddress
  readonly source?: string
}

const GRAVEST_FIRST: readonly Way['state'][] = ['open', 'unknown', 'closed']

/** The same container in both families: one way out is enough. */
function wayOfBridge(origins: readonly Origin[], network: Network, firewall: FactResult<Firewall>, named: readonly string[]): Way {
  const ways = origins.map((origin) => wayOfOrigin(origin, network, firewall, named))
  const [first] = ways.sort((a, b) => GRAVEST_FIRST.indexOf(a.state) - GRAVEST_FIRST.indexOf(b.state))
  return first ?? wayBy(network, firewall, named, WHAT, () => undefined)
}

function wayOfOrigin({ bridge, source }: Origin, network: Network, firewall: FactResult<Firewall>, named: readonly string[]): Way {
  const tables = firewall.known && firewall.value.translationKnown ? firewall.value.tables : undefined
  const own = parseInterval(source ?? '')?.from
  const sources = own === undefined ? tables && sourcesBehind(tables, network, bridge) : [own]
  const ways = (sources ?? []).map((from) =>
    wayBy(
      network,
      firewall,
      named,
      WHAT,
      () => tables && forwardedFrom(tables, network, { bridge: bridge.interface, source: from, protocol: 'tcp', port: 443 }),
    ),
  )
  const [first] = ways
  if (first === undefined) return wayBy(network, firewall, named, WHAT, () => undefined)
  if (ways.every(({ state }) => state === first.state)) return first
  const why = `Whether ${WHAT} may leave hangs on which address behind ${bridge.interface} it has.`
  return { state: 'unknown', why, cite: ways.flatMap(({ cite }) => cite).slice(0, 4) }
}

interface Attached {
  /** Where it enters, bridge by bridge. */
  readonly bridges: readonly (readonly Origin[])[]
  /** By all of these, and by nothing else. */
  readonly isCertain: boolean
}

/** Bridges of the networks that the runtimes bring along: Docker, Podman with netavark or CNI. */
const DEFAULTS = new Map([
  ['bridge', ['docker0']],
  ['podman', ['podman0', 'cni-podman0']],
])

/** By its address; without one by the name of the network; else by any bridge of a network that somebody made. */
function attachedTo({ name, addresses }: ContainerNetwork, bridges: readonly InterfaceAddress[]): Attached {
  if (addresses.length > 0) {
    const found = addresses.map((source) => ({ source, bridge: bridges.find((one) => isBehind(source, one)) }))
    const origins = found.flatMap(({ source, bridge }) => (bridge ? [{ source, bridge }] : []))
    return { bridges: byBridge(origins), isCertain: origins.length === addresses.length }
  }
  const own = DEFAULTS.get(name)
  const isOne = (bridge: string) => own?.includes(bridge) ?? ![...DEFAULTS.values()].flat().includes(bridge)
  const origins = bridges.filter((one) => isOne(one.interface)).map((bridge) => ({ bridge }))
  return { bridges: byBridge(origins), isCertain: own !== undefined && origins.length > 0 }
}

const byBridge = (origins: readonly Origin[]): Attached['bridges'] =>
  [...new Set(origins.map(({ bridge }) => bridge.interface))].map((name) => origins.filter(({ bridge }) => bridge.interface === name))
