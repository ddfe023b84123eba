import { describe, expect, test } from 'vitest'
import type { Network } from '../network/network.ts'
import { parseAddresses, parseRoutes } from '../network/parse.ts'
import type { FirewallSections } from './assemble.ts'
import { parseNft } from './nft/parse.ts'
import { verdictFor } from './reach.ts'
import { firewallOf, output, recorded, tcp } from './recorded-hosts.testing.ts'

test.each(['debian-11-ufw', 'debian-13-ufw', 'ufw-seed', 'ufw-rich'])('%s is known by its chains, without asking it', (name) => {
  expect(firewallOf(recorded(name, ['nft', 'iptables', 'ip6tables'])).backend).toBe('ufw')
  expect(firewallOf(recorded(name, ['nft'])).backend).toBe('ufw')
})

describe('ufw as the seed sets it up', () => {
  test.each([
    ['all', undefined, 'iptables'],
    ['nft alone', ['nft'], 'nft'],
    ['ufw alone', ['ufw'], 'ufw'],
  ] as const)('is the same, seen by %s', (_, only, section) => {
    const firewall = firewallOf(recorded('ufw-seed', only))
    expect(firewall).toMatchObject({ defaultInbound: 'drop', defaultOutbound: 'drop', unmodelled: [], section })
    const verdict = (port: number, source: string) => verdictFor(firewall, undefined, tcp(port, source)).verdict
    expect([verdict(8000, '10.0.1.7'), verdict(8000, '10.0.2.7'), verdict(22, '10.0.1.7'), verdict(8000, 'fd00::1')]).toEqual([
      'accept',
      'drop',
      'drop',
      'drop',
    ])
    const out = (port: number) => verdictFor(firewall, undefined, { direction: 'out', protocol: 'tcp', port, source: '8.8.8.8' }).verdict
    expect([out(443), out(53), out(80)]).toEqual(['accept', 'accept', 'drop'])
  })

  test('the deciding line is the one of the rule', () => {
    const { by } = verdictFor(firewallOf(recorded('ufw-seed')), undefined, tcp(8000, '10.0.1.7'))
    expect(by).toMatchObject({ section: 'iptables', text: '-A ufw-user-input -s 10.0.1.0/24 -p tcp -m tcp --dport 8000 -j ACCEPT' })
  })
})

describe.each([
  ['Debian 11: nftables 0.9.8, iptables 1.8.7', 'debian-11-ufw'],
  ['Debian 13: nftables 1.1.3, iptables 1.8.11', 'debian-13-ufw'],
])('%s', (_, name) => {
  test.each([
    ['all', undefined, 'iptables', ['ip filter', 'ip6 filter']],
    ['nft alone', ['nft'], 'nft', ['ip filter', 'ip6 filter']],
  ] as const)('each table counts once, seen by %s', (__, only, section, tables) => {
    const firewall = firewallOf(recorded(name, only))
    expect(firewall.tables.map((table) => `${table.family} ${table.name}`)).toEqual(tables)
    expect(firewall).toMatchObject({ defaultInbound: 'drop', defaultOutbound: 'drop', unmodelled: [], section })
    const verdict = (port: number, source: string) => verdictFor(firewall, undefined, tcp(port, source)).verdict
    expect([verdict(8000, '10.0.1.7'), verdict(22, '10.77.2.10'), verdict(22, '10.77.2.11'), verdict(8000, 'fd00::1')]).toEqual([
      'accept',
      'accept',
      'drop',
      'drop',
    ])
  })
})

describe('iptables-save without the name of its kernel part (before 1.8.8)', () => {
  const plain = (text: string) => text.replace(' (nf_tables)', '')
  const sections = (name: string, change: (text: string) => string = plain) => {
    const all = recorded(name)
    return {
      ...all,
      iptables: output('iptables', change(all.iptables.stdout)),
      ip6tables: output('ip6tables', plain(all.ip6tables.stdout)),
    }
  }
  const sources = (given: FirewallSections) => firewallOf(given).tables.map(({ section, family, name }) => `${section} ${family} ${name}`)

  test.each(['ufw-seed', 'ufw-rich', 'docker-published'])('%s: told by its rules', (name) => {
    expect(sources(sections(name))).toEqual(sources(recorded(name)))
  })

  test.each<[string, (text: string) => string]>([
    ['another policy', (text) => text.replace(':INPUT DROP', ':INPUT ACCEPT')],
    ['a rule less', (text) => text.replace(/-A ufw-user-input .*\n/, '')],
    ['the last rule of a chain less', (text) => text.replace('-A ufw-user-limit-accept -j ACCEPT\n', '')],
    ['a chain less', (text) => text.replaceAll(/.*ufw-user-limit-accept.*\n/g, '')],
    ['another verdict', (text) => text.replace(/(-A ufw-user-input .*)-j ACCEPT/, '$1-j DROP')],
    ['another chain', (text) => text.replace('-A INPUT -j ufw-before-input', '-A INPUT -j ufw-after-input')],
  ])('%s: legacy rules beside those of nft, and both count', (_, change) => {
    expect(sources(sections('ufw-rich', (text) => change(plain(text))))).toContain('nft ip filter')
  })
})

describe.each([
  ['the kernel', undefined],
  ['ufw alone', ['ufw']],
] as const)('a richer ufw, seen by %s', (_, only) => {
  const firewall = firewallOf(recorded('ufw-rich', only))
  test.each([
    [8000, '10.0.1.77', 'reject'],
    [8000, '10.0.1.7', 'accept'],
    [8000, 'fd00:1::7', 'accept'],
    [8000, 'fd00:2::7', 'reject'],
    [22, '10.80.2.10', 'accept'],
    [22, '10.80.2.11', 'reject'],
    [80, '203.0.113.9', 'accept'],
    [443, '2001:db8::9', 'accept'],
    [2222, '203.0.113.9', 'accept'],
    [9100, '203.0.113.9', 'undetermined'],
    [60_500, '203.0.113.9', 'reject'],
  ] as const)('port %i from %s: %s', (port, source, expected) => {
    expect(verdictFor(firewall, undefined, tcp(port, source)).verdict).toBe(expected)
  })
})

/** The default firewall of RHEL 8 and 9: zone `public` with SSH from the jump host, zone `app` bound to a source network. */
describe.each(['debian-11-firewalld', 'debian-12-firewalld', 'debian-13-firewalld'])('%s', (name) => {
  const host: Network = {
    addresses: parseAddresses('2: eth0 inet 10.80.2.11/24\n2: eth0 inet6 fd00:80::11/64'),
    routes: [...parseRoutes('default via 10.80.2.1 dev eth0', 4), ...parseRoutes('default via fd00:80::1 dev eth0', 6)],
    defaultRoute: true,
  }
  const firewall = firewallOf(recorded(name), host)
  test('is understood to the end', () => {
    expect(firewall).toMatchObject({ backend: 'firewalld', defaultInbound: 'reject', defaultOutbound: 'accept', unmodelled: [] })
  })
  test.each([
    [22, '10.77.2.10', 'accept'],
    [22, '10.77.2.11', 'reject'],
    [443, '203.0.113.9', 'accept'],
    [443, '2001:db8::9', 'accept'],
    [8000, '10.0.1.7', 'accept'],
    [8000, '10.0.2.7', 'reject'],
    [8000, '2001:db8::9', 'reject'],
  ] as const)('port %i from %s: %s', (port, source, expected) => {
    expect(verdictFor(firewall, host, tcp(port, source)).verdict).toBe(expected)
  })
})

test('rules for IPv4 alone leave IPv6 open', () => {
  const network: Network = {
    addresses: parseAddresses('2: eth0 inet 10.0.0.2/24 scope global eth0\n2: eth0 inet6 fd00::2/64 scope global\n'),
    routes: [],
    defaultRoute: false,
  }
  const firewall = firewallOf(recorded('nft-ipv4-only'), network)
  expect(firewall.backend).toBe('nftables')
  const routed = {
    ...network,
    routes: [...parseRoutes('default via 10.0.0.1 dev eth0', 4), ...parseRoutes('default via fd00::1 dev eth0', 6)],
  }
  expect(verdictFor(firewall, routed, tcp(8000, '203.0.113.9')).verdict).toBe('drop')
  expect(verdictFor(firewall, routed, tcp(8000, '2001:db8::1')).verdict).toBe('accept')
})

test.each(['flags dormant', 'flags owner, dormant'])('a table with %s stops nothing, as in the kernel', (flags) => {
  const rules = (line: string) =>
    `table inet d {\n\t${line}\n\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\t}\n}\n`
  expect(verdictFor({ tables: parseNft(rules(flags), 'nft') }, undefined, tcp(8000, '192.0.2.7')).verdict).toBe('accept')
  expect(verdictFor({ tables: parseNft(rules('flags owner'), 'nft') }, undefined, tcp(8000, '192.0.2.7')).verdict).toBe('drop')
})

test('a list of ten thousand blocked addresses is followed in bounded time', () => {
  const blocked = (n: number) => `${20 + (n % 200)}.${n >> 8}.${n & 255}.7`
  const rules = Array.from({ length: 10_000 }, (_, n) => `\t\tip saddr ${blocked(n)} drop`).join('\n')
  const tables = parseNft(
    `table inet t {\n\tchain input {\n\t\ttype filter hook input priority filter; policy accept;\n${rules}\n\t}\n}\n`,
    'nft',
  )
  const network = {
    addresses: parseAddresses('2: eth0 inet 10.0.0.2/24'),
    routes: parseRoutes('default via 10.0.0.1 dev eth0', 4),
    defaultRoute: true,
  }
  const begun = process.cpuUsage()
  const verdicts = [blocked(9_999), blocked(0), '9.9.9.9'].map((source) => verdictFor({ tables }, network, tcp(8000, source)).verdict)
  expect(verdicts).toEqual(['drop', 'drop', 'accept'])
  // Of processor time, since other tests run beside it. What grows with the square of the rules takes half a minute.
  expect(process.cpuUsage(begun).user / 1e6).toBeLessThan(10)
})

/** Routing on the host with unnumbered BGP (FRR, documentation of `bgp unnumbered`): its only address of IPv4 stands on lo. */
test.each([
  [
    'an address on lo, interfaces without one',
    '1: lo inet 127.0.0.1/8\n1: lo inet 10.1.0.7/32 scope global lo',
    'default via inet6 fe80::1 dev eth1 proto bgp src 10.1.0.7',
  ],
  ['a VPN without an address', '2: eth0 inet 10.0.0.2/24', '0.0.0.0/1 dev tun0 scope link\n128.0.0.0/1 dev tun0 scope link'],
  ['only loopback', '1: lo inet 127.0.0.1/8', 'default dev eth1 scope link'],
])('%s', (name, addresses, routes) => {
  const network = { addresses: parseAddresses(addresses), routes: parseRoutes(routes, 4), defaultRoute: true }
  const open = { tables: parseNft('table inet t {\n}\n', 'nft') }
  const expected = name === 'only loopback' ? 'drop' : 'accept'
  const out = { direction: 'out', protocol: 'tcp', port: 443 } as const
  expect([
    verdictFor(open, network, tcp(8000, '203.0.113.9')).verdict,
    verdictFor(open, network, { ...out, source: '198.51.100.1' }).verdict,
  ]).toEqual([expected, expected])
})
