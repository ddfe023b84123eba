import type { Network } from '../network/network.ts'
import type { Process } from '../processes/processes.ts'

export const hostAddressesOf = (network: Network | undefined): ReadonlySet<string> | undefined =>
  network && new Set(network.addresses.map(({ address }) => address))

/**
 * Why a container may be reached at an address of its own, published ports or not; undefined where nothing says so. Docker and Podman give a bridge of this host
 * the gateway address of each of its containers (docs.docker.com, engine/network/drivers: bridge, macvlan, ipvlan). In a macvlan or ipvlan network the gateway is a router of the
 * network outside, or none, and no rule of the host stands before it.
 * `hostAddresses`: of all interfaces of the host; undefined where they could not be read.
 */
export function ownAddressOf(
  { cgroup, gateways = [] }: Pick<Process, 'cgroup' | 'gateways'>,
  hostAddresses: ReadonlySet<string> | undefined,
): string | undefined {
  // Without root an account's own network stack stands between; its gateway is made up.
  if (/(?:^|\/)user@\d+\.service(?:\/|$)/.test(cgroup ?? '')) return undefined
  const away = gateways.find((gateway) => !hostAddresses?.has(gateway))
  if (away === undefined) return undefined
  if (hostAddresses === undefined)
    return 'whether its network is a bridge of this host is not known, since the addresses of the host could not be read'
  return away === '0.0.0.0'
    ? 'its network is no bridge of this host, so it has an address of its own, whose ports are not seen from here'
    : `the gateway of its network, ${away}, is not this host, so it has an address of its own, whose ports are not seen from here`
}
