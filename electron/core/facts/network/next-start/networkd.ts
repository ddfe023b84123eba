import { fnmatch } from '../../fnmatch.ts'
import { baseName, type ConfigFile, type IniSection, inOrder, isEverywhere, isNo, isYes, readIni, resolversIn } from './files.ts'
import type { Ask } from './next-start.ts'

const folders = ['/etc/systemd/network/', '/run/systemd/network/', '/usr/local/lib/systemd/network/', '/usr/lib/systemd/network/']

/** systemd.network(5), and of .netdev files what WireGuard sends through its peers. */
export function askedOfNetworkd(files: readonly ConfigFile[], links: readonly string[]): Ask[] {
  const own = files.filter(({ path }) => folders.some((folder) => path.startsWith(folder)))
  const dropIns = own.filter(({ path }) => /\.d\/[^/]+\.conf$/.test(path))
  const claimed = new Set<string>()
  const bridges = new Set<string>()
  const asks: Ask[] = []
  for (const file of inOrder(
    own.filter(({ path }) => /\.(?:network|netdev)$/.test(path)),
    folders,
  )) {
    const added = inOrder(
      dropIns.filter(({ path }) => path.includes(`/${baseName(file.path)}.d/`)),
      folders,
    )
    const ini = readIni([file, ...added].flatMap(({ rows }) => rows))
    if (file.path.endsWith('.netdev')) {
      if (lastOf(ini, /^NetDev$/, 'Kind')?.value === 'bridge') bridges.add(lastOf(ini, /^NetDev$/, 'Name')?.value ?? '')
      asks.push(...askedOfWireGuard(file.path, ini))
      continue
    }
    const { names, alone } = matchOf(ini)
    const meant = names === undefined ? links.filter((link) => link !== 'lo') : links.filter((link) => isNamed(names, link))
    // A file of a device that is not there is for another host, as those that systemd ships for containers. A link has the first file that fits.
    const taken = meant.filter((link) => !claimed.has(link))
    if (taken.length === 0 && links.length > 0) continue
    if (alone) for (const link of taken) claimed.add(link)
    asks.push(...askedFor(file.path, ini, names === undefined ? [undefined] : taken))
    const [first] = file.rows
    if (first && takesAdvertisements(ini))
      for (const link of taken.filter((each) => !bridges.has(each)))
        asks.push({
          ...{ kind: 'advertisement', interface: link, unsaid: true, refusesRoute: refusesRouteOf(ini, /^IPv6AcceptRA$/), file: file.path },
          ...{ text: first.text.trim(), cite: { section: 'network-files', line: first.line } },
        })
  }
  return asks
}

/**
 * Where nothing is said of IPv6AcceptRA=, they are taken, but by what is no link of its own, has no address of its own in IPv6, or forwards. What is Unmanaged= is left to the
 * kernel.
 */
function takesAdvertisements(ini: readonly IniSection[]): boolean {
  const last = (section: RegExp, key: string) => lastOf(ini, section, key)?.value
  const own = last(/^Network$/, 'LinkLocalAddressing') ?? (last(/^Network$/, 'Bridge') === undefined ? 'ipv6' : 'no')
  const forwards = last(/^Network$/, 'IPv6Forwarding') ?? last(/^Network$/, 'IPForward') ?? 'no'
  return (
    last(/^Network$/, 'IPv6AcceptRA') === undefined &&
    (isYes(own) || own === 'ipv6') &&
    last(/^Network$/, 'Bond') === undefined &&
    !isYes(forwards) &&
    forwards !== 'ipv6' &&
    !isYes(last(/^Link$/, 'Unmanaged') ?? 'no') &&
    !/^(?:wlan|loopback|none|tun|wireguard)$/.test(last(/^Match$/, 'Type') ?? '')
  )
}

const entriesOf = (ini: readonly IniSection[], names: RegExp, key: string) =>
  ini.filter(({ name }) => names.test(name)).flatMap(({ entries }) => entries.filter((entry) => entry.key === key))

const lastOf = (ini: readonly IniSection[], names: RegExp, key: string) => entriesOf(ini, names, key).at(-1)

/** An empty one forgets those before it. */
function keptOf(ini: readonly IniSection[], key: string) {
  const all = entriesOf(ini, /^Network$/, key)
  return all.slice(all.findLastIndex(({ value }) => value === '') + 1)
}

const refusesRouteOf = (ini: readonly IniSection[], names: RegExp): boolean =>
  isNo((lastOf(ini, names, 'UseGateway') ?? lastOf(ini, names, 'UseRoutes'))?.value ?? 'yes')

function matchOf(ini: readonly IniSection[]) {
  const entries = ini.filter(({ name }) => name === 'Match').flatMap((section) => section.entries)
  const values = entries.filter(({ key }) => key === 'Name').map(({ value }) => value)
  const names = values.length === 0 ? undefined : values.join(' ').split(/\s+/).filter(Boolean)
  return { names, alone: entries.every(({ key }) => key === 'Name') }
}

/** With `!` before the first all are meant but those that follow. */
function isNamed(names: readonly string[], link: string): boolean {
  const isInverted = names[0]?.startsWith('!') ?? false
  return names.some((name) => fnmatch(name.replace(/^!/, ''), link, false) !== false) !== isInverted
}

function askedFor(file: string, ini: readonly IniSection[], interfaces: readonly (string | undefined)[]): Ask[] {
  const asks: Ask[] = []
  const add = (kind: Ask['kind'], row: { readonly text: string; readonly line: number }, refusesRoute?: boolean, address?: string) => {
    const cite = { section: 'network-files', line: row.line }
    for (const each of interfaces) asks.push({ kind, interface: each, refusesRoute, address, file, text: row.text.trim(), cite })
  }
  const dhcp = lastOf(ini, /^Network$/, 'DHCP')
  if (dhcp && /^(?:yes|true|on|1|both|ipv4|v4)$/i.test(dhcp.value)) add('lease', dhcp.row, refusesRouteOf(ini, /^DHCP(?:v4)?$/))
  const advertisements = lastOf(ini, /^Network$/, 'IPv6AcceptRA')
  if (advertisements) add('advertisement', advertisements.row, isNo(advertisements.value) || refusesRouteOf(ini, /^IPv6AcceptRA$/))
  for (const { row } of keptOf(ini, 'Gateway')) add('route', row)
  for (const { value, row } of keptOf(ini, 'DNS')) for (const address of resolversIn(value)) add('resolver', row, undefined, address)
  const everywhere = lastOf(ini, /^Network$/, 'DefaultRouteOnDevice')
  if (everywhere && isYes(everywhere.value)) add('route', everywhere.row)
  for (const { entries } of ini.filter(({ name }) => name === 'Route')) {
    const of = (key: string) => entries.findLast((entry) => entry.key === key)
    const [type, destination, gateway] = [of('Type')?.value ?? 'unicast', of('Destination'), of('Gateway')]
    const row = (gateway ?? destination)?.row
    if (row && type === 'unicast' && (destination === undefined || isEverywhere(destination.value))) add('route', row)
  }
  return asks
}

/** It makes routes of AllowedIPs= where RouteTable= names a table (systemd.netdev(5)). */
function askedOfWireGuard(file: string, ini: readonly IniSection[]): Ask[] {
  const entries = ini.flatMap((section) => section.entries)
  const tables = entries.filter(({ key, value }) => key === 'RouteTable' && !/^(?:off|)$/.test(value))
  if (tables.length === 0) return []
  const name = entries.find(({ key }) => key === 'Name')?.value
  return entries
    .filter(({ key, value }) => key === 'AllowedIPs' && value.split(',').some(isEverywhere))
    .map(({ row }) => ({ kind: 'route', interface: name, file, text: row.text.trim(), cite: { section: 'network-files', line: row.line } }))
}
