import type { Network } from '../network/network.ts'
import { oncePer } from '../once-per.ts'
import { type AddressSet, everything, type Family, intersect, normalise, parseInterval, subtract, union } from './address-set.ts'

/** An interface, and the addresses of the world whose answers leave through it. */
export interface Side {
  /** Undefined when the routes were not read: then it may be any but loopback. */
  readonly name: string | undefined
  readonly remotes: AddressSet
  /** Addresses of this host on it, in hex. */
  readonly locals: readonly string[]
}

/**
 * Interfaces behind which only containers and virtual machines of this very host live (names given by Docker, Podman, libvirt, LXD and
 * the Kubernetes network plugins). What comes from there does not come from the network.
 */
const INSIDE =
  /^(?:lo$|docker|br-[0-9a-f]{12}$|veth|virbr|vnet|podman|cni|flannel|cali|cilium|lxc|lxdbr|incusbr|kube-|nodelocaldns|dummy|tunl0$|sit0$|ip6tnl0$)/

/** Where traffic from other machines can come in, and where traffic to them goes out. */
export const sidesOf = (network: Network | undefined, family: Family): readonly Side[] =>
  network ? knownSides[family](network) : [{ name: undefined, remotes: everything(family), locals: [] }]

function sidesIn(network: Network, family: Family): readonly Side[] {
  const names = new Set([...network.addresses, ...network.routes].map((each) => each.interface))
  return [...names]
    .filter((name) => !INSIDE.test(name))
    .flatMap((name) => {
      const own = localsOf(network, family, name)
      const remotes = remotesBehind(network, family, name)
      // An interface that has routes but no address (unnumbered BGP, some VPNs) carries packets of any address of the host.
      const locals = own.length === 0 && remotes.length > 0 ? localsOf(network, family) : own
      return locals.length === 0 ? [] : [{ name, remotes, locals }]
    })
}

const knownSides = { 4: oncePer((network: Network) => sidesIn(network, 4)), 6: oncePer((network: Network) => sidesIn(network, 6)) }

/** A rule set is asked about the same addresses over and over. */
const intervalOf = oncePer((each: Network['addresses'][number] | Network['routes'][number]) =>
  parseInterval('address' in each ? each.address : each.destination),
)

/** `127.0.0.0/8` and `::1` in the digits of an interval. */
const LOOPBACK = /^(?:7f[0-9a-f]{6}|0{31}1)$/

export const isLoopback = (address: string | undefined): boolean => address !== undefined && LOOPBACK.test(address)

/** Own addresses of the host, all interfaces or one. Loopback addresses cannot be reached from elsewhere; others on `lo` can. */
export function localsOf(network: Network, family: Family, name?: string): readonly string[] {
  return network.addresses.flatMap((each) => {
    const interval = intervalOf(each)
    if (!interval || interval.family !== family || LOOPBACK.test(interval.from)) return []
    return name === undefined || each.interface === name ? [interval.from] : []
  })
}

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

/** The route by which this host reaches an address, in hex; undefined when not known. */
export function routeTo(network: Network | undefined, family: Family, address: string): Network['routes'][number] | undefined {
  const covering = (network?.routes ?? [])
    .filter((route) => route.family === family && route.table === 'main')
    .filter((route) => {
      const interval = intervalOf(route)
      return interval !== undefined && interval.from <= address && address <= interval.to
    })
  return covering.sort((a, b) => prefixOf(b.destination) - prefixOf(a.destination))[0]
}
