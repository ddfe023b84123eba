import { expect, test } from 'vitest'
import { fleetSchema } from '#shared/model/fleet.ts'
import { known, unknown } from '../../../facts/fact.ts'
import { assembleFirewall } from '../../../facts/firewall/assemble.ts'
import type { Network } from '../../../facts/network/network.ts'
import { parseAddresses, parseRoutes } from '../../../facts/network/parse.ts'
import { parseSshd } from '../../../facts/sshd/parse.ts'
import type { SectionOutput } from '../../../probe/section.ts'
import type { Control } from '../../control.ts'
import inbound from './firewall-default-deny-inbound.control.ts'
import outbound from './firewall-default-deny-outbound.control.ts'
import inferencePort from './inference-port-only-from-app.control.ts'
import ipv6 from './ipv6-filtered-like-ipv4.control.ts'
import outboundOnly from './outbound-only-to-storage.control.ts'
import ssh from './ssh-only-from-jump.control.ts'

const network = {
  addresses: parseAddresses('2: eth0 inet 10.0.0.2/24 scope global eth0\n2: eth0 inet6 fd00::2/64 scope global\n'),
  routes: [...parseRoutes('default via 10.0.0.1 dev eth0', 4), ...parseRoutes('default via fd00::1 dev eth0', 6)],
  defaultRoute: true,
}
const fourOnly = { ...network, addresses: network.addresses.slice(0, 1) }
const fourOnlyFact = { network: fourOnly }

const chain = (family: string, hook: string, policy: string, rules: string) =>
  `table ${family} ${hook} {\n\tchain ${hook} {\n\t\ttype filter hook ${hook} priority filter; policy ${policy};\n${rules}\n\t}\n}\n`
const output = (id: string, stdout: string): SectionOutput => ({
  id,
  command: id,
  state: 'ok',
  privileged: true,
  exitCode: 0,
  stdout,
  stderr: '',
  durationMs: 1,
  bytes: 1,
  sha256: '',
})
function firewall(nft: string, of: Network = network) {
  const fact = assembleFirewall(
    {
      nft: output('nft', nft),
      iptables: output('iptables', ''),
      ip6tables: output('ip6tables', ''),
      ipset: output('ipset', ''),
      ufw: output('ufw', 'Status: inactive\n'),
    },
    of,
  )
  if (!fact.known) throw new Error(fact.reason)
  return fact.value
}

const listener = (port: number, name: string | undefined, scope = 'wildcard') => ({
  protocol: 'tcp',
  address: scope === 'loopback' ? '127.0.0.1' : '0.0.0.0',
  port,
  scope,
  processes: name === undefined ? [] : [{ name, pid: 1 }],
  line: 1,
})
const service = (scope: string) => ({
  id: 'vllm.service',
  how: 'systemd',
  running: true,
  binds: [{ address: scope === 'loopback' ? '127.0.0.1' : '0.0.0.0', port: 8000, scope, section: 'listeners', line: 2, basis: 'observed' }],
  modelPaths: [],
})

/** As Java binds it. */
const carried = (address: string, scope = 'specific') => ({
  network: known(fourOnly),
  services: [{ ...service(scope), binds: [{ ...service(scope).binds[0], address: `::ffff:${address}` }] }],
})

const publishingQuic = known({
  ...{ runtimes: ['docker'], podContainers: [] },
  containers: [
    {
      ...{ name: 'edge', image: 'caddy:2', running: true, line: 2 },
      ports: [{ hostAddress: '', hostPort: 443, containerPort: 443, protocol: 'udp' }],
    },
  ],
})

const hiddenPod = {
  ...service('wildcard'),
  id: 'ai/chat-0/vllm',
  how: 'container',
  binds: [],
  bindUnknown: 'nobody told',
  pod: { uid: '1' },
}

const closed =
  chain('inet', 'input', 'drop', 'iif "lo" accept\nip saddr 10.0.1.0/24 tcp dport 8000 accept\nip saddr 10.0.9.9 tcp dport 22 accept') +
  chain('inet', 'output', 'drop', '')
const wide = chain('inet', 'input', 'drop', 'tcp dport { 22, 8000 } accept')
const quicForAll = chain('inet', 'input', 'drop', 'ip saddr 10.0.1.0/24 tcp dport 443 accept\nudp dport 443 accept')
const turned = (rule: string) =>
  `${chain('inet', 'input', 'drop', 'ip saddr 10.0.1.0/24 tcp dport 443 accept\nip saddr 10.0.9.9 tcp dport 22 accept\nct status dnat accept')}table ip nat {\n\tchain prerouting {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t\t${rule}\n\t}\n}\n`
const marked = chain('inet', 'input', 'drop', 'meta mark 0x7 accept') + chain('inet', 'output', 'drop', 'meta mark 0x7 accept')
const storageOnly = chain('inet', 'output', 'drop', 'ip daddr 10.0.4.0/24 tcp dport 443 accept\nip daddr 10.0.0.53 udp dport 53 accept')
const withBridge = (name: string) => ({
  ...network,
  addresses: [...network.addresses, ...parseAddresses(`3: ${name} inet 172.17.0.1/16 scope global ${name}\n`)],
})
const withDocker = { network: known(withBridge('docker0')) }
const forwards = (policy: string, rule = '') => chain('inet', 'forward', policy, rule)
const sender = (gateways: readonly string[], addresses: readonly string[]) => ({
  ...{ pid: 7, ppid: 1, user: 'root', uid: 0, name: 'python3', argv: ['python3'], line: 9 },
  ...{ gateways, addresses },
})
const httpsOut = chain('inet', 'output', 'drop', 'tcp dport 443 accept')
/** Three fifths in pieces none of which is as large as what is dropped. */
const quarters = ['0.0.0.0/3', '32.0.0.0/3', '64.0.0.0/3', '96.0.0.0/3', '160.0.0.0/3']
  .map((block) => `ip saddr ${block} counter accept`)
  .join('\nudp dport 7 accept\n')
const v4 = chain('ip', 'input', 'drop', '')

const sshd = (text: string) => known(parseSshd(text))
const unread = unknown('no', ['sshd'])
const base = {
  ...{ network: known(network), listeners: [listener(22, 'sshd')], services: [service('wildcard')] },
  ...{ containers: known({ runtimes: [], containers: [], podContainers: [] }), programs: known([]), processes: known([]) },
  ...{
    sshd: unread,
    os: unread,
    access: unread,
    accounts: unread,
    'sshd-matches': known({ matches: [], elsewhere: [] }),
    'audit-keys': unread,
  },
}
const named = { app: ['10.0.1.0/24'], jump: ['10.0.9.9'] }

test.each([
  ['inbound closed', inbound, closed, {}, named, 'pass'],
  ['inbound open', inbound, '', {}, named, 'fail'],
  ['outbound closed, and no containers', outbound, storageOnly, {}, named, 'pass'],
  ['outbound closed, what containers send is not', outbound, storageOnly, withDocker, named, 'pass warning'],
  ['and is', outbound, storageOnly + forwards('drop'), withDocker, named, 'pass'],
  ['and is but for HTTPS', outbound, storageOnly + forwards('drop', 'tcp dport 443 accept'), withDocker, named, 'pass'],
  ['and hangs on a mark', outbound, storageOnly + forwards('drop', 'meta mark 0x7 accept'), withDocker, named, 'pass not-evaluated'],
  [
    'a bridge that a container leads to',
    outbound,
    storageOnly,
    { network: known(withBridge('ai')), processes: known([sender(['172.17.0.1'], ['172.17.0.2'])]) },
    named,
    'pass warning',
  ],
  ['outbound open, whatever containers send', outbound, '', withDocker, named, 'fail'],
  ['inbound hangs on a mark', inbound, marked, {}, named, 'not-evaluated'],
  ['policy accept, last rule drop', inbound, chain('inet', 'input', 'accept', 'tcp dport 22 accept\ndrop'), {}, named, 'pass'],
  [
    'every port for a network that nobody names',
    inbound,
    chain('inet', 'input', 'drop', 'ip saddr 10.0.0.0/16 accept'),
    {},
    named,
    'warning',
  ],
  [
    'every port for a network around the named one',
    inbound,
    chain('inet', 'input', 'drop', 'ip saddr 10.0.0.0/8 accept'),
    {},
    named,
    'warning',
  ],
  ['every port for the app subnet', inbound, chain('inet', 'input', 'drop', 'ip saddr 10.0.1.0/25 accept'), {}, named, 'pass'],
  ['every port for one host', inbound, chain('inet', 'input', 'drop', 'ip saddr 10.0.7.7 accept'), {}, named, 'pass'],
  ['a network, on named ports', inbound, chain('inet', 'input', 'drop', 'ip saddr 10.0.0.0/8 tcp dport 22 accept'), {}, named, 'pass'],
  ['the same in IPv6', inbound, chain('inet', 'input', 'drop', 'ip6 saddr fd00::/8 accept'), {}, named, 'warning'],
  [
    'all addresses in two halves',
    inbound,
    chain('inet', 'input', 'drop', 'ip saddr 0.0.0.0/1 accept\nip saddr 128.0.0.0/1 accept'),
    {},
    named,
    'fail',
  ],
  ['three eighths of them', inbound, chain('inet', 'input', 'drop', 'ip saddr { 0.0.0.0/2, 64.0.0.0/3 } accept'), {}, named, 'warning'],
  ['most addresses, piece by piece', inbound, chain('inet', 'input', 'drop', quarters), {}, named, 'fail'],
  ['outbound closed', outbound, closed, {}, named, 'pass'],
  ['outbound open', outbound, wide, {}, named, 'fail'],
  ['outbound hangs on a mark', outbound, marked, {}, named, 'not-evaluated'],
  ['outbound to storage only', outboundOnly, storageOnly, {}, named, 'pass'],
  ['outbound closed for all', outboundOnly, closed, {}, named, 'pass'],
  ['HTTPS out to anywhere', outboundOnly, httpsOut, {}, named, 'warning'],
  ['HTTPS out to anywhere, no route there yet', outboundOnly, httpsOut, { network: known({ ...fourOnly, routes: [] }) }, named, 'warning'],
  [
    'HTTPS out to anywhere by an interface that only another table leads everywhere',
    outboundOnly,
    chain('inet', 'output', 'drop', 'oifname "eth0" tcp dport 443 accept'),
    {
      network: known({
        ...network,
        addresses: [...fourOnly.addresses, ...parseAddresses('3: wg0    inet 10.66.0.2/24 scope global wg0')],
        routes: parseRoutes('10.0.0.0/24 dev eth0 scope link\ndefault dev wg0 table 51820 scope link', 4),
      }),
    },
    named,
    'warning',
  ],
  [
    'outbound to storage only, and Docker forwards to anywhere',
    outboundOnly,
    storageOnly + forwards('accept'),
    withDocker,
    named,
    'pass warning',
  ],
  [
    'the same of a bridge that somebody named',
    outboundOnly,
    storageOnly + forwards('accept'),
    { network: known(withBridge('ai0')), processes: known([sender(['172.17.0.1'], ['172.17.0.2'])]) },
    named,
    'pass warning',
  ],
  ['the same of a bridge that nobody sends through', outboundOnly, storageOnly, { network: known(withBridge('ai0')) }, named, 'pass'],
  [
    'containers that reach storage only',
    outboundOnly,
    storageOnly + forwards('drop', 'iifname "docker0" ip daddr 10.0.4.0/24 accept'),
    withDocker,
    named,
    'pass',
  ],
  [
    'containers that ask anybody for names',
    outboundOnly,
    storageOnly + forwards('drop', 'udp dport 53 accept'),
    withDocker,
    named,
    'pass warning',
  ],
  [
    'containers by a rule that is not modelled',
    outboundOnly,
    storageOnly + forwards('drop', 'meta mark 0x7 accept'),
    withDocker,
    named,
    'pass not-evaluated',
  ],
  [
    'containers that talk to each other, without a default route',
    outboundOnly,
    storageOnly + forwards('drop', 'iifname "docker0" oifname "docker0" accept'),
    { network: known({ ...withBridge('docker0'), routes: [] }) },
    named,
    'pass',
  ],
  ['HTTPS out to anywhere, and containers', outboundOnly, httpsOut + forwards('accept'), withDocker, named, 'warning warning'],
  [
    'a container in a macvlan network',
    outboundOnly,
    storageOnly,
    { processes: known([sender(['10.0.0.1'], ['10.0.0.77'])]) },
    named,
    'pass not-evaluated',
  ],
  [
    'a container in an ipvlan network',
    outboundOnly,
    storageOnly,
    { processes: known([sender(['0.0.0.0'], ['10.9.0.2'])]) },
    named,
    'pass not-evaluated',
  ],
  [
    'a container of IPv6 alone in such a network',
    outboundOnly,
    storageOnly,
    { processes: known([sender([], ['fd00:9::2', 'fe80::2'])]) },
    named,
    'pass not-evaluated',
  ],
  [
    'a container with the network of its host',
    outboundOnly,
    storageOnly,
    { processes: known([sender(['10.0.0.1'], ['10.0.0.2', 'fd00::2'])]) },
    named,
    'pass',
  ],
  [
    'a container that an account without root runs',
    outboundOnly,
    storageOnly,
    { processes: known([{ ...sender(['10.0.2.2'], ['10.0.2.100']), cgroup: '/user.slice/user@1000.service/app.slice' }]) },
    named,
    'pass',
  ],
  [
    'a container of an overlay, which leads out by a bridge of its host',
    outboundOnly,
    storageOnly + forwards('drop'),
    { network: known(withBridge('docker_gwbridge')), processes: known([sender(['172.17.0.1'], ['10.0.1.5', '172.17.0.3'])]) },
    named,
    'pass',
  ],
  [
    'a program in a network namespace behind nothing of its host',
    outboundOnly,
    storageOnly,
    { processes: known([{ ...sender([], ['10.0.0.78']), ownNetwork: { sockets: [], beside: [], moreBeside: false } }]) },
    named,
    'pass not-evaluated',
  ],
  [
    'a program in a network namespace behind a bridge',
    outboundOnly,
    storageOnly + forwards('drop'),
    {
      ...withDocker,
      processes: known([{ ...sender([], ['172.17.0.9', 'fe80::3']), ownNetwork: { sockets: [], beside: [], moreBeside: false } }]),
    },
    named,
    'pass',
  ],
  ['processes that nobody could read', outboundOnly, storageOnly, { processes: unknown('hidden', []) }, named, 'pass not-evaluated'],
  ['outbound default open', outboundOnly, wide, {}, named, 'not-applicable'],
  ['outbound in doubt', outboundOnly, marked, {}, named, 'not-evaluated'],
  ['inference port for the app', inferencePort, closed, {}, named, 'pass'],
  ['inference port for all', inferencePort, wide, {}, named, 'fail'],
  [
    'HTTP/3 for all beside TLS for the app',
    inferencePort,
    quicForAll,
    { services: [service('loopback')], listeners: [listener(443, 'nginx'), { ...listener(443, 'nginx'), protocol: 'udp' }] },
    named,
    'pass fail',
  ],
  [
    'HTTP/3 for the app, whose TCP is for all',
    inferencePort,
    chain('inet', 'input', 'drop', 'tcp dport 443 accept\nip saddr 10.0.1.0/24 udp dport 443 accept'),
    { services: [service('loopback')], listeners: [listener(443, 'caddy'), { ...listener(443, 'caddy'), protocol: 'udp' }] },
    named,
    'fail pass',
  ],
  [
    'other datagrams of a web server',
    inferencePort,
    quicForAll,
    { services: [service('loopback')], listeners: [listener(443, 'nginx'), { ...listener(40123, 'nginx'), protocol: 'udp' }] },
    named,
    'pass',
  ],
  [
    'HTTP/3 whose owner could not be read, beside a server on loopback',
    inferencePort,
    quicForAll,
    { services: [service('loopback')], listeners: [{ ...listener(443, 'nginx'), protocol: 'udp', processes: [] }] },
    named,
    'fail',
  ],
  [
    'HTTP/3 published for a proxy in a container',
    inferencePort,
    quicForAll,
    { services: [service('loopback')], listeners: [listener(22, 'sshd')], containers: publishingQuic },
    named,
    'fail',
  ],
  [
    'a second port led to that of a proxy, as firewalld does it',
    inferencePort,
    turned('tcp dport 8444 redirect to :443'),
    { services: [service('loopback')], listeners: [listener(443, 'nginx')] },
    named,
    'pass fail',
  ],
  ['inference port of one IPv4 address, which its socket carries in IPv6', inferencePort, wide, carried('10.0.0.2'), named, 'fail'],
  ['inference port of all IPv4 addresses, in IPv6', inferencePort, wide, carried('0.0.0.0', 'wildcard'), named, 'fail'],
  ['inference port in doubt', inferencePort, marked, {}, named, 'not-evaluated'],
  ['no app networks named', inferencePort, closed, {}, {}, 'not-evaluated'],
  ['inference on loopback', inferencePort, wide, { services: [service('loopback')] }, named, 'pass'],
  ['inference server stopped', inferencePort, wide, { services: [{ ...service('wildcard'), running: false }] }, named, 'not-applicable'],
  ['a pod whose ports are not known', inferencePort, closed, { services: [hiddenPod] }, named, 'not-evaluated'],
  ['an open door beside such a pod', inferencePort, closed, { services: [service('wildcard'), hiddenPod] }, named, 'pass not-evaluated'],
  ['a server on loopback beside it', inferencePort, wide, { services: [service('loopback'), hiddenPod] }, named, 'pass not-evaluated'],
  [
    'a server on loopback beside a container with an address of its own',
    inferencePort,
    wide,
    { services: [service('loopback'), { ...hiddenPod, pod: undefined }] },
    named,
    'pass not-evaluated',
  ],
  ...['h2o', 'oauth2-proxy', 'docker-proxy', 'socat', 'systemd-socket-'].map(
    (name) =>
      [
        `a server on loopback behind ${name} for all`,
        inferencePort,
        wide.replace('8000', '443'),
        { services: [service('loopback')], listeners: [listener(22, 'sshd'), listener(443, name)] },
        named,
        'fail',
      ] as const,
  ),
  [
    'a server on loopback behind a proxy in a container, whose port the kernel forwards',
    inferencePort,
    wide.replace('8000', '8443'),
    {
      services: [service('loopback')],
      containers: known({
        runtimes: ['docker'],
        podContainers: [],
        containers: [
          {
            ...{ name: 'edge', image: 'traefik:v3.1', running: true, line: 2 },
            ports: [{ hostAddress: '', hostPort: 8443, containerPort: 443, protocol: 'tcp' }],
          },
        ],
      }),
    },
    named,
    'fail',
  ],
  [
    'a server on loopback behind LiteLLM',
    inferencePort,
    wide.replace('8000', '4000'),
    {
      services: [service('loopback')],
      programs: known([
        {
          ...{ id: 'litellm', name: 'LiteLLM proxy', forwards: true },
          binds: [{ address: '0.0.0.0', port: 4000, scope: 'wildcard', section: 'listeners', line: 3 }],
        },
      ]),
    },
    named,
    'fail',
  ],
  [
    'a server on loopback, and sockets whose owners nobody could read',
    inferencePort,
    wide.replace('8000', '8443'),
    { services: [service('loopback')], listeners: [listener(22, undefined), listener(8443, undefined)] },
    named,
    'not-evaluated',
  ],
  [
    'a server on loopback, and a script that may forward to it',
    inferencePort,
    closed,
    {
      services: [service('loopback')],
      listeners: [listener(8096, 'python3')],
      processes: known([{ pid: 1, ppid: 1, user: 'ada', uid: 1, name: 'python3', argv: ['python3', '/opt/relay.py'], line: 9 }]),
    },
    named,
    'not-evaluated',
  ],
  [
    'a server on loopback, to which a rule may lead',
    inferencePort,
    closed,
    { services: [{ ...service('loopback'), bindUnknown: 'a rule may lead to it' }] },
    named,
    'not-evaluated',
  ],
  [
    'a port that is closed to others, and perhaps an address past the rules',
    inferencePort,
    closed,
    { services: [{ ...service('wildcard'), bindUnknown: 'it has an address of its own' }] },
    named,
    'pass not-evaluated',
  ],
  [
    'no app networks named, and such a pod',
    inferencePort,
    closed,
    { services: [service('wildcard'), hiddenPod] },
    {},
    'not-evaluated not-evaluated',
  ],
  ['no inference server', inferencePort, wide, { services: [] }, named, 'not-applicable'],
  ['SSH for the jump host', ssh, closed, {}, named, 'pass'],
  ['SSH for all', ssh, wide, {}, named, 'fail'],
  ['SSH by a second port that is led to it', ssh, turned('tcp dport 2222 redirect to :22'), {}, named, 'pass fail'],
  [
    'another SSH server beside it, open to all',
    ssh,
    closed.replace('ip saddr 10.0.9.9 tcp dport 22 accept', 'ip saddr 10.0.9.9 tcp dport 22 accept\ntcp dport 2222 accept'),
    { listeners: [listener(22, 'sshd'), listener(2222, 'dropbear')] },
    named,
    'pass fail',
  ],
  ['SSH in doubt', ssh, marked, {}, named, 'not-evaluated'],
  ['no jump networks named', ssh, closed, {}, {}, 'not-evaluated'],
  [
    'SSH bound by AllowUsers',
    ssh,
    wide,
    { sshd: known({ settings: { allowusers: [{ value: 'ops@10.0.9.9', line: 3 }] } }) },
    named,
    'pass',
  ],
  ['AllowUsers from anywhere', ssh, wide, { sshd: known({ settings: { allowusers: [{ value: 'ops', line: 3 }] } }) }, named, 'fail'],
  ['SSH by a socket of systemd', ssh, wide, { listeners: [listener(22, 'systemd')] }, named, 'fail'],
  [
    'SSH by a second port of its socket, each session an sshd of its own',
    ssh,
    `${closed}${chain('ip', 'input', 'drop', 'tcp dport 2222 accept').replace('table ip input', 'table ip more')}`.replace(
      'ip saddr 10.0.9.9 tcp dport 22 accept',
      'ip saddr 10.0.9.9 tcp dport 22 accept\ntcp dport 2222 accept',
    ),
    {
      listeners: [listener(22, 'systemd'), listener(2222, 'systemd')],
      sshd: sshd('port 22'),
      os: known({ ssh: { ports: [{ value: 2222, line: 1 }] } }),
    },
    named,
    'pass fail',
  ],
  [
    'SSH open, bound by AllowUsers that sshd was not told to read',
    ssh,
    wide,
    { sshd: known({ settings: { allowusers: [{ value: 'ops@10.0.9.9', line: 3 }] } }, { reason: 'not read', cite: [] }) },
    named,
    'fail',
  ],
  [
    'SSH elsewhere, and open: the port that was used is not its port',
    ssh,
    chain('inet', 'input', 'drop', 'tcp dport 2222 accept'),
    { listeners: [], sshd: sshd('port 2222') },
    named,
    'fail',
  ],
  ['SSH on the loopback too', ssh, closed, { listeners: [listener(22, 'sshd'), listener(22, 'sshd', 'loopback')] }, named, 'pass'],
  ['SSH open, and sshd names no account', ssh, wide, { sshd: sshd('port 22') }, named, 'fail'],
  ['SSH open, and sshd names sources', ssh, wide, { sshd: sshd('allowusers ops@10.0.9.9') }, named, 'pass'],
  ['SSH open, Match blocks unread', ssh, wide, { sshd: sshd('allowusers ops@10.0.9.9'), 'sshd-matches': unread }, named, 'fail'],
  ['SSH open, and one account from anywhere', ssh, wide, { sshd: sshd('allowusers ops@10.0.9.9 root') }, named, 'fail'],
  ['IPv6 like IPv4', ipv6, closed, { network }, named, 'pass'],
  ['IPv6 open', ipv6, v4, { network }, named, 'fail'],
  ['IPv6 in doubt', ipv6, v4 + chain('ip6', 'input', 'drop', 'meta mark 0x7 accept'), { network }, named, 'not-evaluated'],
  [
    'IPv4 hangs on a mark, and IPv6 is open',
    ipv6,
    chain('ip', 'input', 'drop', 'meta mark 0x7 accept'),
    { network },
    named,
    'not-evaluated',
  ],
  ['no IPv6', ipv6, v4, fourOnlyFact, named, 'not-applicable'],
  ['nothing filtered', ipv6, '', { network }, named, 'not-applicable'],
] as const)('%s', (_, control, nft, change, networks, expected) => {
  const fleet = fleetSchema.parse({
    version: 1,
    name: 'f',
    identities: { audit: { user: 'a' } },
    hosts: [{ name: 'h', address: '10.0.0.2' }],
    networks,
  })
  const host = fleet.hosts[0]
  const open = control as unknown as Control
  const rules = firewall(nft, change === fourOnlyFact ? fourOnly : network)
  const verdicts = open.evaluate({ firewall: rules, ...base, ...change } as never, { fleet, host, now: 0 } as never)
  expect(verdicts.map(({ status }) => status).join(' ')).toBe(expected)
  for (const { title } of verdicts) expect(title.length).toBeLessThan(48)
})

test.each([
  [
    'forwards through DOCKER-USER',
    'containers',
    'table ip filter {\n\tchain DOCKER-USER {\n\t\treturn\n\t}\n}\n',
    'docker-published-ports',
  ],
  ['forwards without it', 'containers', '', undefined],
  ['does not forward: the network is the host’s', 'listeners', 'table ip filter {\n\tchain DOCKER-USER {\n\t}\n}\n', undefined],
])('an open port of a container that the runtime %s: %s', (_, section, docker, template) => {
  const published = {
    ...service('wildcard'),
    how: 'container',
    binds: [{ address: '0.0.0.0', port: 8000, scope: 'wildcard', section, line: 1 }],
  }
  const fleet = fleetSchema.parse({
    ...{ version: 1, name: 'lab', identities: { audit: { user: 'a' } }, hosts: [{ name: 'h', address: '10.0.0.2' }], networks: named },
  })
  const { evaluate } = inferencePort as unknown as Control
  const facts = { firewall: firewall(wide + docker), ...base, services: [published] }
  const verdicts = evaluate(facts as never, { fleet, host: fleet.hosts[0], now: 0 } as never)
  expect(verdicts).toEqual([expect.objectContaining({ status: 'fail', ...(template && { template }) })])
  expect(verdicts[0]?.template).toBe(template)
})

test('a port that dockerd holds for a service of Swarm is forwarded: where translation is not known, rules for the host close nothing', () => {
  const task = { ...service('wildcard'), how: 'container', binds: [{ ...service('wildcard').binds[0], line: 1 }] }
  const fleet = fleetSchema.parse({
    ...{ version: 1, name: 'lab', identities: { audit: { user: 'a' } }, hosts: [{ name: 'h', address: '10.0.0.2' }], networks: named },
  })
  const { evaluate } = inferencePort as unknown as Control
  const rules = { ...firewall(closed), translationKnown: false }
  const statusOf = (name: string) =>
    evaluate(
      { firewall: rules, ...base, listeners: [listener(8000, name)], services: [task] } as never,
      { fleet, host: fleet.hosts[0], now: 0 } as never,
    ).map(({ status }) => status)
  expect([statusOf('dockerd'), statusOf('rootlesskit')]).toEqual([['not-evaluated'], ['pass']])
})

test.each([
  [[], 'not-evaluated', /^iifname "eth1" .* lets in whoever comes by eth1\. .*name the source in the rule/],
  [['eth1'], 'pass', /are stopped/],
])('a rule by a second interface alone, where the kernel looks for the way back at %j', (reversePath, status, reason) => {
  const two = {
    addresses: [...fourOnly.addresses, ...parseAddresses('3: eth1 inet 10.0.1.2/24 scope global eth1\n')],
    routes: [...network.routes, ...parseRoutes('10.0.1.0/24 dev eth1', 4)],
    ...{ defaultRoute: true, reversePath },
  }
  const fleet = fleetSchema.parse({
    ...{ version: 1, name: 'lab', identities: { audit: { user: 'a' } }, hosts: [{ name: 'h', address: '10.0.0.2' }], networks: named },
  })
  const { evaluate } = inferencePort as unknown as Control
  const rules = firewall(chain('inet', 'input', 'drop', 'iifname "eth1" tcp dport 8000 accept'), two)
  const verdicts = evaluate({ firewall: rules, ...base, network: known(two) } as never, { fleet, host: fleet.hosts[0], now: 0 } as never)
  expect(verdicts).toEqual([expect.objectContaining({ status, reason: expect.stringMatching(reason) })])
})
