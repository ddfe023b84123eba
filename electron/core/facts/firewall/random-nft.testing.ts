import fc from 'fast-check'
import { type End, type Family, test } from './random-nft-tests.testing.ts'
import type { RuleSet } from './rule-sets.testing.ts'

/** Random rule sets in the words of nft(8): several tables, base chains at several priorities, sets, maps of verdicts, concatenations. */
const chains = ['c0', 'c1'] as const

const wildActions = [
  'meta mark set 0x1',
  'ct mark set 0x1',
  'tcp dport vmap @verdicts',
  'meta mark set 0x0 accept',
  'meta mark 0x0 meta mark set 0x1 return',
  'add @seen { tcp dport } counter',
  'log level info group 3',
  'meta mark set 0x2 tcp dport 443 drop',
  'ct mark set meta mark tcp dport 22 accept',
  'meta mark set meta mark & 0xff | 0x100 drop',
  'tcp option maxseg size set 1200 tcp dport 80 drop',
  'dup to 10.0.9.9 device "lo" accept',
  'numgen inc mod 1000000 999999 meta mark set 0x1 drop',
  'ct zone set 5',
  'meta nftrace set 1',
  'meta priority set root',
  'ct label set 3',
  'ct event set new',
  'counter name "seen4" accept',
  'counter name "seen4"',
  'synproxy mss 1460 wscale 7',
  'ip dscp set cs1 drop',
  'ip ttl set 10',
  'ip6 hoplimit set 10 drop',
  'update @seen { tcp dport limit rate over 1000000/second } drop',
  'tcp dport @seen drop',
  'delete @seen { tcp dport }',
  'limit rate over 1000000/second drop',
  'quota name "much" drop',
  'reset tcp option sack-perm',
  'exthdr dst exists drop',
  'jhash tcp sport mod 2 vmap { 0 : drop, 1 : accept }',
  'symhash mod 2 vmap { 0 : drop, 1 : accept }',
  'meta mark set tcp dport map { 443 : 1, 80 : 2 }',
  'meta mark set ct mark accept',
  'ct mark set 0x1 drop',
  'meta mark set jhash ip saddr mod 4',
  'tcp dport set 443',
  'ip daddr set 10.9.0.1 accept',
  'ip saddr set 10.0.2.5',
  'ct count over 5000 drop',
  'ct count 5000 accept',
  'jump { tcp dport 443 accept; drop; }',
  'goto { ip saddr 10.0.0.0/8 drop; }',
  'tcp dport { 443, 80 } jump { return; }',
  'log level audit',
  'log flags all prefix "a drop" accept',
  'log flags tcp sequence,options accept',
  'meta l4proto . tcp dport vmap { tcp . 443 : drop, tcp . 22-80 : accept }',
  'ip saddr . tcp dport vmap { 10.0.0.0/8 . 80-443 : accept, 192.168.7.9 . 22 : drop }',
  'tcp dport vmap { 0-79 : drop, 81-65535 : continue }',
  'ip saddr vmap { 10.0.1.0/24 : accept, 10.0.2.0-10.0.2.255 : drop, * : continue }',
  'iifname . ip saddr vmap { "eth0" . 10.0.0.0/8 : drop }',
  'ct state . tcp dport vmap { new . 443 : drop, new . 22 : accept }',
  'ct direction vmap { original : drop }',
  'meta nfproto vmap { ipv4 : drop, ipv6 : accept }',
  'meta mark vmap { 0x0 : continue, 0x1 : accept }',
  'meta mark set meta mark or 0x1',
  'ct mark set ct mark or 0x2 drop',
  'ct helper set "ftp-own"',
  'ct timeout set "short"',
  'synproxy name "proxied"',
  'ct helper set "ftp-own" accept',
  'fib daddr type vmap { local : continue, unicast : drop, broadcast : drop }',
  'fib daddr . iif type vmap { local : jump c1, broadcast : drop }',
  'ip6 nexthdr vmap { tcp : continue, udp : drop }',
  'ip protocol vmap { tcp : continue, udp : drop }',
  'meta l4proto vmap { tcp : continue, udp : accept }',
  'iifname . tcp dport vmap { "eth0" . 443 : drop, "lo" . 80 : accept, "eth1" . 22 : accept }',
  'iifname . ip saddr . tcp dport vmap { "eth0" . 10.0.0.0/8 . 80-443 : drop }',
  'ip saddr . ip daddr . meta l4proto . th dport vmap { 10.0.0.0/8 . 10.9.0.1 . tcp . 443 : drop }',
  'ct mark vmap { 0x1 : accept, 0x0 : continue }',
  'tcp dport 443 limit rate 1000000/second accept',
  'limit rate over 1000000/second burst 10 packets drop',
  'tcp flags syn limit rate over 1000000/second counter drop',
  'update @seen { tcp dport timeout 5s counter } accept',
  'add @seen { tcp dport limit rate 1000000/second } accept',
  'meta l4proto tcp counter name tcp dport map { 443 : "seen4", 80 : "seen4" } drop',
  // Too late: the packet is tracked already.
  'notrack',
]

/** Named sets and maps of verdicts: intervals, concatenations, the rest of a map. What a map leads to must be a later chain. */
const namedSets = (family: Family): fc.Arbitrary<readonly string[]> => {
  const v6 = family === 'ip6'
  const type = v6 ? 'ipv6_addr' : 'ipv4_addr'
  const nets = v6 ? ['fd00:1::/64', 'fd00:2::/48', 'fd09::2'] : ['10.0.1.0/25', '10.0.1.128-10.0.2.5', '192.168.7.9', '10.9.0.0/24']
  const ranges = ['22', '80-443', '8000', '8999-9090']
  const drawn = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 })
  const verdict = fc.constantFrom('accept', 'drop', 'continue', 'return', 'jump c1', 'goto c1')
  const verdicts = fc.array(verdict, { minLength: 5, maxLength: 5 })
  const listed = (all: readonly string[]) => `elements = { ${all.join(', ')} }`
  const mapped = (keys: readonly string[], words: readonly string[], rest: boolean) =>
    listed([...keys.map((key, at) => `${key} : ${words[at % words.length]}`), ...(rest ? [`* : ${words.at(-1)}`] : [])])
  return fc.tuple(
    fc.tuple(drawn(nets), drawn(ranges)).map(([all, ports]) => {
      const pairs = all.flatMap((net) => ports.map((port) => `${net} . ${port}`))
      return `set doors { type ${type} . inet_service; flags interval; ${listed(pairs)}; }`
    }),
    drawn(nets).map((all) => `set lasting { type ${type}; flags interval,timeout; ${listed(all)}; }`),
    drawn(['tcp . 22', 'tcp . 80-443', 'udp . 443', 'udp . 8000', 'tcp . 9000']).map(
      (all) => `set services { type inet_proto . inet_service; flags interval; ${listed(all)}; }`,
    ),
    drawn(['"eth0"', '"docker0"', '"lo"']).map((all) => `set ways { type ifname; ${listed(all)}; }`),
    fc
      .tuple(drawn(ranges), verdicts, fc.boolean())
      .map(([keys, words, rest]) => `map byport { type inet_service : verdict; flags interval; ${mapped(keys, words, rest)}; }`),
    fc.tuple(drawn(nets), drawn(ranges), verdicts).map(([all, ports, words]) => {
      const keys = all.flatMap((net) => ports.map((port) => `${net} . ${port}`))
      return `map bydoor { type ${type} . inet_service : verdict; flags interval; ${mapped(keys, words, false)}; }`
    }),
  )
}
const namedMaps = (family: Family, end: End): readonly string[] => [
  'tcp dport vmap @byport',
  'th dport vmap @byport',
  `${family === 'ip6' ? 'ip6' : 'ip'} ${end} . tcp dport vmap @bydoor`,
]

/** nft refuses rules that ask for two protocols at once. */
const clash = (tests: readonly string[]): boolean => {
  const all = tests.join(' ')
  return (/\bip |ipv4/.test(all) && /ip6|ipv6/.test(all)) || (/l4proto/.test(all) && /\btcp (?:dport|flags)/.test(all))
}

const rule = (family: Family, end: End, later: readonly string[], wild: boolean): fc.Arbitrary<string> => {
  const action = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom('accept', 'drop', 'counter drop', 'counter accept', 'reject', 'log prefix "x: " drop') },
    { weight: 2, arbitrary: fc.constantFrom('return', 'continue', 'counter', 'accept comment "a; drop"') },
    ...(wild ? [{ weight: 3, arbitrary: fc.constantFrom(...wildActions) }] : []),
    ...(later.length > 0 ? [{ weight: 3, arbitrary: fc.constantFrom(...later.flatMap((name) => [`jump ${name}`, `goto ${name}`])) }] : []),
  )
  const address = family === 'ip6' ? `ip6 ${end}` : `ip ${end}`
  const elements = family === 'ip6' ? ['fd00:1::5 . 80', 'fd09::2 . 8000'] : ['10.0.1.5 . 80', '10.0.2.5 . 8000', '10.9.0.2 . 443']
  return fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .tuple(
          fc.array(test(family, end, wild), { maxLength: 2 }).filter((tests) => !clash(tests)),
          action,
        )
        .map(([tests, word]) => [...tests, word].join(' ')),
    },
    // Chains that maps lead to may not lead back.
    ...(later.includes('c1') ? [fc.constantFrom(...namedMaps(family, end))] : []),
    fc.constantFrom('tcp dport vmap { 22 : drop, 80 : accept, 8000-8999 : continue }', 'ct state vmap { invalid : drop, new : continue }'),
    // Words of one family: nft shows no test for it (as in the rules of firewalld).
    fc.constantFrom(
      'tcp dport 443 reject with tcp reset',
      // Only tables of both families know it.
      ...(family === 'inet' ? ['meta l4proto { tcp, udp } reject with icmpx admin-prohibited'] : []),
      ...(family === 'ip' ? [] : ['tcp dport 80-443 reject with icmpv6 port-unreachable', 'reject with icmpv6 admin-prohibited']),
      ...(family === 'ip6' ? [] : ['tcp dport 8000 reject with icmp port-unreachable', 'reject with icmp admin-prohibited']),
    ),
    fc.constantFrom('accept', 'drop').map((word) => `${address} . tcp dport { ${elements.join(', ')} } ${word}`),
  )
}

const table = (family: Family, name: string, wild: boolean): fc.Arbitrary<string> => {
  const three = family === 'ip6' ? 'ip6' : 'ip'
  const base = (hook: 'input' | 'output' | 'forward', end: End) =>
    fc
      .record({
        priority: fc.constantFrom('filter', 'filter - 10', 'filter + 5', 'mangle', ...(wild ? ['raw'] : [])),
        policy: fc.constantFrom('accept', 'accept', 'drop'),
        rules: fc.array(rule(family, end, chains, wild), { maxLength: 5 }),
      })
      .map(
        // Answers first, as in any rule set that works.
        ({ priority, policy, rules }) =>
          `chain ${hook} { type filter hook ${hook} priority ${priority}; policy ${policy}; ct state { established, related${hook === 'input' ? '' : ', invalid, untracked'} } accept\n${rules.join('\n')}\n}`,
      )
  // Answers to what is not tracked are invalid to the output chain, which lets them out: what is seen is the fate of the first packet. Answers that come in
  // go to other ports than these.
  const early = fc.constantFrom(
    'tcp dport 443 notrack',
    'tcp dport { 22, 8000 } notrack; tcp dport 8000-9000 drop',
    'tcp dport 80 counter notrack accept; tcp dport 80 drop',
    'tcp dport 9000 drop',
    // Of what comes from the network: answers of the container that a port leads to are for elsewhere, and seen here, too.
    `iifname "eth0" fib daddr type != local ${family === 'ip6' ? 'ip6 daddr != fd17::/64' : 'ip daddr != 172.17.0.0/16'} drop`,
    'counter',
    ...(wild ? ['meta mark set 0x0', 'meta mark set 0x1', 'tcp dport 443 meta mark set 0x1', 'ct mark set 0x1'] : []),
    // A proxy takes what was meant for another port, and rules see the port still.
    ...(wild ? [`tcp dport 443 tproxy ${family === 'inet' ? 'ip ' : ''}to :8000 accept`, 'tcp dport 8000 synproxy mss 1460 wscale 7'] : []),
  )
  return (
    fc
      .record({
        input: base('input', 'saddr'),
        output: fc.option(base('output', 'daddr'), { freq: 3 }),
        forward: fc.option(base('forward', 'daddr'), { freq: 3 }),
        raw: fc.option(
          fc
            .tuple(early, fc.constantFrom('raw', ...(wild ? ['mangle + 20', 'dstnat + 20'] : [])))
            .map(([line, priority]) => `chain raw { type filter hook prerouting priority ${priority}; ${line}; }`),
          { freq: 2 },
        ),
        translatedAt: fc.constantFrom('dstnat', 'mangle', 'filter'),
        redirected: fc.option(
          fc.constantFrom(
            'tcp dport 9090 redirect to :8000',
            'tcp dport 8000 redirect to :443',
            'tcp dport { 443, 8000, 9090 } redirect to :8000',
            'iifname "eth0" tcp dport 9090 redirect to :443',
            'meta l4proto tcp redirect to :tcp dport map { 9090 : 8000, 8000 : 443, 80 : 22 }',
            'tcp dport 22-9000 redirect to :8000-8010',
            ...(family === 'ip'
              ? [
                  'dnat ip to tcp dport map { 9090 : 172.17.0.2 . 8080, 443 : 10.9.0.1 . 22 }',
                  'dnat to tcp dport map { 8000 : 172.17.0.2 }',
                  'dnat ip to ip saddr . tcp dport map { 10.0.1.5 . 443 : 172.17.0.2 . 8080, 10.0.1.0/24 . 80 : 10.9.0.1 . 8000 }',
                  'meta l4proto tcp dnat to 10.9.0.1:8000-8010',
                ]
              : []),
          ),
          { freq: 2 },
        ),
        named: namedSets(family),
        inner: fc.tuple(...chains.map((_, at) => fc.array(rule(family, 'saddr', chains.slice(at + 1), wild), { maxLength: 3 }))),
      })
      // The kernel refuses to ask for the way in where packets go out.
      .filter(({ output, inner }) => output === null || !inner.flat().some((line) => line.includes('. iif')))
      .map(({ input, output, forward, raw, inner, redirected, translatedAt, named }) =>
        [
          `table ${family} ${name} {`,
          ...(family === 'ip6' ? [] : ['set four { type ipv4_addr; flags interval; elements = { 10.0.1.0/24, 192.168.0.0/16 } }']),
          ...(family === 'ip' ? [] : ['set six { type ipv6_addr; flags interval; elements = { fd00:1::/64, fd09::2 } }']),
          ...(wild
            ? [
                'map verdicts { type inet_service : verdict; elements = { 22 : drop, 443 : accept, 8000 : return } }',
                'set seen { type inet_service; size 1000; flags dynamic,timeout; timeout 10s; }',
                'counter seen4 { packets 0 bytes 0 }',
                'quota much { over 100 mbytes }',
                `ct helper ftp-own { type "ftp" protocol tcp; l3proto ${three}; }`,
                `ct timeout short { protocol tcp; l3proto ${three}; policy = { established: 100, close: 4 }; }`,
                'synproxy proxied { mss 1460; wscale 7; timestamp sack-perm; }',
                ...(family === 'ip6'
                  ? []
                  : ['set pairs { type ipv4_addr . inet_service; flags interval; elements = { 10.0.1.0/24 . 80-443, 10.9.0.2 . 8000 } }']),
                ...(redirected === null || family === 'ip6'
                  ? []
                  : [`chain nat { type nat hook prerouting priority ${translatedAt}; ${redirected}; }`]),
              ]
            : []),
          ...named,
          'set ports { type inet_service; flags interval; elements = { 22, 8000-9000 } }',
          ...inner.map((rules, at) => `chain ${chains[at]} {\n${rules.join('\n')}\n}`),
          input,
          ...(output === null ? [] : [output]),
          ...(forward === null ? [] : [forward]),
          ...(raw === null ? [] : [raw]),
          '}',
        ].join('\n'),
      )
  )
}

const families = ['inet', 'inet', 'ip', 'ip6'] as const
const setsWith = (wild: boolean): fc.Arbitrary<RuleSet> =>
  fc
    .array(fc.constantFrom(...families), { minLength: 1, maxLength: 2 })
    .chain((all) => fc.tuple(...all.map((family, index) => table(family, `t${index}`, wild))))
    .map((tables): RuleSet => ({ kind: 'nft', ...(wild && { wild }), nft: `${tables.join('\n')}\n` }))

export const nftSets = setsWith(false)
export const wildNftSets = setsWith(true)
