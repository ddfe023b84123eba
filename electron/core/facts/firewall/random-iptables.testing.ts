import fc from 'fast-check'
import type { RuleSet } from './rule-sets.testing.ts'

/** Random rule sets in the words of iptables-restore(8): an admin's own chains, and Docker's beside them. */

const ports = ['22', '80', '443', '8000', '9000']
const networks4 = ['10.0.1.0/24', '10.0.1.128/25', '10.0.0.0/8', '192.168.0.0/16', '10.0.2.5/32', '10.9.0.0/16']
const networks6 = ['fd00:1::/64', 'fd00::/8', 'fd00:2::5/128', 'fd09::/64']

const matchOf = (networks: readonly string[], v6: boolean): fc.Arbitrary<string> =>
  fc.oneof(
    fc.tuple(fc.constantFrom('', '! '), fc.constantFrom(...networks)).map(([not, network]) => `${not}-s ${network}`),
    fc.tuple(fc.constantFrom('', '! '), fc.constantFrom(...ports)).map(([not, port]) => `-p tcp -m tcp ${not}--dport ${port}`),
    fc.constantFrom('-p tcp -m tcp --dport 80:443', '-p tcp -m multiport --dports 22,8000', '-p tcp -m multiport ! --dports 80,9000:9100'),
    fc.constantFrom('-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN', '-p udp -m udp --dport 53', v6 ? '-p ipv6-icmp' : '-p icmp'),
    fc.constantFrom('-i eth0', '! -i eth0', '-i eth1', '-i lo', '-i eth+', '! -i docker0'),
    fc.constantFrom(
      ...['-m conntrack --ctstate NEW', '-m state --state INVALID', '-m conntrack --ctstate NEW,ESTABLISHED'],
      ...['-m conntrack --ctstate UNTRACKED', '-m conntrack ! --ctstate UNTRACKED'],
    ),
    fc.constantFrom('-m addrtype --dst-type LOCAL', '-m addrtype ! --dst-type LOCAL', '-m addrtype --src-type LOCAL'),
    fc.constantFrom('-m comment --comment "a -j DROP b"', '-p tcp'),
    ...(v6 ? [] : [fc.constantFrom('-m iprange --src-range 10.0.1.0-10.0.1.99', '-d 10.9.0.1/32', '! -d 10.9.0.1/32')]),
  )

/** Of what a container sends. */
const sentOf = (v6: boolean): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom('', '', '-i docker0 ', '! -o docker0 ', '-i docker0 -o eth0 ', '-o eth1 ', '! -i eth0 '),
      v6
        ? fc.constantFrom('', '-d fd00:1::/64 ', '! -d fd00::/8 ', '-s fd17::/64 ', '-d fd09::2/128 ')
        : fc.constantFrom('', '-d 10.0.1.0/24 ', '! -d 10.0.0.0/8 ', '-s 172.17.0.0/16 ', '! -s 172.17.0.2/32 ', '-d 10.0.2.5/32 '),
      fc.constantFrom('', '-p tcp -m tcp --dport 443 ', '-p tcp -m multiport --dports 22,8000 ', '-m conntrack --ctstate NEW ', '-p udp '),
      fc.constantFrom('ACCEPT', 'DROP', 'REJECT', 'RETURN', 'c1'),
    )
    .map(([way, ends, door, target]) => `${way}${ends}${door}-j ${target}`)

/** Words that iptables lets stand once only; a second one would be refused. */
const clash = (parts: readonly string[]): boolean => {
  const count = (pattern: RegExp) => parts.filter((part) => pattern.test(part)).length
  return [/-s /, /(?:^|! )-i /, /-d /, /-p /, /addrtype/, /ctstate|--state/].some((pattern) => count(pattern) > 1)
}

const ruleOf = (networks: readonly string[], v6: boolean, later: readonly string[]): fc.Arbitrary<string> => {
  const target = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('ACCEPT', 'DROP') },
    { weight: 2, arbitrary: fc.constantFrom('REJECT', 'RETURN') },
    ...(later.length > 0 ? [{ weight: 4, arbitrary: fc.constantFrom(...later.flatMap((chain) => [`-j ${chain}`, `-g ${chain}`])) }] : []),
  )
  return fc
    .tuple(fc.array(matchOf(networks, v6), { maxLength: 3 }), target)
    .filter(([parts]) => !clash(parts))
    .map(([parts, word]) => [...[...parts].sort((a) => (a.includes('-p ') ? -1 : 1)), word.startsWith('-') ? word : `-j ${word}`].join(' '))
}

/** First of all, as in any rule set that works: what a client sees is then the fate of its first packet, not of a later one. */
const established = '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT'

/** What a port was before Docker translated it (docs.docker.com, "Docker with iptables": match the original IP and ports). */
const originalOf = fc
  .record({
    from: fc.constantFrom('', '-s 10.0.1.0/24 ', '! -s 10.0.0.0/8 '),
    state: fc.constantFrom('', '--ctstate DNAT ', '! --ctstate DNAT ', '--ctstate NEW,DNAT ', '--ctorigdst 10.9.0.1 '),
    port: fc.constantFrom('9090', '8000', '8080'),
    direction: fc.constantFrom('', ' --ctdir ORIGINAL'),
    target: fc.constantFrom('ACCEPT', 'DROP', 'RETURN'),
  })
  .map(({ from, state, port, direction, target }) => `${from}-p tcp -m conntrack ${state}--ctorigdstport ${port}${direction} -j ${target}`)

const chainNames = ['c0', 'c1', 'c2']

/** Chains may lead to later ones only, so that there is no loop. */
const filterOf = (networks: readonly string[], v6: boolean, docker: readonly string[]): fc.Arbitrary<string> =>
  fc
    .record({
      policy: fc.constantFrom('ACCEPT', 'DROP'),
      input: fc.array(ruleOf(networks, v6, chainNames), { maxLength: 7 }),
      chains: fc.tuple(...chainNames.map((_, index) => fc.array(ruleOf(networks, v6, chainNames.slice(index + 1)), { maxLength: 4 }))),
      user: fc.array(fc.oneof(ruleOf(networks, v6, []), originalOf, sentOf(v6)), { maxLength: 4 }),
      forward: fc.array(fc.oneof(sentOf(v6), ruleOf(networks, v6, chainNames)), { maxLength: 5 }),
      onward: fc.constantFrom('ACCEPT', 'DROP'),
    })
    .map(({ policy, input, chains, user, forward, onward }) =>
      [
        '*filter',
        `:INPUT ${policy} [0:0]`,
        `:FORWARD ${docker.length > 0 ? 'DROP' : onward} [0:0]`,
        ':OUTPUT ACCEPT [0:0]',
        ...chainNames.map((name) => `:${name} - [0:0]`),
        ...(docker.length > 0 ? [':DOCKER - [0:0]', ':DOCKER-USER - [0:0]', ':DOCKER-ISOLATION-STAGE-1 - [0:0]'] : []),
        `-A INPUT ${established}`,
        ...input.map((rule) => `-A INPUT ${rule}`),
        ...chains.flatMap((rules, index) => rules.map((rule) => `-A c${index} ${rule}`)),
        ...(docker.length > 0
          ? [
              ...docker,
              '-A DOCKER-USER -m conntrack --ctstate RELATED,ESTABLISHED,INVALID -j ACCEPT',
              ...user.map((rule) => `-A DOCKER-USER ${rule}`),
              '-A DOCKER-USER -j RETURN',
            ]
          : [
              // Answers to what is not tracked are invalid here.
              '-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED,INVALID -j ACCEPT',
              ...forward.map((rule) => `-A FORWARD ${rule}`),
            ]),
        'COMMIT',
      ].join('\n'),
    )

/** As Docker Engine writes them (docs.docker.com, "Packet filtering and firewalls"): published ports pass by INPUT. */
export const dockerFilter = [
  '-A FORWARD -j DOCKER-USER',
  '-A FORWARD -j DOCKER-ISOLATION-STAGE-1',
  '-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  '-A FORWARD -o docker0 -j DOCKER',
  '-A FORWARD -i docker0 ! -o docker0 -j ACCEPT',
  '-A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 8080 -j ACCEPT',
  '-A DOCKER-ISOLATION-STAGE-1 -j RETURN',
]
export const dockerNat = (published: string, host: string): string =>
  [
    '*nat',
    ':PREROUTING ACCEPT [0:0]',
    ':INPUT ACCEPT [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    ':POSTROUTING ACCEPT [0:0]',
    ':DOCKER - [0:0]',
    '-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
    '-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE',
    '-A DOCKER -i docker0 -j RETURN',
    `-A DOCKER ${host}! -i docker0 -p tcp -m tcp --dport ${published} -j DNAT --to-destination 172.17.0.2:8080`,
    'COMMIT',
  ].join('\n')

/** Before connection tracking. `notrack` ends no chain, whoever called it. */
const rawOf = fc
  .record({
    port: fc.constantFrom('443', '8000', '9090', '22:80'),
    from: fc.constantFrom('', '-s 10.0.1.0/24 ', '! -s 10.0.0.0/8 '),
    word: fc.constantFrom('NOTRACK', 'CT --notrack'),
    called: fc.constantFrom('', '-j early', '-g early'),
    after: fc.constantFrom('', '-p tcp -m tcp --dport 8000 -j DROP', '-s 10.0.2.5/32 -p tcp -m tcp --dport 22:443 -j DROP'),
  })
  .map(({ port, from, word, called, after }) => {
    const line = `${from}-p tcp -m tcp --dport ${port} -j ${word}`
    return [
      '*raw',
      ':PREROUTING ACCEPT [0:0]',
      ':early - [0:0]',
      ...(called === ''
        ? [`-A PREROUTING ${line}`]
        : [`-A early ${line}`, '-A early -p tcp -m tcp --dport 443 -j DROP', `-A PREROUTING ${called}`]),
      ...(after === '' ? [] : [`-A PREROUTING ${after}`]),
      'COMMIT',
      '',
    ].join('\n')
  })
const raw = fc.option(rawOf, { freq: 2 }).map((table) => table ?? '')

const plain = fc.tuple(raw, filterOf(networks4, false, [])).map(([table, filter]) => `${table}${filter}`)
const withDocker = fc
  .tuple(
    raw,
    filterOf(networks4, false, dockerFilter),
    fc.constantFrom('9090', '8000'),
    fc.constantFrom('', '-d 10.9.0.1/32 ', '-d 127.0.0.1/32 '),
  )
  .map(([table, filter, published, host]) => `${table}${dockerNat(published, host)}\n${filter}`)

const sets = (kind: RuleSet['kind'], v4: fc.Arbitrary<string>): fc.Arbitrary<RuleSet> =>
  fc.record({ v4, v6: filterOf(networks6, true, []) }).map(({ v4: four, v6 }) => ({ kind, v4: `${four}\n`, v6: `${v6}\n` }))

/** Sets of the types that a usual kernel has and that decide by what is followed here. */
const drawnSets = (v6: boolean): fc.Arbitrary<string> => {
  const family = v6 ? 'family inet6' : 'family inet'
  const hosts = v6 ? ['fd00:1::5', 'fd00:2::5', 'fd09::2'] : ['10.0.1.5', '10.0.2.5', '192.168.7.9', '10.9.0.2', '10.0.1.200']
  const nets = v6
    ? ['fd00:1::/64', 'fd00::/8', 'fd00:2::/48', 'fd09::2']
    : ['10.0.1.0/24', '10.0.0.0/8', '192.168.0.0/16', '10.9.0.0/16', '10.0.2.5']
  const own = v6 ? 'fd09::1' : '10.9.0.1'
  const some = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 })
  const noMatch = fc.constantFrom('', '', ' nomatch')
  const elements = (name: string, head: string, drawn: fc.Arbitrary<readonly string[]>) =>
    drawn.map((all) => [`create ${name} ${head}`, ...all.map((element) => `add ${name} ${element}`)])
  const withPorts = some([
    'tcp:22',
    'tcp:80',
    'tcp:443',
    'udp:443',
    'tcp:8000',
    'tcp:9000',
    v6 ? 'icmpv6:echo-request' : 'icmp:echo-request',
  ])
  const pairs = (first: readonly string[], more = '') =>
    fc.tuple(some(first), withPorts).map(([all, ports]) => all.flatMap((one) => ports.map((port) => `${one},${port}${more}`)))
  const name = (word: string) => (v6 ? `${word}6` : word)
  return fc
    .tuple(
      elements(name('hosts'), `hash:ip ${family} counters comment`, some(hosts.map((host) => `${host} comment "a b"`))),
      elements(name('masked'), `hash:ip ${family} netmask ${v6 ? 64 : 24}`, some(hosts)),
      elements(
        name('nets'),
        `hash:net ${family}`,
        fc
          .tuple(some(nets), fc.array(noMatch, { minLength: 6, maxLength: 6 }))
          .map(([all, words]) => all.map((net, at) => net + words[at])),
      ),
      elements(
        name('timed'),
        `hash:net ${family} timeout 600`,
        // For ever: what goes by itself is let in when it has gone, and so is not stopped in the end.
        some(nets).map((all) => all.map((net) => `${net} timeout 0`)),
      ),
      elements(name('pairs'), `hash:ip,port ${family}`, pairs(hosts)),
      elements(
        name('netports'),
        `hash:net,port ${family}`,
        fc
          .tuple(pairs(nets.slice(1)), pairs(hosts.slice(0, 2), ' nomatch'), fc.boolean())
          .map(([all, others, graded]) => (graded ? [...all, ...others] : all)),
      ),
      elements(
        name('three'),
        `hash:ip,port,ip ${family}`,
        pairs(hosts).map((all) => all.map((pair) => `${pair},${own}`)),
      ),
      elements(
        name('netthree'),
        `hash:ip,port,net ${family}`,
        pairs(hosts).map((all) => all.map((pair) => `${pair},${v6 ? 'fd00::/8' : '10.0.0.0/8'}`)),
      ),
      elements(
        name('ways'),
        `hash:net,iface ${family}`,
        some(nets).map((all) => all.map((net, at) => `${net},${['eth0', 'docker0', 'lo'][at % 3]}`)),
      ),
      fc.constantFrom(
        [`create ${name('list')} list:set`, ...['hosts', 'nets'].map((one) => `add ${name('list')} ${name(one)}`)],
        [`create ${name('list')} list:set`],
      ),
    )
    .map((all) => all.flat().join('\n'))
}
const portSets = [
  'create ports bitmap:port range 0-65535',
  'add ports 443',
  'add ports 8000-8002',
  'add ports 9000',
  'create range bitmap:ip range 10.0.0.0/16',
  'add range 10.0.1.4/30',
  'create blocks bitmap:ip range 10.0.0.0/16 netmask 24',
  'add blocks 10.0.2.0',
  '',
]

const matches = [
  'hosts src',
  'masked src',
  'nets src',
  'nets dst',
  'timed src',
  'pairs src,dst',
  'netports src,dst',
  'three src,dst,dst',
  'netthree src,dst,dst',
  'ways src,src',
  'list src',
  'list src,dst',
  'pairs src',
  'hosts src,dst',
]
const only4 = ['ports dst', 'range src', 'blocks src']
const setMatch = (v6: boolean) =>
  fc
    .tuple(
      fc.constantFrom('', '! '),
      fc.constantFrom(...(v6 ? [...matches.map((one) => one.replace(' ', '6 ')), 'ports dst'] : [...matches, ...only4])),
    )
    .map(([not, words]) => `-m set ${not}--match-set ${words}`)
const setRule = (v6: boolean) =>
  fc
    .tuple(
      setMatch(v6),
      fc.constantFrom('', '-p tcp -m tcp --dport 80:443 ', v6 ? '-s fd00::/8 ' : '-s 10.0.0.0/8 '),
      fc.constantFrom('ACCEPT', 'DROP', 'REJECT', 'c2'),
    )
    .map(([match, more, target]) => `${more}${match} -j ${target}`)
/** Some of them somewhere among the rules for what comes in. */
const withSetRules = (filter: fc.Arbitrary<string>, v6: boolean): fc.Arbitrary<string> =>
  fc.record({ filter, rules: fc.array(setRule(v6), { minLength: 1, maxLength: 4 }), at: fc.nat(3) }).map(({ filter: text, rules, at }) => {
    const lines = text.split('\n')
    const first = lines.findIndex((line) => line.startsWith('-A INPUT'))
    const last = lines.findLastIndex((line) => line.startsWith('-A INPUT'))
    lines.splice(Math.min(first + 1 + at, last + 1), 0, ...rules.map((rule) => `-A INPUT ${rule}`))
    return `${lines.join('\n')}\n`
  })
export const ipsetSets: fc.Arbitrary<RuleSet> = fc
  .record({
    four: drawnSets(false),
    six: drawnSets(true),
    v4: withSetRules(plain, false),
    v6: withSetRules(filterOf(networks6, true, []), true),
  })
  .map(({ four, six, v4, v6 }): RuleSet => ({ kind: 'ipset', ipsets: [four, six, ...portSets].join('\n'), v4, v6 }))

export const iptablesSets = sets('iptables', plain)
export const dockerSets = sets('docker', withDocker)
