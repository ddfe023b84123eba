import { expect, test } from 'vitest'
import { verdictFor } from '../reach.ts'
import { parseNft } from './parse.ts'

/** What single rules mean for a packet, as nft lists them. */

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
  [
    'the protocol of the connection, before which nft lists no family that stood there',
    'ct protocol tcp accept',
    'undetermined',
    'undetermined',
  ],
  ['the same behind a word that tells', 'ip saddr 203.0.113.9 ct protocol tcp accept', 'accept', 'drop'],
  ['one of several, before which it does', 'meta nfproto ipv4 ct protocol { tcp, udp } accept', 'accept', 'drop'],
  ['another, before which it does', 'meta nfproto ipv6 ct protocol != udp accept', 'drop', 'accept'],
])('%s: %s', (_, rules, four, six) => {
  const tables = inet(rules, 'set s {\n\t\ttype ipv4_addr\n\t\tsize 65535\n\t\tflags dynamic,timeout\n\t}\n')
  const of = (source: string, address: string) => verdictFor({ tables }, undefined, { ...tcp(22, source), address }).verdict
  expect([of('203.0.113.9', '10.0.0.5'), of('2001:db8::9', 'fd00::5')]).toEqual([four, six])
})

/** Chains within rules, as nft 1.0.6 lists them. */
test.each<[string, string, string]>([
  ['lets in', 'tcp dport 22 jump {\n\t\ttcp dport 443 drop\n\t\taccept\n}\ndrop', 'accept'],
  ['stops', 'jump {\n\t\ttcp dport { 22, 80,\n 443 } counter drop\n}\naccept', 'drop'],
  ['comes back to the next rule', 'jump {\n\t\ttcp dport 22 return\n\t\tdrop\n}\naccept', 'accept'],
  ['does not come back', 'goto {\n\t\ttcp dport 443 accept\n}\naccept', 'drop'],
  ['one in the other', 'jump {\n\t\ttcp dport 22 goto {\n\t\treturn\n}\n\t\tdrop\n}\naccept', 'accept'],
  ['for other ports', 'tcp dport 80 jump {\n\t\tdrop\n}\naccept', 'accept'],
])('a chain within a rule: %s', (_, rules, expected) => {
  expect(verdictFor({ tables: inet(rules) }, undefined, tcp(22, '203.0.113.9')).verdict).toBe(expected)
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
  ['a mark set by a map', 'meta mark set ip saddr map { 10.0.0.1 : 0x1, 203.0.113.0/24 : 0x2 }\nmeta mark 0x2 accept', 'accept'],
  ['a map that sets another', 'meta mark set ip saddr map { 10.0.0.1 : 0x1, 203.0.113.0/24 : 0x2 }\nmeta mark 0x1 accept', 'drop'],
  ['a map that names others', 'meta mark set 0x1\nmeta mark set ip saddr map { 10.0.0.1 : 0x2 }\nmeta mark 0x1 accept', 'accept'],
  ['what stands behind it is for those that it names', 'meta mark set tcp dport map { 80 : 0x2 } drop\ntcp dport 22 accept', 'accept'],
  ['behind it, and named', 'meta mark set tcp dport map { 22 : 0x2, 80 : 0x1 } accept', 'accept'],
  ['a map that is not known', 'meta mark set ip saddr map @gone\nmeta mark 0x1 accept', 'undetermined'],
  ['a map of what is not followed', 'meta mark set ip dscp map { cs1 : 0x1 }\nmeta mark 0x1 accept', 'undetermined'],
  // Who waits for the hour gets in, and past what stops others at that hour.
  ['hours of a day', 'meta hour "09:00"-"18:00" tcp dport 22 accept', 'accept'],
  ['for another port', 'meta hour "09:00"-"18:00" tcp dport 23 accept', 'drop'],
  ['for others', 'meta day { "Monday", "Friday" } ip saddr 10.0.0.0/8 accept', 'drop'],
  ['out of hours', 'meta hour != "09:00"-"18:00" drop\ntcp dport 22 accept', 'accept'],
  ['until a date', 'meta time < "2035-01-01 00:00:00" tcp dport 22 accept', 'undetermined'],
  ['between dates, for another port', 'meta time "2020-01-01 00:00:00"-"2040-01-01 00:00:00" tcp dport 23 accept', 'drop'],
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

test.each([
  ['that are for others', 'meta l4proto udp accept'],
  ['that are not understood', 'ip ttl 1 accept'],
])('rules that are too many to follow leave it open whether they let in: %s', (_, rule) => {
  const chain = (at: number, rules: string) => `chain c${at} {\n${rules.repeat(10)}}\n`
  const tangled = [5, 4, 3, 2, 1, 0].map((at) => chain(at, `jump c${at + 1}\n`)).join('')
  const tables = inet('jump c0\ntcp dport 22 accept', chain(6, `${rule}\n`) + tangled)
  expect(verdictFor({ tables }, undefined, tcp(22, '203.0.113.9')).verdict).toBe('undetermined')
})

/** A value of a connection ends the rule where there is none (nft_ct_get_eval, net/netfilter/nft_ct.c); writing to one that is not there does nothing. */
test.each([
  ['meta mark set ct mark accept', 'drop'],
  ['meta mark set ct mark drop\naccept', 'accept'],
  ['meta mark set ct mark & 0xff accept', 'drop'],
  ['ct mark set ct mark | 0x1 accept', 'drop'],
  ['ct mark set meta mark accept', 'accept'],
])('of a packet that is not tracked: %s', (rules, expected) => {
  const text = `table inet t {
	chain raw {
		type filter hook prerouting priority raw; policy accept;
		tcp dport 22 notrack
	}
	chain input {
		type filter hook input priority filter; policy drop;
${rules}
	}
}
`
  const tables = parseNft(text, 'nft')
  expect(verdictFor({ tables }, undefined, tcp(22, '203.0.113.9')).verdict).toBe(expected)
  expect(
    verdictFor({ tables: parseNft(text.replace('tcp dport 22 notrack', 'counter'), 'nft') }, undefined, tcp(22, '203.0.113.9')).verdict,
  ).toBe(rules.includes('drop') ? 'drop' : 'accept')
})

/** As guides write them against floods: who means no harm, and who does, sends packets that these are not for. */
test.each([
  ['ip frag-off & 0x1fff != 0x0 drop', 'accept'],
  ['ip frag-off & 8191 != 0 drop', 'accept'],
  ['ip frag-off & 0x1fff == 0 drop', 'drop'],
  ['ip frag-off & 0x4000 == 0 drop', 'accept'],
  ['ip frag-off != 0 drop', 'undetermined'],
  ['tcp flags syn tcp option maxseg size 1-535 drop', 'accept'],
  ['tcp option maxseg size != 536-65535 counter drop', 'accept'],
  ['tcp option maxseg size < 536 drop', 'accept'],
  ['tcp option maxseg size 1460 jump never', 'accept'],
  ['tcp option fastopen exists drop', 'undetermined'],
])('what a sender chooses: %s', (rule, expected) => {
  const text = `table inet t {
	chain never {
		drop
	}
	chain input {
		type filter hook input priority filter; policy drop;
		${rule}
		tcp dport 22 accept
	}
}
`
  expect(verdictFor({ tables: parseNft(text, 'nft') }, undefined, tcp(22, '203.0.113.9')).verdict).toBe(expected)
})
