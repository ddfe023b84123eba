import { expect, test } from 'vitest'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { type FactResult, known, unknown } from '../../../facts/fact.ts'
import { assembleFirewall } from '../../../facts/firewall/assemble.ts'
import type { Firewall } from '../../../facts/firewall/firewall.ts'
import { parseAddresses, parseRoutes } from '../../../facts/network/parse.ts'
import type { Unit } from '../../../facts/units/units.ts'
import { printed } from '../../../probe/section-output.testing.ts'
import type { Control } from '../../control.ts'
import { outcomes, policyContext, service } from '../proxy/proxy-facts.ts'
import hubs from './model-hubs-not-reachable.control.ts'

const OUT = 'default via 10.0.0.1 dev eth0'
const NEAR = '10.0.0.0/24 dev eth0'
const network = (routes: string) => ({
  addresses: parseAddresses('2: eth0 inet 10.0.0.2/24 scope global eth0\n'),
  routes: parseRoutes(routes, 4),
  defaultRoute: /default/.test(routes),
})
const rules = (policy: string, rule = ''): FactResult<Firewall> =>
  assembleFirewall(
    {
      nft: printed(
        'nft',
        `table inet f {\n\tchain output {\n\t\ttype filter hook output priority filter; policy ${policy};\n\t\t${rule}\n\t}\n}\n`,
      ),
      iptables: printed('iptables', ''),
      ip6tables: printed('ip6tables', ''),
      ipset: printed('ipset', ''),
      ufw: printed('ufw', 'Status: inactive\n'),
    },
    network(OUT),
  )
const unit = (properties: Record<string, string> = {}, more: Partial<Unit> = {}) =>
  known([{ id: 'vllm.service', environmentComplete: true, properties, lines: { PrivateNetwork: 7, IPAddressDeny: 8 }, ...more } as Unit])
const vllm = (environment: Record<string, string> | undefined = {}, more: Partial<InferenceService> = {}) => [
  service('vllm', { unit: 'vllm.service', environment, ...more }),
]
const halfRead = vllm({}, { environmentComplete: false })
const container = (hostNetwork: boolean) => known({ runtimes: ['docker'], containers: [{ name: 'llm', hostNetwork, line: 4 }] })
const inContainer = { how: 'container', container: 'llm' } as const
const docker = vllm({}, inContainer)
const docker1 = vllm({}, { ...inContainer, pids: [7] })
const seen = (more: object) => ({ processes: known([{ pid: 7, line: 9, ...more }]) })
/** A container on networks, `NAME=ADDRESS` where `inspect` told, of a host with the bridge of Docker and one that Compose made. */
const on = (...networks: readonly string[]) => ({
  network: {
    addresses: parseAddresses(
      ['2: eth0 inet 10.0.0.2/24', '3: docker0 inet 172.17.0.1/16', '4: br-27276eb82c51 inet 172.18.0.1/16', '3: docker0 inet6 fe80::1/64']
        .map((line) => `${line} scope global\n`)
        .join(''),
    ),
    routes: parseRoutes(`${OUT}\n${NEAR}\n172.17.0.0/16 dev docker0\n172.18.0.0/16 dev br-27276eb82c51\n`, 4),
    defaultRoute: true,
  },
  containers: known({
    runtimes: ['docker'],
    containers: [
      {
        ...{ name: 'llm', hostNetwork: false, line: 4 },
        networks: networks.map((text) => ({ name: text.split('=')[0] ?? '', addresses: text.split('=').slice(1) })),
      },
    ],
  }),
})
/** Rules for what is forwarded; what the host itself sends is dropped, so that its rules cannot stand for them. */
const forward = (policy: string, rule = '', early = '') => ({
  firewall: rules(
    'drop',
    `}\n\tchain forward {\n\t\ttype filter hook forward priority filter; policy ${policy};\n\t\t${rule}\n\t}\n\tchain early {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t\t${early}`,
  ),
})

/** Rules that let reach what no router of the internet carries, and so a proxy. */
const inside = { firewall: rules('drop', 'ip daddr 10.0.0.0/8 accept') }
const closed = {
  services: vllm(),
  network: network(OUT),
  firewall: rules('drop'),
  units: unit(),
  containers: container(false),
  processes: unknown('unread', []),
}
const ask = (given: object) =>
  (hubs as unknown as Control).evaluate({ ...closed, ...given } as never, policyContext({ modelStorage: ['203.0.113.0/24'] }))

const [PASS, OPEN, DOUBT, OTHERS, UNREAD] = [
  'pass: No way leads to public model hubs by itself',
  'warning: Public model hubs can be reached',
  'not-evaluated: Whether hubs can be reached is not certain',
  'not-evaluated: Hubs may be reached through another host',
  "not-evaluated: The server's environment could not be read",
]

test.each<[string, object, string]>([
  ['everything outbound is dropped', {}, PASS],
  ['everything may leave', { firewall: rules('accept') }, OPEN],
  ['no rule, no route', { firewall: rules('accept'), network: network(NEAR) }, PASS],
  ['no route, rules not read', { firewall: unknown('no sudo', []), network: network(NEAR) }, PASS],
  ['a route, rules not read', { firewall: unknown('no sudo', []) }, DOUBT],
  ['HTTPS to anywhere', { firewall: rules('drop', 'tcp dport 443 accept') }, OPEN],
  ['a route of another table', { firewall: rules('accept'), network: network(`${OUT} table 100`) }, OPEN],
  [
    'the internet in two halves over a tunnel',
    { firewall: rules('accept'), network: network('0.0.0.0/1 dev eth0\n128.0.0.0/1 dev eth0') },
    OPEN,
  ],
  ['storage at a public address that the fleet file names', { firewall: rules('drop', 'ip daddr 203.0.113.7 tcp dport 443 accept') }, PASS],
  ['a public address that it does not name', { firewall: rules('drop', 'ip daddr 198.18.7.7 tcp dport 443 accept') }, DOUBT],
  ['addresses inside', { firewall: rules('drop', 'ip daddr 10.0.0.0/8 tcp dport 443 accept') }, PASS],
  ['only DNS and time leave', { firewall: rules('drop', 'udp dport { 53, 123 } accept') }, PASS],
  ['a rule that is not modelled', { firewall: rules('drop', 'meta mark 0x1 accept') }, DOUBT],
  ['a proxy', { services: vllm({ https_proxy: 'http://10.0.0.9:3128' }), ...inside }, OTHERS],
  ['a mirror of the hub', { services: vllm({ HF_ENDPOINT: 'https://mirror.lan' }), ...inside }, OTHERS],
  ['a proxy that is used for nothing', { services: vllm({ HTTPS_PROXY: 'http://10.0.0.9:3128', NO_PROXY: 'a, *' }), ...inside }, PASS],
  ['a proxy, where rules lead to named networks only', { services: vllm({ https_proxy: 'http://proxy.lan:3128' }) }, PASS],
  [
    'a proxy at a port of its own',
    { services: vllm({ https_proxy: 'http://proxy.lan:9999' }), firewall: rules('drop', 'tcp dport 9999 accept') },
    OTHERS,
  ],
  ['a proxy near, no rules, no route', { services: vllm({ https_proxy: 'x' }), firewall: rules('accept'), network: network(NEAR) }, OTHERS],
  ['a proxy, and everything may leave anyway', { services: vllm({ HTTPS_PROXY: 'x' }), firewall: rules('accept') }, OPEN],
  ['an environment that was not read', { services: [service('vllm')], ...inside }, UNREAD],
  ['an environment file that was not read', { services: halfRead, ...inside }, UNREAD],
  ['an environment file that was not read, where rules lead to named networks only', { services: halfRead }, PASS],
  ['a unit without a network, of a server that was not seen', { firewall: rules('accept'), units: unit({ PrivateNetwork: 'yes' }) }, DOUBT],
  [
    'a unit without a network, of a server that began before it said so',
    { services: vllm({}, { pids: [7] }), firewall: rules('accept'), units: unit({ PrivateNetwork: 'yes' }), ...seen({}) },
    OPEN,
  ],
  [
    'a unit with one that is given by name',
    { firewall: rules('accept'), units: unit({ PrivateNetwork: 'yes', NetworkNamespacePath: '/run/netns/vpn' }) },
    OPEN,
  ],
  [
    'a unit that denies all but the inside',
    { firewall: rules('accept'), units: unit({ IPAddressDeny: '0.0.0.0/0 ::/0', IPAddressAllow: '127.0.0.0/8 ::1/128 10.0.9.0/24' }) },
    PASS,
  ],
  [
    'a unit that allows something public',
    { firewall: rules('accept'), units: unit({ IPAddressDeny: '0.0.0.0/0 ::/0', IPAddressAllow: '140.82.112.0/20' }) },
    OPEN,
  ],
  [
    'a unit that allows what is no network',
    { firewall: rules('accept'), units: unit({ IPAddressDeny: '0.0.0.0/0 ::/0', IPAddressAllow: 'x' }) },
    OPEN,
  ],
  ['a unit that denies IPv4 alone', { firewall: rules('accept'), units: unit({ IPAddressDeny: '0.0.0.0/0' }) }, OPEN],
  ['a container on the network of the host', { services: docker, containers: container(true) }, PASS],
  ['a container whose networks were not told', { services: docker }, DOUBT],
  ['a container that is not listed', { services: vllm({}, { how: 'container', container: 'other' }), ...on('bridge') }, DOUBT],
  ['a container without a network, and a proxy', { services: vllm({ HTTPS_PROXY: 'x' }, inContainer), ...on() }, PASS],
  ['the default network, forwarded', { services: docker, ...on('bridge'), ...forward('accept') }, OPEN],
  ['the default network, not forwarded', { services: docker, ...on('bridge'), ...forward('drop') }, PASS],
  ['the default network, rules not read', { services: docker, ...on('bridge'), firewall: unknown('no sudo', []) }, DOUBT],
  ['the default network, without its bridge', { services: docker, ...on('bridge'), network: network(OUT), ...forward('drop') }, DOUBT],
  ["the network of Podman, of Docker's name", { services: docker, ...on('podman'), ...forward('drop') }, DOUBT],
  [
    'forwarded to the inside alone',
    { services: docker, ...on('bridge'), ...forward('drop', 'iifname "docker0" ip daddr 10.0.0.0/8 accept') },
    PASS,
  ],
  [
    'the bridge is held, others are not',
    { services: docker, ...on('bridge'), ...forward('accept', 'iifname "docker0" oifname "eth0" drop') },
    PASS,
  ],
  ['the source is held', { services: docker, ...on('bridge'), ...forward('accept', 'ip saddr 172.17.0.0/16 drop') }, PASS],
  [
    'one address behind the bridge may, which is not known',
    { services: docker, ...on('bridge'), ...forward('drop', 'ip saddr 172.17.0.9 accept') },
    DOUBT,
  ],
  [
    'one address behind the bridge may, it has that',
    { services: docker, ...on('bridge=172.17.0.9'), ...forward('drop', 'ip saddr 172.17.0.9 accept') },
    OPEN,
  ],
  [
    'one address behind the bridge may, it has another',
    { services: docker, ...on('bridge=172.17.0.8'), ...forward('drop', 'ip saddr 172.17.0.9 accept') },
    PASS,
  ],
  [
    'sent to a proxy',
    { services: docker, ...on('bridge'), ...forward('drop', '', 'iifname "docker0" tcp dport 443 redirect to :3129') },
    DOUBT,
  ],
  [
    'sent to a proxy, and forwarded',
    { services: docker, ...on('bridge'), ...forward('accept', '', 'iifname "docker0" tcp dport 443 dnat to 10.0.0.9:3129') },
    DOUBT,
  ],
  ['a network of its own, all bridges lead out', { services: docker, ...on('chat_default'), ...forward('accept') }, OPEN],
  ['a network of its own, no bridge leads out', { services: docker, ...on('chat_default'), ...forward('drop') }, DOUBT],
  ['its address tells the bridge', { services: docker, ...on('chat_default=172.18.0.5'), ...forward('drop') }, PASS],
  ['an address behind no bridge, as with macvlan', { services: docker, ...on('lan=10.0.0.77'), ...forward('drop') }, DOUBT],
  [
    'two networks, one leads out',
    { services: docker, ...on('a=172.17.0.5', 'b=172.18.0.5'), ...forward('accept', 'iifname "docker0" drop') },
    DOUBT,
  ],
  ['a bridge that is held, and macvlan', { services: docker, ...on('a=172.17.0.5', 'lan=10.0.0.77'), ...forward('drop') }, DOUBT],
  ['what comes from this host is dropped', { services: docker, ...on('bridge'), ...forward('accept', 'fib saddr type local drop') }, OPEN],
  ['a name that every object has', { services: docker, ...on('constructor'), ...forward('drop') }, DOUBT],
  ['a proxy beyond what is forwarded', { services: vllm({ HTTPS_PROXY: 'x' }, inContainer), ...on('bridge'), ...forward('drop') }, OTHERS],
  [
    'a network namespace of its own, with an address',
    { services: vllm({}, { ownNetwork: { sockets: [], addresses: ['10.9.0.2'] } }), network: network(NEAR) },
    DOUBT,
  ],
  [
    'one without, on a host with a way out',
    { services: vllm({}, { ownNetwork: { sockets: [], addresses: [] } }), firewall: rules('accept') },
    PASS,
  ],
  [
    'a proxy in there, which may lead out by a socket in the file system',
    {
      services: vllm({ HTTPS_PROXY: 'http://127.0.0.1:3128' }, { pids: [7], ownNetwork: { sockets: ['127.0.0.1:3128'], addresses: [] } }),
      ...seen({ ownNetwork: { sockets: [], beside: [7, 8], moreBeside: false } }),
    },
    OTHERS,
  ],
  [
    'the variable, and nobody else in there',
    {
      services: vllm({ HTTPS_PROXY: 'http://10.0.0.9:3128' }, { pids: [7, 8], ownNetwork: { sockets: [], addresses: [] } }),
      ...seen({ ownNetwork: { sockets: [], beside: [8], moreBeside: false } }),
    },
    PASS,
  ],
  [
    'a machine on a host without a way out',
    { services: docker1, network: network(NEAR), ...seen({ cgroup: '/machine.slice/systemd-nspawn@llm.service/payload' }) },
    DOUBT,
  ],
  [
    'a container on a macvlan, with a router of its own',
    { services: docker1, network: network(NEAR), ...seen({ gateways: ['10.77.2.1'], addresses: ['10.77.2.128'] }) },
    DOUBT,
  ],
  [
    'one on a bridge of the host',
    {
      services: docker1,
      network: { ...on().network, routes: parseRoutes(NEAR, 4), defaultRoute: false },
      ...seen({ gateways: ['172.17.0.1'], addresses: ['172.17.0.2'] }),
    },
    PASS,
  ],
  [
    'one with the network of the host',
    { services: docker1, network: network(NEAR), ...seen({ gateways: ['10.0.0.1'], addresses: ['10.0.0.2'] }) },
    PASS,
  ],
  ['a container behind a bridge that leads nowhere', { services: docker, network: network(NEAR) }, PASS],
  ['a server that does not run', { services: vllm({}, { running: false }) }, 'not-applicable: No inference server runs'],
  ['none at all', { services: [] }, 'not-applicable: No inference server on this host'],
])('%s', (_, given, expected) => {
  expect(outcomes(ask(given))).toEqual([expected])
})

test('it cites the rule and the route, the property, or the variable', () => {
  const cited = (given: object) => ask(given)[0]?.cite.map(({ section, line }) => `${section}:${line}`)
  expect(cited({ firewall: rules('drop', 'tcp dport 443 accept') })).toEqual(['nft:4', 'routes:1'])
  expect(cited({ units: unit({ PrivateNetwork: 'yes' }) })).toEqual(['units:7'])
  const units = unit({}, { lines: { 'Environment:HTTPS_PROXY': 5 } })
  expect(cited({ units, services: vllm({ HTTPS_PROXY: 'x' }), ...inside })?.[0]).toBe('units:5')
})
