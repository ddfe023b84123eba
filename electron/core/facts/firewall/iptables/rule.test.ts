import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Network } from '../../network/network.ts'
import { parseAddresses, parseRoutes } from '../../network/parse.ts'
import type { Firewall } from '../firewall.ts'
import { parseNft } from '../nft/parse.ts'
import { verdictFor } from '../reach.ts'
import { parseIptables } from './parse.ts'

/** What single rules mean for a packet, as iptables saves them, and as nft lists what it wrote. */

const tcp = (port: number, source: string) => ({ direction: 'in', protocol: 'tcp', port, source }) as const

const rawTable = (rules: string) => `*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:early - [0:0]\n${rules}\nCOMMIT\n`

const docker = `*nat
:PREROUTING ACCEPT [0:0]
-A PREROUTING -p tcp -m tcp --dport 9090 -j DNAT --to-destination 172.17.0.2:8080
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -m set --match-set trusted src -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -p tcp -m tcp --dport 23 -j ACCEPT
-A INPUT -p tcp -m tcp --dport 80 -m set ! --match-set blocked src,dst --return-nomatch -j ACCEPT
COMMIT
`

test.each([
  ['translated', '', 9090, 'accept'],
  ['not tracked, so not translated', '-A PREROUTING -p tcp -m tcp --dport 9090 -j CT --notrack', 9090, 'drop'],
  ['so by a chain that was called', '-A early -j NOTRACK\n-A PREROUTING -j early', 9090, 'drop'],
  ['which goes back', '-A early -j NOTRACK\n-A PREROUTING -j early\n-A PREROUTING -p tcp -m tcp --dport 23 -j DROP', 23, 'drop'],
  ['or does not', '-A early -j NOTRACK\n-A PREROUTING -g early\n-A PREROUTING -p tcp -m tcp --dport 23 -j DROP', 23, 'accept'],
  ['in an ipset, whose contents nobody reads', '', 22, 'undetermined'],
  ['not in one', '', 80, 'undetermined'],
])('iptables: %s', (_, early, port, expected) => {
  const tables = parseIptables(`${early === '' ? '' : rawTable(early)}${docker}`, 'ip', 'iptables').tables
  expect(verdictFor({ tables }, undefined, tcp(port, '203.0.113.9')).verdict).toBe(expected)
})

// conntrack_mt, net/netfilter/xt_conntrack.c

test.each([
  ['-m conntrack --ctdir ORIGINAL', 'drop'],
  ['-m conntrack ! --ctdir REPLY', 'drop'],
  ['-m conntrack --ctorigdstport 22', 'drop'],
  ['-m conntrack --ctstate UNTRACKED --ctorigdstport 99', 'accept'],
  ['-m conntrack --ctstate NEW --ctorigdstport 22', 'drop'],
])('iptables: what is not tracked under %s', (asked, expected) => {
  const text = `${rawTable('-A PREROUTING -j NOTRACK')}*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp ${asked} -j ACCEPT\nCOMMIT\n`
  const { tables } = parseIptables(text, 'ip', 'iptables')
  expect(verdictFor({ tables }, undefined, tcp(22, '203.0.113.9')).verdict).toBe(expected)
})

// nft 1.0.6 lists the same for `--ctstate DNAT`, `! --ctstate DNAT` and `--ctstate NEW,DNAT`.

test.each([
  ['ip filter', 'undetermined'],
  ['ip mine', 'accept'],
])('what iptables asks of translation, as nft lists it in table %s', (table, expected) => {
  const text = `table ${table} {\nchain INPUT {\ntype filter hook input priority filter; policy accept;\nmeta l4proto tcp ct status dnat counter drop\n}\n}\n`
  expect(verdictFor({ tables: parseNft(text, 'nft') }, undefined, tcp(22, '203.0.113.9')).verdict).toBe(expected)
})

// As iptables 1.8.9 saved them, and as nft 1.0.6 listed what it made of them. Of `-m tcp` without an option nothing is left, either.

test.each([
  ['-m frag -j DROP', 'accept', '\t\t counter drop', 'undetermined'],
  ['-m rt ! --rt-type 0 -j DROP', 'accept', '\t\t counter drop', 'undetermined'],
  ['-m hbh -j DROP', 'accept', '\t\txt match hbh counter drop', 'undetermined'],
  ['-m time --datestop 2038-01-19T03:14:07 -j DROP', 'undetermined', '\t\t counter drop', 'undetermined'],
  ['-m time --timestart 22:00 --timestop 06:00 -j DROP', 'accept', '\t\t counter drop', 'undetermined'],
  ['-m eui64 -j DROP', 'undetermined', '\t\txt match eui64 counter drop', 'undetermined'],
  ['-m socket -j DROP', 'undetermined', '\t\txt match socket counter drop', 'undetermined'],
  ['-p tcp -m tcp -j DROP', 'drop', '\t\tmeta l4proto tcp  counter drop', 'undetermined'],
  ['-m comment --comment "a  b" -j DROP', 'drop', '\t\t counter drop', 'undetermined'],
  ['-p udp -m frag -j DROP', 'accept', '\t\tmeta l4proto udp  counter drop', 'accept'],
  ['-m comment --comment x -j ACCEPT', 'accept', '\t\t counter accept', 'accept'],
])('what iptables asks by the name of a module alone: %s', (saved, of, listed, then) => {
  const verdict = (tables: Firewall['tables']) => verdictFor({ tables }, undefined, tcp(22, '2001:db8::9')).verdict
  const dump = `*filter\n:INPUT ACCEPT [0:0]\n-A INPUT ${saved}\nCOMMIT\n`
  expect(verdict(parseIptables(dump, 'ip6', 'ip6tables').tables)).toBe(of)
  const listing = `table ip6 filter {\n\tchain INPUT {\n\t\ttype filter hook input priority filter; policy accept;\n${listed}\n\t}\n}\n`
  expect(verdict(parseNft(listing, 'nft'))).toBe(then)
})

// What iptables-nft-restore 1.8.9 took, and what iptables-nft-save printed of it.

test('a file that people wrote says what iptables-save prints of it', () => {
  const table = (rules: string) => parseIptables(`*filter\n:INPUT DROP [0:0]\n:own - [0:0]\n${rules}\nCOMMIT\n`, 'ip', 'iptables')
  const written = table(`[3:4] -A INPUT -i lo -j ACCEPT
  -A INPUT --protocol tcp --destination-port 22 --jump ACCEPT
-I INPUT -p tcp --dport=80 -j ACCEPT
-I INPUT 2 -p tcp --dport 81 -j ACCEPT
--append INPUT --source 10.0.0.0/8 --goto own

-A own -p tcp -m multiport --destination-ports 1,2 -j ACCEPT`)
  const printed = table(`-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT
-A INPUT -p tcp -m tcp --dport 81 -j ACCEPT
-A INPUT -i lo -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -s 10.0.0.0/8 -g own
-A own -p tcp -m multiport --dports 1,2 -j ACCEPT`)
  const told = ({ tables }: typeof written) =>
    tables.flatMap(({ chains }) => Object.values(chains).map(({ rules }) => rules.map(({ test, action }) => ({ test, action }))))
  expect([written.complete, told(written)]).toEqual([true, told(printed)])
})

test.each(['-D INPUT 1', '-R INPUT 1 -j ACCEPT', '-P INPUT ACCEPT', '-A elsewhere -j ACCEPT', 'nonsense'])(
  'a file with "%s" is not followed',
  (line) => {
    expect(parseIptables(`*filter\n:INPUT DROP [0:0]\n${line}\nCOMMIT\n`, 'ip', 'iptables').complete).toBe(false)
  },
)

test('a target in a form that is not followed may be any', () => {
  const { tables } = parseIptables('*filter\n:INPUT DROP [0:0]\n-A INPUT --jum ACCEPT\nCOMMIT\n', 'ip', 'iptables')
  expect(verdictFor({ tables }, undefined, tcp(22, '203.0.113.9')).verdict).toBe('undetermined')
})

// As nft 1.0.6 lists them, before an input chain that drops all but port 8000 and lets on to containers what is sent there.

test('networks that are led elsewhere are not followed', () => {
  const text = (chain: string) =>
    parseIptables(
      `*nat\n:PREROUTING ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n-A ${chain} -j NETMAP --to 172.17.0.0/24\nCOMMIT\n*filter\n:INPUT DROP [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n`,
      'ip',
      'iptables',
    ).tables
  expect(verdictFor({ tables: text('PREROUTING') }, undefined, tcp(22, '203.0.113.9')).verdict).toBe('undetermined')
  const out = { direction: 'out', protocol: 'tcp', port: 22, source: '203.0.113.9' } as const
  expect(verdictFor({ tables: text('POSTROUTING') }, undefined, out).verdict).toBe('accept')
})

// Seen with iptables 1.8.9: of two ports that are redirected to 22, the kernel calls the other one translated alone.

test.each([
  [22, 'drop'],
  [80, 'accept'],
])('what is redirected to where it goes anyway is not translated: port %s, %s', (port, expected) => {
  const text =
    '*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -j REDIRECT --to-ports 22\nCOMMIT\n*filter\n:INPUT DROP [0:0]\n-A INPUT -m conntrack --ctstate DNAT -j ACCEPT\nCOMMIT\n'
  expect(verdictFor({ tables: parseIptables(text, 'ip', 'iptables').tables }, undefined, tcp(port, '203.0.113.9')).verdict).toBe(expected)
})

const calico = (name: string) =>
  parseIptables(readFileSync(new URL(`../__fixtures__/${name}.txt`, import.meta.url), 'utf8'), 'ip', 'iptables').tables

/** Rules as Felix writes them for a host endpoint with a policy; of these connections each was tried. */
test.each<[number, string, string]>([
  [8000, '10.0.1.5', 'accept'],
  [8000, '10.0.2.5', 'drop'],
  [9000, '10.0.1.5', 'drop'],
  [22, '203.0.113.9', 'accept'],
])('a host endpoint of Calico: %d from %s is %s', (port, source, expected) => {
  const network: Network = {
    addresses: parseAddresses('2: eth0 inet 10.9.0.1/16 scope global eth0\n'),
    routes: parseRoutes('default via 10.9.0.254 dev eth0\n', 4),
    defaultRoute: true,
  }
  expect(verdictFor({ tables: calico('calico-host-endpoint') }, network, tcp(port, source)).verdict).toBe(expected)
})
