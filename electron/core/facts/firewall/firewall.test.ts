import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SectionOutput } from '../../probe/section.ts'
import { printed } from '../../probe/section-output.testing.ts'
import type { Network } from '../network/network.ts'
import { parseAddresses, parseRoutes } from '../network/parse.ts'
import { assembleFirewall, type FirewallSections } from './assemble.ts'
import type { Firewall } from './firewall.ts'
import { containerBridges, forwardedFrom, sourcesBehind } from './forwarded.ts'
import { parseIptables } from './iptables/parse.ts'
import { parseNft } from './nft/parse.ts'
import { verdictAmong, verdictFor } from './reach.ts'
import { parseUfw } from './ufw/parse.ts'

const ids = ['nft', 'iptables', 'ip6tables', 'ipset', 'ufw'] as const

const output = (id: string, stdout: string, change: Partial<SectionOutput> = {}) =>
  printed(id, stdout, { command: `sudo ${id}`, ...change })

function recorded(name: string, only?: readonly string[]): FirewallSections {
  const read = (id: string) => {
    try {
      return readFileSync(new URL(`./__fixtures__/${name}/${id}.txt`, import.meta.url), 'utf8')
    } catch {
      return ''
    }
  }
  const sections = ids.map((id) => [
    id,
    only?.includes(id) === false ? output(id, '', { state: 'denied', exitCode: null }) : output(id, read(id)),
  ])
  return Object.fromEntries(sections) as Record<(typeof ids)[number], SectionOutput>
}

function firewallOf(sections: FirewallSections, network?: Network): Firewall {
  const fact = assembleFirewall(sections, network)
  if (!fact.known) throw new Error(fact.reason)
  return fact.value
}

const tcp = (port: number, source: string) => ({ direction: 'in', protocol: 'tcp', port, source }) as const

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

const bridgeOf = (host: Network) => {
  const [bridge] = containerBridges(host)
  if (!bridge) throw new Error('no bridge')
  return bridge
}

describe('a port that Docker publishes', () => {
  const network: Network = {
    addresses: [
      { interface: 'eth0', address: '10.80.2.11', prefixLength: 24, line: 1 },
      { interface: 'docker0', address: '172.17.0.1', prefixLength: 16, line: 2 },
    ],
    routes: parseRoutes('default via 10.80.2.1 dev eth0\n172.17.0.0/16 dev docker0\n', 4),
    defaultRoute: true,
  }

  test('passes around the INPUT chain', () => {
    const firewall = firewallOf(recorded('docker-published'), network)
    expect(firewall.defaultInbound).toBe('drop')
    expect(verdictFor(firewall, network, tcp(8080, '203.0.113.9'))).toMatchObject({ verdict: 'accept', by: { chain: 'DOCKER' } })
    expect(verdictFor(firewall, network, tcp(8081, '203.0.113.9')).verdict).toBe('drop')
    expect(verdictFor(firewall, network, tcp(9090, '203.0.113.9')).verdict).toBe('drop')
    expect(verdictFor(firewall, network, tcp(22, '10.80.2.10')).verdict).toBe('accept')
  })

  test.each([
    ['Docker 20.10 of Debian 12', 'debian-12-docker', '172.17.0.1/16', 'docker0'],
    ['Docker 26.1 of Debian 13', 'debian-13-docker', '172.17.0.1/16', 'docker0'],
    ['Podman 4.3 with CNI of Debian 12', 'debian-12-podman', '10.88.0.1/16', 'cni-podman0'],
    ['Podman 5.4 with netavark of Debian 13', 'debian-13-podman', '10.88.0.1/16', 'podman0'],
  ])('as %s really publishes it', (_, name, bridge, device) => {
    const host: Network = {
      addresses: parseAddresses(`2: eth0 inet 10.80.2.11/24\n3: ${device} inet ${bridge}`),
      routes: parseRoutes(`default via 10.80.2.1 dev eth0\n10.80.2.0/24 dev eth0\n${bridge.replace('0.1/', '0.0/')} dev ${device}\n`, 4),
      defaultRoute: true,
    }
    // With the way in closed, so that only what is translated and forwarded gets through.
    const closed = (given: SectionOutput) => ({
      ...given,
      stdout: given.stdout
        .replace(':INPUT ACCEPT', ':INPUT DROP')
        .replace('hook input priority filter; policy accept', 'hook input priority filter; policy drop')
        .replace(/(table ip filter \{)/, '$1\nchain INPUT {\ntype filter hook input priority filter; policy drop;\n}\n'),
    })
    const all = recorded(name)
    const firewall = firewallOf({ ...all, iptables: closed(all.iptables), nft: closed(all.nft) }, host)
    expect(firewall).toMatchObject({ unmodelled: [], defaultInbound: 'drop' })
    const verdict = (port: number) => verdictFor(firewall, host, tcp(port, '203.0.113.9')).verdict
    expect([verdict(11_434), verdict(8000), verdict(12_345)]).toEqual(['accept', 'drop', 'drop'])
    // All of them lead their containers out, whatever else is forwarded.
    const sources = sourcesBehind(firewall.tables, host, bridgeOf(host))
    const ways = sources?.map((source) => forwardedFrom(firewall.tables, host, { bridge: device, source, protocol: 'tcp', port: 443 }))
    expect(ways?.flat().map((piece) => piece.verdict)).toEqual(ways?.map(() => 'accept'))
    expect(sources?.length).toBeGreaterThan(1)
  })

  test('legacy iptables says the same', () => {
    const firewall = firewallOf(recorded('iptables-legacy'), network)
    expect(firewall.backend).toBe('iptables')
    expect(verdictFor(firewall, network, tcp(8080, '203.0.113.9')).verdict).toBe('accept')
    expect(verdictFor(firewall, network, tcp(22, '203.0.113.9')).verdict).toBe('drop')
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

describe('what could not be read', () => {
  test('is unknown when nothing answers, with the sudoers line', () => {
    const denied = (id: string) => output(id, '', { state: 'denied', exitCode: null, sudoers: `gatehouse ALL=(root) NOPASSWD: ${id}` })
    const fact = assembleFirewall(
      { nft: denied('nft'), iptables: denied('iptables'), ip6tables: denied('ip6tables'), ipset: denied('ipset'), ufw: denied('ufw') },
      undefined,
    )
    expect(fact).toMatchObject({ known: false, hint: expect.stringContaining('NOPASSWD: nft') })
  })

  test('an inactive ufw alone proves nothing', () => {
    expect(assembleFirewall({ ...recorded('none', ['ufw']) }, undefined).known).toBe(false)
  })

  test('legacy rules beside nftables put what is let in in doubt', () => {
    const sections = {
      ...recorded('none'),
      iptables: output('iptables', '', { stderr: '# Warning: iptables-legacy tables present, use iptables-legacy-save to see them\n' }),
    }
    expect(verdictFor(firewallOf(sections), undefined, tcp(22, '10.0.0.1')).verdict).toBe('undetermined')
  })

  test.each([
    ['ip_tables iptable_nat', ['undetermined', 'accept']],
    ['ip_tables iptable_filter ip6table_filter', ['undetermined', 'undetermined']],
    // Some words of iptables-nft ask for the module of its core.
    ['ip*table_*', ['accept', 'accept']],
  ])('legacy tables that no program of the host shows (%s)', (modules, expected) => {
    const missing = (id: string) => output(id, '', { state: 'missing', exitCode: null })
    const tables = { iptables: missing('iptables'), ip6tables: missing('ip6tables'), legacyTables: output('legacy-tables', modules) }
    for (const nft of [recorded('none').nft, missing('nft')]) {
      const firewall = firewallOf({ ...recorded('none'), ...tables, nft })
      expect(['10.0.0.1', 'fd00::1'].map((source) => verdictFor(firewall, undefined, tcp(22, source)).verdict)).toEqual(expected)
      expect(firewall.translationKnown).toBe(!expected.includes('undetermined'))
    }
    // Where iptables is there it tells of them itself.
    const told = firewallOf({ ...recorded('none'), legacyTables: output('legacy-tables', modules) })
    expect(verdictFor(told, undefined, tcp(22, '10.0.0.1')).verdict).toBe('accept')
  })

  test('a listing that was cut is not used', () => {
    const cut = { ...recorded('none'), iptables: output('iptables', '*filter\n:INPUT ACCEPT [0:0]\n') }
    expect(verdictFor(firewallOf(cut), undefined, tcp(22, '10.0.0.1')).verdict).toBe('undetermined')
  })

  test('nor is one in which a table begins inside of another: lines between them are lost', () => {
    const lost = 'table inet a {\n\tchain x {\n\t}\ntable inet b {\n\tchain y {\n\t}\n}\n}\n'
    expect(verdictFor(firewallOf({ ...recorded('none'), nft: output('nft', lost) }), undefined, tcp(22, '10.0.0.1')).verdict).toBe(
      'undetermined',
    )
  })

  test('an nft listing that breaks off inside a table is not used', () => {
    const whole = recorded('nft-ipv4-only').nft.stdout
    for (const share of [0.3, 0.5, 0.8]) {
      const cut = { ...recorded('none'), nft: output('nft', whole.slice(0, Math.floor(whole.length * share))) }
      expect(verdictFor(firewallOf(cut), undefined, tcp(22, '10.0.0.1')).verdict).toBe('undetermined')
    }
  })

  test('no program at all is no firewall', () => {
    const missing = (id: string) => output(id, '', { state: 'missing', exitCode: null })
    const firewall = firewallOf({
      nft: missing('nft'),
      iptables: missing('iptables'),
      ip6tables: missing('ip6tables'),
      ipset: missing('ipset'),
      ufw: missing('ufw'),
    })
    expect(firewall).toMatchObject({ backend: 'none', defaultInbound: 'accept' })
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

test('parsers take any text', () => {
  const words = fc.constantFrom(
    'table',
    'inet',
    '{',
    '}',
    'chain',
    'type',
    'filter',
    'hook',
    'input',
    'vmap',
    '@s',
    ',',
    ':',
    '"',
    '\n',
    'ip',
    'saddr',
    '!=',
    '&',
    '(',
    'ct',
    'fib',
    '#',
    '*filter',
    ':INPUT',
    '-A',
    'INPUT',
    '-j',
    '-s',
    '!',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(words, { maxLength: 60 }).map((all) => all.join(' ')),
      ),
      (text) => {
        parseNft(`table inet t {\nchain c {\n${text}\n}\n}`, 'nft')
        parseNft(text, 'nft')
        parseIptables(`*filter\n:INPUT DROP [0:0]\n-A INPUT ${text}`, 'ip', 'iptables')
        parseUfw(text, 'ufw')
      },
    ),
  )
})

test.each([
  ['to the port that it was sent to', 'iifname "docker0" tcp dport 443 redirect to :443'],
  ['to its own address', 'tcp dport 443 dnat to 172.17.0.2'],
  ['to another', 'tcp dport 443 dnat to 10.0.0.7:8443'],
])('where what a container sends is led %s, nobody knows who is reached', (_, rule) => {
  const tables = parseNft(
    `table ip t {\n\tchain nat {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t\t${rule}\n\t}\n}\n`,
    'nft',
  )
  const network: Network = {
    addresses: parseAddresses('2: eth0 inet 10.9.0.1/16\n3: docker0 inet 172.17.0.1/16'),
    routes: parseRoutes('default dev eth0', 4),
    defaultRoute: true,
  }
  const ways = forwardedFrom(tables, network, { bridge: 'docker0', source: 'ac110002', protocol: 'tcp', port: 443 })
  expect(ways.map(({ verdict }) => verdict)).toEqual(['undetermined'])
})

/** As in chain DOCKER-USER (docs.docker.com, engine/network/firewall-iptables): random rule sets against the kernel. */
test('what a container sends was sent to where it goes', () => {
  const text = `*filter\n:FORWARD DROP [0:0]\n-A FORWARD -p tcp -m conntrack --ctorigdst 10.9.0.1 --ctorigdstport 443 -j ACCEPT\n-A FORWARD -m conntrack --ctorigdst 10.0.4.0/24 -j ACCEPT\nCOMMIT\n`
  const { tables } = parseIptables(text, 'ip', 'iptables')
  const network: Network = {
    addresses: parseAddresses('2: eth0 inet 10.9.0.1/16\n3: docker0 inet 172.17.0.1/16'),
    routes: parseRoutes('default dev eth0', 4),
    defaultRoute: true,
  }
  const ways = forwardedFrom(tables, network, { bridge: 'docker0', source: 'ac110002', protocol: 'tcp', port: 443 })
  const to = (address: string) => verdictAmong(ways, address).verdict
  expect(['10.0.4.9', '203.0.113.9'].map(to)).toEqual(['accept', 'drop'])
})
