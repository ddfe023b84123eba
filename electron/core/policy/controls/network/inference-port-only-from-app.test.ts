import { expect, test } from 'vitest'
import { fleetSchema } from '#shared/model/fleet.ts'
import { known, unknown } from '../../../facts/fact.ts'
import { parseAddresses, parseRoutes } from '../../../facts/network/parse.ts'
import { parseDump } from '../../../facts/nginx/parse.ts'
import type { Control } from '../../control.ts'
import inferencePort from './inference-port-only-from-app.control.ts'
import {
  base,
  carried,
  chain,
  closed,
  filtered,
  firewall,
  fourOnly,
  hiddenPod,
  judge,
  listener,
  marked,
  named,
  network,
  publishingQuic,
  quicForAll,
  service,
  turned,
  wide,
} from './network-host.testing.ts'

const webForAll = chain('inet', 'input', 'drop', 'tcp dport 80 accept\nip saddr 10.0.1.0/24 tcp dport 443 accept')
const site = parseDump(
  '# configuration file /etc/nginx/nginx.conf:\nhttp { server { listen 80; return 301 https://$host$request_uri; } server { listen 443 ssl; location / { proxy_pass http://127.0.0.1:8000; } } }\n',
)
const redirecting = (more: object = {}) => ({
  services: [service('loopback')],
  listeners: [listener(443, 'nginx'), listener(80, 'nginx')],
  nginx: known({ installed: true, running: true, directives: site.ok ? site.directives : [], ...more }),
})
const openTo = (port: number, from = '') => chain('inet', 'input', 'drop', `${from && `ip saddr ${from} `}tcp dport ${port} accept`)
const scripted = {
  services: [service('loopback')],
  listeners: [listener(8096, 'python3')],
  processes: known([{ pid: 1, ppid: 1, user: 'ada', uid: 1, name: 'python3', argv: ['python3', '/opt/relay.py'], line: 9 }]),
}

test.each([
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
  ['inference port for all, whose unit lets in the app alone', inferencePort, wide, filtered('10.0.1.0/24 127.0.0.0/8'), named, 'warning'],
  ['inference port for all, whose unit lets in more', inferencePort, wide, filtered('10.0.0.0/8'), named, 'fail'],
  ['inference port for all, whose unit lists IPv4 alone', inferencePort, wide, filtered('10.0.1.0/24', '0.0.0.0/0'), named, 'fail'],
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
  ...(
    [
      ['for all, a port that systemd holds until somebody connects', 8443, wide.replace('8000', '8443'), 'not-evaluated'],
      ['the same for application servers alone', 8443, closed.replace('8000', '8443'), 'pass'],
      ['that of SSH', 22, wide.replace('8000', '22'), 'pass'],
    ] as const
  ).map(
    ([name, port, rules, expected]) =>
      [
        `a server on loopback, and ${name}`,
        inferencePort,
        rules,
        { services: [service('loopback')], listeners: [listener(port, 'systemd')] },
        named,
        expected,
      ] as const,
  ),
  ['a server on loopback, and a script that may forward to it', inferencePort, openTo(8096), scripted, named, 'not-evaluated'],
  [
    'a script that may forward, to which the rules let the applications alone',
    inferencePort,
    openTo(8096, '10.0.1.0/24'),
    scripted,
    named,
    'pass',
  ],
  [
    'a redirect of nginx that is open to all, beside its site for the applications',
    inferencePort,
    webForAll,
    redirecting(),
    named,
    'pass warning',
  ],
  [
    'the same where nginx has not loaded what changed',
    inferencePort,
    webForAll,
    redirecting({ changed: ['/etc/nginx/a'] }),
    named,
    'pass fail',
  ],
  ['the same where nginx was not read', inferencePort, webForAll, { ...redirecting(), nginx: unknown('no', []) }, named, 'pass fail'],
  ['a script that may forward, to which nobody gets', inferencePort, closed, scripted, named, 'pass'],
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
] as const)('%s', (_, control, nft, change, networks, expected) => {
  const verdicts = judge(control, nft, change, networks)
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
