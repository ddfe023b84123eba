import { expect, test } from 'vitest'
import type { SectionOutput } from '../../../probe/section.ts'
import { printed } from '../../../probe/section-output.testing.ts'
import type { Citation } from '../../citation.ts'
import { readNextStart } from './parse.ts'

const output = (more: Partial<SectionOutput>): SectionOutput => printed('network-files', '', { command: 'grep', ...more })

/** Each file as grep shows it; `managers` start with the host, and it has the links lo, eth0 and eth1. */
function read(
  managers: string,
  files: Readonly<Record<string, string>>,
  commands: Readonly<Record<string, string>> = {},
  kernel = '',
  tunnels: readonly string[] = [],
  sysctl?: Readonly<Record<string, string>>,
) {
  const rows = (all: Readonly<Record<string, string>>) =>
    Object.entries(all).flatMap(([path, text]) => text.split('\n').map((row) => `${path}:${row}`))
  const text = [
    '@links eth0 eth1 lo',
    ...managers
      .split(' ')
      .filter(Boolean)
      .map((name) => `@manager ${name}`),
    ...tunnels.map((name) => `@tunnel ${name}`),
    ...['@commands', ...rows(commands), '@kernel', ...kernel.split('\n').filter(Boolean)],
    ...(sysctl ? ['@sysctl', ...rows(sysctl)] : []),
    ...['@files', ...rows(files)],
  ].join('\n')
  const rowOf = ({ cite }: { readonly cite: Citation }) => text.split('\n')[cite.line - 1]?.replace(/^\/[^:]*:\s*/, '')
  const fact = readNextStart(output({ stdout: `${text}\n` }))
  if (!fact.known) throw new Error(fact.reason)
  const asks = fact.value.asks.map((ask) => ({
    unsaid: ask.unsaid === true,
    shown: `${ask.kind}${ask.interface === undefined ? '' : ` ${ask.interface}`}${ask.refusesRoute ? ' refused' : ''}: ${rowOf(ask)}`,
  }))
  const resolvers = fact.value.asks.flatMap(({ address }) => address ?? [])
  return { resolvers, asks, unread: fact.value.unread.map(({ why }) => `unread: ${why}`), kernel: fact.value.kernel, rowOf }
}

function asked(...given: Parameters<typeof read>): readonly string[] {
  const { asks, unread } = read(...given)
  return [...asks.filter(({ unsaid }) => !unsaid).map(({ shown }) => shown), ...unread]
}

/** What is asked for where nothing is said of it. */
const byItself = (...given: Parameters<typeof read>): readonly string[] =>
  read(...given)
    .asks.filter(({ unsaid }) => unsaid)
    .map(({ shown }) => shown)

const netplan = (text: string) => ({ '/etc/netplan/50-cloud-init.yaml': `network:\n  version: 2\n  ethernets:\n    eth0:\n${text}` })

test.each<[string, string, string[]]>([
  ['fixed addresses', '      addresses: [10.0.0.2/24]', []],
  ['DHCP', '      dhcp4: true', ['lease eth0: dhcp4: true']],
  ['DHCP that takes no route', '      dhcp4: true\n      dhcp4-overrides:\n        use-routes: false', ['lease eth0 refused: dhcp4: true']],
  ['a gateway', '      gateway4: 10.0.0.1', ['route eth0: gateway4: 10.0.0.1']],
  ['a default route', '      routes:\n      - to: default\n        via: 10.0.0.1', ['route eth0: - to: default']],
  ['the same in other words', '      routes: [{to: 0.0.0.0/0, via: 10.0.0.1}]', ['route eth0: routes: [{to: 0.0.0.0/0, via: 10.0.0.1}]']],
  ['half of everything', '      routes:\n      - to: 128.0.0.0/1\n        via: 10.0.0.1', ['route eth0: - to: 128.0.0.0/1']],
  ['a route inside', '      routes:\n      - to: 10.0.0.0/8\n        via: 10.0.0.1', []],
  ['a route that stops', '      routes:\n      - to: default\n        type: unreachable', []],
  ['brought up by hand alone', '      activation-mode: manual\n      dhcp4: true', []],
  ['routers of IPv6 refused', '      accept-ra: false', ['advertisement eth0 refused: accept-ra: false']],
  ['a card by its address', '      match: {macaddress: 00:11:22:33:44:55}\n      dhcp4: true', ['lease: dhcp4: true']],
  ['no YAML', '   dhcp4: [', ['unread: /etc/netplan/50-cloud-init.yaml could not be read.']],
])('netplan: %s', (_, text, expected) => expect(asked('', netplan(text))).toEqual(expected))

test('netplan: a later file changes what an earlier one says, and one in /etc takes the place of that in /run', () => {
  const later = { '/etc/netplan/99-own.yaml': 'network:\n  ethernets:\n    eth0:\n      dhcp4: false' }
  expect(asked('', { ...netplan('      dhcp4: true'), ...later })).toEqual([])
  expect(
    asked('', { '/run/netplan/50-cloud-init.yaml': 'network: {ethernets: {eth0: {dhcp4: true}}}', ...netplan('      mtu: 9000') }),
  ).toEqual([])
})

const network = (text: string, name = '/etc/systemd/network/10-eth.network') => ({ [name]: text })

test.each<[string, Readonly<Record<string, string>>, string[]]>([
  ['fixed', network('[Match]\nName=eth0\n[Network]\nAddress=10.0.0.2/24'), []],
  ['a gateway', network('[Match]\nName=eth0\n[Network]\nGateway=10.0.0.1'), ['route eth0: Gateway=10.0.0.1']],
  ['a gateway forgotten', network('[Match]\nName=eth0\n[Network]\nGateway=10.0.0.1\nGateway='), []],
  [
    'a route without destination',
    network('[Match]\nName=e*\n[Route]\nGateway=10.0.0.1'),
    ['route eth0: Gateway=10.0.0.1', 'route eth1: Gateway=10.0.0.1'],
  ],
  ['a route inside', network('[Match]\nName=eth0\n[Route]\nGateway=10.0.0.1\nDestination=10.0.0.0/8'), []],
  ['a route that stops', network('[Match]\nName=eth0\n[Route]\nDestination=0.0.0.0/0\nType=blackhole'), []],
  ['DHCP', network('[Match]\nName=eth0\n[Network]\nDHCP=yes'), ['lease eth0: DHCP=yes']],
  ['DHCP of IPv6 alone', network('[Match]\nName=eth0\n[Network]\nDHCP=ipv6'), []],
  [
    'DHCP without its gateway',
    network('[Match]\nName=eth0\n[Network]\nDHCP=yes\n[DHCPv4]\nUseGateway=no'),
    ['lease eth0 refused: DHCP=yes'],
  ],
  [
    'DHCP without its routes',
    network('[Match]\nName=eth0\n[Network]\nDHCP=yes\n[DHCP]\nUseRoutes=false'),
    ['lease eth0 refused: DHCP=yes'],
  ],
  ['for another host', network('[Match]\nName=host0\n[Network]\nDHCP=yes', '/usr/lib/systemd/network/80-container-host0.network'), []],
  ['any card', network('[Match]\nType=ether\n[Network]\nDHCP=yes'), ['lease: DHCP=yes']],
  ['all but one', network('[Match]\nName=!eth0 lo\n[Network]\nDHCP=yes'), ['lease eth1: DHCP=yes']],
  [
    'the first that fits',
    {
      ...network('[Match]\nName=e*\n[Network]\nDHCP=yes', '/run/systemd/network/20-all.network'),
      ...network('[Match]\nName=eth0 eth1\n[Network]\nAddress=10.0.0.2/24'),
    },
    [],
  ],
  [
    'a drop-in',
    { ...network('[Match]\nName=eth0\n[Network]\nDHCP=yes'), '/etc/systemd/network/10-eth.network.d/no.conf': '[Network]\nDHCP=no' },
    [],
  ],
  [
    'WireGuard by a table',
    { '/etc/systemd/network/wg0.netdev': '[NetDev]\nName=wg0\n[WireGuard]\nRouteTable=main\n[WireGuardPeer]\nAllowedIPs=0.0.0.0/0, ::/0' },
    ['route wg0: AllowedIPs=0.0.0.0/0, ::/0'],
  ],
])('systemd-networkd: %s', (_, files, expected) => expect(asked('systemd-networkd', files)).toEqual(expected))

test('what is not started at the start asks for nothing', () => {
  const files = network('[Match]\nName=eth0\n[Network]\nGateway=10.0.0.1')
  expect(asked('networking', files)).toEqual([])
  expect(asked('', files)).toEqual(['unread: No program that sets up the network is known to start with the host.'])
  expect(asked('connman', files)).toEqual(['unread: What connman sets up is not followed.'])
})

const profile = (text: string) => ({
  '/etc/NetworkManager/system-connections/Wired connection 1.nmconnection': `[connection]\nid=x\ntype=ethernet\n${text}`,
})

test.each<[string, string, string[]]>([
  ['fixed', 'interface-name=eth0\n[ipv4]\naddress1=10.0.0.2/24\nmethod=manual', []],
  ['a gateway behind the address', '[ipv4]\naddress1=10.0.0.2/24,10.0.0.1\nmethod=manual', ['route: address1=10.0.0.2/24,10.0.0.1']],
  ['none behind it', '[ipv4]\naddress1=10.0.0.2/24,0.0.0.0\nmethod=manual', []],
  ['a gateway', 'interface-name=eth0\n[ipv4]\ngateway=10.0.0.1', ['route eth0: gateway=10.0.0.1']],
  ['a gateway that is never the default', '[ipv4]\ngateway=10.0.0.1\nnever-default=true', []],
  ['a route', '[ipv4]\nroute1=0.0.0.0/0,10.0.0.1', ['route: route1=0.0.0.0/0,10.0.0.1']],
  ['DHCP', '[ipv4]\nmethod=auto', ['lease: method=auto']],
  ['DHCP that is never the default', '[ipv4]\nmethod=auto\nnever-default=true', ['lease refused: method=auto']],
  ['not by itself', 'autoconnect=false\n[ipv4]\nmethod=auto', []],
  ['a card that is not there', 'interface-name=eno9\n[ipv4]\nmethod=auto', []],
  ['routers of IPv6', '[ipv4]\nmethod=disabled\n[ipv6]\nmethod=auto', ['advertisement: method=auto']],
  ['DHCP where nothing is said of IPv4', '[ipv6]\nmethod=disabled', ['lease: [connection]']],
  ['nothing of either for a port of a bridge', 'controller=br0', []],
])('NetworkManager: %s', (_, text, expected) => expect(asked('NetworkManager', profile(text))).toEqual(expected))

test.each<[string, string, Readonly<Record<string, string>>, string[]]>([
  ['networkd', 'systemd-networkd', network('[Match]\nName=eth0\n[Network]\nAddress=10.0.0.2/24'), ['advertisement eth0: [Match]']],
  [
    'networkd, by any card',
    'systemd-networkd',
    network('[Match]\nType=ether\n[Network]\nDHCP=ipv6\n[IPv6AcceptRA]\nUseGateway=no'),
    ['advertisement eth0 refused: [Match]', 'advertisement eth1 refused: [Match]'],
  ],
  ['networkd, said', 'systemd-networkd', network('[Match]\nName=eth0\n[Network]\nIPv6AcceptRA=no'), []],
  ['networkd without IPv6', 'systemd-networkd', network('[Match]\nName=eth0\n[Network]\nLinkLocalAddressing=no'), []],
  ['networkd, a port of a bridge', 'systemd-networkd', network('[Match]\nName=eth0\n[Network]\nBridge=br0'), []],
  ['networkd, a port of a bond', 'systemd-networkd', network('[Match]\nName=eth0\n[Network]\nBond=bond0'), []],
  ['networkd that forwards', 'systemd-networkd', network('[Match]\nName=eth0\n[Network]\nIPv6Forwarding=yes'), []],
  ['networkd, a link left to others', 'systemd-networkd', network('[Match]\nName=eth0\n[Link]\nUnmanaged=yes'), []],
  [
    'networkd, a bridge',
    'systemd-networkd',
    {
      '/etc/systemd/network/10-br.netdev': '[NetDev]\nName=eth1\nKind=bridge',
      ...network('[Match]\nName=eth1', '/etc/systemd/network/10-br.network'),
    },
    [],
  ],
  ['NetworkManager', 'NetworkManager', profile('interface-name=eth0\n[ipv4]\nmethod=manual'), ['advertisement eth0: [connection]']],
  ['NetworkManager, said', 'NetworkManager', profile('interface-name=eth0\n[ipv4]\nmethod=manual\n[ipv6]\nmethod=link-local'), []],
  ['NetworkManager, a port', 'NetworkManager', profile('interface-name=eth0\nmaster=br0'), []],
  ['dhcpcd', 'dhcpcd', { '/etc/dhcpcd.conf': 'hostname' }, ['advertisement: hostname']],
  ['dhcpcd that takes no route', 'dhcpcd', { '/etc/dhcpcd.conf': 'nogateway' }, ['advertisement refused: nogateway']],
])('routers of IPv6, of whom nothing is said: %s', (_, managers, files, expected) => expect(byItself(managers, files)).toEqual(expected))

test('a tunnel of wg-quick that is down now is up at the next start', () => {
  const fixed = network('[Match]\nName=eth0')
  expect(asked('systemd-networkd', fixed, {}, '', ['wg-quick@wg0.service'])).toEqual([
    'unread: wg-quick@wg0 starts with the host and is not up. Where its file leads was not read.',
  ])
  expect(asked('systemd-networkd', fixed, {}, '', ['wg-quick@eth1.service'])).toEqual([])
})

test('OpenVPN takes routes from its other end whenever it runs', () => {
  const units = ['openvpn-client@office.service', 'openvpn@office.service', 'openvpn-server@own.service']
  expect(asked('systemd-networkd', network('[Match]\nName=eth0'), {}, '', units)).toEqual([
    'unread: openvpn-client@office starts with the host. Which routes it takes from its other end was not read.',
    'unread: openvpn@office starts with the host. Which routes it takes from its other end was not read.',
  ])
})

test('what the kernel takes by itself', () => {
  const taken = (kernel: string) => {
    const { kernel: links, rowOf } = read('networking', {}, {}, kernel)
    return links?.map((link) => `${link.interface}${link.takesRoute ? ' takes' : ''}: ${rowOf(link)}`)
  }
  const settings = (link: string, [accepts, route, forwards]: readonly [number, number, number]) =>
    `${link}/accept_ra:${accepts}\n${link}/accept_ra_defrtr:${route}\n${link}/forwarding:${forwards}\n`
  expect(taken('')).toBeUndefined()
  // Of `all` and `default` neither is asked (ipv6_accept_ra, net/ipv6.h).
  expect(taken(settings('all', [0, 1, 0]) + settings('default', [0, 1, 0]) + settings('eth0', [1, 1, 0]))).toEqual([
    'eth0 takes: eth0/accept_ra:1',
  ])
  expect(taken(settings('eth0.5', [0, 1, 0]))).toEqual(['eth0.5: eth0.5/accept_ra:0'])
  expect(taken(settings('eth0', [1, 1, 1]))).toEqual(['eth0: eth0/accept_ra:1'])
  expect(taken(settings('eth0', [2, 1, 1]))).toEqual(['eth0 takes: eth0/accept_ra:2'])
  expect(taken(settings('eth0', [2, 0, 0]))).toEqual(['eth0: eth0/accept_ra:2'])
})

test.each<[string, Readonly<Record<string, string>>, string[]]>([
  ['routers of IPv6', { '/etc/sysconfig/network-scripts/ifcfg-eth0': 'IPV6INIT=yes' }, ['advertisement eth0: IPV6INIT=yes']],
  [
    'routers of IPv6 without their route',
    { '/etc/sysconfig/network-scripts/ifcfg-eth0': 'IPV6INIT=yes\nIPV6_AUTOCONF=yes\nIPV6_DEFROUTE=no' },
    ['advertisement eth0 refused: IPV6_AUTOCONF=yes'],
  ],
  ['no routers of IPv6', { '/etc/sysconfig/network-scripts/ifcfg-eth0': 'IPV6INIT=yes\nIPV6_AUTOCONF=no' }, []],
  ['a gateway', { '/etc/sysconfig/network-scripts/ifcfg-eth0': 'BOOTPROTO=none\nGATEWAY="10.0.0.1"' }, ['route eth0: GATEWAY="10.0.0.1"']],
  ['not at the start', { '/etc/sysconfig/network-scripts/ifcfg-eth0': 'BOOTPROTO=dhcp\nONBOOT=no' }, []],
  ['DHCP', { '/etc/sysconfig/network/ifcfg-eth0': "BOOTPROTO='dhcp'\nSTARTMODE='auto'" }, ["lease eth0: BOOTPROTO='dhcp'"]],
  [
    'DHCP without its route',
    { '/etc/sysconfig/network-scripts/ifcfg-eth0': 'BOOTPROTO=dhcp\nDEFROUTE=no' },
    ['lease eth0 refused: BOOTPROTO=dhcp'],
  ],
  ['a file of routes', { '/etc/sysconfig/network/routes': 'default 10.0.0.1 - -' }, ['route: default 10.0.0.1 - -']],
  ['of all', { '/etc/sysconfig/network': 'GATEWAY=10.0.0.1' }, ['route: GATEWAY=10.0.0.1']],
])('sysconfig: %s', (_, files, expected) => expect(asked('network', files)).toEqual(expected))

const interfaces = (text: string) => ({ '/etc/network/interfaces': text })

test.each<[string, string, string[]]>([
  ['fixed', 'auto lo eth0\niface lo inet loopback\niface eth0 inet static\n  address 10.0.0.2/24', []],
  ['a gateway', 'auto eth0\niface eth0 inet static\n  gateway 10.0.0.1', ['route eth0: gateway 10.0.0.1']],
  ['not at the start', 'iface eth0 inet dhcp\n  gateway 10.0.0.1', []],
  ['said later', 'iface eth0 inet dhcp\nallow-hotplug eth0', ['lease eth0: iface eth0 inet dhcp']],
  [
    'by a command',
    'auto eth0\niface eth0 inet static\n  post-up ip route add default \\\n    via 10.0.0.1',
    ['route eth0: post-up ip route add default \\'],
  ],
  [
    'by the old command',
    'auto eth0\niface eth0 inet static\n  up route add -net 0.0.0.0/0 gw 10.0.0.1',
    ['route eth0: up route add -net 0.0.0.0/0 gw 10.0.0.1'],
  ],
  ['a route inside', 'auto eth0\niface eth0 inet static\n  up ip route add 10.0.0.0/8 via 10.0.0.1', []],
  ['another file', 'source /etc/own/*', ['unread: /etc/own/* was not read, which /etc/network/interfaces names.']],
  ['the usual folder', 'source /etc/network/interfaces.d/*\nsource-directory interfaces.d', []],
])('ifupdown: %s', (_, text, expected) => expect(asked('networking', interfaces(text))).toEqual(expected))

test.each<[string, string, string, Readonly<Record<string, string>> | undefined, boolean | undefined]>([
  ['nobody', 'networking', '0', {}, true],
  ['a file for the link', 'networking', '0', { '/etc/sysctl.d/60-own.conf': 'net.ipv6.conf.eth0.accept_ra = 0' }, false],
  ['one for all that come, with slashes', 'networking', '0', { '/etc/sysctl.conf': '-net/ipv6/conf/default/accept_ra=0' }, false],
  ['one with an asterisk', 'networking', '0', { '/etc/sysctl.d/a.conf': 'net.ipv6.conf.*.accept_ra_defrtr=0' }, false],
  ['one for another link', 'networking', '0', { '/etc/sysctl.d/a.conf': 'net.ipv6.conf.eth1.accept_ra=0' }, true],
  ['one that has it taken', 'networking', '0', { '/etc/sysctl.d/a.conf': 'net.ipv6.conf.eth0.accept_ra=2' }, true],
  ['one for what counts of no link', 'networking', '0', { '/etc/sysctl.d/a.conf': 'net.ipv6.conf.all.accept_ra=0' }, true],
  ['nobody, and it is taken now', 'networking', '1', {}, false],
  ['a program that tells the kernel itself', 'systemd-networkd', '0', {}, undefined],
  ['it was not asked', 'networking', '0', undefined, undefined],
])('that the kernel takes no advertisements at the next start says %s', (_, managers, value, sysctl, expected) => {
  const { kernel } = read(managers, {}, {}, `eth0/accept_ra:${value}\neth0/accept_ra_defrtr:1\neth0/forwarding:0`, [], sysctl)
  expect(kernel?.map(({ isForNow }) => isForNow)).toEqual([expected])
})

test('a stanza of ifupdown tells the kernel as well', () => {
  const { kernel } = read('networking', interfaces('auto eth0\niface eth0 inet6 static\n  accept_ra 0'), {}, 'eth0/accept_ra:0', [], {})
  expect(kernel?.map(({ isForNow }) => isForNow)).toEqual([false])
})

test('the kernel, dhcpcd, scripts', () => {
  expect(asked('dhcpcd', { '/etc/dhcpcd.conf': 'hostname\ninterface eth0\nstatic routers=10.0.0.1' })).toEqual([
    'route: static routers=10.0.0.1',
    'lease: hostname',
  ])
  expect(asked('networking', { '/proc/cmdline': 'quiet ip=10.0.0.2::10.0.0.1:255.255.255.0:h:eth0:off' })).toEqual([
    'route eth0: quiet ip=10.0.0.2::10.0.0.1:255.255.255.0:h:eth0:off',
  ])
  expect(asked('networking', { '/proc/cmdline': 'ip=dhcp' })).toEqual(['lease: ip=dhcp'])
  expect(asked('networking', {}, { '/etc/rc.local': 'ip route add default via 10.0.0.1' })).toEqual([
    'command: ip route add default via 10.0.0.1',
  ])
  expect(asked('networking', {}, { '/etc/rc.local': 'ip route add 10.0.0.0/8 via 10.0.0.1' })).toEqual([])
})

test.each<[string, string, Readonly<Record<string, string>>, string[]]>([
  ['netplan', '', netplan('      nameservers:\n        addresses: [8.8.8.8, "2001:4860:4860::8888"]'), ['8.8.8.8', '2001:4860:4860::8888']],
  [
    'systemd-networkd, an empty one before it',
    'systemd-networkd',
    network('[Match]\nName=eth0\n[Network]\nDNS=9.9.9.9\nDNS=\nDNS=1.1.1.1#one.one.one.one [2606:4700::1]:853%eth0'),
    ['1.1.1.1', '2606:4700::1'],
  ],
  ['systemd-networkd, another host', 'systemd-networkd', network('[Match]\nName=ens9\n[Network]\nDNS=9.9.9.9'), []],
  [
    'NetworkManager',
    'NetworkManager',
    { '/etc/NetworkManager/system-connections/a.nmconnection': '[ipv4]\nmethod=manual\ndns=8.8.8.8;10.0.0.53;\n[ipv6]\nmethod=disabled' },
    ['8.8.8.8', '10.0.0.53'],
  ],
  [
    'Red Hat',
    'network',
    { '/etc/sysconfig/network-scripts/ifcfg-eth0': 'ONBOOT=yes\nDNS1="8.8.8.8"\nDNS2=8.8.4.4' },
    ['8.8.8.8', '8.8.4.4'],
  ],
  ['SUSE', 'wicked', { '/etc/sysconfig/network/config': 'NETCONFIG_DNS_STATIC_SERVERS="8.8.8.8 10.0.0.53"' }, ['8.8.8.8', '10.0.0.53']],
  ['ifupdown', 'networking', interfaces('auto eth0\niface eth0 inet static\n  dns-nameservers 8.8.8.8 8.8.4.4'), ['8.8.8.8', '8.8.4.4']],
  ['ifupdown, by hand alone', 'networking', interfaces('iface eth0 inet static\n  dns-nameservers 8.8.8.8'), []],
  ['dhcpcd', 'dhcpcd', { '/etc/dhcpcd.conf': 'interface eth0\nstatic domain_name_servers=8.8.8.8 fd51::1' }, ['8.8.8.8', 'fd51::1']],
  ['what does not start', 'networking', network('[Match]\nName=eth0\n[Network]\nDNS=9.9.9.9'), []],
])('resolvers: %s', (_, managers, files, expected) => expect(read(managers, files).resolvers).toEqual(expected))

test('what could not be read is not known', () => {
  expect(readNextStart(output({ state: 'denied', sudoers: 'a line' }))).toMatchObject({ known: false, hint: 'Add to sudoers: a line' })
  expect(readNextStart(output({ exitCode: 1 }))).toMatchObject({ known: false })
})
