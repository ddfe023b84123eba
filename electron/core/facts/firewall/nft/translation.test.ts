import { expect, test } from 'vitest'
import type { Network } from '../../network/network.ts'
import { parseAddresses, parseRoutes } from '../../network/parse.ts'
import { verdictFor } from '../reach.ts'
import { parseNft } from './parse.ts'

const tcp = (port: number, source: string) => ({ direction: 'in', protocol: 'tcp', port, source }) as const

test.each([
  ['meta l4proto tcp redirect to :tcp dport map { 8080 : 8000 }', 8080, 'accept'],
  ['meta l4proto tcp redirect to :tcp dport map @own', 8081, 'accept'],
  ['meta l4proto tcp redirect to :tcp dport map @own', 8000, 'drop'],
  ['meta l4proto tcp redirect to :tcp dport map @unheard', 8081, 'undetermined'],
  ['dnat ip to tcp dport map { 8080 : 172.17.0.2 . 80, 8443 : 172.17.0.2 . 443 }', 8080, 'accept'],
  ['dnat ip to tcp dport map { 8080 : 172.17.0.2 . 80, 8443 : 172.17.0.2 . 443 }', 8443, 'drop'],
  ['dnat ip to tcp dport map { 8080 : 172.17.0.2 . 80 }', 8081, 'drop'],
  ['dnat to tcp dport map { 80 : 172.17.0.2 }', 80, 'accept'],
  ['dnat ip to ip daddr . tcp dport map { 10.9.0.1 . 8080 : 172.17.0.2 . 80 }', 8080, 'accept'],
  ['dnat ip to tcp dport map { 90-99 : 172.17.0.2-172.17.0.4 . 80-90 }', 95, 'undetermined'],
  ['dnat ip to tcp dport map { 90-99 : 172.17.0.2-172.17.0.4 . 80-90 }', 23, 'drop'],
  ['dnat to numgen random mod 2 map { 0 : 172.17.0.2, 1 : 172.17.0.3 }', 80, 'accept'],
  ['dnat ip prefix to ip daddr map { 10.9.0.0/24 : 172.17.0.0/24 }', 23, 'undetermined'],
  ['dnat to jhash ip saddr mod 2 map { 0 : 172.17.0.2, 1 : 172.17.0.3 }', 23, 'undetermined'],
  ['tcp dport 8100-8110 redirect to :8000-8010', 8105, 'undetermined'],
  ['tcp dport 8100-8110 redirect to :8000-8010', 23, 'drop'],
])('a port that a map leads elsewhere: %s, port %s', (rule, port, expected) => {
  const tables = parseNft(
    `table ip n {\nmap own {\ntype inet_service : inet_service\nelements = { 8081 : 8000, 8000 : 23 }\n}
chain p {\ntype nat hook prerouting priority dstnat; policy accept;\n${rule}\n}
chain input {\ntype filter hook input priority filter; policy drop;\ntcp dport 8000 accept\n}
chain forward {\ntype filter hook forward priority filter; policy drop;\nip daddr 172.17.0.0/24 tcp dport 80 accept\n}\n}\n`,
    'nft',
  )
  const host: Network = {
    addresses: parseAddresses('2: eth0 inet 10.9.0.1/16\n3: docker0 inet 172.17.0.1/16'),
    routes: parseRoutes('default dev eth0\n172.17.0.0/16 dev docker0\n', 4),
    defaultRoute: true,
  }
  expect(verdictFor({ tables }, host, tcp(port, '203.0.113.9')).verdict).toBe(expected)
})

// `-t nat -A PREROUTING -d 10.9.0.0/24 -j NETMAP --to 172.17.0.0/24` leads past what is said of the host itself.

test('of two rules of translation the first decides, even if it leads to where the packet was sent', () => {
  const nat = (name: string, rule: string) =>
    `table ip ${name} {\n\tchain prerouting {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t\t${rule}\n\t}\n}\n`
  const filter = 'table ip f {\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\t}\n}\n'
  const verdict = (first: string, second: string) =>
    verdictFor({ tables: parseNft(nat('b', second) + nat('a', first) + filter, 'nft') }, undefined, tcp(8000, '203.0.113.9')).verdict
  expect(verdict('counter', 'tcp dport 8000 dnat to 172.17.0.2')).toBe('accept')
  expect(verdict('tcp dport 8000 redirect to :8000', 'tcp dport 8000 dnat to 172.17.0.2')).toBe('drop')
})
