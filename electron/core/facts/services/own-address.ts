import ipaddr from 'ipaddr.js'
import type { InterfaceAddress, Network } from '../network/network.ts'
import type { Process } from '../processes/processes.ts'

/** Addresses of all interfaces of the host. */
export type HostAddresses = ReadonlyMap<string, InterfaceAddress>

/** Undefined where they could not be read, which is not the same as none. */
export const hostAddressesOf = (network: Network | undefined): HostAddresses | undefined =>
  network && new Map(network.addresses.map((one) => [one.address, one]))

/**
 * Why a container may be reached at an address of its own, published ports or not; undefined where nothing says so. Docker and Podman give a bridge of this host
 * the gateway address of each of its containers (docs.docker.com, engine/network/drivers: bridge, macvlan, ipvlan). In a macvlan or ipvlan network the gateway is a router of the
 * network outside, or none, and no rule of the host stands before it. Of several networks one has the default route, so each address is looked at as well.
 * `hostAddresses`: undefined where they could not be read.
 */
export function ownAddressOf(
  { cgroup, gateways = [], addresses = [] }: Pick<Process, 'cgroup' | 'gateways' | 'addresses'>,
  hostAddresses: HostAddresses | undefined,
): string | undefined {
  if (isRootless({ cgroup })) return undefined
  const away = gateways.find((gateway) => !hostAddresses?.has(gateway))
  if (away !== undefined && hostAddresses === undefined)
    return 'whether its network is a bridge of this host is not known, since the addresses of the host could not be read'
  if (away === '0.0.0.0')
    return 'its network is no bridge of this host, so it has an address of its own, whose ports are not seen from here'
  if (away !== undefined)
    return `the gateway of its network, ${away}, is not this host, so it has an address of its own, whose ports are not seen from here`
  return hostAddresses && outsideOf(addresses, gateways, hostAddresses)
}

/** Without root an account's own network stack stands between; its gateway is made up. */
export const isRootless = ({ cgroup = '' }: Pick<Process, 'cgroup'>): boolean => /(?:^|\/)user@\d+\.service(?:\/|$)/.test(cgroup)

/** Bridges as Docker and Podman name them, unless they are told another name (libnetwork, CNI, netavark). */
const BRIDGE = /^(?:docker0|docker_gwbridge|br-[0-9a-f]{12}|podman\d+|cni-podman\d+)$/

/** An address in a network that leads out of the host, as that of its own card does, or that the host is not in, as an overlay. */
function outsideOf(addresses: readonly string[], gateways: readonly string[], hostAddresses: HostAddresses): string | undefined {
  const bridges = new Set(gateways.map((gateway) => hostAddresses.get(gateway)?.interface))
  for (const address of addresses) {
    if (hostAddresses.has(address)) continue
    const within = [...hostAddresses.values()].filter((one) => isBehind(address, one)).map((one) => one.interface)
    if (within.some((name) => BRIDGE.test(name) || bridges.has(name))) continue
    const network = within.length > 0 ? `the network of ${within[0]}` : 'a network that the host has no address in'
    return `it has the address ${address} of its own in ${network}, whose ports are not seen from here`
  }
  return undefined
}

/** In the network of an address of this host. */
export function isBehind(address: string, { address: own, prefixLength }: InterfaceAddress): boolean {
  const [one, other] = [ipaddr.parse(address), ipaddr.parse(own)]
  return one.kind() === other.kind() && one.match(other, prefixLength)
}
