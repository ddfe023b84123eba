import { expect, test } from 'vitest'
import type { Network } from '../network/network.ts'
import { parseIptables } from './iptables/parse.ts'
import { parseNft } from './nft/parse.ts'
import { reach, verdictFor } from './reach.ts'

/**
 * What comes in by one interface and is answered by another, as tried between network namespaces (2026-11-29): a router leads 10.0.1.5 to 10.20.0.1 of eth1, the answer
 * leaves by the default route of eth0, and the connection stands, unless rp_filter is 1 or a rule asks for the way back.
 */
const network: Network = {
  addresses: [
    { interface: 'eth0', address: '10.9.0.1', prefixLength: 24, line: 1 },
    { interface: 'eth0', address: 'fd09::1', prefixLength: 64, line: 2 },
    { interface: 'eth1', address: '10.20.0.1', prefixLength: 24, line: 3 },
    { interface: 'eth1', address: 'fd20::1', prefixLength: 64, line: 4 },
    { interface: 'wg0', address: '10.66.0.1', prefixLength: 24, line: 5 },
    { interface: 'eth2', address: 'fe80::2', prefixLength: 64, line: 6 },
    { interface: 'wg1', address: '10.67.0.6', prefixLength: 32, line: 7 },
  ],
  routes: [
    { family: 4, destination: '0.0.0.0/0', interface: 'eth0', table: 'main', section: 'routes', line: 1 },
    { family: 4, destination: '10.20.0.0/24', interface: 'eth1', table: 'main', section: 'routes', line: 2 },
    { family: 4, destination: '10.66.0.0/24', interface: 'wg0', table: 'main', section: 'routes', line: 3 },
    { family: 6, destination: '::/0', interface: 'eth0', table: 'main', section: 'routes-6', line: 1 },
    { family: 6, destination: 'fd20::/64', interface: 'eth1', table: 'main', section: 'routes-6', line: 2 },
    { family: 6, destination: 'fe80::/64', interface: 'eth2', table: 'main', section: 'routes-6', line: 3 },
  ],
  defaultRoute: true,
}
const strict = { ...network, reversePath: ['eth0', 'eth1'] }
const inVrf = { ...network, inVrf: ['eth1'] }

const input = (rules: string, policy = 'drop') =>
  `\tchain input {\n\t\ttype filter hook input priority filter; policy ${policy};\n${rules}\n\t}\n`
const nft = (chains: string) => parseNft(`table inet t {\n${chains}}\n`, 'nft')
const bySecond = nft(input('iifname "eth1" tcp dport 8000 accept'))
const checked = nft(
  `\tchain early {\n\t\ttype filter hook prerouting priority raw; policy accept;\nfib saddr . iif oif missing drop\n\t}\n${input('iifname "eth1" tcp dport 8000 accept')}`,
)
const loosely = nft(
  `\tchain early {\n\t\ttype filter hook prerouting priority raw; policy accept;\nfib saddr oif missing drop\n\t}\n${input('iifname "eth1" tcp dport 8000 accept')}`,
)
const iptables = (rule: string) =>
  parseIptables(
    `*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING ${rule}\nCOMMIT\n*filter\n:INPUT DROP [0:0]\n-A INPUT -i eth1 -p tcp -m tcp --dport 8000 -j ACCEPT\nCOMMIT\n`,
    'ip',
    'iptables',
    undefined,
  ).tables
const APP = '10.0.1.5'

test.each([
  ['a rule by the interface alone', bySecond, network, APP, undefined, 'undetermined'],
  ['and of IPv6', bySecond, network, 'fd01::5', undefined, 'undetermined'],
  ['by the address of that interface', bySecond, network, APP, '10.20.0.1', 'undetermined'],
  ['by the address of the other, where nobody leads it', bySecond, network, APP, '10.9.0.1', 'drop'],
  ['its own network', bySecond, network, '10.20.0.7', undefined, 'accept'],
  ['the kernel looks for the way back', bySecond, strict, APP, undefined, 'drop'],
  ['of IPv4 alone', bySecond, strict, 'fd01::5', undefined, 'undetermined'],
  ['a rule does', checked, network, APP, undefined, 'drop'],
  ['for both families', checked, network, 'fd01::5', undefined, 'drop'],
  ['and lets in those whose way it is', checked, network, '10.20.0.7', undefined, 'accept'],
  [
    'a rule that lets in whoever has his way back there',
    nft(input('fib saddr . iif oif exists accept')),
    network,
    APP,
    undefined,
    'accept',
  ],
  ['and none that has not', nft(input('iifname "eth1" fib saddr . iif oif exists accept')), network, APP, undefined, 'drop'],
  ['a rule that asks for any way back', loosely, network, APP, undefined, 'undetermined'],
  ['the same of iptables', iptables('-m rpfilter --invert -j DROP'), network, APP, undefined, 'drop'],
  ['loosely', iptables('-m rpfilter --loose --invert -j DROP'), network, APP, undefined, 'undetermined'],
  ['what passes goes on to the next rule', iptables('-m rpfilter -j RETURN'), network, '10.20.0.7', undefined, 'accept'],
  ['rules that name the source', nft(input('iifname "eth1" ip saddr 10.20.0.0/24 accept')), network, APP, undefined, 'drop'],
  ['a tunnel that takes from a peer what is routed to it', nft(input('iifname "wg0" accept')), network, APP, undefined, 'drop'],
  ['one that is told to make no routes of it (Table=off)', nft(input('iifname "wg1" accept')), network, APP, undefined, 'undetermined'],
  ['where rules bar what comes by it', nft(input('iifname "eth0" ip saddr 10.9.0.0/24 accept')), network, APP, undefined, 'drop'],
  ['an interface with no address to lead to', nft(input('iifname "eth2" accept')), network, 'fd01::5', undefined, 'drop'],
  ['one that is open to all anyway', nft(input('tcp dport 8000 accept')), network, APP, undefined, 'accept'],
  ['a rule that bars one interface alone', nft(input('iifname "eth0" drop', 'accept')), network, APP, undefined, 'undetermined'],
  ['which interface rules see in a VRF', bySecond, inVrf, '10.20.0.7', undefined, 'undetermined'],
  ['what no rule by interface stops', nft(input('tcp dport 8000 accept')), inVrf, '10.20.0.7', undefined, 'accept'],
])('%s', (_, tables, of, source, address, expected) => {
  expect(verdictFor({ tables }, of, { direction: 'in', protocol: 'tcp', port: 8000, source, address }).verdict).toBe(expected)
})

test.each(['wt0', 'nebula1'])('%s takes from a peer what is its own alone', (name) => {
  const named = <T extends { readonly interface: string }>(each: T): T => (each.interface === 'wg0' ? { ...each, interface: name } : each)
  const of = { ...network, addresses: network.addresses.map(named), routes: network.routes.map(named) }
  const from = (source: string) =>
    verdictFor({ tables: nft(input(`iifname "${name}" accept`)) }, of, { direction: 'in', protocol: 'tcp', port: 8000, source }).verdict
  expect([APP, '10.66.0.7'].map(from)).toEqual(['drop', 'accept'])
})

test('the rule that lets in is named, with the interface', () => {
  const pieces = reach({ tables: bySecond }, network, { direction: 'in', protocol: 'tcp', port: 8000, address: '10.20.0.1' })
  expect(pieces.filter(({ roundabout, family }) => roundabout && family === 4)).toMatchObject([
    { interface: 'eth1', verdict: 'undetermined', doubtBy: { text: 'iifname "eth1" tcp dport 8000 accept' } },
  ])
})

/** As tried between network namespaces (2026-11-29): a neighbour that has a route to them by this host is answered on both. */
test.each([
  ['of loopback', '10.99.0.1'],
  ['of a bridge of containers', '172.17.0.1'],
])('what listens everywhere is reached by an address %s', (_, address) => {
  const more = [
    { interface: 'lo', address: '127.0.0.1', prefixLength: 8, line: 8 },
    { interface: 'lo', address: '10.99.0.1', prefixLength: 32, line: 9 },
    { interface: 'docker0', address: '172.17.0.1', prefixLength: 16, line: 10 },
  ]
  const tables = nft(input(`ip daddr ${address} tcp dport 8000 accept`))
  const query = { direction: 'in', protocol: 'tcp', port: 8000, source: '10.0.1.5' } as const
  const of = { ...network, addresses: [...network.addresses, ...more] }
  for (const bound of ['0.0.0.0', '*', address]) expect(verdictFor({ tables }, of, { ...query, address: bound }).verdict).toBe('accept')
  expect(verdictFor({ tables: nft(input('ip daddr 127.0.0.0/8 accept')) }, of, { ...query, address: '*' }).verdict).toBe('drop')
})
