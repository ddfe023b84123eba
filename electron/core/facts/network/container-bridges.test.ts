import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { printed } from '../../probe/section-output.testing.ts'
import { verdictFor } from '../firewall/reach.ts'
import { firewallOf, recorded } from '../firewall/recorded-hosts.testing.ts'
import { namedBridges } from './container-bridges.ts'
import { parseAddresses, parseLeased, parseRoutes } from './parse.ts'

const rulesOf = (name: string, file: string): string =>
  readFileSync(new URL(`../firewall/__fixtures__/${name}/${file}.txt`, import.meta.url), 'utf8')

const host = (device: string, address: string, routes = '', flags = '') => {
  const addresses = `2: eth0    inet 10.80.2.11/24 scope global eth0\n3: ${device}    inet ${address} scope global ${flags}${device}\n3: ${device}    inet6 fe80::42/64 scope link\n`
  const four = `default via 10.80.2.1 dev eth0\n10.80.2.0/24 dev eth0\n172.17.0.0/16 dev ${device} proto kernel scope link\n${routes}`
  return {
    addresses: parseAddresses(addresses),
    routes: [
      ...parseRoutes(four.replace('172.17.0.0/16', address.replace('.0.1/', '.0.0/')), 4),
      ...parseRoutes(`fe80::/64 dev ${device}`, 6),
    ],
    leased: parseLeased(addresses, four, ''),
    defaultRoute: true,
  }
}

test.each([
  ['Docker 20.10', 'debian-12-docker', 'iptables', 'docker0', '172.17.0.1/16'],
  ['Docker 26.1', 'debian-13-docker', 'iptables', 'docker0', '172.17.0.1/16'],
  ['the same by nft', 'debian-13-docker', 'nft', 'docker0', '172.17.0.1/16'],
  ['Docker 28', 'docker-28', 'iptables', 'docker0', '172.17.0.1/16'],
  ['an internal network of it', 'docker-28', 'iptables', 'br-4a244d0bb220', '172.30.4.1/24'],
  ['the same by nft', 'docker-28', 'nft', 'docker0', '172.17.0.1/16'],
  ['Docker 29 by nftables', 'docker-29-nftables', 'nft', 'docker0', '172.17.0.1/16'],
  ['Podman 5.4 with netavark', 'debian-13-podman', 'nft', 'podman0', '10.88.0.1/16'],
])('rules of %s name their bridges, whatever they are called', (_, recording, file, device, address) => {
  const rules = rulesOf(recording, file).replaceAll(device, 'ai')
  expect(namedBridges([rules], host('ai', address))).toContain('ai')
  for (const name of ['br0', 'vmbr1']) expect(namedBridges([rules.replaceAll(/\bai\b/g, name)], host(name, address))).not.toContain(name)
  expect(namedBridges([rules], host('ai', address, '10.9.0.0/16 via 172.17.0.9 dev ai'))).not.toContain('ai')
  expect(namedBridges([rules], host('ai', address, '', 'dynamic '))).not.toContain('ai')
  expect(namedBridges([rules], host('eth1', '172.19.0.1/16'))).not.toContain('eth1')
})

test('what is published is reached from the network, and what the bridge alone may ask is not', () => {
  const all = recorded('debian-13-docker')
  const rules = (text: string) =>
    text
      .replaceAll('docker0', 'ai')
      .replace(':INPUT ACCEPT', ':INPUT DROP')
      .replace('-A FORWARD -j DOCKER-USER', '-A INPUT -i ai -j ACCEPT\n-A FORWARD -j DOCKER-USER')
  const iptables = printed('iptables', rules(all.iptables.stdout))
  const network = host('ai', '172.17.0.1/16')
  const told = { ...network, bridges: namedBridges([iptables.stdout], network) }
  const given = { ...all, iptables, nft: printed('nft', '') }
  const firewall = firewallOf(given, told)
  expect(firewall.defaults.in.map((each) => `${each.interface} ${each.protocol} ${each.verdict}`)).toEqual([
    'eth0 tcp drop',
    'eth0 udp drop',
  ])
  expect(verdictFor(firewall, told, { direction: 'in', protocol: 'tcp', port: 11_434, source: '203.0.113.9' }).verdict).toBe('accept')
})
