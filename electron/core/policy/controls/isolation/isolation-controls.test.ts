import { describe, expect, test } from 'vitest'
import { fleetSchema } from '#shared/model/fleet.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Container } from '../../../facts/containers/containers.ts'
import { type FactResult, known, unknown } from '../../../facts/fact.ts'
import { assembleFirewall } from '../../../facts/firewall/assemble.ts'
import { parseNft } from '../../../facts/firewall/nft/parse.ts'
import type { Leased } from '../../../facts/network/network.ts'
import type { Ask, NextStart } from '../../../facts/network/next-start/next-start.ts'
import { parseAddresses, parseRoutes } from '../../../facts/network/parse.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import type { ProxySetting, Sources } from '../../../facts/sources/sources.ts'
import type { Unit } from '../../../facts/units/units.ts'
import type { SectionOutput } from '../../../probe/section.ts'
import type { AnyControl, Control, Verdict } from '../../control.ts'
import { outcomes, policyContext, service } from '../proxy/proxy-facts.ts'
import { placeOf, placeOfUrl, registryOf } from './air-gap.ts'
import enginesOffline from './airgap-engines-offline.control.ts'
import noProxy from './airgap-no-proxy-variables.control.ts'
import noResolver from './airgap-no-public-resolver.control.ts'
import noWayOut from './airgap-no-way-out.control.ts'
import sourcesInside from './airgap-sources-inside.control.ts'
import downloadsDisabled from './engine-downloads-disabled.control.ts'
import remoteCodeOff from './engine-remote-code-off.control.ts'
import runtimeAdaptersOff from './engine-runtime-adapters-off.control.ts'
import imagesByHand from './images-change-only-by-hand.control.ts'
import notScheduled from './model-downloads-not-scheduled.control.ts'

const sources = (more: Partial<Sources> = {}): Sources => ({
  ...{
    resolvers: [],
    resolverFiles: [],
    packageSources: [],
    registries: [],
    proxies: [],
    unreadable: [],
    cut: [],
    kernels: [],
    automatic: { timers: [] },
  },
  ...more,
})
const unit = (more: Partial<Unit> = {}) =>
  known([{ id: 'vllm.service', environmentComplete: true, lines: { Environment: 4 }, ...more } as Unit])

function context(airGapped: boolean) {
  const base = policyContext({ app: ['10.0.9.0/24'] })
  return { ...base, fleet: { ...base.fleet, airGapped } }
}
const ask = (control: AnyControl, given: object, airGapped = true): readonly Verdict[] =>
  (control as unknown as Control).evaluate(given as never, context(airGapped))

const everything = {
  network: { addresses: [], routes: [], defaultRoute: false },
  firewall: unknown('why', []),
  services: [service('vllm')],
  units: unit(),
  sources: sources(),
  containers: known({ runtimes: [], containers: [] }),
  processes: known([]),
}

test.each([noWayOut, noResolver, noProxy, enginesOffline, sourcesInside])(
  '$id: a fleet that is not declared air-gapped is not held to it',
  (control) => {
    expect(outcomes(ask(control, everything, false))).toEqual(['not-applicable: This host is not declared air-gapped'])
  },
)

test('a host may be air-gapped in a fleet that is not, and the other way round', () => {
  const of = (fleet: boolean, host?: boolean) => {
    const base = context(fleet)
    const given = { ...base, host: { ...base.host, ...(host === undefined ? {} : { airGapped: host }) } }
    return (noResolver as unknown as Control).evaluate(everything as never, given)[0]?.status
  }
  expect([of(false, true), of(true, false), of(true), of(false)]).toEqual(['pass', 'not-applicable', 'pass', 'not-applicable'])
})

test('the fleet file knows airGapped', () => {
  const fleet = fleetSchema.parse({
    ...{ version: 1, name: 'x', identities: { audit: { user: 'a' } } },
    airGapped: true,
    hosts: [
      { name: 'a', address: '10.0.0.1' },
      { name: 'b', address: '10.0.0.2', airGapped: false },
    ],
  })
  expect([fleet.airGapped, fleet.hosts.map((host) => host.airGapped)]).toEqual([true, [undefined, false]])
})

const closedLocalAi = { LOCALAI_AUTOLOAD_GALLERIES: 'false', LOCALAI_AUTOLOAD_BACKEND_GALLERIES: 'false' }

describe('airgap-no-way-out', () => {
  const output = (id: string, stdout: string): SectionOutput => ({
    ...{ id, command: id, state: 'ok', privileged: true, exitCode: 0, stderr: '', durationMs: 1, bytes: 1, sha256: '' },
    stdout,
  })
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
      nft: output('nft', nft),
      iptables: output('iptables', ''),
      ip6tables: output('ip6tables', ''),
      ipset: output('ipset', ''),
      ufw: output('ufw', 'Status: inactive\n'),
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
  test.each<[string, string, NextStart, ReturnType<typeof rules>, string]>([
    ['the kernel takes them', 'eth0', kernel('eth0'), rules('accept'), back],
    ['the kernel takes them, and rules drop', 'eth0', kernel('eth0'), rules('drop'), 'pass: No route leads out'],
    ['the kernel takes none', 'eth0', kernel(), rules('accept'), 'pass: No route leads out'],
    ['the kernel takes them, without IPv6', '', kernel('eth0'), rules('accept'), 'pass: No route leads out'],
    ['of containers alone', 'docker0', kernel('docker0', 'lo'), rules('accept'), 'pass: No route leads out'],
    ['it was not shown', 'eth0', nothingAsked, rules('accept'), back],
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

describe('airgap-no-public-resolver', () => {
  const at = (...addresses: string[]) => ({ resolvers: addresses.map((address, line) => ({ address, file: '/etc/resolv.conf', line })) })
  const UPSTREAM = '/run/systemd/resolve/resolv.conf'
  const alone = { ...at('127.0.0.53'), resolverFiles: [UPSTREAM] }
  const fallback = { fallbackResolvers: [{ address: '8.8.8.8', file: '/etc/systemd/resolved.conf', line: 9 }] }
  test.each<[string, Partial<Sources>, string]>([
    ['none', {}, 'pass: No resolver is set'],
    ['resolved, its servers unknown', at('127.0.0.53'), 'not-evaluated: What resolved asks is not known'],
    ['resolved, no server behind it, nor to fall back on', { ...alone, fallbackResolvers: [] }, 'pass: Only resolvers inside are asked'],
    ['resolved, no server behind it, and its own fallback unknown', alone, 'not-evaluated: What resolved asks is not known'],
    ['resolved, no server but a public one to fall back on', { ...alone, ...fallback }, 'fail: A resolver outside is asked for names'],
    [
      'resolved, a server inside, and a public one that it does not need',
      { ...alone, ...fallback, resolvers: [...alone.resolvers, { address: '10.0.0.53', file: UPSTREAM, line: 4 }] },
      'pass: Only resolvers inside are asked',
    ],
    ['inside', at('10.0.0.53', 'fd00::53'), 'pass: Only resolvers inside are asked'],
    ['on this host itself', at('127.0.0.1'), 'not-evaluated: What its own resolver asks is not known'],
    ['on this host itself, IPv6', at('10.0.0.53', '::1'), 'not-evaluated: What its own resolver asks is not known'],
    ['outside, beside one on this host', at('127.0.0.1', '9.9.9.9'), 'fail: A resolver outside is asked for names'],
    ['outside', at('10.0.0.53', '1.1.1.1'), 'fail: A resolver outside is asked for names'],
    ['outside, IPv6', at('2606:4700:4700::1111'), 'fail: A resolver outside is asked for names'],
    [
      'unreadable',
      { ...at('127.0.0.53'), unreadable: ['/run/systemd/resolve/resolv.conf'] },
      'not-evaluated: The resolvers could not be read',
    ],
  ])('%s', (_, more, expected) => expect(outcomes(ask(noResolver, { sources: sources(more) }))).toEqual([expected]))
})

describe('airgap-no-proxy-variables', () => {
  const judge = (
    environment: Record<string, string> | undefined,
    units: unknown = unit(),
    more: Partial<Sources> = {},
    environmentComplete = true,
  ) =>
    outcomes(
      ask(noProxy, {
        services: [service('vllm', { unit: 'vllm.service', environment, environmentComplete })],
        units,
        sources: sources(more),
      }),
    )
  test('is judged for each server and for the package manager', () => {
    expect(judge({ HOME: '/x' })).toEqual(['pass: No proxy is set for the server'])
    expect(judge({ https_proxy: 'http://10.0.0.1:3128' })).toEqual(['fail: A proxy is set for the server'])
    expect(judge({ HTTPS_PROXY: '' })).toEqual(['pass: No proxy is set for the server'])
    expect(judge(undefined)).toEqual(["not-evaluated: The server's environment could not be read"])
    expect(judge({}, unit(), {}, false)).toEqual(["not-evaluated: The server's environment could not be read"])
    const proxy = (of: ProxySetting['of']) => ({ proxies: [{ of, name: 'x', value: 'http://p', line: 2 }] })
    const none = 'pass: No proxy is set for the server'
    expect(judge({}, unit(), proxy('packages'))).toEqual([none, 'fail: The package manager uses a proxy'])
    expect(judge({}, unit(), proxy('containers'))).toEqual([none, 'fail: Images are pulled through a proxy'])
    expect(judge({}, unit(), proxy('sessions'))).toEqual([none, 'fail: A proxy is set for logins and jobs'])
    for (const file of [
      '/etc/environment',
      '/etc/docker/daemon.json',
      '/etc/systemd/system/k3s.service.env',
      '/etc/apt/apt.conf.d/99proxy',
      '/etc/dnf/dnf.conf',
    ])
      expect(judge({}, unit(), { unreadable: [file] })).toEqual([none, 'not-evaluated: Where proxies are set could not be read'])
    expect(outcomes(ask(noProxy, { services: [], units: unit(), sources: sources() }))).toEqual(['pass: No proxy is set'])
  })
})

describe('airgap-engines-offline', () => {
  const both = { HF_HUB_OFFLINE: '1', DO_NOT_TRACK: '1' }
  const pass = 'pass: The server is told to stay offline'
  const missing = 'fail: The server is not told to stay offline'
  const unread = "not-evaluated: The server's environment could not be read"
  test.each<[string, InferenceService, string]>([
    ['vLLM', service('vllm', { environment: both }), pass],
    ['vLLM, usage is reported', service('vllm', { environment: { TRANSFORMERS_OFFLINE: 'true' } }), missing],
    ['vLLM, switched off by words', service('vllm', { environment: { ...both, HF_HUB_OFFLINE: '0' } }), missing],
    [
      'vLLM, the hub asks its own variable first',
      service('vllm', { environment: { HF_HUB_OFFLINE: '0', TRANSFORMERS_OFFLINE: '1', DO_NOT_TRACK: '1' } }),
      missing,
    ],
    [
      'vLLM, an empty one is none',
      service('vllm', { environment: { HF_HUB_OFFLINE: '', TRANSFORMERS_OFFLINE: '1', VLLM_DO_NOT_TRACK: '1' } }),
      pass,
    ],
    ['vLLM, a word that the hub does not know', service('vllm', { environment: { ...both, HF_HUB_OFFLINE: 'y' } }), missing],
    ['vLLM, usage: only 1 counts', service('vllm', { environment: { HF_HUB_OFFLINE: '1', VLLM_NO_USAGE_STATS: 'true' } }), missing],
    // The variable has another name since May 2026, and the other one says nothing.
    ['llama.cpp by both', service('llama.cpp', { environment: { LLAMA_ARG_OFFLINE: 'enabled', LLAMA_OFFLINE: '1' } }), pass],
    ['llama.cpp by one', service('llama.cpp', { environment: { LLAMA_ARG_OFFLINE: '1' } }), unread],
    ['llama.cpp by the old one', service('llama.cpp', { environment: { LLAMA_OFFLINE: '1' } }), unread],
    ['an old build', service('llama.cpp', { version: 'b9000', environment: { LLAMA_OFFLINE: '1' } }), pass],
    ['an old build by the new one', service('llama.cpp', { version: 'b9000', environment: { LLAMA_ARG_OFFLINE: '1' } }), missing],
    ['a new build by the old one', service('llama.cpp', { version: 'b9500', environment: { LLAMA_OFFLINE: '1' } }), missing],
    ['llama.cpp, a word that it does not know', service('llama.cpp', { environment: { LLAMA_ARG_OFFLINE: 'yes' } }), missing],
    ['Ollama, a word that is no boolean', service('ollama', { environment: { OLLAMA_NO_CLOUD: 'yes' } }), pass],
    ['Ollama, false', service('ollama', { environment: { OLLAMA_NO_CLOUD: 'False' } }), missing],
    [
      'vLLM, a file that was not read may override it',
      service('vllm', { environment: both, environmentComplete: false }),
      "not-evaluated: The server's environment could not be read",
    ],
    [
      'llama.cpp by flag, which no variable overrides',
      service('llama.cpp', { argv: ['llama-server', '--offline'], environment: {}, environmentComplete: false }),
      pass,
    ],
    ['vLLM, unknown', service('vllm', {}), "not-evaluated: The server's environment could not be read"],
    ['llama.cpp by flag, environment unknown', service('llama.cpp', { argv: ['llama-server', '--offline'] }), pass],
    ['llama.cpp', service('llama.cpp', { environment: {} }), missing],
    ['Ollama', service('ollama', { environment: { OLLAMA_NO_CLOUD: 'true' } }), pass],
    ['Ollama with cloud', service('ollama', { environment: {} }), missing],
    ['LocalAI', service('localai', { environment: closedLocalAi }), pass],
    ['LocalAI by default', service('localai', { environment: {} }), missing],
  ])('%s', (_, one, expected) => {
    expect(outcomes(ask(enginesOffline, { services: [one], units: known([]), loopback: known({ ports: [] }) }))).toEqual([expected])
  })
  test('no server', () => {
    expect(outcomes(ask(enginesOffline, { services: [], units: known([]), loopback: known({ ports: [] }) }))).toEqual([
      'not-applicable: No inference server on this host',
    ])
  })
  test.each([
    ['Ollama, by a file that only it reads', 'ollama', '"cloud":{"disabled":true,"source":"config"}', pass],
    ['Ollama, with its cloud', 'ollama', '"cloud":{"disabled":false,"source":"none"}', missing],
    ['another that says so', 'vllm', '"cloud":{"disabled":true}', missing],
  ] as const)('%s', (_, engine, body, expected) => {
    const one = service(engine, { environment: {} })
    const answers = [{ method: 'GET', path: '/api/status', status: 200, headers: {}, body, line: 2 }]
    const loopback = known({ ports: one.binds.map(({ port }) => ({ port, answers })) })
    expect(outcomes(ask(enginesOffline, { services: [one], units: known([]), loopback }))).toEqual([expected])
  })
})

const container = (image: string, name = 'ai'): Container =>
  ({
    id: 'x',
    name,
    image,
    running: true,
    runtime: 'docker',
    ports: [],
    command: [],
    environment: {},
    mounts: [],
    line: 3,
  }) as unknown as Container
const containers = (...images: string[]) => known({ runtimes: [], containers: images.map((image, at) => container(image, `c${at}`)) })

describe('airgap-sources-inside', () => {
  const url = (...urls: string[]) => ({ packageSources: urls.map((one, line) => ({ url: one, file: 'f', line })) })
  test.each<[string, Partial<Sources>, readonly string[], string]>([
    ['nothing', {}, [], 'pass: No source of software is set'],
    [
      'inside',
      url('https://mirror.dc1.internal/debian', 'http://10.0.0.9/repo', 'file:///srv/repo'),
      ['registry.lan:5000/ollama:1'],
      'pass: All sources of software lie inside',
    ],
    ['outside', url('http://deb.debian.org/debian'), [], 'fail: Software is fetched from the outside'],
    ['a mirror list', url('https://mirrors.rockylinux.org/mirrorlist?arch=x'), [], 'fail: Software is fetched from the outside'],
    [
      'a file of proxies unread',
      { ...url('file:///srv'), unreadable: ['/etc/environment'] },
      [],
      'pass: All sources of software lie inside',
    ],
    [
      'a file of registries unread',
      { ...url('file:///srv'), unreadable: ['/etc/rancher/k3s/registries.yaml'] },
      [],
      'not-evaluated: Some settings could not be read',
    ],
    ['a disk of zypper', url('dir:///srv/repo', 'hd:/?device=/dev/sdb1'), [], 'pass: All sources of software lie inside'],
    ['a plugin of zypper', url('plugin:susecloud?path=/x'), [], 'not-evaluated: A source may lie inside or outside'],
    ['a file of mirrors', url('mirror+file:///etc/mirrors'), [], 'not-evaluated: A source may lie inside or outside'],
    ['channels of conda', url('https://conda.anaconda.org/conda-forge'), [], 'fail: Software is fetched from the outside'],
    ['an image of Docker Hub', {}, ['ollama/ollama:0.12.6'], 'fail: Software is fetched from the outside'],
    [
      'a registry to search',
      { registries: [{ host: 'docker.io', role: 'search', file: 'f', line: 2 }] },
      [],
      'fail: Software is fetched from the outside',
    ],
    [
      'a mirror inside',
      { registries: [{ host: 'https://10.0.0.9:5000', role: 'mirror', file: 'f', line: 2 }] },
      [],
      'pass: All sources of software lie inside',
    ],
    ['a name that says nothing', url('https://mirror.company.com/debian'), [], 'not-evaluated: A source may lie inside or outside'],
    ['longer than what is read', { cut: ['/etc/yum.repos.d/redhat.repo'] }, [], 'not-evaluated: Some settings could not be read'],
    ['unreadable', { unreadable: ['/etc/docker/daemon.json'] }, [], 'not-evaluated: Some settings could not be read'],
  ])('%s', (_, more, images, expected) => {
    const given = { sources: sources(more), processes: known([]), containers: containers(...images) }
    expect(outcomes(ask(sourcesInside, given))).toEqual([expected])
  })

  test('snapd has a store of its own, which nobody read; what lies outside is louder', () => {
    const of = (...urls: string[]) => judged(known([{ name: 'snapd', line: 3 }]), ...urls)
    const judged = (processes: object, ...urls: string[]) => {
      const packageSources = urls.map((url) => ({ url, file: '/etc/apt/sources.list', line: 1 }))
      return outcomes(ask(sourcesInside, { sources: sources({ packageSources }), processes, containers: containers() }))
    }
    expect(of()).toEqual(['not-evaluated: Snaps may come from the outside'])
    expect(of('http://10.0.0.5/debian')).toEqual(['not-evaluated: Snaps may come from the outside'])
    expect(of('http://deb.debian.org/debian')).toEqual(['fail: Software is fetched from the outside'])
    expect(judged(unknown('no ps', []))).toEqual(['not-evaluated: Whether snapd runs is not known'])
  })
})

describe('engine-downloads-disabled', () => {
  const localAi = (...words: string[]) => service('localai', { argv: ['/local-ai', ...words], environment: closedLocalAi })
  const serve = (...words: string[]) => ['/opt/vllm/bin/python3', '/opt/vllm/bin/vllm', 'serve', ...words]
  const pass = 'pass: The server downloads nothing by itself'
  const fail = 'fail: The server downloads by itself'
  const unread = 'not-evaluated: What it would download is not known'
  test.each<[string, InferenceService, string]>([
    ['vLLM, a path', service('vllm', { argv: serve('/srv/models/x') }), pass],
    ['vLLM, a hub', service('vllm', { argv: serve('meta-llama/Llama-3.1-8B'), environment: {} }), fail],
    ['vLLM, a hub by --model', service('vllm', { argv: ['python3', '-m', 'vllm.entrypoints.openai.api_server', '--model=org/x'] }), fail],
    ['vLLM, a hub, offline', service('vllm', { argv: serve('org/x'), environment: { HF_HUB_OFFLINE: '1' } }), pass],
    ['vLLM, a bucket', service('vllm', { argv: serve('s3://bucket/x') }), fail],
    ['vLLM, a file', service('vllm', { argv: serve('--config', 'x.yaml') }), unread],
    ['vLLM, flags before the model', service('vllm', { argv: serve('--port', '8000', 'org/x') }), unread],
    ['vLLM, a quantisation of a hub', service('vllm', { argv: serve('org/x:Q4_K_M') }), fail],
    ['vLLM, adapters on disk', service('vllm', { argv: serve('/m', '--lora-modules', 'a=/l/a', '{"name":"b","path":"/l/b"}') }), pass],
    ['vLLM, an adapter of a hub', service('vllm', { argv: serve('/m', '--lora_modules', 'a=/l/a', 'b=org/b', '--port', '1') }), fail],
    ['vLLM, an adapter of a hub, as JSON', service('vllm', { argv: serve('/m', '--lora-modules', '{"name":"b","path":"org/b"}') }), fail],
    ['vLLM, a draft of a hub', service('vllm', { argv: serve('/m', '--speculative-config={"model":"org/draft"}') }), fail],
    ['vLLM, a draft without a model', service('vllm', { argv: serve('/m', '--speculative-config', '{"model":"ngram"}') }), pass],
    [
      'vLLM, a tokenizer of a hub, offline',
      service('vllm', { argv: serve('/m', '--tokenizer=org/t'), environment: { HF_HUB_OFFLINE: '1' } }),
      pass,
    ],
    ['llama.cpp, a file', service('llama.cpp', { argv: ['llama-server', '-m', '/m.gguf'] }), pass],
    ['llama.cpp, a hub', service('llama.cpp', { argv: ['llama-server', '-hf', 'org/x:Q4'] }), fail],
    ['llama.cpp, an address', service('llama.cpp', { argv: ['llama-server', '--model-url=https://x'] }), fail],
    ['llama.cpp, a preset', service('llama.cpp', { argv: ['llama-server', '--gpt-oss-20b-default'] }), fail],
    ['llama.cpp, a preset with a dot', service('llama.cpp', { argv: ['llama-server', '--fim-qwen-1.5b-default'] }), fail],
    ['llama.cpp, a preset that drafts', service('llama.cpp', { argv: ['llama-server', '--fim-qwen-7b-spec'] }), fail],
    ['llama.cpp, drafting without a model', service('llama.cpp', { argv: ['llama-server', '-m', '/m.gguf', '--spec-default'] }), pass],
    ['llama.cpp, a draft of a hub', service('llama.cpp', { argv: ['llama-server', '-m', '/m.gguf', '--spec-draft-hf', 'org/d'] }), fail],
    ['llama.cpp, a hub, offline', service('llama.cpp', { argv: ['llama-server', '-hf', 'org/x', '--offline'] }), pass],
    ['llama.cpp, a hub by variable', service('llama.cpp', { argv: ['llama-server'], environment: { LLAMA_ARG_HF_REPO: 'org/x' } }), fail],
    ['llama.cpp, nothing known', service('llama.cpp', { argv: ['llama-server'] }), unread],
    ['Ollama, cloud on', service('ollama', { argv: ['ollama', 'serve'], environment: {} }), 'warning: The server reaches for the internet'],
    ['Ollama, cloud off', service('ollama', { argv: ['ollama', 'serve'], environment: { OLLAMA_NO_CLOUD: '1' } }), pass],
    ['Ollama, unknown', service('ollama', { argv: ['ollama', 'serve'] }), "not-evaluated: The server's environment could not be read"],
    [
      'LocalAI by default',
      service('localai', { argv: ['/local-ai', 'run'], environment: {} }),
      'warning: The server reaches for the internet',
    ],
    ['LocalAI, models to install', service('localai', { argv: ['/local-ai', 'run', 'huggingface://x'], environment: {} }), fail],
    ['LocalAI, models by variable', service('localai', { argv: ['/local-ai'], environment: { PRELOAD_MODELS: '[]' } }), fail],
    ['LocalAI, closed', service('localai', { argv: ['/local-ai', 'run'], environment: closedLocalAi }), pass],
    [
      'LocalAI, closed, but for back ends',
      service('localai', { argv: ['/local-ai', 'run'], environment: { AUTOLOAD_GALLERIES: 'false' } }),
      'warning: The server reaches for the internet',
    ],
    ['LocalAI, back ends to install', localAi('run', '--external-backends=x'), fail],
    ['LocalAI, a model behind a flag and its value', localAi('run', '--threads', '4', 'phi-2'), fail],
    ['LocalAI, a model behind a flag with its value', localAi('--address=:8080', 'phi-2'), fail],
    ['LocalAI, a model behind a switch', localAi('--debug', 'run', '--f16', 'phi-2'), fail],
    ['LocalAI, an address behind what may be a switch', localAi('run', '--new-switch', 'huggingface://x/y.gguf'), fail],
    [
      'LocalAI, values of flags',
      localAi('--log-level', 'debug', 'run', '--oidc-issuer', 'https://id.example', '--models-path', '/m'),
      pass,
    ],
    [
      'llama.cpp, a file of presets',
      service('llama.cpp', { argv: ['llama-server', '--models-preset', '/p.ini'], environment: {} }),
      unread,
    ],
    [
      'llama.cpp, a file of presets, offline',
      service('llama.cpp', { argv: ['llama-server', '--models-preset', '/p.ini', '--offline'], environment: {} }),
      pass,
    ],
    ['vLLM, settings of a hub', service('vllm', { argv: serve('/m', '--hf-config-path', 'org/x') }), fail],
    ['vLLM, settings of its own', service('vllm', { argv: serve('/m', '--generation-config', 'vllm') }), pass],
  ])('%s', (_, one, expected) => {
    expect(outcomes(ask(downloadsDisabled, { services: [one], units: known([]) }, false))).toEqual([expected])
  })
  test('no server', () => {
    expect(outcomes(ask(downloadsDisabled, { services: [], units: known([]) }))).toEqual([
      'not-applicable: No inference server on this host',
    ])
  })
})

const vllm = (words: readonly string[], environment?: Readonly<Record<string, string>>) =>
  service('vllm', { argv: ['/opt/vllm/bin/python3', '/opt/vllm/bin/vllm', 'serve', '/m', ...words], ...(environment && { environment }) })

describe('engine-remote-code-off', () => {
  const pass = 'pass: No code of a model runs'
  const fail = 'fail: Code that comes with a model runs'
  test.each<[string, InferenceService, string]>([
    ['by default', vllm([]), pass],
    ['switched on', vllm(['--trust-remote-code'], {}), fail],
    ['spelled with underscores', vllm(['--trust_remote_code'], {}), fail],
    ['environment unknown', vllm(['--trust-remote-code']), fail],
    ['offline', vllm(['--trust-remote-code'], { HF_HUB_OFFLINE: '1' }), 'warning: Code beside the model runs'],
    ['the last one counts', vllm(['--trust-remote-code', '--no-trust-remote-code'], {}), pass],
    ['a file of settings', vllm(['--config', '/etc/vllm.yaml'], {}), 'not-evaluated: Whether code of models runs is not known'],
    ['a file of settings, overridden', vllm(['--config', '/etc/vllm.yaml', '--no-trust-remote-code'], {}), pass],
    ['no words', service('vllm', { argv: [] }), 'not-evaluated: Whether code of models runs is not known'],
    ['another engine', service('ollama'), 'not-applicable: No vLLM on this host'],
  ])('%s', (_, one, expected) => {
    expect(outcomes(ask(remoteCodeOff, { services: [one], units: known([]) }, false))).toEqual([expected])
  })
})

describe('engine-runtime-adapters-off', () => {
  const on = { VLLM_ALLOW_RUNTIME_LORA_UPDATING: 'True' }
  const pass = 'pass: No adapter is loaded on request'
  const fail = 'fail: Adapters are loaded on request'
  const unread = "not-evaluated: The server's environment could not be read"
  test.each<[string, InferenceService, string]>([
    ['off', vllm(['--enable-lora'], {}), pass],
    ['off by its word', vllm(['--enable-lora'], { VLLM_ALLOW_RUNTIME_LORA_UPDATING: '0' }), pass],
    ['on', vllm(['--enable-lora'], on), fail],
    ['on, adapters perhaps by a file', vllm(['--config', 'x.yaml'], on), fail],
    ['on, without adapters', vllm([], on), 'warning: Loading of adapters is switched on'],
    ['not known, adapters', vllm(['--enable-lora']), unread],
    ['not known, a file of settings', vllm(['--config', 'x.yaml']), unread],
    ['not known, no adapters', vllm([]), pass],
    ['another engine', service('llama.cpp'), 'not-applicable: No vLLM on this host'],
  ])('%s', (_, one, expected) => {
    expect(outcomes(ask(runtimeAdaptersOff, { services: [one], units: known([]) }, false))).toEqual([expected])
  })
  test('the line of the variable is cited', () => {
    const units = unit({ lines: { 'Environment:VLLM_ALLOW_RUNTIME_LORA_UPDATING': 7, ExecStart: 3 } })
    const [verdict] = ask(runtimeAdaptersOff, { services: [{ ...vllm(['--enable-lora'], on), unit: 'vllm.service' }], units })
    expect(verdict?.cite).toMatchObject([{ section: 'units', line: 7 }])
  })
})

describe('model-downloads-not-scheduled', () => {
  const cron = (command: string) => ({ cron: known([{ file: '/etc/cron.d/x', account: 'root', command, line: 5 }]) })
  const timed = (command: string) => ({ timed: known([{ unit: 'x.service', command, line: 6 }]) })
  const script = (path: string, text?: string, read = true) => {
    const fetches = text === undefined ? [] : [{ file: path, number: 3, text, line: 9 }]
    return { scripts: known([{ path, read, fetches, line: 7 }]) }
  }
  const pass = 'pass: No job names a download of models'
  const fail = 'fail: A job fetches models'
  const byScript = 'fail: A script of a job fetches models'
  const closed = 'not-evaluated: What a job runs could not be read'
  test.each<[string, object, string]>([
    ['nothing', {}, 'not-applicable: Nothing is scheduled'],
    ['run-parts', cron('cd / && run-parts --report /etc/cron.hourly'), pass],
    ['Ollama', cron('/usr/local/bin/ollama pull llama3.3 >/dev/null 2>&1'), fail],
    ['Ollama, another subcommand', cron('ollama list'), pass],
    ['a hub', cron('HF_HOME=/m huggingface-cli download org/x'), fail],
    ['a hub in a timer', timed('/opt/venv/bin/hf download org/x --local-dir /m'), fail],
    ['a name that only ends alike', timed('/opt/self-hf download x'), pass],
    ['curl of a hub', cron('cd /m && curl -LO https://huggingface.co/org/x/resolve/main/x.gguf'), fail],
    ['curl of another host', cron('curl -fsS https://status.dc1.example/ping'), pass],
    ['the route of Ollama', cron(`curl -d '{"model":"x"}' http://127.0.0.1:11434/api/pull`), fail],
    ['git-lfs', timed('/usr/bin/git lfs pull'), fail],
    ['a script', { ...cron('/opt/a.sh'), ...script('/opt/a.sh', 'ollama pull x') }, byScript],
    ['a script behind a shell and a lock', { ...cron('flock -n /run/l sh /opt/a.sh'), ...script('/opt/a.sh', 'ollama pull x') }, byScript],
    ['a script of a timer', { ...timed('/opt/a.sh'), ...script('/opt/a.sh', 'ollama pull x') }, byScript],
    ['a script in a folder of cron', script('/etc/cron.daily/models', 'hf download org/x'), byScript],
    ['a script that is only archived', { ...cron('tar cf /b /opt/a.sh'), ...script('/opt/a.sh', 'ollama pull x') }, pass],
    ['a script that is harmless', { ...cron('/opt/a.sh'), ...script('/opt/a.sh') }, pass],
    ['a script that is closed', { ...cron('/root/a.sh'), ...script('/root/a.sh', undefined, false) }, closed],
    ['a file that is closed and not run', { ...cron('tar cf /root/b.tar /srv'), ...script('/root/b.tar', undefined, false) }, pass],
    ['cron unread', { ...timed('/x'), cron: unknown('sudo refused', ['access']) }, 'not-evaluated: Jobs of cron could not be read'],
    ['timers unread', { timed: unknown('not asked', ['access']) }, 'not-evaluated: Timers could not be read'],
  ])('%s', (_, access, expected) => {
    const given = { cron: known([]), timed: known([]), scripts: known([]), ...access }
    expect(outcomes(ask(notScheduled, { access: given }, false))).toEqual([expected])
  })
})

describe('images-change-only-by-hand', () => {
  const digest = 'a'.repeat(64)
  test.each<[string, readonly string[], readonly string[]]>([
    ['no engine', ['nginx:1.28'], ['not-applicable: No inference server in a container']],
    ['a digest', [`ollama/ollama@sha256:${digest}`], ['pass: The image is pinned by its digest']],
    ['a version', ['vllm/vllm-openai:v0.11.0'], ['pass: The image is named by a version']],
    ['latest', ['ollama/ollama:latest'], ['warning: The tag latest names no version']],
    ['no tag', ['registry.lan:5000/ollama'], ['warning: The tag latest names no version']],
    ['a tag without version', ['localai/localai:latest-gpu'], ['warning: The tag latest-gpu names no version']],
    ['latest, for a version of CUDA', ['localai/localai:latest-cuda12.4'], ['warning: The tag latest-cuda12.4 names no version']],
    ['the version of CUDA alone', ['ghcr.io/ggml-org/llama.cpp:server-cuda-12.8'], ['warning: The tag server-cuda-12.8 names no version']],
    ['that of the server and of ROCm', ['rocm/vllm:rocm6.3.1_vllm_0.8.5'], ['pass: The image is named by a version']],
    ['a build', ['ghcr.io/ggml-org/llama.cpp:server-cuda-b4567'], ['pass: The image is named by a version']],
    ['a day', ['vllm/vllm-openai:nightly-20260901'], ['pass: The image is named by a version']],
    ['a commit', [`vllm/vllm-openai:nightly-${'0b1c2d3'.repeat(5)}`], ['pass: The image is named by a version']],
    ['a branch of a version', ['ollama/ollama:2.1-dev'], ['warning: The tag 2.1-dev names no version']],
    [
      'a program that updates',
      ['containrrr/watchtower:1.7.1', 'ollama/ollama:0.12.6'],
      ['fail: A program replaces images by itself', 'pass: The image is named by a version'],
    ],
  ])('%s', (_, images, expected) => {
    expect(
      outcomes(
        ask(imagesByHand, { containers: containers(...images).known ? (containers(...images) as { value: unknown }).value : undefined }),
      ),
    ).toEqual(expected)
  })
})

test.each([
  ['10.1.2.3', 'inside'],
  ['100.64.1.1', 'inside'],
  ['::ffff:10.0.0.1', 'inside'],
  ['::ffff:8.8.8.8', 'outside'],
  ['fe80::1%eth0', 'inside'],
  ['mirror', 'inside'],
  ['mirror.dc1.internal', 'inside'],
  ['security.ubuntu.com', 'outside'],
  ['notubuntu.com', 'unknown'],
  ['registry.company.com', 'unknown'],
])('%s is %s', (host, place) => expect(placeOf(host)).toBe(place))

test.each([
  ['https://user@[fd00::1]:8443/x', 'inside'],
  ['http://deb.debian.org:80/debian', 'outside'],
  ['cdrom:[Debian]/', 'inside'],
  ['mirror+file:/etc/apt/mirrors.txt', 'unknown'],
  ['', 'unknown'],
])('%s is %s', (url, place) => expect(placeOfUrl(url)).toBe(place))

test.each([
  ['ollama/ollama:1', 'docker.io'],
  ['nginx', 'docker.io'],
  ['ghcr.io/ggml-org/llama.cpp:server', 'ghcr.io'],
  ['registry.lan:5000/a/b@sha256:0', 'registry.lan'],
  ['localhost/x', 'localhost'],
])('%s is pulled from %s', (image, registry) => expect(registryOf(image)).toBe(registry))
