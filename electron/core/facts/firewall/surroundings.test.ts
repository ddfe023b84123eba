import { expect, test } from 'vitest'
import type { Network } from '../network/network.ts'
import { parseNft } from './nft/parse.ts'
import { verdictFor } from './reach.ts'
import { sidesOf } from './surroundings.ts'

const networkOf = (addresses: Readonly<Record<string, string>>, byDefault?: string): Network => ({
  addresses: Object.entries(addresses).map(([name, address]) => ({ interface: name, address, prefixLength: 24, line: 1 })),
  routes: [
    ...Object.entries(addresses).map(([name, address]) => routeOf(name, address.replace(/\d+$/, '0/24'))),
    ...(byDefault === undefined ? [] : [routeOf(byDefault, '0.0.0.0/0')]),
  ],
  defaultRoute: byDefault !== undefined,
})
const routeOf = (name: string, destination: string) =>
  ({ family: 4, destination, interface: name, table: 'main', section: 'routes', line: 1 }) as const
const outside = (network: Network) => sidesOf(network, 4).map(({ name }) => name)

test('interfaces of containers and machines lead to this host alone', () => {
  const named = ['docker0', 'vnet3', 'nerdctl0', 'cbr0', 'waydroid0', 'mpqemubr0', 'vboxnet0', 'vmnet8']
  const bridges = Object.fromEntries(named.map((name, index) => [name, `172.${17 + index}.0.1`]))
  expect(outside(networkOf({ lo: '127.0.0.1', eth0: '10.0.0.2', ...bridges }, 'eth0'))).toEqual(['eth0'])
})

test.each(['flannel.1', 'flannel-wg', 'tunl0', 'vxlan.calico', 'wireguard.cali'])(
  '%s, a tunnel of a cluster, leads to the containers of its other machines',
  (tunnel) => {
    const node = networkOf({ eth0: '10.0.0.2', cni0: '10.42.0.1', [tunnel]: '10.42.0.0' }, 'eth0')
    const routes = [...node.routes.filter((route) => route.interface !== tunnel), routeOf(tunnel, '10.42.1.0/24')]
    const tables = parseNft(
      `table ip t {\nchain c {\ntype filter hook input priority filter; policy drop;\niifname { "cni0", "${tunnel}" } accept\n}\n}`,
      'nft',
    )
    const from = (source: string) =>
      verdictFor({ tables }, { ...node, routes }, { direction: 'in', protocol: 'tcp', port: 22, source }).verdict
    expect(['10.42.0.7', '10.42.1.7', '203.0.113.9'].map(from)).toEqual(['drop', 'accept', 'drop'])
  },
)

/** Of Cilium packets of other machines come in by cilium_vxlan, cilium_geneve, cilium_host or cilium_net, by its settings; its routes name cilium_host. */
test.each([
  ['iifname "cilium_*" accept', 'undetermined'],
  ['iifname "cilium_vxlan" accept', 'undetermined'],
  ['iifname "eth0" accept', 'undetermined'],
  ['ip saddr 10.42.0.0/16 accept', 'accept'],
  ['ip saddr 10.0.0.0/24 accept', 'drop'],
])('containers of other machines of a cluster of Cilium: %s', (rule, expected) => {
  const node = networkOf({ eth0: '10.0.0.2', cilium_host: '10.42.0.5' }, 'eth0')
  const network = { ...node, routes: [...node.routes, routeOf('cilium_host', '10.42.1.0/24')] }
  const tables = parseNft(`table ip t {\nchain c {\ntype filter hook input priority filter; policy drop;\n${rule}\n}\n}`, 'nft')
  const from = (source: string) => verdictFor({ tables }, network, { direction: 'in', protocol: 'tcp', port: 22, source }).verdict
  // Those of its own come in by devices of their own.
  expect(['10.42.1.7', '10.42.0.7'].map(from)).toEqual([expected, 'drop'])
})

test('what the default route takes leads to other machines, however it is named', () => {
  expect(outside(networkOf({ vnet0: '10.0.0.2', docker0: '172.17.0.1' }, 'vnet0'))).toEqual(['vnet0'])
})

test('a host that was reached has a way in, even where all its interfaces are named like those of containers', () => {
  expect(outside(networkOf({ lo: '127.0.0.1', dummy0: '10.0.0.2' }))).toEqual(['dummy0'])
})
