import fc from 'fast-check'

/** What a random rule of nft(8) asks of a packet: addresses, ports, sets by name, and what people ask seldom. */
const networks4 = ['10.0.1.0/24', '10.0.1.128/25', '10.0.0.0/8', '10.0.1.100-10.0.2.5', '192.168.7.9', '10.9.0.0/16']
const networks6 = ['fd00:1::/64', 'fd00::/8', 'fd00:2::5', 'fd09::/64']
const ports = ['22', '80-90', '443', '8000', '8999-9001', '9090']
export type Family = 'ip' | 'ip6' | 'inet'
export type End = 'saddr' | 'daddr'

const some = (values: readonly string[]) => fc.subarray([...values], { minLength: 1, maxLength: 3 }).map((all) => `{ ${all.join(', ')} }`)
const not = fc.constantFrom('', '', '!= ')

const addressTest = (version: 4 | 6, end: End): fc.Arbitrary<string> => {
  const networks = version === 4 ? networks4 : networks6
  // Overlapping elements are refused in a set without auto-merge.
  const apart = version === 4 ? ['10.0.1.0/25', '10.0.2.0/24', '192.168.7.9', '10.9.0.0/24'] : ['fd00:1::/64', 'fd00:2::5', 'fd09::/64']
  return fc
    .tuple(not, fc.oneof(fc.constantFrom(...networks), some(apart), fc.constant(version === 4 ? '@four' : '@six')))
    .map(([negated, value]) => `${version === 4 ? 'ip' : 'ip6'} ${end} ${negated}${value}`)
}

/** Limits, counts, zones, sockets and raw bytes. Of a limit that is used up while one looks nothing can be said, so none here is, nor one that stops what stays below it; and no hour or day, which come round again. */
const ODD_TESTS = [
  'quota until 1 mbytes',
  'ct zone 0',
  'ct zone 5',
  'ct bytes > 1000',
  'ct packets < 10',
  'ct avgpkt > 1',
  'ct helper "ftp"',
  'ct label 3',
  'ct status assured',
  'ct status ! seen-reply',
  'ct status confirmed',
  'ct direction reply',
  'ct l3proto ipv4',
  'ct protocol tcp',
  '@th,16,16 443',
  '@th,16,16 != 443',
  '@th,16,16 { 22, 443 }',
  '@nh,0,8 0',
  'meta priority 0:0',
  'meta cpu 0-64',
  'ip frag-off & 0x1fff != 0',
  'ip frag-off & 0x3fff == 0',
  'tcp option timestamp missing',
  'tcp option sack-perm exists',
  'tcp option fastopen missing',
  'tcp option mptcp exists',
  'tcp window > 0',
  'tcp doff 5',
  'tcp sequence 0',
  'meta secpath missing',
  'meta secpath exists',
  'meta protocol { ip, ip6 }',
  'vlan id 5',
  'meta l4proto != 6',
  'meta l4proto 6-17',
  'tcp flags syn',
  'tcp flags ! syn',
  'tcp flags == syn',
  'tcp flags != syn',
  'tcp flags { syn, ack }',
  'tcp flags & (syn | ack) == syn',
  'tcp flags & syn != 0',
  'tcp flags & (fin | rst) == 0',
  'tcp flags ! fin,rst',
  'tcp dport != { 22, 443 } tcp dport < 9000',
  'ct state ! new',
  'ct state new,established',
  'ct expiration > 1s',
  'tcp dport & 1 == 0',
  'tcp dport 0x1bb',
  'tcp dport https',
  'meta time "2020-01-01 00:00:00"-"2040-01-01 00:00:00"',
  'ct mark & 0xff == 0',
  'ct mark or 0x1 == 0x1',
  'meta mark and 0x8000 == 0x8000',
  'meta mark & 0x8000 != 0',
  'meta mark != 0',
  'meta mark set tcp dport map { 443 : 0x1, 8000 : 0x2, 80-90 : 0x3 }',
  'meta mark set tcp dport map { 22 : 0x1, 9090 : 0x0 }',
  'meta mark < 5',
  'limit rate over 1000000/second',
  'ct helper != "ftp"',
  'ct status expected',
  'ct status ! expected',
  'ct status & snat == 0',
  'meta l4proto { udp, icmp, icmpv6 }',
  'meta l4proto != { udp, icmp }',
  'meta l4proto . th dport { tcp . 443, udp . 53 }',
  'meta nfproto . tcp dport { ipv4 . 443, ipv6 . 80 }',
  'exthdr hbh missing',
  'exthdr frag exists',
  'hbh nexthdr 6',
  'frag more-fragments 1',
  'rt type 0',
  'mh type 1',
  'dst nexthdr 6',
  'tcp option maxseg exists',
  'sctp dport 443',
  'dccp type request',
  'icmp type echo-request',
  'icmpv6 type nd-neighbor-solicit',
]
const ODD_IN = [
  'meta iif "eth0"',
  'meta iif != "lo"',
  'meta iifkind "veth"',
  'socket transparent 1',
  'socket transparent 0',
  'socket wildcard 1',
  'socket wildcard 0',
  'socket mark 0',
  'meta cgroup 1',
  'fib daddr . iif type local',
  'fib daddr type { local, broadcast }',
  'fib saddr type unicast',
  'fib saddr type != local',
  'fib saddr type local',
  'fib saddr oifname "eth0"',
  'fib saddr . iif oif exists',
  'fib saddr . mark . iif oif missing',
  'fib saddr . iif oif 0',
  'fib saddr . iif oif != 0',
  'fib saddr oif exists',
  'fib saddr . iif oifname "eth0"',
  'fib daddr . mark type local',
  'iifname vmap { "eth0" : continue, "lo" : accept }',
  'meta pkttype { broadcast, multicast }',
  'meta skuid 0',
  'meta sdif 0',
  'meta sdifname "vrf0"',
  'osf name "Linux"',
  'osf name "Windows"',
  'iif vmap { "lo" : accept, "eth1" : drop }',
  'iifname { "eth*", "lo" }',
  'iifname != { "eth0", "lo" }',
  'fib daddr . iif type { local, unicast }',
  'fib daddr . iif type != local',
  'fib daddr . mark . iif type local',
  'fib daddr oif "lo"',
  'fib daddr oifname "lo"',
  'fib daddr oif missing',
]
const ODD_OUT = [
  'meta skgid 0',
  'meta skuid != 0',
  'meta skuid { 0, 33 }',
  'meta cgroup != 1',
  'meta oif "eth0"',
  'meta oifkind "veth"',
  'fib daddr type unicast',
  'fib daddr type local',
  'rt classid 0',
  'rt ipsec missing',
  'oifname != { "eth0", "lo" }',
  'fib saddr type local',
]

/** Words whose answer may be out of sight of the rules: a verdict that hangs on them may be undetermined, never the opposite. */
const wildTests = (family: Family, end: End): readonly string[] => [
  ...[
    'meta mark 0x1',
    'meta mark != 0x1',
    'ct mark 0x1',
    'ct mark 0x0',
    'ct original proto-dst 443',
    'ct original proto-dst != 8000',
    'ct status dnat',
  ],
  // Every port that a client may choose: the packets come from one, and a verdict is about all.
  ...['tcp sport > 0', 'tcp sport != 0', 'meta length > 2000', 'meta length < 100', 'meta pkttype host', 'meta pkttype != host'],
  ...['tcp dport . tcp sport { 80 . 1-65535, 443 . 1-65535 }'],
  ...ODD_TESTS,
  ...(end === 'saddr' ? ODD_IN : ODD_OUT),
  ...(end === 'saddr'
    ? [
        'iifname { "eth0", "wg*" }',
        'iifname { "lo", "docker0" }',
        'iifgroup default',
        'meta iiftype ether',
        'iifname . tcp dport { "eth0" . 443, "lo" . 80 }',
      ]
    : ['oifname { "eth0", "wg*" }', 'oifgroup default', 'meta skuid 0', 'meta skuid 4242']),
  ...(family === 'ip6'
    ? ['ip6 saddr & ffff:: == fd00::', 'ip6 hoplimit < 3', `ip6 ${end} . tcp dport { fd00:1::/64 . 80-443, fd09::2 . 8000 }`]
    : [
        `ip ${end} & 255.0.0.0 == 10.0.0.0`,
        `ip ${end} & 255.255.0.0 != 10.9.0.0`,
        'ip ttl < 3',
        'ip protocol tcp',
        'ip version 4',
        'ct original ip daddr 10.9.0.1',
        `ip ${end} . tcp dport { 10.0.1.0/24 . 80-443, 10.9.0.2 . 8000 }`,
        `ip ${end} . tcp dport @pairs`,
      ]),
]
const namedTests = (family: Family, end: End): readonly string[] => {
  const address = `${family === 'ip6' ? 'ip6' : 'ip'} ${end}`
  return [
    `${address} . tcp dport @doors`,
    `${address} . th dport != @doors`,
    `${address} @lasting`,
    `${address} != @lasting`,
    'meta l4proto . th dport @services',
    'meta l4proto . th dport != @services',
    end === 'saddr' ? 'iifname @ways' : 'oifname @ways',
  ]
}

export const test = (family: Family, end: End, wild: boolean): fc.Arbitrary<string> => {
  const versions = family === 'inet' ? ([4, 6] as const) : ([family === 'ip' ? 4 : 6] as const)
  return fc.oneof(
    { weight: 4, arbitrary: fc.oneof(...versions.map((version) => addressTest(version, end))) },
    {
      weight: 4,
      arbitrary: fc
        .tuple(not, fc.oneof(fc.constantFrom(...ports, '@ports'), some(ports)))
        .map(([negated, value]) => `tcp dport ${negated}${value}`),
    },
    fc.constantFrom(
      'tcp dport > 1000',
      'tcp dport < 443',
      'meta l4proto { tcp, udp }',
      'meta l4proto udp',
      'tcp flags syn / fin,syn,rst,ack',
      'th dport 443',
    ),
    fc.constantFrom(
      'ct state new',
      'ct state { established, new }',
      'ct state invalid',
      'ct state untracked',
      'ct state != untracked',
      'ct state ! untracked,invalid',
      'ct direction original',
    ),
    fc.constantFrom(
      ...(end === 'saddr'
        ? [
            'iifname "eth0"',
            'iifname "eth1"',
            'iifname != "eth0"',
            'iifname != "eth*"',
            'iif "lo"',
            'fib saddr . iif oif missing',
            'fib daddr type local',
          ]
        : ['oifname "eth0"', 'oifname "docker0"', 'oifname != "eth1"', 'fib saddr type local']),
    ),
    { weight: 3, arbitrary: fc.constantFrom(...namedTests(family, end)) },
    ...(wild ? [{ weight: 8, arbitrary: fc.constantFrom(...wildTests(family, end)) }] : []),
    ...(family === 'inet' ? [fc.constantFrom('meta nfproto ipv4', 'meta nfproto ipv6', 'meta protocol ip6')] : []),
  )
}
