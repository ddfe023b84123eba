import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Network } from '../network/network.ts'
import { parseAddresses, parseRoutes } from '../network/parse.ts'
import type { Firewall } from './firewall.ts'
import { parseIptables } from './iptables/parse.ts'
import { parseNft } from './nft/parse.ts'
import { verdictFor } from './reach.ts'

/** What single rules mean for a packet, as nft lists them and as iptables saves them. */

const tcp = (port: number, source: string) => ({ direction: 'in', protocol: 'tcp', port, source }) as const

const inet = (rules: string, more = '', hook = 'input') =>
  parseNft(
    `table inet t {\n${more}\tchain ${hook} {\n\t\ttype filter hook ${hook} priority filter; policy drop;\n${rules}\n\t}\n}\n`,
    'nft',
  )

/** What a rule asks of one family alone: of the other it stops nobody, and lets nobody in. Tried with real packets. */
test.each<[string, string, string, string]>([
  ['a set filled by addresses of IPv4', 'add @s { ip saddr } drop\ntcp dport 22 accept', 'drop', 'accept'],
  ['the same, that lets in', 'update @s { ip saddr timeout 1h } accept', 'accept', 'drop'],
  ['a meter of IPv4, as nft 1.0.6 lists it', 'tcp dport 22 meter m size 65535 { ip saddr limit rate 9/minute } accept', 'accept', 'drop'],
  [
    'a meter that stops who is too fast',
    'meter m size 65535 { ip6 saddr . tcp dport timeout 1m limit rate over 9/second } drop\naccept',
    'accept',
    'accept',
  ],
  ['a key that is not understood', 'add @s { osf name } drop\naccept', 'undetermined', 'undetermined'],
  ['the source of the connection in IPv4', 'ct original ip saddr != 10.0.0.0/8 drop\naccept', 'drop', 'accept'],
  ['its target in IPv6', 'ct original ip6 daddr fd00::/8 drop\naccept', 'accept', 'drop'],
  ['the version of a packet', 'ip version 4 accept', 'accept', 'drop'],
  ['another than it has', 'ip version 6 accept', 'drop', 'drop'],
])('%s: %s', (_, rules, four, six) => {
  const tables = inet(rules, 'set s {\n\t\ttype ipv4_addr\n\t\tsize 65535\n\t\tflags dynamic,timeout\n\t}\n')
  const of = (source: string, address: string) => verdictFor({ tables }, undefined, { ...tcp(22, source), address }).verdict
  expect([of('203.0.113.9', '10.0.0.5'), of('2001:db8::9', 'fd00::5')]).toEqual([four, six])
})

/** Sets that change by themselves or by what is sent: whoever is not let in now may be later. */
test.each<[string, string, string, string]>([
  ['knocking on another port', 'set s { type ipv4_addr; flags dynamic,timeout; timeout 30s; }', 'ip saddr @s accept', 'accept'],
  ['filled by what is sent, without a timeout', 'set s { type ipv4_addr; flags dynamic; }', 'ip saddr @s accept', 'accept'],
  [
    'shut out by one of a set that may have timeouts',
    'set s { type ipv4_addr; flags interval,timeout; elements = { 203.0.113.0/24 } }',
    'ip saddr @s drop\ntcp dport 22 accept',
    'drop',
  ],
  ['let in for an hour', 'set s { type ipv4_addr; flags timeout; elements = { 203.0.113.9 timeout 1h } }', 'ip saddr @s accept', 'accept'],
  [
    'kept out for an hour',
    'set s { type ipv4_addr; flags timeout; timeout 1h; elements = { 203.0.113.9 } }',
    'ip saddr @s drop\naccept',
    'accept',
  ],
  ['kept out for good', 'set s { type ipv4_addr; elements = { 203.0.113.9 } }', 'ip saddr @s drop\naccept', 'drop'],
  [
    'somebody else for an hour',
    'set s { type ipv4_addr; flags timeout; elements = { 192.0.2.1 timeout 1h } }',
    'ip saddr @s accept',
    'drop',
  ],
  ['all but those in it', 'set s { type ipv4_addr; flags dynamic; }', 'ip saddr != @s accept', 'accept'],
])('a set that changes: %s', (_, set, rules, expected) => {
  expect(verdictFor({ tables: inet(rules, `\t${set}\n`) }, undefined, tcp(22, '203.0.113.9')).verdict).toBe(expected)
})

test.each([
  ['a rule that is not understood puts its traffic in doubt', 'meta mark 0x7 tcp dport 22 accept', 'undetermined'],
  ['and no other', 'meta mark 0x7 tcp dport 23 accept', 'drop'],
  ['what a mark would drop and another rule accepts', 'meta mark 0x7 drop\ntcp dport 22 accept', 'undetermined'],
  ['doubt that changes nothing', 'meta mark 0x7 accept\ntcp dport 22 accept', 'accept'],
  ['a rate limit lets the first one in', 'tcp dport 22 limit rate 3/minute burst 5 packets accept', 'accept'],
  ['a trusted source port lets anyone in', 'tcp sport 53 accept', 'accept'],
  ['queue hands over to a program', 'tcp dport 22 queue num 1', 'undetermined'],
  ['a jump to a chain that is not there', 'jump nowhere', 'undetermined'],
  ['words from the future', 'frobnicate 3 accept', 'undetermined'],
  ['what stands behind a map is for what the map lets go on', 'tcp dport vmap { 22 : continue, 80 : drop } accept', 'accept'],
  ['and for nothing that it does not name', 'tcp dport vmap { 23 : continue, 80 : drop } accept', 'drop'],
  ['a refusal behind a map', 'tcp dport vmap { 23 : continue } drop\ntcp dport 22 accept', 'accept'],
  ['a refusal behind a map whose verdicts are words of the future', 'tcp dport vmap { 22 : frobnicate } drop', 'undetermined'],
  ['a field of IPv6 is written to IPv6 alone', 'ip6 hoplimit set 10 drop\ntcp dport 22 accept', 'accept'],
  ['a field of IPv4', 'ip ttl set 10 accept', 'accept'],
  ['a field of UDP is written to UDP alone', 'udp checksum set 0 drop\ntcp dport 22 accept', 'accept'],
  ['an option of TCP, and what stands behind it', 'tcp option maxseg size set 1200 accept', 'accept'],
  ['setting a mark decides nothing', 'meta mark set 0x1\ntcp dport 22 accept', 'accept'],
  ['a setting, then what the rule asks for', 'meta mark set 0x1 tcp dport 23 accept\nct mark set meta mark tcp dport 80 drop', 'drop'],
  ['a setting, then what it asks for and has', 'meta mark set 0x1 tcp dport 22 accept', 'accept'],
  ['a setting, then what is not understood', 'meta mark set 0x1 osf name "Linux" drop\ntcp dport 22 accept', 'undetermined'],
  ['what is not understood, then a setting', 'osf name "Linux" meta mark set 0x1 drop\ntcp dport 22 accept', 'undetermined'],
  ['a setting that is reckoned', 'meta mark set meta mark & 0xff tcp dport 23 drop\ntcp dport 22 accept', 'accept'],
  ['a setting that is not followed', 'meta mark set jhash ip saddr mod 4 tcp dport 23 drop\ntcp dport 22 accept', 'undetermined'],
  ['a mark that a rule has set', 'tcp dport 22 meta mark set 0x1\nmeta mark 0x1 accept', 'accept'],
  ['another than it has set', 'tcp dport 22 meta mark set 0x1\nmeta mark 0x2 accept', 'drop'],
  [
    'bits that it has set',
    'meta mark set 0x0\nmeta mark set meta mark & 0xffff00ff | 0x00000400\nmeta mark & 0x0000ff00 == 0x00000400 accept',
    'accept',
  ],
  [
    'bits that nobody has set',
    'meta mark set meta mark & 0xff00ffff | 0x00040000\nmeta mark & 0x0000ff00 == 0x00000400 accept',
    'undetermined',
  ],
  ['bits that were turned around', 'meta mark set 0x3\nmeta mark set meta mark ^ 0x1\nmeta mark 0x2 accept', 'accept'],
  ['one of several marks', 'meta mark set 0x3\nmeta mark { 0x1, 0x3 } accept', 'accept'],
  ['none of several marks', 'meta mark set 0x3\nmeta mark != 0x3 drop\ntcp dport 22 accept', 'accept'],
  ['a mark of theirs that no rule has set yet', 'meta mark & 0x1 == 0x1 accept\ntcp dport 23 meta mark set mark or 0x1', 'drop'],
  ['beside a bit that no rule ever writes', 'meta mark & 0x3 == 0x2 accept\ntcp dport 23 meta mark set mark or 0x1', 'undetermined'],
  ['the mark of the connection', 'meta mark set 0x3\nmeta mark set ct mark\nmeta mark 0x3 accept', 'undetermined'],
  ['a mark that was set for others', 'meta mark set 0x0\ntcp dport 23 meta mark set 0x1\nmeta mark 0x1 accept', 'drop'],
  ['a mark set by what is not understood', 'meta mark set 0x0\nosf name "Linux" meta mark set 0x1\nmeta mark 0x1 accept', 'undetermined'],
  ['a mark set by a map', 'meta mark set 0x0\nmeta mark set ip saddr map { 10.0.0.1 : 0x1 }\nmeta mark 0x1 accept', 'undetermined'],
  ['a mark set by a sum', 'meta mark set 0x0\nmeta mark set jhash ip saddr mod 2\nmeta mark 0x1 accept', 'undetermined'],
  ['a mark set by an extension', 'meta mark set 0x0\nxt target "CONNMARK"\nmeta mark 0x1 accept', 'undetermined'],
  [
    'what that says of other bits',
    'meta mark set 0x2\nmeta skuid 3 meta mark set meta mark | 0x1\nmeta mark & 0x2 == 0x2 accept',
    'accept',
  ],
  ['a mark asked for before it is set', 'meta mark set 0x0\nmeta mark 0x0 meta mark set 0x1 accept', 'accept'],
  ['one that was not there before it is set', 'meta mark set 0x2\nmeta mark 0x0 meta mark set 0x1 accept', 'drop'],
  ['a set of ipset by the name of the extension', 'xt match set counter packets 0 bytes 0 drop\ntcp dport 22 accept', 'undetermined'],
  ['a copy that is sent elsewhere, then accepted', 'tcp dport 22 dup to 10.0.9.9 device "eth1" accept', 'accept'],
  ['a copy whose way is not followed', 'dup to ip saddr map { 10.0.0.1 : 10.0.0.2 } drop\ntcp dport 22 accept', 'undetermined'],
  ['a flow that is offloaded is one that was let in', 'tcp dport 22 flow add @ft accept', 'accept'],
  ['notrack, and then the next rule', 'notrack\ntcp dport 23 accept', 'drop'],
  ['notrack where the packet is tracked already', 'notrack\nct state new tcp dport 22 accept', 'accept'],
  // As nft 1.0.6 prints them, and as it prints `! --ctstate` of iptables.
  ['none of these states', 'ct state ! invalid,untracked tcp dport 22 accept', 'accept'],
  ['none of these, and it has one', 'ct state ! related,new tcp dport 22 drop\ntcp dport 22 accept', 'accept'],
  ['a port that is written anew, after which rules see another', 'tcp dport 23 tcp dport set 22\ntcp dport 22 accept', 'accept'],
  ['so this one', 'tcp dport 22 tcp dport set 23\ntcp dport 23 accept', 'undetermined'],
  ['an address that is written anew, whatever comes then', 'ip daddr set 10.0.0.1 accept', 'undetermined'],
  ['when the rule was used last', 'tcp dport 22 last used 5s accept', 'accept'],
  ['that alone', 'tcp dport 22 last accept', 'accept'],
  ['a state from the future', 'ct state frobnicated accept', 'undetermined'],
  ['comments may hold anything', 'tcp dport 23 accept comment "} accept {"', 'drop'],
  // As `nft list ruleset` of 0.9.0 to 1.0.5 printed rules of iptables in notes of Debian 10; what follows the sharp sign belongs to the rule.
  [
    'an extension of iptables before a verdict',
    'tcp dport 22 ct state new # recent: UPDATE seconds: 60 hit_count: 4 name: DEFAULT side: source mask: 255.255.255.255 counter packets 0 bytes 0 drop\ntcp dport 22 accept',
    'undetermined',
  ],
  ['an extension that may let in', 'tcp dport 22 # geoip --source-country DE counter packets 0 bytes 0 accept', 'undetermined'],
  [
    'an extension alone, which may be a target',
    'tcp dport 22 ct state new # recent: SET name: DEFAULT side: source mask: 255.255.255.255 counter packets 0 bytes 0\ntcp dport 22 accept',
    'undetermined',
  ],
  ['a handle is a comment', 'tcp dport 22 accept # handle 7', 'accept'],
  ['a comment of its own line', '# tcp dport 23 drop\ntcp dport 22 accept', 'accept'],
  ['loopback is not the network', 'iif "lo" accept', 'drop'],
  // As firewalld 1.3.3 wrote rich rules without a family, and `nft list ruleset` of 1.0.6 printed them; tried with real packets.
  ['a refusal in words of IPv6 is for IPv6 alone', 'tcp dport 22 reject with icmpv6 port-unreachable\ntcp dport 22 accept', 'accept'],
  ['one in words of IPv4', 'tcp dport 22 reject with icmp port-unreachable\ntcp dport 22 accept', 'reject'],
  ['one in words of both', 'tcp dport 22 reject with icmpx admin-prohibited\ntcp dport 22 accept', 'reject'],
  ['one in words of TCP', 'reject with tcp reset\ntcp dport 22 accept', 'reject'],
])('%s', (_, rules, expected) => {
  expect(verdictFor({ tables: inet(rules) }, undefined, tcp(22, '203.0.113.9')).verdict).toBe(expected)
})

const raw = (rules: string) => `\tchain early {\n\t\ttype filter hook prerouting priority raw; policy accept;\n${rules}\n\t}\n`
test.each([
  ['is new to no rule', 'tcp dport 22 notrack', 'ct state new tcp dport 22 accept', 'drop'],
  ['is untracked', 'tcp dport 22 notrack', 'ct state untracked accept', 'accept'],
  ['and nothing else is', 'tcp dport 23 notrack', 'ct state untracked accept', 'drop'],
  ['meets the next rule', 'notrack\ntcp dport 22 drop', 'accept', 'drop'],
  ['meets the policy', 'notrack', 'tcp dport 23 accept', 'drop'],
  ['that may be: what is not understood', 'meta mark 0x1 notrack', 'ct state new accept', 'undetermined'],
  ['has no direction', 'notrack', 'ct direction original accept', 'drop'],
  ['nor is it in another one', 'notrack', 'ct direction != reply accept', 'drop'],
  ['nor was sent to another port', 'notrack', 'ct original proto-dst 22 accept', 'drop'],
  ['nor is it said that it was not translated', 'notrack', 'ct status != dnat accept', 'drop'],
])('what is not tracked %s', (_, early, rules, expected) => {
  expect(verdictFor({ tables: inet(rules, raw(early)) }, undefined, tcp(22, '203.0.113.9')).verdict).toBe(expected)
})

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

test('of two rules of translation the first decides, even if it leads to where the packet was sent', () => {
  const nat = (name: string, rule: string) =>
    `table ip ${name} {\n\tchain prerouting {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t\t${rule}\n\t}\n}\n`
  const filter = 'table ip f {\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\t}\n}\n'
  const verdict = (first: string, second: string) =>
    verdictFor({ tables: parseNft(nat('b', second) + nat('a', first) + filter, 'nft') }, undefined, tcp(8000, '203.0.113.9')).verdict
  expect(verdict('counter', 'tcp dport 8000 dnat to 172.17.0.2')).toBe('accept')
  expect(verdict('tcp dport 8000 redirect to :8000', 'tcp dport 8000 dnat to 172.17.0.2')).toBe('drop')
})

const calico = (name: string) =>
  parseIptables(readFileSync(new URL(`./__fixtures__/${name}.txt`, import.meta.url), 'utf8'), 'ip', 'iptables').tables

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

test.each([
  ['--set-mark 0x1', '0x1', 'accept'],
  ['--set-xmark 0x1/0xff', '0x1/0xf', 'accept'],
  ['--set-xmark 0x1/0xff', '0x1', 'undetermined'],
  ['--or-mark 0x4', '0x4/0x4', 'accept'],
  ['--and-mark 0xff', '0x100/0x100', 'drop'],
  ['--xor-mark 0x1', '0x1/0x1', 'accept'],
  ['--set-xmark 0x1/0xff', '! 0x1/0xff', 'drop'],
])('the mark of iptables: %s, then asked for %s', (set, asked, expected) => {
  const option = asked.startsWith('! ') ? `! --mark ${asked.slice(2)}` : `--mark ${asked}`
  const text = `*filter\n:INPUT DROP [0:0]\n-A INPUT -j MARK ${set}\n-A INPUT -m mark ${option} -j ACCEPT\nCOMMIT\n`
  expect(verdictFor({ tables: parseIptables(text, 'ip', 'iptables').tables }, undefined, tcp(22, '203.0.113.9')).verdict).toBe(expected)
  const ofConnection = text.replace('-m mark', '-m connmark')
  expect(verdictFor({ tables: parseIptables(ofConnection, 'ip', 'iptables').tables }, undefined, tcp(22, '203.0.113.9')).verdict).toBe(
    'undetermined',
  )
})

/** What leaves this host comes from an address of its own, whichever that is. */
test.each([
  ['fib saddr type local accept', 'accept'],
  ['fib saddr type local drop\naccept', 'drop'],
  ['fib saddr type != local accept', 'drop'],
  ['fib daddr type local accept', 'drop'],
])('what leaves, by a rule that asks for kinds of addresses: %s', (rule, expected) => {
  const chain = `chain output {\ntype filter hook output priority filter; policy drop;\n${rule}\n}\n`
  const query = { direction: 'out', protocol: 'tcp', port: 443, source: '203.0.113.9' } as const
  expect(verdictFor({ tables: inet('', chain) }, undefined, query).verdict).toBe(expected)
})

/** The chain is called twice; only the first time the mark is the one that its line asks for. */
test.each([
  ['return', 'accept', 'accept'],
  ['goto let', 'drop', 'accept'],
])('a line that asks for a mark and writes it, then %s, else %s', (first, second, expected) => {
  const chains = `chain let {\naccept\n}\nchain once {\nmeta mark 0x0 meta mark set 0x1 ${first}\n${second}\n}\n`
  const tables = inet('meta mark set 0x0\njump once\njump once', chains)
  expect(verdictFor({ tables }, undefined, tcp(22, '203.0.113.9')).verdict).toBe(expected)
})

/** As tried between network namespaces: what comes in by an interface bears no mark (net/core/skbuff.c, skb_scrub_packet); a program gives what it sends any (SO_MARK). */
test.each([
  ['in', 'own', 'drop'],
  ['out', 'own', 'undetermined'],
  ['in', 'CILIUM_INPUT', 'undetermined'],
  ['in', 'cali-INPUT', 'undetermined'],
] as const)('bits that rules write for one another, on what goes %s, with a chain %s', (direction, name, expected) => {
  const chains = `chain ${name} {\ntcp dport 23 meta mark set meta mark | 0x1\n}\n`
  const hook = direction === 'in' ? 'input' : 'output'
  const tables = inet(`jump ${name}\nmeta mark & 0x1 == 0x1 accept`, chains, hook)
  expect(verdictFor({ tables }, undefined, { ...tcp(22, '203.0.113.9'), direction }).verdict).toBe(expected)
})

test('thousands of marks one after another are followed', () => {
  const marks = Array.from({ length: 6000 }, (_, at) => `meta mark set 0x${(at + 1).toString(16)}`).join('\n')
  const ask = (rules: string) => verdictFor({ tables: inet(rules) }, undefined, tcp(22, '203.0.113.9')).verdict
  expect(ask(`${marks}\nmeta mark 0x1770 accept`)).toBe('accept')
  expect(ask(`${marks}\ntcp dport 22 accept`)).toBe('accept')
})

test.each([
  ['that are for others', 'meta l4proto udp accept'],
  ['that are not understood', 'ip ttl 1 accept'],
])('rules that are too many to follow leave it open whether they let in: %s', (_, rule) => {
  const chain = (at: number, rules: string) => `chain c${at} {\n${rules.repeat(10)}}\n`
  const tangled = [5, 4, 3, 2, 1, 0].map((at) => chain(at, `jump c${at + 1}\n`)).join('')
  const tables = inet('jump c0\ntcp dport 22 accept', chain(6, `${rule}\n`) + tangled)
  expect(verdictFor({ tables }, undefined, tcp(22, '203.0.113.9')).verdict).toBe('undetermined')
})
