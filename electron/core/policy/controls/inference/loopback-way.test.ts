import { expect, test } from 'vitest'
import { type FactResult, known, unknown } from '../../../facts/fact.ts'
import type { Firewall } from '../../../facts/firewall/firewall.ts'
import { parseIptables } from '../../../facts/firewall/iptables/parse.ts'
import { parseNft } from '../../../facts/firewall/nft/parse.ts'
import type { Table } from '../../../facts/firewall/ruleset.ts'
import type { Network } from '../../../facts/network/network.ts'
import { parseAddresses, parseRoutes } from '../../../facts/network/parse.ts'
import { parseOs } from '../../../facts/os/parse.ts'
import managementDirect from '../proxy/management-not-directly-reachable.control.ts'
import { ask, facts, outcomes, service } from '../proxy/proxy-facts.ts'
import boundToLoopback from './inference-bound-to-loopback.control.ts'

const network: Network = {
  addresses: parseAddresses('2: eth0 inet 10.80.2.11/24\n3: eth1 inet 10.81.2.11/24\n4: docker0 inet 172.17.0.1/16\n'),
  routes: parseRoutes('default via 10.80.2.1 dev eth0\n10.80.2.0/24 dev eth0\n10.81.2.0/24 dev eth1\n172.17.0.0/16 dev docker0\n', 4),
  defaultRoute: true,
}
const rules = (tables: readonly Table[]) => known({ tables, section: 'nft', line: 1, translationKnown: true } as unknown as Firewall)
const inet = (more: string) =>
  rules(
    parseNft(`table inet f {\n\tchain input {\n\t\ttype filter hook input priority filter; policy accept;\n\t\t${more}\n\t}\n}\n`, 'nft'),
  )
/** As kube-proxy writes it since 1.18.4. */
const kubernetes = rules(
  parseIptables(
    `*filter
:INPUT ACCEPT [0:0]
:KUBE-FIREWALL - [0:0]
-A INPUT -j KUBE-FIREWALL
-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP
COMMIT
`,
    'ip',
    'iptables',
  ).tables,
)
const settings = (...on: readonly string[]) =>
  `@sysctl\n${['all', 'eth0', 'eth1', 'docker0'].map((name) => `=net/ipv4/conf/${name}/route_localnet ${on.includes(name) ? 1 : 0}\n`).join('')}`

const PASS = 'pass: Listens only on this machine'
const OPEN = 'warning: Neighbours reach its port on loopback'
const UNCLEAR = 'not-evaluated: Ways to loopback could not be followed'

/** CVE-2020-8558; what gets through was tried with a host that has a route to 127.0.0.1 by this one. */
test.each<[string, readonly string[], FactResult<Firewall>, string, string?]>([
  ['the kernel takes none of it', [], inet(''), PASS],
  ['by all interfaces, and no rule', ['all'], inet(''), OPEN],
  ['by one', ['eth1'], inet(''), OPEN],
  ['by the bridge of containers alone', ['docker0'], inet(''), PASS],
  ['the rule that kube-proxy brings along', ['all'], kubernetes, PASS],
  ['a rule for what comes from elsewhere', ['all'], inet('iifname != "lo" ip daddr 127.0.0.0/8 drop'), PASS],
  ['only a router leads there', ['all'], inet('ip saddr { 10.80.2.0/24, 10.81.2.0/24 } drop'), PASS],
  ['of one of two networks', ['all'], inet('ip saddr 10.80.2.0/24 drop'), OPEN],
  ['of the other interface', ['eth0'], inet('ip saddr 10.80.2.0/24 drop'), PASS],
  ['a rule that is not understood', ['eth0'], inet('meta cgroup 7 drop'), UNCLEAR],
  ['rules that were not read', ['all'], unknown('why', ['nft']), UNCLEAR],
  ['a socket of IPv6, which the kernel keeps', ['all'], inet(''), PASS, '::1'],
])('what neighbours send to 127.0.0.1: %s', (_, on, firewall, expected, address = '127.0.0.1') => {
  const given = facts('', [service('ollama', { address })], { os: known(parseOs(settings(...on))), firewall, network: known(network) })
  expect(outcomes(ask(boundToLoopback, given))).toEqual([expected])
})

test('what they may do there, and who they are', () => {
  const given = facts('', [service('ollama')], { os: known(parseOs(settings('all'))), firewall: inet(''), network: known(network) })
  expect(outcomes(ask(managementDirect, given))).toEqual(['warning: Management routes are open to the network'])
  expect(ask(boundToLoopback, given)[0]?.reason).toBe(
    'Ollama (ollama.service) listens on 127.0.0.1:11434 only, but the kernel takes what others send to 127.0.0.1:11434 (route_localnet of all), and 10.80.2.0/24 is on the same network.',
  )
})
