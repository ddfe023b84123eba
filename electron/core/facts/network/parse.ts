import ipaddr from 'ipaddr.js'
import type { InterfaceAddress, Leased, OwnRoute, Route } from './network.ts'

const ADDRESS = /^\d+: +([^\s:@]+)(?:@\S+)? +inet6? ([0-9A-Fa-f:.]+)(?: peer [0-9A-Fa-f:.]+)?\/(\d{1,3})(?=\s|$)/

/** `ip -o addr`: one address for each line. */
export function parseAddresses(text: string): InterfaceAddress[] {
  return text.split('\n').flatMap((raw, index) => {
    const [, device, address, prefix] = ADDRESS.exec(raw) ?? []
    if (!device || !address || !prefix || !ipaddr.isValid(address)) return []
    return [{ interface: device, address, prefixLength: Number(prefix), line: index + 1 }]
  })
}

/** Line of the first address that is not understood: it may be the one by which the host is reached. */
export const unreadAddress = (text: string): number | undefined => unreadLine(text, (raw) => ADDRESS.test(raw) || !/\sinet6?\s/.test(raw))

/** Line of the first route that is not understood. */
export const unreadRoute = (text: string): number | undefined =>
  unreadLine(text, (raw) => {
    // What continues a route is indented.
    if (/^\s/.test(raw)) return true
    const [first = '', second = ''] = raw.split(/\s+/)
    const destination = first === 'unicast' ? second : first
    return first === '' || NOT_LEAVING.has(first) || [4, 6].some((family) => prefixOf(destination, family as 4 | 6))
  })

function unreadLine(text: string, isRead: (raw: string) => boolean): number | undefined {
  const at = text.split('\n').findIndex((raw) => !isRead(raw))
  return at < 0 ? undefined : at + 1
}

/** Addresses of an interface in a VRF are local by the table of that VRF, not by the one that is called so. */
export const parseInVrf = (text: string): string[] =>
  text.split('\n').flatMap((raw) => {
    const [, device, table] = /^local .*\bdev (\S+) .*\btable (\S+)/.exec(raw) ?? []
    return device && table && table !== 'local' && table !== '255' ? [device] : []
  })

/**
 * What somebody made this host's own by a route (`ip route add local 10.5.0.0/16 dev lo`, as agents of clouds do for load balancers), beside the addresses of its interfaces.
 * All the world is that for packets with a mark alone, which a transparent proxy takes (Documentation/networking/tproxy.rst).
 */
export function parseOwnRoutes(text: string, family: 4 | 6, addresses: readonly InterfaceAddress[]): OwnRoute[] {
  const ofInterfaces = new Set(['127.0.0.0/8', ...addresses.map(({ address }) => prefixOf(address, family))])
  return text.split('\n').flatMap((raw) => {
    const destination = prefixOf(/^local (\S+)/.exec(raw)?.[1] ?? '', family)
    return destination === undefined || ofInterfaces.has(destination) || destination.endsWith('/0') ? [] : [{ family, destination }]
  })
}

/** An address that DHCP or a router told is `dynamic`, a route is of the protocol `dhcp` or `ra` (ip-address(8), rtnetlink(7)). One for each interface and family. */
export function parseLeased(addresses: string, routes4: string, routes6: string): Leased[] {
  const leased = new Map<string, Leased>()
  const add = (family: 4 | 6, device: string, section: Leased['section'], index: number) => {
    const key = `${family} ${device}`
    if (!leased.has(key)) leased.set(key, { family, interface: device, section, line: index + 1 })
  }
  for (const [index, raw] of addresses.split('\n').entries()) {
    const [, device, six] = /^\d+: +([^\s:@]+)(?:@\S+)? +inet(6?) .* dynamic /.exec(raw) ?? []
    if (device) add(six ? 6 : 4, device, 'addresses', index)
  }
  for (const [text, family] of [
    [routes4, 4],
    [routes6, 6],
  ] as const)
    for (const [index, raw] of text.split('\n').entries()) {
      const device = /\bproto (?:dhcp|ra)\b/.test(raw) && !(family === 4 && isSix(raw.trim().split(/\s+/))) && /\bdev (\S+)/.exec(raw)?.[1]
      if (device) add(family, device, family === 4 ? 'routes' : 'routes-6', index)
    }
  return [...leased.values()]
}

/** `=net/ipv4/conf/eth0/rp_filter 1`, as the settings of the kernel are printed: of `all` and the interface the larger value counts, and 2 is loose. */
export function parseReversePath(settings: string): string[] {
  const values = new Map(
    [...settings.matchAll(/^=net\/ipv4\/conf\/(\S+)\/rp_filter ([0-2])$/gm)].map(([, device = '', value]) => [device, Number(value)]),
  )
  const all = values.get('all')
  return all === undefined ? [] : [...values].flatMap(([device, value]) => (Math.max(all, value) === 1 ? [device] : []))
}

/** Types of route(8) by which nothing leaves through an interface. */
const NOT_LEAVING = new Set(['local', 'broadcast', 'multicast', 'anycast', 'unreachable', 'blackhole', 'prohibit', 'throw', 'nat'])

/** `ip route show table all` and its IPv6 twin. Lines of a multipath route start with `nexthop`. */
export function parseRoutes(text: string, family: 4 | 6): Route[] {
  const section = family === 4 ? 'routes' : 'routes-6'
  const routes: Route[] = []
  let open: { readonly destination: string; readonly table: string } | undefined
  for (const [index, raw] of text.split('\n').entries()) {
    const words = raw.trim().split(/\s+/)
    const after = (word: string) => words[words.indexOf(word, 1) + 1]
    const device = words.includes('dev', 1) ? after('dev') : undefined
    if (words[0] === 'nexthop') {
      if (open && device) routes.push({ family, ...open, interface: device, section, line: index + 1 })
      continue
    }
    open = undefined
    if (family === 4 && isSix(words)) continue
    if (NOT_LEAVING.has(words[0] ?? '')) continue
    const destination = prefixOf((words[0] === 'unicast' ? words[1] : words[0]) ?? '', family)
    if (!destination) continue
    const table = (words.includes('table', 1) ? after('table') : undefined) ?? 'main'
    open = { destination, table }
    if (device) routes.push({ family, destination, interface: device, table, section, line: index + 1 })
  }
  return routes
}

/** A default route of IPv6 among those of IPv4 (`ip route show table all` without `-4`). `via inet6` is a next hop of an IPv4 route. */
function isSix(words: readonly string[]): boolean {
  const hop = words.includes('via', 1) ? (words[words.indexOf('via', 1) + 1] ?? '') : ''
  return hop.includes(':') || words.includes('pref', 1)
}

/** A destination as `ip route` prints it: `default`, a prefix, or an address that stands for itself. */
function prefixOf(word: string, family: 4 | 6): string | undefined {
  if (word === 'default') return family === 4 ? '0.0.0.0/0' : '::/0'
  const text = word.includes('/') ? word : `${word}/${family === 4 ? 32 : 128}`
  if (!ipaddr.isValidCIDR(text)) return undefined
  return ipaddr.parseCIDR(text)[0].kind() === `ipv${family}` ? text : undefined
}
