import { expect, test } from 'vitest'
import type { Network } from '../network/network.ts'
import { parseAddresses, parseInVrf, parseOwnRoutes, parseRoutes } from '../network/parse.ts'
import { defaultsOf } from './defaults.ts'
import { forwardedTo } from './forwarded.ts'
import { parseNft } from './nft/parse.ts'
import { verdictFor } from './reach.ts'

/** Which table is asked the rules of policy routing say (`ip rule`), which are not read: nothing may be held closed because one of the tables says so. */
function networkOf(addresses: string, routes: string): Network {
  return {
    addresses: parseAddresses(addresses),
    routes: parseRoutes(routes, 4),
    defaultRoute: /^default/m.test(routes),
    inVrf: parseInVrf(routes),
    ownRoutes: parseOwnRoutes(routes, 4, parseAddresses(addresses)),
  }
}
const TWO_CARDS = `1: lo    inet 127.0.0.1/8 scope host lo
2: eth0    inet 10.9.0.1/24 scope global eth0
3: eth1    inet 10.20.0.1/24 scope global eth1
4: docker0    inet 172.17.0.1/16 scope global docker0
`
const LINKS = '10.9.0.0/24 dev eth0 scope link\n10.20.0.0/24 dev eth1 scope link\n172.17.0.0/16 dev docker0 scope link\n'
const chain = (hook: string, policy: string, ...rules: string[]) =>
  parseNft(
    `table ip t {\n\tchain c {\n\t\ttype filter hook ${hook} priority filter; policy ${policy};\n${rules.join('\n')}\n\t}\n}\n`,
    'nft',
  )
const inbound = (tables: ReturnType<typeof chain>, network: Network, source: string) =>
  verdictFor({ tables }, network, { direction: 'in', protocol: 'tcp', port: 8000, source }).verdict

test('a default route that another table alone has leaves the main table without one, so every interface counts', () => {
  const tables = chain('input', 'drop', 'iifname "eth0" accept')
  const mains = (routes: string) =>
    defaultsOf({ tables }, networkOf(TWO_CARDS, LINKS + routes), 'in')
      .filter(({ main, protocol }) => main && protocol === 'tcp')
      .map(({ interface: name, verdict }) => `${name} ${verdict}`)
  expect(mains('default via 10.20.0.9 dev eth1')).toEqual(['eth1 drop'])
  expect(mains('default via 10.20.0.9 dev eth1 table 100')).toEqual(['eth0 accept', 'eth1 drop'])
  expect(mains('default via 10.20.0.9 dev eth1\ndefault via 10.9.0.9 dev eth0 table 100')).toEqual(['eth0 accept', 'eth1 drop'])
})

test('where no default route is, a tunnel of a cluster gets none either', () => {
  const network = networkOf(
    `${TWO_CARDS}5: flannel.1    inet 10.42.0.0/32 scope global flannel.1\n`,
    `${LINKS}10.42.1.0/24 via 10.42.1.0 dev flannel.1 onlink`,
  )
  const verdicts = defaultsOf({ tables: chain('input', 'drop', 'iifname "flannel.1" accept') }, network, 'in')
  const words = verdicts.filter(({ protocol }) => protocol === 'tcp').map((each) => `${each.interface} ${each.verdict} ${each.main}`)
  expect(words).toEqual(['eth0 drop true', 'eth1 drop true', 'flannel.1 accept false'])
})

test('two halves of all addresses, as clients of OpenVPN set them, take what the default route would', () => {
  const tables = chain('output', 'drop', 'oifname "eth0" accept')
  const network = networkOf(
    TWO_CARDS,
    `${LINKS}default via 10.20.0.9 dev eth1\n0.0.0.0/1 via 10.9.0.9 dev eth0\n128.0.0.0/1 via 10.9.0.9 dev eth0`,
  )
  const mains = defaultsOf({ tables }, network, 'out').filter(({ main, protocol }) => main && protocol === 'tcp')
  expect(mains.map(({ interface: name, verdict }) => `${name} ${verdict}`)).toEqual(['eth0 accept', 'eth1 drop'])
})

test('the default of an interface in a VRF hangs on rules by its name, as what comes by it does', () => {
  const network = networkOf(
    TWO_CARDS,
    `${LINKS}default via 10.9.0.9 dev eth0 table 1001\nlocal 10.9.0.1 dev eth0 table 1001 proto kernel scope host src 10.9.0.1`,
  )
  const tables = chain('input', 'drop', 'iifname "mgmt" accept')
  const verdicts = defaultsOf({ tables }, network, 'in').filter(({ interface: name, protocol }) => name === 'eth0' && protocol === 'tcp')
  expect(verdicts.map(({ verdict }) => verdict)).toEqual(['undetermined'])
  expect(inbound(tables, network, '10.9.0.7')).toBe('undetermined')
})

const LED = 'table ip n {\n\tchain c {\n\t\ttype nat hook prerouting priority dstnat;\ntcp dport 8000 dnat to '
test.each([
  ['one table', '10.20.0.5', 'default via 10.9.0.9 dev eth0', 'drop'],
  [
    'another way by another table',
    '10.20.0.5',
    'default via 10.9.0.9 dev eth0\n10.20.0.0/16 via 10.9.0.8 dev eth0 table 100',
    'undetermined',
  ],
  [
    'two ways in one',
    '10.30.0.5',
    'default via 10.9.0.9 dev eth0\n10.30.0.0/16 proto static\n\tnexthop via 10.9.0.8 dev eth0\n\tnexthop via 10.20.0.8 dev eth1',
    'undetermined',
  ],
  [
    'a container, whatever the default of another table',
    '172.17.0.2',
    'default via 10.9.0.9 dev eth0\ndefault via 10.20.0.9 dev eth1 table 100',
    'drop',
  ],
])('what is led on leaves by a table that is not known: %s', (_, to, routes, expected) => {
  const network = networkOf(TWO_CARDS, LINKS + routes)
  const tables = [...chain('forward', 'accept', 'oifname { "eth1", "docker0" } drop'), ...parseNft(`${LED}${to}:80\n\t}\n}\n`, 'nft')]
  expect(inbound(tables, network, '10.9.0.7')).toBe(expected)
})

test('which bridge a container lies behind is known by the main table', () => {
  const network = networkOf(TWO_CARDS, `${LINKS}default via 10.9.0.9 dev eth0\ndefault via 10.20.0.9 dev eth1 table 100`)
  const tables = chain('forward', 'drop', 'oifname "docker0" accept')
  const pieces = forwardedTo(tables, network, { address: '172.17.0.2', port: 80 })
  expect(pieces.map(({ interface: name, verdict }) => `${name} ${verdict}`)).toEqual(['eth0 accept', 'eth1 accept'])
})

/** As tried between network namespaces (2026-11-29): a host answers on what a route of the kind `local` gives it, as load balancers of clouds do (GCE: `proto 66`). */
test('addresses that a route makes its own', () => {
  const routes = `${LINKS}default via 10.9.0.9 dev eth0
local 10.5.0.0/16 dev lo table local scope host
local 34.1.2.3 dev eth0 table local proto 66 scope host
local 10.9.0.1 dev eth0 table local proto kernel scope host src 10.9.0.1
local 127.0.0.0/8 dev lo table local proto kernel scope host src 127.0.0.1
local 0.0.0.0/0 dev lo table 100 scope host`
  const network = networkOf(TWO_CARDS, routes)
  expect(inbound(chain('input', 'drop', 'ip daddr 34.1.2.3 tcp dport 8000 accept'), network, '10.9.0.7')).toBe('accept')
  expect(inbound(chain('input', 'drop', 'ip daddr 10.5.0.7 tcp dport 8000 accept'), network, '10.9.0.7')).toBe('accept')
  expect(inbound(chain('input', 'drop', 'ip daddr 10.5.0.0/24 accept', 'ip daddr 10.6.0.1 accept'), network, '10.9.0.7')).toBe('accept')
  // All the world is its own for packets with a mark alone, which a transparent proxy takes.
  expect(inbound(chain('input', 'drop', 'ip daddr 10.6.0.1 accept'), network, '10.9.0.7')).toBe('drop')
  expect(inbound(chain('input', 'drop', 'ip daddr 127.0.0.5 accept'), network, '10.9.0.7')).toBe('drop')
})

/** As tried between network namespaces (2026-11-29): `curl --interface 10.20.0.1` leaves by eth0. */
test('a program may send from any address of the host', () => {
  const network = networkOf(TWO_CARDS, `${LINKS}default via 10.9.0.9 dev eth0`)
  const out = (rule: string) =>
    verdictFor({ tables: chain('output', 'drop', rule) }, network, { direction: 'out', protocol: 'tcp', port: 443, source: '10.9.0.7' })
      .verdict
  expect(out('ip saddr 10.20.0.1 accept')).toBe('accept')
  expect(out('ip saddr 10.20.0.2 accept')).toBe('drop')
})
