import { type ConfigFile, isEverywhere, isNo, isYes, readIni, resolversIn } from './files.ts'
import type { Ask } from './next-start.ts'

/** Profiles as NetworkManager keeps them (nm-settings-keyfile(5)). */
export function askedOfKeyfiles(files: readonly ConfigFile[], links: readonly string[]): Ask[] {
  return files
    .filter(({ path }) => path.includes('/NetworkManager/system-connections/'))
    .flatMap(({ path, rows }): Ask[] => {
      const ini = readIni(rows)
      const of = (section: string, key: string) =>
        ini
          .filter(({ name }) => name === section)
          .flatMap(({ entries }) => entries.filter((entry) => entry.key === key))
          .at(-1)
      const device = of('connection', 'interface-name')?.value
      if (isNo(of('connection', 'autoconnect')?.value ?? 'yes')) return []
      // What is no card it makes itself.
      if (
        device !== undefined &&
        /^(?:ethernet|802-3-ethernet|wifi)$/.test(of('connection', 'type')?.value ?? '') &&
        !links.includes(device)
      )
        return []
      const ask = (kind: Ask['kind'], row: { readonly text: string; readonly line: number }, refusesRoute?: boolean): Ask => ({
        ...{ kind, interface: device, refusesRoute, file: path, text: row.text.trim() },
        cite: { section: 'network-files', line: row.line },
      })
      const asks: Ask[] = []
      for (const family of ['ipv4', 'ipv6'] as const) {
        const never = isYes(of(family, 'never-default')?.value ?? 'no')
        const method = of(family, 'method')
        const kind = family === 'ipv4' ? 'lease' : 'advertisement'
        const [first] = rows
        if (method && /^(?:auto|dhcp)$/.test(method.value)) asks.push(ask(kind, method.row, never))
        // Without a section it asks by itself, unless the profile is of a port of another device, or of a kind that has no address by itself.
        const ofPort = of('connection', 'controller') ?? of('connection', 'master')
        const asksItself = !ofPort && !/^(?:wireguard|dummy|vpn|loopback)$/.test(of('connection', 'type')?.value ?? '')
        if (first && asksItself && !ini.some(({ name }) => name === family)) asks.push({ ...ask(kind, first), unsaid: family === 'ipv6' })
        const entries = ini.filter(({ name }) => name === family).flatMap((section) => section.entries)
        for (const { key, value, row } of entries) {
          if (key === 'dns') asks.push(...resolversIn(value).map((address) => ({ ...ask('resolver', row), address })))
          // The gateway stands behind the address as well: `address1=10.0.0.2/24,10.0.0.1`.
          const isGateway =
            key === 'gateway'
              ? value !== ''
              : /^address(?:es)?\d*$/.test(key) && /^[^,;]+[,;]\s*(?!0\.0\.0\.0$|::$)[0-9a-f.:]+$/i.test(value)
          if (isGateway && !never) asks.push(ask('route', row))
          if (/^routes?\d*$/.test(key) && isEverywhere(value.split(/[,;]/, 1)[0] ?? '')) asks.push(ask('route', row))
        }
      }
      for (const { key, value, row } of ini.flatMap(({ entries }) => entries))
        if (key === 'allowed-ips' && value.split(/[,;]/).some(isEverywhere)) asks.push(ask('route', row))
      return asks
    })
}

/** Files of shell variables in /etc/sysconfig: of Red Hat's scripts, which NetworkManager reads as well, and of SUSE's wicked. */
export function askedOfSysconfig(files: readonly ConfigFile[]): Ask[] {
  return files.flatMap(({ path, rows }): Ask[] => {
    const [, kind, device] = /^\/etc\/sysconfig\/network(?:-scripts)?(?:\/(ifcfg|route6?|ifroute|routes)(?:-(\S+))?)?$/.exec(path) ?? []
    const ask = (what: Ask['kind'], row: { readonly text: string; readonly line: number }, refusesRoute?: boolean): Ask => ({
      ...{ kind: what, interface: device, refusesRoute, file: path, text: row.text.trim() },
      cite: { section: 'network-files', line: row.line },
    })
    const names = /^\s*(?:DNS\d|NETCONFIG_DNS_STATIC_SERVERS)=(.*)/
    const resolvers = (): Ask[] =>
      rows.flatMap((row) => resolversIn(names.exec(row.text)?.[1] ?? '').map((address) => ({ ...ask('resolver', row), address })))
    if (path === '/etc/sysconfig/network/config') return resolvers()
    if (kind === undefined && path !== '/etc/sysconfig/network') return []
    if (kind !== undefined && kind !== 'ifcfg')
      return rows
        .filter(({ text }) => /^\s*(?:default|0\.0\.0\.0\/0|::\/0|0\/0)(?:\s|$)|^\s*ADDRESS\d+=["']?0\.0\.0\.0/.test(text))
        .map((row) => ask('route', row))
    // A name with a colon (`ifcfg-eth0:1`) has its end before the line.
    const of = (key: string) => {
      const row = rows.findLast(({ text }) => new RegExp(`^\\s*(?:\\d+:)?${key}=`).test(text))
      return (
        row && {
          row,
          value: row.text
            .slice(row.text.indexOf('=') + 1)
            .trim()
            .replace(/^(["'])(.*)\1$/, '$2'),
        }
      )
    }
    if (isNo(of('ONBOOT')?.value ?? 'yes') || /^(?:off|manual)$/.test(of('STARTMODE')?.value ?? '')) return []
    const refuses = isNo(of('DEFROUTE')?.value ?? 'yes') || isNo(of('DHCLIENT_SET_DEFAULT_ROUTE')?.value ?? 'yes')
    const asks = resolvers()
    const way = of('BOOTPROTO')
    if (way && /^(?:dhcp4?|bootp)/.test(way.value)) asks.push(ask('lease', way.row, refuses))
    const [six, itself] = [of('IPV6INIT'), of('IPV6_AUTOCONF')]
    if (six && isYes(six.value) && !isNo(itself?.value ?? 'yes'))
      asks.push(ask('advertisement', (itself ?? six).row, isNo(of('IPV6_DEFROUTE')?.value ?? 'yes')))
    for (const key of ['GATEWAY', 'GATEWAY0', 'IPV6_DEFAULTGW']) {
      const row = of(key)
      if (row && row.value !== '' && !refuses) asks.push(ask('route', row.row))
    }
    return asks
  })
}
