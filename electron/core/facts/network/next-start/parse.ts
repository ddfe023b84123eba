import type { SectionOutput } from '../../../probe/section.ts'
import { type FactResult, known, unknown, unusable } from '../../fact.ts'
import { fnmatch } from '../../fnmatch.ts'
import { followedManagers } from './collect.ts'
import { type ConfigFile, type ConfigRow, isYes, resolversIn } from './files.ts'
import { ADDS_DEFAULT, askedOfInterfaces } from './ifupdown.ts'
import { askedOfNetplan } from './netplan.ts'
import { askedOfKeyfiles, askedOfSysconfig } from './network-manager.ts'
import { askedOfNetworkd } from './networkd.ts'
import type { Ask, KernelTakes, NextStart } from './next-start.ts'

const WHAT = 'What the network is asked for at the next start'

/** What the files of Netplan, networkd, NetworkManager, ifupdown and the kernel ask for when the host starts anew. */
export function readNextStart(output: SectionOutput): FactResult<NextStart> {
  const trouble = unusable(output, WHAT)
  if (trouble) return trouble
  if (output.exitCode !== 0) return unknown(`${WHAT}: its files could not be read`, [output.id])
  const { links, managers, tunnels, kernel, sysctl, commands, files } = partsOf(output.stdout)
  const netplan = askedOfNetplan(files)
  const isOn = (name: string) => managers.some(({ text }) => text === name)
  // Netplan starts whichever renders it by a generator; the links of that are made at the start.
  const isNetworkd = isOn('systemd-networkd') || netplan.renders
  const isManager = isOn('NetworkManager') || netplan.renders
  const interfaces = isOn('networking') ? askedOfInterfaces(files) : { asks: [], unread: [] }
  const asks: Ask[] = [
    ...netplan.asks,
    ...(isNetworkd ? askedOfNetworkd(files, links) : []),
    ...(isManager ? askedOfKeyfiles(files, links) : []),
    ...(isManager || isOn('network') || isOn('wicked') ? askedOfSysconfig(files) : []),
    ...interfaces.asks,
    ...(isOn('dhcpcd') ? askedOfDhcpcd(files) : []),
    ...askedOfKernel(files),
    ...commands.flatMap(({ path, rows }) =>
      rows
        .filter(({ text }) => ADDS_DEFAULT.test(text) && !/^\s*#/.test(text))
        .map((row): Ask => ({ ...askOf(path, row), kind: 'command' })),
    ),
  ]
  const strangers = managers.filter(({ text }) => !followedManagers.some((name) => name === text))
  const nobody = managers.length === 0 && !netplan.renders
  return known({
    asks,
    // All but ifupdown tell the kernel themselves, wherever they set up a link.
    kernel: takenByKernel(
      kernel,
      netplan.renders || managers.some(({ text }) => text !== 'networking') ? undefined : toldKernel(sysctl, files),
    ),
    unread: [
      ...netplan.unread,
      ...interfaces.unread,
      ...strangers.map(({ text, line }) => ({ why: `What ${text} sets up is not followed.`, cite: [{ section: output.id, line }] })),
      ...tunnels.flatMap(({ text, line }) => {
        const why = whyUnread(text.replace(/\.service$/, ''), links)
        return why === undefined ? [] : [{ why, cite: [{ section: output.id, line }] }]
      }),
      ...(nobody
        ? [{ why: 'No program that sets up the network is known to start with the host.', cite: [{ section: output.id, line: 0 }] }]
        : []),
    ],
  })
}

/** OpenVPN takes the routes that its other end tells it, at any time; of a tunnel of wg-quick that is up they are there now. A server of OpenVPN takes none. */
function whyUnread(unit: string, links: readonly string[]): string | undefined {
  if (unit.startsWith('openvpn-server@')) return undefined
  if (unit.startsWith('openvpn')) return `${unit} starts with the host. Which routes it takes from its other end was not read.`
  return links.includes(unit.replace('wg-quick@', ''))
    ? undefined
    : `${unit} starts with the host and is not up. Where its file leads was not read.`
}

const askOf = (file: string, { text, line }: ConfigRow) => ({ file, text: text.trim(), cite: { section: 'network-files', line } })

function partsOf(text: string) {
  let links: readonly string[] = []
  const [managers, tunnels]: [ConfigRow[], ConfigRow[]] = [[], []]
  const kernel: ConfigRow[] = []
  const files = { commands: new Map<string, ConfigRow[]>(), files: new Map<string, ConfigRow[]>(), sysctl: new Map<string, ConfigRow[]>() }
  let hasSysctl = false
  let part: keyof typeof files | 'kernel' = 'commands'
  for (const [index, row] of text.split('\n').entries()) {
    const [, head, rest = ''] = /^@(links|manager|tunnel|commands|kernel|sysctl|files)(?: (.*))?$/.exec(row) ?? []
    if (head === 'links') links = rest.split(' ').filter(Boolean)
    else if (head === 'manager') managers.push({ text: rest, line: index + 1 })
    else if (head === 'tunnel') tunnels.push({ text: rest, line: index + 1 })
    else if (head === 'commands' || head === 'kernel' || head === 'sysctl' || head === 'files') part = head
    hasSysctl ||= head === 'sysctl'
    if (part === 'kernel') {
      kernel.push({ text: row, line: index + 1 })
      continue
    }
    const [, path, value] = /^(\/[^:]+):(.*)$/.exec(row) ?? []
    if (path === undefined || value === undefined) continue
    const rows = files[part].get(path) ?? []
    rows.push({ text: value, line: index + 1 })
    files[part].set(path, rows)
  }
  const listed = (map: Map<string, ConfigRow[]>): ConfigFile[] => [...map].map(([path, rows]) => ({ path, rows }))
  return {
    ...{ links, managers, tunnels, kernel, commands: listed(files.commands), files: listed(files.files) },
    sysctl: hasSysctl ? listed(files.sysctl) : undefined,
  }
}

/** ip-sysctl: of `accept_ra` and `forwarding` a link's own values count, and who forwards takes advertisements with 2 alone. */
function takenByKernel(rows: readonly ConfigRow[], isTold?: (link: string) => boolean): readonly KernelTakes[] | undefined {
  const values = new Map<string, { readonly value: number; readonly line: number }>()
  for (const { text, line } of rows) {
    const [, name, value] = /^([^/\s]+\/(?:accept_ra|accept_ra_defrtr|forwarding)):(-?\d+)$/.exec(text) ?? []
    if (name !== undefined) values.set(name, { value: Number(value), line })
  }
  if (values.size === 0) return undefined
  return [...values].flatMap(([name, { value, line }]): KernelTakes[] => {
    const [link = '', setting] = name.split('/')
    if (setting !== 'accept_ra' || link === 'all' || link === 'default') return []
    const accepts = (values.get(`${link}/forwarding`)?.value ?? 0) === 0 ? value > 0 : value === 2
    const takesRoute = accepts && values.get(`${link}/accept_ra_defrtr`)?.value !== 0
    const isSet = value === 0 || values.get(`${link}/accept_ra_defrtr`)?.value === 0
    const isForNow = isTold && isSet && !isTold(link)
    return [{ interface: link, takesRoute, isForNow, cite: { section: 'network-files', line } }]
  })
}

/** By a file of sysctl.d(5), for the link or for all that come, or by a stanza of ifupdown. By itself the kernel takes what routers announce. */
function toldKernel(sysctl: readonly ConfigFile[] | undefined, files: readonly ConfigFile[]): ((link: string) => boolean) | undefined {
  if (sysctl === undefined) return undefined
  const settings = sysctl.flatMap(({ rows }) =>
    rows.flatMap(({ text }) => {
      const [, name, value] = /^\s*-?net[./]ipv6[./]conf[./](\S+?)[./]accept_ra(?:_defrtr)?\s*=\s*(\d+)\s*$/.exec(text) ?? []
      return name === undefined ? [] : [{ name, value }]
    }),
  )
  const inStanza = files.some(
    ({ path, rows }) => path.startsWith('/etc/network/') && rows.some(({ text }) => /^\s*accept_ra\s+0\b/.test(text)),
  )
  return (link) =>
    inStanza || settings.some(({ name, value }) => value === '0' && (name === 'default' || fnmatch(name, link, false) !== false))
}

/** It asks on every interface, unless its file says otherwise (dhcpcd.conf(5)). */
function askedOfDhcpcd(files: readonly ConfigFile[]): Ask[] {
  const file = files.find(({ path }) => path === '/etc/dhcpcd.conf')
  const rows = file?.rows.filter(({ text }) => !/^\s*#/.test(text)) ?? []
  const path = '/etc/dhcpcd.conf'
  const routers = rows.filter(({ text }) => /^\s*static\s+routers=./.test(text))
  const refusesRoute = rows.some(({ text }) => /^\s*nogateway\b/.test(text))
  return [
    ...routers.map((row): Ask => ({ ...askOf(path, row), kind: 'route' })),
    ...rows.flatMap((row): Ask[] => {
      const [, value = ''] = /^\s*static\s+domain_name_servers=(.*)/.exec(row.text) ?? []
      return resolversIn(value).map((address) => ({ ...askOf(path, row), kind: 'resolver', address }))
    }),
    ...(['lease', 'advertisement'] as const).map(
      (kind): Ask => ({
        ...{ ...askOf(path, rows[0] ?? { text: 'dhcpcd', line: 0 }), kind, refusesRoute },
        unsaid: kind === 'advertisement',
      }),
    ),
  ]
}

/** `ip=` of the kernel, which the first stage of the start obeys: client:server:gateway:netmask:name:device:way, or the way alone. */
function askedOfKernel(files: readonly ConfigFile[]): Ask[] {
  const row = files.find(({ path }) => path === '/proc/cmdline')?.rows[0]
  return [...(row?.text.matchAll(/(?:^|\s)ip=(\S+)/g) ?? [])].flatMap(([text, value = '']): Ask[] => {
    const [client = '', , gateway = '', , , device = '', way = ''] = value
      .replace(/\[[^\]]*\]/g, (address) => address.replaceAll(':', '.'))
      .split(':')
    const ask = { ...askOf('/proc/cmdline', { text, line: row?.line ?? 0 }), interface: device || undefined }
    const asks = isYes(way) || /^(?:dhcp|any|both|bootp)$/.test(way) || /^(?:dhcp|on|any|both|bootp|auto6?)$/.test(client)
    return [...(gateway === '' ? [] : [{ ...ask, kind: 'route' as const }]), ...(asks ? [{ ...ask, kind: 'lease' as const }] : [])]
  })
}
