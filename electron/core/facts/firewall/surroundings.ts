import type { Network } from '../network/network.ts'
import { oncePer } from '../once-per.ts'
import {
  type AddressSet,
  everything,
  type Family,
  type Interval,
  intersect,
  NONE,
  normalise,
  parseInterval,
  subtract,
  union,
} from './address-set.ts'

/** An interface, and the addresses of the world whose answers leave through it. */
export interface Side {
  /** Undefined when the routes were not read: then it may be any but loopback. */
  readonly name: string | undefined
  /** As rules see it. */
  readonly seenAs: string | undefined
  readonly remotes: AddressSet
  /** Addresses of this host on it, in hex. */
  readonly locals: readonly string[]
  /** Answers leave by another interface, and yet the packets may come in here, if its network leads them to this host and the kernel does not mind. */
  readonly roundabout: AddressSet
}

/**
 * Interfaces behind which only containers and virtual machines of this very host live (names given by Docker, Podman, nerdctl, libvirt, LXD,
 * Waydroid, Multipass, VirtualBox, VMware and the Kubernetes network plugins). What comes from there does not come from the network.
 */
export const INSIDE =
  /^(?:docker|br-[0-9a-f]{12}$|veth|virbr|vnet|podman|cni|cali|lxc|lxdbr|incusbr|kube-|nodelocaldns|nerdctl|cbr0$|waydroid|mpqemubr|vboxnet|vmnet\d|dummy|sit0$|ip6tnl0$)/

/** By its name, or because rules of Docker or Podman name it as theirs. */
export const isInside = (network: Network, name: string): boolean => INSIDE.test(name) || network.bridges?.includes(name) === true

/** Tunnels of a network plugin of Kubernetes (flannel, Calico, Cilium) to the containers of other machines, and to nowhere else. */
export const OVERLAY = /^(?:flannel|tunl0$|vxlan(?:-v6)?\.calico$|wireguard\.cali$|wg-v6\.cali$|cilium_)/

/** Its programs of BPF lead packets among devices: by which rules see them come in and go out depends on its settings (docs.cilium.io, eBPF Datapath). */
const BY_BPF = /^cilium_/

/** Where traffic from other machines can come in, and where traffic to them goes out. */
export const sidesOf = (network: Network | undefined, family: Family): readonly Side[] =>
  network
    ? knownSides[family](network)
    : [{ name: undefined, seenAs: undefined, remotes: everything(family), locals: [], roundabout: NONE }]

/**
 * WireGuard, by which NetBird works as well (wt0), takes from a peer what it may send alone (AllowedIPs), which is what is routed to it, unless it is told to make no routes (wg-quick(8),
 * Table=off); Nebula takes what stands in the peer's certificate (firewall.go, ErrInvalidRemoteIP).
 */
export const TUNNEL = /^(?:wg|tailscale|wt\d+$|nebula)/

function sidesIn(network: Network, family: Family): readonly Side[] {
  const sides = sidesAlone(network, family)
  const routed = sides.reduce<AddressSet>((sum, { remotes }) => union(sum, remotes), NONE)
  return sides.map((side) => {
    const checked =
      OVERLAY.test(side.name) ||
      (TUNNEL.test(side.name) && side.remotes.length > 0) ||
      (family === 4 && network.reversePath?.includes(side.name))
    // Nobody leads packets to where this host has no address that can be routed.
    const led = side.locals.some((address) => !LINK_LOCAL.test(address))
    return {
      ...side,
      seenAs: isSeenOtherwise(network, side.name) ? undefined : side.name,
      roundabout: checked || !led ? NONE : subtract(routed, side.remotes),
    }
  })
}

function sidesAlone(network: Network, family: Family) {
  return outsideOf(network).flatMap((name) => {
    const own = localsOf(network, family, name)
    const remotes = BY_BPF.test(name) ? onOtherMachines(network, family, name) : remotesBehind(network, family, name)
    // An interface that has routes but no address (unnumbered BGP, some VPNs) carries packets of any address of the host.
    const locals = own.length === 0 && remotes.length > 0 ? localsOf(network, family) : own
    return locals.length === 0 ? [] : [{ name, remotes, locals }]
  })
}

const isSeenOtherwise = (network: Network, name: string): boolean => BY_BPF.test(name) || network.inVrf?.includes(name) === true

/** Without the network that this machine has its own address in. */
function onOtherMachines(network: Network, family: Family, name: string): AddressSet {
  const own = localsOf(network, family, name)
  const here = network.routes.filter((route) => {
    const interval = route.family === family && route.interface === name ? intervalOf(route) : undefined
    return interval !== undefined && own.some((address) => interval.from <= address && address <= interval.to)
  })
  return subtract(remotesBehind(network, family, name), toSet(here))
}

/** A name decides where nothing else tells: what the default route takes leads to other machines, and some interface does, since the host was reached. */
function outsideOf(network: Network): readonly string[] {
  const names = [...new Set([...network.addresses, ...network.routes].map((each) => each.interface))].filter((name) => name !== 'lo')
  const leadsOut = new Set(network.routes.filter(leadsEverywhere).map((route) => route.interface))
  const outside = names.filter((name) => !isInside(network, name) || leadsOut.has(name))
  return outside.length > 0 ? outside : names
}

/** VPNs send everything their way without a default route: by two halves (`0.0.0.0/1`, `128.0.0.0/1`), by `2000::/3`, or by all but private ranges. */
export const leadsEverywhere = ({ destination, family }: Network['routes'][number]): boolean =>
  prefixOf(destination) < (family === 4 ? 8 : 16) && !/^(?:22[4-9]|2[3-5]\d)\.|^f[cdef]/i.test(destination)

const knownSides = { 4: oncePer((network: Network) => sidesIn(network, 4)), 6: oncePer((network: Network) => sidesIn(network, 6)) }

/** A rule set is asked about the same addresses over and over. */
const intervalOf = oncePer((each: Network['addresses'][number] | Pick<Network['routes'][number], 'destination'>) =>
  parseInterval('address' in each ? each.address : each.destination),
)

/** `127.0.0.0/8` and `::1` in the digits of an interval. */
const LOOPBACK = /^(?:7f[0-9a-f]{6}|0{31}1)$/

/** `169.254.0.0/16` and `fe80::/10` in the digits of an interval. */
export const LINK_LOCAL = /^(?:a9fe[0-9a-f]{4}|fe[89ab][0-9a-f]{29})$/

/** Takes the digits of an interval, not an address as people write it. */
export const isLoopback = (address: string | undefined): boolean => address !== undefined && LOOPBACK.test(address)

/** Own addresses of the host, all interfaces or one. Loopback addresses cannot be reached from elsewhere; others on `lo` can. */
export function localsOf(network: Network, family: Family, name?: string): readonly string[] {
  const ofInterfaces = network.addresses.flatMap((each) => {
    const interval = intervalOf(each)
    if (!interval || interval.family !== family || LOOPBACK.test(interval.from)) return []
    return name === undefined || each.interface === name ? [interval.from] : []
  })
  const single = name === undefined ? ownRoutesOf(network, family).filter(({ from, to }) => from === to) : []
  return [...ofInterfaces, ...single.map(({ from }) => from)]
}

/** Whole networks that a route makes this host's own. */
export const ownNetworks = (network: Network, family: Family): readonly Interval[] =>
  ownRoutesOf(network, family).filter(({ from, to }) => from !== to)

const ownRoutesOf = ({ ownRoutes = [] }: Network, family: Family): readonly Interval[] =>
  ownRoutes.filter((route) => route.family === family).flatMap((route) => intervalOf(route) ?? [])

/** Longest prefix first, table by table; with policy routing an address may lie behind several interfaces. */
function remotesBehind(network: Network, family: Family, name: string): AddressSet {
  const routes = network.routes.filter((route) => route.family === family)
  let behind: AddressSet = []
  for (const table of new Set(routes.map((route) => route.table))) {
    let rest = everything(family)
    const sorted = routes.filter((route) => route.table === table).sort((a, b) => prefixOf(b.destination) - prefixOf(a.destination))
    for (let index = 0; index < sorted.length; ) {
      const prefix = prefixOf(sorted[index]?.destination ?? '')
      const level = sorted.slice(index).filter((route) => prefixOf(route.destination) === prefix)
      const mine = level.filter((route) => route.interface === name)
      behind = union(behind, intersect(rest, toSet(mine)))
      rest = subtract(rest, toSet(level))
      index += level.length
    }
  }
  return behind
}

const prefixOf = (destination: string) => Number(destination.split('/')[1] ?? 0)

const toSet = (routes: Network['routes']): AddressSet =>
  normalise(routes.flatMap((route) => intervalOf(route) ?? []).map(({ from, to }) => ({ from, to })))

/** The route by which this host reaches an address, in hex, by its main table; undefined when not known. */
export const routeTo = (network: Network | undefined, family: Family, address: string): Network['routes'][number] | undefined =>
  routesBy(network, 'main', family, address)[0]

/** The longest prefix that holds an address in a table: more than one where it has several next hops. */
function routesBy(network: Network | undefined, table: string, family: Family, address: string) {
  const covering = (network?.routes ?? []).filter((route) => {
    const interval = route.family === family && route.table === table ? intervalOf(route) : undefined
    return interval !== undefined && interval.from <= address && address <= interval.to
  })
  const longest = Math.max(...covering.map(({ destination }) => prefixOf(destination)))
  return covering.filter(({ destination }) => prefixOf(destination) === longest)
}

/**
 * The interface, as rules see it, by which what is led on to an address leaves. Undefined when not known: which of several tables is asked the rules of policy routing say
 * (`ip rule`), which are not read. A container or a machine of this host is behind its bridge alone, and by another table nothing would get to it.
 */
export function wayTo(network: Network | undefined, family: Family, address: string): string | undefined {
  const tables = new Set(network?.routes.map(({ table }) => table))
  const namesBy = (table: string) => [...new Set(routesBy(network, table, family, address).map((route) => route.interface))]
  const byMain = namesBy('main')
  const isHere = (name: string) => network !== undefined && isInside(network, name)
  const names = byMain.length > 0 && byMain.every(isHere) ? byMain : [...new Set([...tables].flatMap(namesBy))]
  const [name] = names
  return names.length > 1 || name === undefined || (network && isSeenOtherwise(network, name)) ? undefined : name
}
