import { expect, test } from 'vitest'
import type { Network } from '../network/network.ts'
import { parseAddresses, parseRoutes } from '../network/parse.ts'
import { parseNft } from './nft/parse.ts'
import { verdictFor } from './reach.ts'

const tcp = (port: number, source: string) => ({ direction: 'in', protocol: 'tcp', port, source }) as const

/** As nft 1.0.6 lists them; each was tried with connections between network namespaces, to a host whose card is a port of br0. */
const below = (family: string, head: string, rule: string) =>
  parseNft(`table ${family} own {\n\tchain c {\n\t\ttype filter hook ${head}\n\t\t${rule}\n\t}\n}\n`, 'nft')

const sideOf = (device: string): Network => ({
  addresses: parseAddresses(`2: ${device}    inet 10.9.0.1/16 brd 10.9.255.255 scope global ${device}`),
  routes: parseRoutes(`default via 10.9.0.254 dev ${device}\n10.9.0.0/16 dev ${device} proto kernel scope link src 10.9.0.1\n`, 4),
  defaultRoute: true,
})

const frames = 'input priority filter; policy accept;'

test.each<[name: string, device: string, family: string, head: string, rule: string, direction: 'in' | 'out', expected: string]>([
  ['a bridge drops', 'br0', 'bridge', frames, 'tcp dport 8000 drop', 'in', 'undetermined'],
  [
    'by a port of it',
    'br0',
    'bridge',
    'prerouting priority -300; policy accept;',
    'iifname "eth0" ip protocol tcp drop',
    'in',
    'undetermined',
  ],
  ['another service', 'br0', 'bridge', frames, 'tcp dport 22 drop', 'in', 'accept'],
  ['what a guest sends', 'br0', 'bridge', frames, 'iifname "vnet*" drop', 'in', 'accept'],
  ['no IP', 'br0', 'bridge', frames, 'ether type arp drop', 'in', 'accept'],
  ['what goes through', 'br0', 'bridge', 'forward priority filter; policy drop;', 'ether type arp accept', 'in', 'accept'],
  ['of a host without a bridge', 'eth0', 'bridge', frames, 'tcp dport 8000 drop', 'in', 'accept'],
  ['its policy', 'br0', 'bridge', 'input priority filter; policy drop;', 'tcp dport 8000 accept', 'in', 'undetermined'],
  ['what the host sends by it', 'br0', 'bridge', 'output priority out; policy accept;', 'ip daddr 10.9.0.2 drop', 'out', 'undetermined'],
  ['the card itself', 'eth0', 'netdev', 'ingress device "eth0" priority filter; policy accept;', 'tcp dport 8000 drop', 'in', 'drop'],
  ['another card', 'eth1', 'netdev', 'ingress device "eth0" priority filter; policy accept;', 'tcp dport 8000 drop', 'in', 'accept'],
  ['cards by a pattern', 'eth0', 'netdev', 'ingress device "eth*" priority filter; policy accept;', 'tcp dport 8000 drop', 'in', 'drop'],
  [
    'a card below',
    'br0',
    'netdev',
    'ingress devices = { eth0, lo } priority -500; policy accept;',
    'tcp dport 8000 drop',
    'in',
    'undetermined',
  ],
  ['on its way out', 'eth0', 'netdev', 'egress device "eth0" priority filter; policy accept;', 'ip daddr 10.9.0.2 drop', 'out', 'drop'],
  ['out, policy', 'eth0', 'netdev', 'egress device "eth0" priority filter; policy drop;', 'ip daddr 10.9.0.7 accept', 'out', 'drop'],
  [
    'out by a card below',
    'br0',
    'netdev',
    'egress device "eth0" priority filter; policy drop;',
    'ether type arp accept',
    'out',
    'undetermined',
  ],
  [
    'a state before it is tracked',
    'eth0',
    'inet',
    'ingress device "eth0" priority filter; policy accept;',
    'ct state invalid drop',
    'in',
    'drop',
  ],
])('beside what the host itself filters: %s', (_, device, family, head, rule, direction, expected) => {
  const query = { ...tcp(8000, '10.9.0.2'), direction }
  expect(verdictFor({ tables: below(family, head, rule) }, sideOf(device), query).verdict).toBe(expected)
})
