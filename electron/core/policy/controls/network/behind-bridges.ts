import { everything, type Family } from '../../../facts/firewall/address-set.ts'
import type { Firewall } from '../../../facts/firewall/firewall.ts'
import { type ForwardedQuery, forwardedFrom, sourcesBehind } from '../../../facts/firewall/forwarded.ts'
import { isInside, sidesOf } from '../../../facts/firewall/surroundings.ts'
import type { Piece } from '../../../facts/firewall/verdicts.ts'
import type { InterfaceAddress, Network } from '../../../facts/network/network.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import { hostAddressesOf, isBehind, isRootless } from '../../../facts/services/own-address.ts'
import { isNearlyAll } from './flows.ts'

/**
 * Addresses of this host with a network of its own behind them, where nobody but this host leads out: of an address that stands alone nobody lives next door. By the
 * name of the interface, or because a container of `processes` has its default route there, as bridges may have any name.
 */
export function bridgesOf(network: Network, processes: readonly Process[] = []): readonly InterfaceAddress[] {
  const outside = new Set(([4, 6] as const).flatMap((family) => sidesOf(network, family).map(({ name }) => name)))
  const everywhere = new Set(network.routes.filter(({ destination }) => /\/0$/.test(destination)).map((route) => route.interface))
  const gateways = new Set(processes.filter((one) => !usesHostNetwork(one, network)).flatMap(({ gateways = [] }) => gateways))
  const led = new Set(network.addresses.filter(({ address }) => gateways.has(address)).map((each) => each.interface))
  const isBridge = ({ interface: name, address, prefixLength }: InterfaceAddress) =>
    prefixLength < (address.includes(':') ? 128 : 32) &&
    (led.has(name) ? !everywhere.has(name) : isInside(network, name) && !outside.has(name) && !/^(?:dummy|sit|ip6tnl)/.test(name))
  return network.addresses.filter((each) => isBridge(each) && !/^fe[89ab]/i.test(each.address))
}

/** What is behind a bridge sends past the rules for what this host sends. Where one address behind it gets nearly anywhere, the others are not asked: there may be many. */
export function sentBehind(
  bridge: InterfaceAddress,
  { tables, translationKnown }: Pick<Firewall, 'tables' | 'translationKnown'>,
  network: Network,
  exit: Pick<ForwardedQuery, 'protocol' | 'port'>,
): readonly Piece[] {
  const sources = translationKnown ? sourcesBehind(tables, network, bridge) : undefined
  if (sources === undefined) {
    const family = bridge.address.includes(':') ? 6 : 4
    return [{ ...toEach(family, bridge.interface), verdict: 'undetermined' }]
  }
  const pieces: Piece[] = []
  for (const source of sources) {
    const sent = forwardedFrom(tables, network, { bridge: bridge.interface, source, ...exit })
    if (sent.some((piece) => piece.verdict === 'accept' && isNearlyAll(piece))) return sent
    for (const piece of sent) pieces.push(piece)
  }
  return pieces
}

/** A way by this interface to every address of the family, on which no rule has decided. */
export const toEach = (family: Family, name: string) => ({
  family,
  interface: name,
  remotes: everything(family),
  by: undefined,
  doubtBy: undefined,
})

/** A process whose packets may leave past the routes and rules of this host, and why. */
export interface Aside {
  readonly process: Process
  readonly why: string
}

/**
 * A container whose default route leads to somebody else than this host (macvlan, ipvlan), or a program in a network namespace with an address that is behind no bridge of
 * this host. What an account without root runs in a network stack of its own leaves as the host itself does.
 */
export function asideOf(processes: readonly Process[], network: Network): readonly Aside[] {
  const host = hostAddressesOf(network)
  const behind = bridgesOf(network, processes)
  const lies = (address: string) => isLinkLocal(address) || behind.some((bridge) => isBehind(address, bridge))
  return processes.flatMap((process): Aside[] => {
    const { ownNetwork, addresses = [], gateways = [] } = process
    if (isRootless(process) || usesHostNetwork(process, network)) return []
    const away = gateways.find((gateway) => !host?.has(gateway))
    if (away !== undefined)
      return [{ process, why: `the gateway of its network is ${away === '0.0.0.0' ? 'none' : away}, which is no address of this host` }]
    const lone = addresses.find((address) => (ownNetwork !== undefined || address.includes(':')) && !lies(address))
    return lone === undefined
      ? []
      : [{ process, why: `its network is its own, and address ${lone} in it is behind no bridge of this host` }]
  })
}

const usesHostNetwork = ({ addresses = [], ownNetwork }: Process, network: Network): boolean => {
  const host = hostAddressesOf(network)
  return ownNetwork === undefined && addresses.length > 0 && addresses.every((address) => host?.has(address))
}

const isLinkLocal = (address: string): boolean => /^fe[89ab]/i.test(address)
