import { describe, expect, test } from 'vitest'
import { type FactResult, known, unknown } from '../../../facts/fact.ts'
import { assembleFirewall } from '../../../facts/firewall/assemble.ts'
import { parseNft } from '../../../facts/firewall/nft/parse.ts'
import type { Leased } from '../../../facts/network/network.ts'
import type { Ask, NextStart } from '../../../facts/network/next-start/next-start.ts'
import { parseAddresses, parseRoutes } from '../../../facts/network/parse.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import { printed } from '../../../probe/section-output.testing.ts'
import { outcomes } from '../proxy/proxy-facts.ts'
import noWayOut from './airgap-no-way-out.control.ts'
import { ask } from './isolation-facts.testing.ts'

describe('airgap-no-way-out', () => {
  const nothingAsked: NextStart = { asks: [], unread: [] }
  const network = (routes: string, nextStart: FactResult<NextStart> = known(nothingAsked), leased: readonly Leased[] = []) => ({
    addresses: parseAddresses('2: eth0 inet 10.0.0.2/24 scope global eth0\n'),
    routes: parseRoutes(routes, 4),
    defaultRoute: /default/.test(routes),
    ...{ nextStart, leased },
  })
  const rules = (policy: string, rule = '') => {
    const nft = `table inet f {\n\tchain output {\n\t\ttype filter hook output priority filter; policy ${policy};\n\t\t${rule}\n\t}\n}\n`
    const sections = {
      nft: printed('nft', nft),
      iptables: printed('iptables', ''),
      ip6tables: printed('ip6tables', ''),
      ipset: printed('ipset', ''),
      ufw: printed('ufw', 'Status: inactive\n'),
    }
    return assembleFirewall(sections, network('default via 10.0.0.1 dev eth0'))
  }
  test.each<[string, string, ReturnType<typeof rules>, string]>([
    ['no route', '10.0.0.0/24 dev eth0', unknown('why', []), 'pass: No route leads out'],
    ['a route, everything dropped', 'default via 10.0.0.1 dev eth0', rules('drop'), 'pass: Rules let nothing out'],
    [
      'a route, only named networks',
      'default via 10.0.0.1 dev eth0',
      rules('drop', 'ip daddr 10.0.9.0/24 tcp dport 443 accept'),
      'pass: Rules let nothing out',
    ],
    [
      'a route, a resolver inside that no network names',
      'default via 10.0.0.1 dev eth0',
      rules('drop', 'ip daddr 10.7.0.53 udp dport 53 accept'),
      'pass: Rules let nothing out',
    ],
    [
      'a route, one address outside',
      'default via 10.0.0.1 dev eth0',
      rules('drop', 'ip daddr 203.0.113.7 tcp dport 443 accept'),
      'fail: The outside can be reached',
    ],
    [
      'a route, a rule that is not modelled',
      'default via 10.0.0.1 dev eth0',
      rules('drop', 'meta mark 0x1 accept'),
      'not-evaluated: Whether packets may leave is not certain',
    ],
    ['a route, everything allowed', 'default via 10.0.0.1 dev eth0', rules('accept'), 'fail: The outside can be reached'],
    ['a route, rules unknown', 'default via 10.0.0.1 dev eth0', unknown('why', []), 'not-evaluated: A route leads out, rules are unknown'],
    [
      'two halves of a VPN',
      '0.0.0.0/1 via 10.8.0.1 dev tun0\n128.0.0.0/1 via 10.8.0.1 dev tun0',
      rules('accept'),
      'fail: The outside can be reached',
    ],
    [
      'all but private ranges, rules unknown',
      '8.0.0.0/7 dev wg0',
      unknown('why', []),
      'not-evaluated: A route leads out, rules are unknown',
    ],
    ['private and multicast ranges', '10.0.0.0/8 dev eth0\n224.0.0.0/4 dev eth0', rules('accept'), 'pass: No route leads out'],
    ['a route of another table', 'default via 10.0.0.1 dev eth0 table 100', rules('accept'), 'fail: The outside can be reached'],
  ])('%s', (_, routes, firewall, expected) => {
    expect(outcomes(ask(noWayOut, { processes: known([]), network: network(routes), firewall }))).toEqual([expected])
  })

  /** What containers send never passes the rules for what leaves the host itself. */
  const forwarding = (rule: string) => {
    const nft = ['output', 'forward'].map(
      (hook) => `chain ${hook} {\ntype filter hook ${hook} priority filter; policy drop;\n${hook === 'forward' ? rule : ''}\n}\n`,
    )
    const tables = parseNft(`table inet f {\n${nft.join('')}}\n`, 'nft')
    const closed = rules('drop')
    if (!closed.known) throw new Error(closed.reason)
    return { ...closed, value: { ...closed.value, tables } }
  }
  test.each<[string, string, string, string]>([
    ['let out', 'default via 10.0.0.1 dev eth0', 'iifname "docker0" accept', 'fail: The outside can be reached'],
    ['let out of another bridge', 'default via 10.0.0.1 dev eth0', 'iifname "virbr0" accept', 'pass: Rules let nothing out'],
    ['let out for names alone', 'default via 10.0.0.1 dev eth0', 'udp dport 53 accept', 'fail: The outside can be reached'],
    ['let out to what is inside', 'default via 10.0.0.1 dev eth0', 'ip daddr 10.0.0.0/8 accept', 'pass: Rules let nothing out'],
    [
      'by a rule that is not modelled',
      'default via 10.0.0.1 dev eth0',
      'meta mark 0x1 accept',
      'not-evaluated: Whether packets may leave is not certain',
    ],
    [
      'let out, and a lease that may bring a route',
      '10.0.0.0/24 dev eth0',
      'iifname "docker0" accept',
      'not-evaluated: Whether a route out comes back is not known',
    ],
  ])('nothing leaves the host itself, and containers are %s', (_, routes, rule, expected) => {
    const given = network(routes, known(nothingAsked), [{ family: 4, interface: 'eth0', section: 'addresses', line: 2 }])
    const addresses = [...given.addresses, ...parseAddresses('3: docker0 inet 172.17.0.1/16 scope global docker0\n')]
    expect(outcomes(ask(noWayOut, { processes: known([]), network: { ...given, addresses }, firewall: forwarding(rule) }))).toEqual([
      expected,
    ])
  })

  test.each([
    ['virbr0', '192.168.122.1/24', 'fail: The outside can be reached'],
    ['incusbr0', '10.77.0.1/24', 'fail: The outside can be reached'],
    ['cni0', '10.42.0.1/24', 'fail: The outside can be reached'],
    ['kube-ipvs0', '10.43.0.1/32', 'pass: Rules let nothing out'],
    ['dummy0', '10.44.0.1/24', 'pass: Rules let nothing out'],
  ])('nothing leaves the host itself, and what is behind %s is forwarded', (bridge, address, expected) => {
    const given = network('default via 10.0.0.1 dev eth0')
    const addresses = [...given.addresses, ...parseAddresses(`3: ${bridge} inet ${address} scope global ${bridge}\n`)]
    expect(outcomes(ask(noWayOut, { processes: known([]), network: { ...given, addresses }, firewall: forwarding('accept') }))).toEqual([
      expected,
    ])
  })

  const sender = (more: Partial<Process>): FactResult<readonly Process[]> =>
    known([{ ...{ pid: 7, ppid: 1, user: 'root', uid: 0, name: 'python3', argv: ['python3'], line: 9 }, ...more }])
  const past = 'not-evaluated: A network past this host may lead out'
  const none = '10.0.0.0/24 dev eth0'
  const lone = { sockets: [], beside: [], moreBeside: false }
  test.each<[string, string, FactResult<readonly Process[]>, string]>([
    ['a container in a macvlan network', none, sender({ gateways: ['10.0.0.1'], addresses: ['10.0.0.7'] }), past],
    [
      'the same beside a route and rules',
      'default via 10.0.0.1 dev eth0',
      sender({ gateways: ['10.0.0.1'], addresses: ['10.0.0.7'] }),
      past,
    ],
    ['one without a default route', none, sender({ addresses: ['10.0.0.7'] }), 'pass: No route leads out'],
    ['one with an address of IPv6', none, sender({ addresses: ['2001:db8::7'] }), past],
    ['a network namespace', none, sender({ addresses: ['10.0.0.7'], ownNetwork: lone }), past],
    ['a network namespace without an address', none, sender({ ownNetwork: lone }), 'pass: No route leads out'],
    ['nobody knows who', none, unknown('hidden', []), 'not-evaluated: Whether others lead out is not known'],
    [
      'a container behind a bridge that somebody named',
      'default via 10.0.0.1 dev eth0',
      sender({ gateways: ['10.88.0.1'], addresses: ['10.88.0.7'] }),
      'fail: The outside can be reached',
    ],
    ['nobody behind that', 'default via 10.0.0.1 dev eth0', known([]), 'pass: Rules let nothing out'],
  ])('nothing leaves by this host itself, but %s', (_, routes, processes, expected) => {
    const given = network(routes)
    const addresses = [...given.addresses, ...parseAddresses('3: ai0 inet 10.88.0.1/24 scope global ai0\n')]
    expect(outcomes(ask(noWayOut, { processes, network: { ...given, addresses }, firewall: forwarding('iifname "ai0" accept') }))).toEqual([
      expected,
    ])
  })

  test('a bridge by which the host itself goes out is no place behind it', () => {
    const given = network('default via 10.0.0.1 dev virbr0')
    const addresses = parseAddresses('2: virbr0 inet 10.0.0.2/24 scope global virbr0\n')
    expect(outcomes(ask(noWayOut, { processes: known([]), network: { ...given, addresses }, firewall: forwarding('accept') }))).toEqual([
      'pass: Rules let nothing out',
    ])
  })

  test.each<[string, string, ReturnType<typeof rules>, string]>([
    ['to addresses of a hub', '52.0.0.0/8 via 10.0.0.1 dev eth0', rules('accept'), 'not-evaluated: Whether a route leads out is not known'],
    ['to one address', '203.0.113.7 via 10.0.0.1 dev eth0', rules('accept'), 'not-evaluated: Whether a route leads out is not known'],
    [
      'the same, rules unknown',
      '203.0.113.7 via 10.0.0.1 dev eth0',
      unknown('why', []),
      'not-evaluated: Whether a route leads out is not known',
    ],
    ['the same, rules that drop', '203.0.113.7 via 10.0.0.1 dev eth0', rules('drop'), 'pass: No route leads out'],
    ['to its own network, which is public', '203.0.113.0/24 dev eth1', rules('accept'), 'pass: No route leads out'],
    ['to what the fleet file names', '10.0.9.0/24 via 10.0.0.1 dev eth0', rules('accept'), 'pass: No route leads out'],
  ])('a route %s', (_, routes, firewall, expected) => {
    const given = network(`10.0.0.0/24 dev eth0\n${routes}`)
    const addresses = [...given.addresses, ...parseAddresses('3: eth1 inet 203.0.113.9/24 scope global eth1\n')]
    const own = routes.includes('eth1') ? addresses : given.addresses
    expect(outcomes(ask(noWayOut, { processes: known([]), network: { ...given, addresses: own }, firewall }))).toEqual([expected])
  })

  const asks = (kind: Ask['kind'], more: Partial<Ask> = {}): NextStart => ({
    asks: [{ kind, interface: 'eth0', file: '/etc/netplan/1.yaml', text: 'x', cite: { section: 'network-files', line: 3 }, ...more }],
    unread: [],
  })
  const dhcp: Leased = { family: 4, interface: 'eth0', section: 'addresses', line: 2 }
  const back = 'not-evaluated: Whether a route out comes back is not known'
  test.each<[string, FactResult<NextStart>, readonly Leased[], ReturnType<typeof rules>, string]>([
    ['a gateway in a file', known(asks('route')), [], rules('accept'), 'fail: The next start brings a route out'],
    ['the same, rules that drop', known(asks('route')), [], rules('drop'), 'pass: No route leads out'],
    ['the same, rules unknown', known(asks('route')), [], unknown('why', []), 'not-evaluated: The next start brings a route out'],
    [
      'the same, a rule that is not modelled',
      known(asks('route')),
      [],
      rules('drop', 'meta mark 0x1 accept'),
      'not-evaluated: The next start brings a route out',
    ],
    ['DHCP in a file', known(asks('lease')), [], rules('accept'), back],
    ['DHCP that takes no route', known(asks('lease', { refusesRoute: true })), [dhcp], rules('accept'), 'pass: No route leads out'],
    ['DHCP now, in no file', known(nothingAsked), [dhcp], rules('accept'), back],
    [
      'DHCP now, of another interface than the one that takes no route',
      known(asks('lease', { interface: 'eth1', refusesRoute: true })),
      [dhcp],
      rules('accept'),
      back,
    ],
    ['routers of IPv6 now', known(nothingAsked), [{ ...dhcp, family: 6 }], rules('accept'), back],
    ['a script', known(asks('command')), [], rules('accept'), back],
    ['files closed', unknown('why', []), [], rules('accept'), back],
    ['a program that is not followed', known({ asks: [], unread: [{ why: 'x.', cite: [] }] }), [], rules('accept'), back],
    ['nothing', known(nothingAsked), [], rules('accept'), 'pass: No route leads out'],
  ])('no route now, but %s', (_, nextStart, leased, firewall, expected) => {
    expect(
      outcomes(ask(noWayOut, { processes: known([]), network: network('10.0.0.0/24 dev eth0', nextStart, leased), firewall })),
    ).toEqual([expected])
  })

  const kernel = (...links: readonly string[]): NextStart => ({
    ...nothingAsked,
    kernel: ['lo', 'eth0', 'docker0'].map((link, line) => ({
      ...{ interface: link, takesRoute: links.includes(link) },
      cite: { section: 'network-files', line },
    })),
  })
  const forNow: NextStart = {
    ...nothingAsked,
    kernel: [{ interface: 'eth0', takesRoute: false, isForNow: true, cite: { section: 'network-files', line: 3 } }],
  }
  test.each<[string, string, NextStart, ReturnType<typeof rules>, string]>([
    ['the kernel takes them', 'eth0', kernel('eth0'), rules('accept'), back],
    ['the kernel takes them, and rules drop', 'eth0', kernel('eth0'), rules('drop'), 'pass: No route leads out'],
    ['the kernel takes none', 'eth0', kernel(), rules('accept'), 'pass: No route leads out'],
    ['the kernel takes them, without IPv6', '', kernel('eth0'), rules('accept'), 'pass: No route leads out'],
    ['of containers alone', 'docker0', kernel('docker0', 'lo'), rules('accept'), 'pass: No route leads out'],
    ['it was not shown', 'eth0', nothingAsked, rules('accept'), back],
    ['the kernel takes none for now', 'eth0', forNow, rules('accept'), back],
    ['the same, without IPv6', '', forNow, rules('accept'), 'pass: No route leads out'],
    ['a program does by itself', 'eth0', { ...kernel(), ...asks('advertisement', { unsaid: true }) }, rules('accept'), back],
    ['a program does by itself, without IPv6', '', asks('advertisement', { unsaid: true }), rules('accept'), 'pass: No route leads out'],
    ['a program is told to', '', asks('advertisement'), rules('accept'), back],
  ])('routers of IPv6: %s', (_, withSix, nextStart, firewall, expected) => {
    const six = withSix === '' ? '' : `2: ${withSix}    inet6 fe80::5054:ff:fe12:3456/64 scope link`
    const given = network('10.0.0.0/24 dev eth0', known(nextStart))
    const addresses = [...given.addresses, ...parseAddresses(six)]
    expect(outcomes(ask(noWayOut, { processes: known([]), network: { ...given, addresses }, firewall }))).toEqual([expected])
  })
})
