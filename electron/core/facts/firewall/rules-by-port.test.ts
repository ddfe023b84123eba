import { expect, test } from 'vitest'
import type { Network } from '../network/network.ts'
import { parseAddresses, parseRoutes } from '../network/parse.ts'
import { parseIptables } from './iptables/parse.ts'
import { portsLedTo } from './led-to.ts'
import { parseNft } from './nft/parse.ts'
import { rulesFor } from './rules-by-port.ts'

test('of a chain a packet meets the rules for its port and those for any, in their order', () => {
  const rules = [
    ...['tcp dport 80 drop', 'ip saddr 10.0.0.1 accept', 'tcp dport { 80, 443 } accept', 'tcp sport 80 accept', 'tcp dport 1000-2000 drop'],
    ...[
      'tcp dport != 80 drop',
      'ip saddr . tcp dport { 10.0.0.1 . 443, 10.0.0.2 . 80 } accept',
      'meta mark 1 tcp dport 443 drop',
      'tcp dport 80-90 drop',
    ],
  ]
  const [table] = parseNft(
    `table ip t {\n\tchain c {\n\t\ttype filter hook input priority 0; policy drop;\n${rules.join('\n')}\n\t}\n}\n`,
    'nft',
  )
  const chain = table?.chains.c
  const met = (port: number) => chain && rulesFor(chain, port)
  // A wide stretch, what is turned around, what asks where it comes from, and one of several pairs stand for any.
  expect(met(80)).toEqual([0, 1, 2, 3, 4, 5, 6, 8])
  expect(met(443)).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(met(90)).toEqual([1, 3, 4, 5, 6, 8])
  expect(met(8000)).toEqual([1, 3, 4, 5, 6])
})

/** As kube-proxy writes them. What 2000 services took was 45 s for each pod of the host. */
test('the ports of a node of a large cluster are followed in a moment', { timeout: 60_000 }, () => {
  const SERVICES = 1500
  const rules = Array.from({ length: SERVICES }, (_, at) => {
    const [address, pod] = [`10.96.${at >> 8}.${at & 255}`, `10.244.1.${(at % 250) + 1}`]
    return `:KUBE-SVC-${at} - [0:0]
:KUBE-SEP-${at} - [0:0]
-A KUBE-SERVICES -d ${address}/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-${at}
-A KUBE-NODEPORTS -p tcp -m tcp --dport ${30_000 + at} -j KUBE-SVC-${at}
-A KUBE-SVC-${at} -j KUBE-SEP-${at}
-A KUBE-SEP-${at} -p tcp -m tcp -j DNAT --to-destination ${pod}:8000`
  })
  const text = `*nat
:PREROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-NODEPORTS - [0:0]
-A PREROUTING -j KUBE-SERVICES
${rules.join('\n')}
-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
COMMIT
`
  const { tables } = parseIptables(text, 'ip', 'iptables', undefined)
  const network: Network = {
    addresses: parseAddresses('2: eth0    inet 10.9.0.1/24 scope global eth0\n3: eth1    inet 10.8.0.1/24 scope global eth1\n'),
    routes: parseRoutes('default via 10.9.0.9 dev eth0\n10.8.0.0/24 dev eth1 scope link', 4),
    defaultRoute: true,
  }
  const began = performance.now()
  expect(portsLedTo(tables, network, '10.244.1.7').map(({ port, to }) => [port, to])).toEqual([
    [30_006, 8000],
    [30_256, 8000],
    [30_506, 8000],
    [30_756, 8000],
    [31_006, 8000],
    [31_256, 8000],
  ])
  expect(portsLedTo(tables, network, '10.244.1.8')).toHaveLength(6)
  expect(performance.now() - began).toBeLessThan(8000)
})
