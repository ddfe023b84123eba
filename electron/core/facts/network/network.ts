import type { FactResult } from '../fact.ts'
import type { NextStart } from './next-start/next-start.ts'

/** Addresses and routes of the host. */
export interface Network {
  readonly addresses: readonly InterfaceAddress[]
  readonly routes: readonly Route[]
  /** What the host calls itself, as it is and without its domain. None where that was not read. */
  readonly names?: readonly string[]
  /** A route to anywhere exists, in IPv4 or IPv6. */
  readonly defaultRoute: boolean
  /** Interfaces by which the kernel takes IPv4 packets only if the answer leaves by the same one (rp_filter=1, ip-sysctl). None where that was not read. */
  readonly reversePath?: readonly string[]
  /** Bridges of containers by whatever name, where rules of Docker or Podman tell of them. */
  readonly bridges?: readonly string[]
  /** Interfaces in a VRF: some hooks of the packet filter see its device instead of theirs (Documentation/networking/vrf.rst). */
  readonly inVrf?: readonly string[]
  /** What routes make this host's own, beside the addresses of its interfaces. None where that was not read. */
  readonly ownRoutes?: readonly OwnRoute[]
  /** Interfaces to which somebody else (DHCP, a router of IPv6) told an address or a route. */
  readonly leased?: readonly Leased[]
  /** Asked of hosts that are to have no way out. */
  readonly nextStart?: FactResult<NextStart>
}

export interface Leased {
  readonly family: 4 | 6
  readonly interface: string
  readonly section: 'addresses' | 'routes' | 'routes-6'
  readonly line: number
}

export interface InterfaceAddress {
  readonly interface: string
  readonly address: string
  readonly prefixLength: number
  /** Line of section `addresses`. */
  readonly line: number
}

/** `10.5.0.0/16`, or one address: whatever is sent there is for this host. */
export interface OwnRoute {
  readonly family: 4 | 6
  readonly destination: string
}

/** A route by which packets leave. One entry for each next hop. */
export interface Route {
  readonly family: 4 | 6
  /** `0.0.0.0/0` or `::/0` for the default route. */
  readonly destination: string
  readonly interface: string
  /** `main` unless policy routing is in use. */
  readonly table: string
  readonly section: 'routes' | 'routes-6'
  readonly line: number
}
