import { describe, expect, test } from 'vitest'
import { known, unknown } from '../../../facts/fact.ts'
import { parseNft } from '../../../facts/firewall/nft/parse.ts'
import type { Program, ProgramKind } from '../../../facts/programs/programs.ts'
import { readTranscript } from '../../../facts/wire/transcript.ts'
import type { SectionOutput } from '../../../probe/section.ts'
import type { AnyControl, Verdict } from '../../control.ts'
import { evidenceDigest } from '../../evidence-digest.ts'
import { outcomes, policyContext } from '../proxy/proxy-facts.ts'
import codeRunnerNotExposed from './code-runner-not-exposed.control.ts'
import listenerOwnerExpected from './listener-owner-expected.control.ts'
import metricsOnlyFromMonitoring from './metrics-only-from-monitoring.control.ts'
import modelInterfaceNotExposed from './model-interface-not-exposed.control.ts'
import tunnelProgramAbsent from './tunnel-program-absent.control.ts'

const bind = (address: string, port: number) => ({
  address,
  port,
  scope: address === '127.0.0.1' ? ('loopback' as const) : ('wildcard' as const),
  section: 'listeners',
  line: 3,
  basis: 'observed' as const,
})
const program = (kind: ProgramKind, change: Partial<Program> = {}): Program => ({
  id: 'p',
  name: 'Ray',
  kind,
  pids: [10],
  user: 'ml',
  binds: [bind('0.0.0.0', 8265)],
  authentication: 'none',
  telling: ['/api/version'],
  danger: 'It runs code.',
  section: 'processes',
  line: 2,
  ...change,
})
const local = { binds: [bind('127.0.0.1', 8265)] }
const unseen = { binds: [], bindsUnknown: 'the owners of sockets could not be read' }

const rules = (input: string) =>
  known({
    backend: 'nftables',
    defaultInbound: 'drop',
    defaultOutbound: 'accept',
    tables: parseNft(
      `table inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n${input}\t}\n}\n`,
      'nft',
    ),
    translationKnown: true,
    unmodelled: [],
    section: 'nft',
    line: 3,
  })
const closed = rules('')
const untranslated = closed.known ? known({ ...closed.value, translationKnown: false }) : closed
const open = rules('\t\ttcp dport 8265 accept\n')
const udpOpen = rules('\t\tudp dport { 5353, 8265, 40123 } accept\n')
const fromMonitoring = rules('\t\tip saddr 10.0.9.0/24 tcp dport 8265 accept\n')

const fromApplications = rules('\t\tip saddr 10.0.1.0/24 tcp dport 8265 accept\n')
const ssh = (line: string) => ({ name: 'ssh', pid: 4, user: 'ml', argv: line.split(' '), line: 4 })

const context = policyContext({ management: ['10.0.9.0/24'], app: ['10.0.1.0/24'] })
const ask = (control: AnyControl, facts: object): readonly Verdict[] =>
  (control as unknown as { evaluate(facts: object, given: unknown): readonly Verdict[] }).evaluate(
    {
      ...{
        network: unknown('no', []),
        os: unknown('no', []),
        firewall: open,
        wire: unknown('not asked', []),
        containers: unknown('no', []),
      },
      ...{
        nginx: known({ installed: false, running: false, directives: [] }),
        caddy: known({ instances: [] }),
        services: known([]),
        listeners: known([]),
      },
      'oauth2-proxy': known([]),
      ...facts,
    },
    context,
  )
const judged = (control: AnyControl, programs: readonly Program[], firewall: object = open) =>
  outcomes(ask(control, { programs, firewall }))

const doubtful = { authentication: 'unknown', authenticationUnknown: 'its file could not be read' } as const

describe('what runs code for callers', () => {
  test.each<[string, readonly Program[], object, string]>([
    ['nothing', [program('exporter')], open, 'not-applicable: None of them runs here'],
    ['local', [program('cluster', local)], open, 'pass: The program listens on this machine only'],
    ['open, asks nobody', [program('cluster')], open, 'fail: Ray asks nobody and is open'],
    [
      'open, with a login',
      [program('notebook', { name: 'Jupyter', authentication: 'default' })],
      open,
      'fail: Jupyter is open to the network',
    ],
    ['closed by rules', [program('cluster')], closed, 'warning: Only the firewall keeps others from it'],
    ['rules unread', [program('cluster')], unknown('sudo refused', []), 'fail: Ray asks nobody and is open'],
    ['rules unread, with a login', [program('cluster', { authentication: 'on' })], unknown('x', []), 'warning: Ray is open to the network'],
    ['whether it asks is not known, open', [program('cluster', doubtful)], open, 'fail: Ray is open to the network'],
    [
      'whether it asks is not known, rules unread',
      [program('cluster', doubtful)],
      unknown('x', []),
      'not-evaluated: Ray is open to the network',
    ],
    [
      'local, and perhaps elsewhere',
      [program('cluster', { ...local, bindsUnknown: 'x' })],
      open,
      'not-evaluated: Where it listens could not be seen',
    ],
    ['sockets unread', [program('cluster', unseen)], open, 'not-evaluated: Where it listens could not be seen'],
  ])('%s', (_, programs, firewall, expected) => {
    expect(judged(codeRunnerNotExposed, programs, firewall)).toEqual([expected])
  })
})

test.each<[string, readonly Program[], string]>([
  ['nothing', [], 'not-applicable: No other model server runs here'],
  ['local', [program('interface', local)], 'pass: The program listens on this machine only'],
  ['open', [program('inference')], 'fail: The interface is open, and may ask nobody'],
  ['not known', [program('inference', { authentication: 'unknown' })], 'fail: The interface is open, and may ask nobody'],
  [
    'open, with a login',
    [program('interface', { authentication: 'on', decidedBy: '--api-key' })],
    'warning: The interface is open past the proxy',
  ],
  ['sockets unread', [program('interface', unseen)], 'not-evaluated: Where it listens could not be seen'],
  ['a store open to all', [program('store', { authentication: 'unknown' })], 'fail: The interface is open, and may ask nobody'],
  ['a store that asks, open to all', [program('store', { authentication: 'default' })], 'warning: The interface is open past the proxy'],
])('model-interface-not-exposed: %s', (_, programs, expected) => {
  expect(judged(modelInterfaceNotExposed, programs)).toEqual([expected])
})

test.each<[string, readonly Program[], object, string]>([
  ['closed, asks', [program('store', { authentication: 'on' })], closed, 'pass: Only the application network gets there'],
  ['closed, asks nobody', [program('store')], closed, 'warning: Only the firewall keeps others from it'],
  [
    'the applications alone',
    [program('store', { authentication: 'on' })],
    fromApplications,
    'pass: Only the application network gets there',
  ],
  ['rules unread', [program('store')], unknown('x', []), 'fail: The interface is open, and may ask nobody'],
  ['rules unread, asks', [program('store', { authentication: 'on' })], unknown('x', []), 'warning: The interface is open past the proxy'],
])('a store of models, by who gets there: %s', (_, programs, firewall, expected) => {
  expect(judged(modelInterfaceNotExposed, programs, firewall)).toEqual([expected])
})

test.each<[string, readonly Program[], object, string]>([
  ['nothing', [], open, 'not-applicable: No exporter runs here'],
  ['local', [program('exporter', local)], open, 'pass: The program listens on this machine only'],
  ['asks', [program('exporter', { authentication: 'on', decidedBy: '--x' })], open, 'pass: The exporter asks for credentials'],
  [
    'a file that is not read',
    [program('exporter', { authentication: 'unknown', decidedBy: '--web.config.file=/w.yml' })],
    open,
    'not-evaluated: Whether it asks who wants to know is open',
  ],
  [
    'a login of its own',
    [program('exporter', { name: 'Grafana', authentication: 'default' })],
    open,
    'warning: Grafana is open with its own login',
  ],
  ['open', [program('exporter', { name: 'node exporter' })], open, 'fail: node exporter tells everyone'],
  ['monitoring only', [program('exporter')], fromMonitoring, 'pass: Only the monitoring network gets there'],
  ['rules unread', [program('exporter')], unknown('x', []), 'not-evaluated: Who may read its metrics is not known'],
  ['sockets unread', [program('exporter', unseen)], open, 'not-evaluated: Where it listens could not be seen'],
])('metrics-only-from-monitoring: %s', (_, programs, firewall, expected) => {
  expect(judged(metricsOnlyFromMonitoring, programs, firewall)).toEqual([expected])
})

test.each<[string, readonly Program[], readonly object[], string]>([
  ['a tunnel', [program('tunnel', { name: 'ngrok', binds: [] })], [], 'fail: A tunnel to the outside runs'],
  ['Tailscale', [], [{ name: 'tailscaled', argv: ['tailscaled'], line: 4 }], 'not-evaluated: What Tailscale publishes is not known'],
  ['none', [program('cluster')], [{ name: 'bash', argv: ['bash'], line: 4 }], 'pass: No tunnel runs'],
  ['forwards of a configuration', [], [ssh('ssh -fN gw')], 'not-evaluated: What an SSH client forwards is not known'],
  ['autossh', [], [ssh('autossh -M 0 gw')], 'not-evaluated: What an SSH client forwards is not known'],
  ['shared connections', [], [ssh('ssh: /root/.ssh/gw [mux]')], 'not-evaluated: What an SSH client forwards is not known'],
  ['forwards to the other side', [], [ssh('ssh -N -L 80:localhost:80 gw')], 'pass: No tunnel runs'],
  ['a session', [], [ssh('ssh gw')], 'pass: No tunnel runs'],
])('tunnel-program-absent: %s', (_, programs, processes, expected) => {
  expect(outcomes(ask(tunnelProgramAbsent, { programs, processes }))).toEqual([expected])
})

test.each<[string, number, AnyControl, string]>([
  ['a login by its flags, none when asked', 200, codeRunnerNotExposed, 'fail: Jupyter asks nobody and is open critical'],
  ['no login by its flags, one when asked', 403, modelInterfaceNotExposed, 'warning: The interface is open past the proxy undefined'],
  ['not there', 404, codeRunnerNotExposed, 'fail: Jupyter is open to the network high'],
])('what it answers over the network counts first: %s', (_, status, control, expected) => {
  const kind = control === codeRunnerNotExposed ? 'notebook' : 'interface'
  const authentication = control === codeRunnerNotExposed ? 'default' : 'none'
  const endpoint = readTranscript('wire-http-8265', `tcp 10.0.0.1 port 8265 from bastion: connected\nGET /api/contents: ${status}\n`)
  const programs = [program(kind, { name: 'Jupyter', authentication })]
  const [verdict] = ask(control, { programs, wire: known({ endpoints: [endpoint] }) })
  const severity = verdict?.severity ?? (verdict?.status === 'fail' ? 'critical' : undefined)
  expect(`${verdict?.status}: ${verdict?.title} ${severity}`).toBe(expected)
  if (status !== 404) expect(verdict?.cite[0]).toMatchObject({ section: 'wire-http-8265', line: 2 })
})

describe('what was waived stays so', () => {
  const line = 'tcp 10.0.0.1 port 8265 from bastion: '
  const heard = (control: AnyControl, change: Partial<Program>, said: string, firewall: object = open) => {
    const text = `${line}${said}`
    const wire = known({ endpoints: [readTranscript('wire-http-8265', text)] })
    const [verdict] = ask(control, { programs: [program('cluster', change)], wire, firewall })
    const outputs = new Map([['wire-http-8265', { id: 'wire-http-8265', stdout: text } as SectionOutput]])
    return verdict && evidenceDigest({ ...verdict, control: control.id, severity: verdict.severity ?? '' }, outputs)
  }
  const open200 = 'connected\nGET /api/version: 200\n'

  test.each<[string, AnyControl, Partial<Program>, string]>([
    ['it asks nobody by its flags', codeRunnerNotExposed, {}, open200],
    ['the same of an interface', modelInterfaceNotExposed, { kind: 'interface' }, open200],
    ['the same of a store', modelInterfaceNotExposed, { kind: 'store' }, open200],
    ['a store that asks by its flags', modelInterfaceNotExposed, { kind: 'store', authentication: 'on' }, open200.replace('200', '401')],
  ])('where the jump host once gets no answer: %s', (_, control, change, said) => {
    expect(heard(control, change, 'no answer')).toBe(heard(control, change, said))
  })

  test('not where only the answer tells that it asks nobody, nor where others get there', () => {
    const unsure = { kind: 'interface', ...doubtful } as const
    expect(heard(modelInterfaceNotExposed, unsure, 'no answer')).not.toBe(heard(modelInterfaceNotExposed, unsure, open200))
    expect(heard(codeRunnerNotExposed, {}, open200, fromApplications)).not.toBe(heard(codeRunnerNotExposed, {}, open200))
  })
})

test.each([
  ['the owners of sockets could not be read', /run ss as root/],
  ['whether 443 is its own or a port of a service of Swarm is not known', /docker service ls/],
  ['whether 443 is its own or a port of a container is not known, since the containers are not', /list containers/],
  ['it runs in a container whose published ports could not be read', /list containers/],
  ['its network is no bridge of this host, so it has an address of its own, whose ports are not seen from here', /^$/],
])('what would show where a program listens, of which %s', (bindsUnknown, hint) => {
  const [verdict] = ask(codeRunnerNotExposed, { programs: [program('container-api', { binds: [], bindsUnknown })] })
  expect([verdict?.status, verdict?.hint ?? '']).toEqual(['not-evaluated', expect.stringMatching(hint)])
})

test.each([
  ['/var/lib/kubelet/config.yaml, /etc/kubernetes/kubelet.conf.d', /gatehouse sudoers/],
  ['/var/snap/microk8s/7394/args/kubelet', /--anonymous-auth/],
  ['/var/lib/kubelet/config.yaml, /opt/kubelet.yaml', /--anonymous-auth/],
  ['its files, which lie in a container,', /^$/],
])('what would show whom a kubelet asks, where %s could not be read', (files, hint) => {
  const kubelet = { ...doubtful, authenticationUnknown: `${files} could not be read` }
  const [verdict] = ask(codeRunnerNotExposed, { programs: [program('container-api', kubelet)] })
  expect(verdict?.hint ?? '').toMatch(hint)
})

test('a door that asks nobody counts, whatever another answers', () => {
  const endpoint = readTranscript('wire-http-8265', 'tcp 10.0.0.1 port 8265 from bastion: connected\nGET /api/models: 401\n')
  const asked = (change: Partial<Program>) =>
    outcomes(ask(modelInterfaceNotExposed, { programs: [program('interface', change)], wire: known({ endpoints: [endpoint] }) }))
  expect(asked({ otherDoor: true })).toEqual(['fail: The interface is open, and may ask nobody'])
  expect(asked({})).toEqual(['warning: The interface is open past the proxy'])
})

describe('listener-owner-expected', () => {
  const listener = (port: number, owners: readonly { name: string; pid: number }[], change: object = {}) => ({
    protocol: 'tcp',
    address: '0.0.0.0',
    port,
    scope: 'wildcard',
    processes: owners,
    line: port,
    ...change,
  })
  const datagrams = (port: number, owners: readonly { name: string; pid: number }[], change: object = {}) =>
    listener(port, owners, { protocol: 'udp', ...change })
  const quic = { ports: [{ hostAddress: '', hostPort: 8265, containerPort: 1, protocol: 'udp' }] }
  const python = { name: 'python3', pid: 77 }
  const processes = [
    {
      pid: 77,
      ppid: 1,
      user: 'ml',
      uid: 1000,
      name: 'python3',
      argv: ['python3', 'main.py'],
      cgroup: '/system.slice/demo.service',
      line: 9,
    },
  ]
  const holds = (...containers: readonly object[]) => known({ runtimes: ['docker'], containers })
  const container = (hostAddress: string, hostPort: number, more: object = {}) => ({
    ...{ name: 'shop-db', image: 'postgres:17', running: true, line: 4 },
    ports: [{ hostAddress, hostPort, containerPort: 5432, protocol: 'tcp' }],
    ...more,
  })
  const forwarded = [listener(8265, [{ name: 'docker-proxy', pid: 50 }])]
  const swarm = (...ports: readonly number[]) => [2377, 7946, ...ports].map((port) => listener(port, [{ name: 'dockerd', pid: 30 }]))
  const atLan = { address: '10.0.3.7', scope: 'specific' }
  const model = (bind: object = {}, running = true) => ({
    ...{ id: 'ollama.service', engine: 'ollama', running, pids: [90] },
    binds: [{ address: '127.0.0.1', port: 11434, scope: 'loopback', section: 'listeners', line: 1, basis: 'observed', ...bind }],
  })
  const judge = (listeners: readonly object[], more: object = {}) =>
    ask(listenerOwnerExpected, { listeners, processes, services: [], programs: [], containers: holds(), ...more })

  test.each(['containerd', 'nv-hostengine'])('%s beyond loopback is not how it comes', (name) => {
    expect(outcomes(judge([listener(8265, [{ name, pid: 50 }])]))).toEqual([`warning: ${name} listens and is not expected`])
  })

  test.each<[string, readonly object[], object, string]>([
    [
      'sshd and nginx',
      [listener(22, [{ name: 'sshd', pid: 1 }]), listener(443, [{ name: 'nginx', pid: 2 }])],
      {},
      'pass: Every listener is accounted for',
    ],
    ['on loopback', [listener(5000, [python], { scope: 'loopback' })], {}, 'pass: Every listener is accounted for'],
    [
      'a known program',
      [listener(8265, [python])],
      { programs: [program('cluster', { pids: [77] })] },
      'pass: Every listener is accounted for',
    ],
    ['a stranger', [listener(8265, [python])], {}, 'warning: python3 listens and is not expected'],
    ['a stranger behind rules', [listener(8265, [python])], { firewall: closed }, 'pass: The firewall keeps others from it'],
    ['nobody knows whose', [listener(5000, [])], {}, 'not-evaluated: The owner of a listener could not be read'],
    [
      'a port published for a container',
      forwarded,
      { containers: holds(container('0.0.0.0', 8265)) },
      'warning: shop-db listens and is not expected',
    ],
    ['forwarded by the kernel alone', [], { containers: holds(container('', 8265)) }, 'warning: shop-db listens and is not expected'],
    ['published behind rules', [], { containers: holds(container('', 8265)), firewall: closed }, 'pass: The firewall keeps others from it'],
    ['published on loopback', [], { containers: holds(container('127.0.0.1', 8265)) }, 'pass: Every listener is accounted for'],
    [
      'a container that stopped',
      [],
      { containers: holds(container('', 8265, { running: false })) },
      'pass: Every listener is accounted for',
    ],
    [
      'a container of a known program',
      forwarded,
      { containers: holds(container('', 8265)), programs: [program('cluster')] },
      'pass: Every listener is accounted for',
    ],
    [
      'a proxy in a container',
      forwarded,
      { containers: holds(container('', 8265, { image: 'docker.io/library/nginx:1.27' })) },
      'pass: Every listener is accounted for',
    ],
    [
      'a port whose container is not known',
      forwarded,
      { containers: unknown('denied', []) },
      'not-evaluated: What a container publishes is not known',
    ],
    [
      'a port that dockerd holds and no container publishes, as for a service of Swarm',
      swarm(8265),
      { programs: [program('container-api', { pids: [30], binds: [], bindsUnknown: 'whether 8265 is its own is not known' })] },
      'not-evaluated: What a container publishes is not known',
    ],
    ['what nodes of Swarm say to each other, and nothing else', swarm(), {}, 'pass: Every listener is accounted for'],
    [
      'a service of Swarm that is a model',
      swarm(8265),
      { services: [model({ address: '0.0.0.0', port: 8265, scope: 'wildcard' })] },
      'pass: Every listener is accounted for',
    ],
    [
      'a port that dockerd holds for a container',
      swarm(8265),
      { containers: holds(container('0.0.0.0', 8265)) },
      'warning: shop-db listens and is not expected',
    ],
    [
      'the same, containers unread',
      swarm(8265),
      { containers: unknown('denied', []) },
      'not-evaluated: What a container publishes is not known',
    ],
    [
      "a port that an account's own Podman leads, which root's list does not have",
      [listener(21_434, [{ name: 'pasta.avx2', pid: 51 }])],
      { containers: holds(container('0.0.0.0', 8265, { running: false })) },
      'not-evaluated: What a container publishes is not known',
    ],
    [
      'a known port, containers unread',
      forwarded,
      { containers: unknown('denied', []), programs: [program('cluster')] },
      'pass: Every listener is accounted for',
    ],
    [
      'the port of a model at another address, forwarded for a container',
      [listener(11434, [{ name: 'docker-proxy', pid: 50 }], atLan)],
      { services: [model()], containers: holds(container('10.0.3.7', 11434)), firewall: untranslated },
      'warning: shop-db listens and is not expected',
    ],
    [
      'the same, containers unread',
      [listener(11434, [{ name: 'docker-proxy', pid: 50 }], atLan)],
      { services: [model()], containers: unknown('denied', []) },
      'not-evaluated: What a container publishes is not known',
    ],
    [
      'the same, owners unread',
      [listener(11434, [], atLan), listener(11434, [], { address: '127.0.0.1', scope: 'loopback' })],
      { services: [model()] },
      'not-evaluated: The owner of a listener could not be read',
    ],
    [
      'the same, of the other family',
      [listener(11434, [], { address: '::' })],
      { services: [model({ address: '0.0.0.0', scope: 'wildcard' })] },
      'not-evaluated: The owner of a listener could not be read',
    ],
    [
      'the port of a model that is stopped',
      [listener(11434, [])],
      { services: [model({ address: '0.0.0.0', scope: 'wildcard' }, false)] },
      'not-evaluated: The owner of a listener could not be read',
    ],
    ...['0.0.0.0', '*', ''].map((address): [string, readonly object[], object, string] => [
      `the socket of a model for all (${address}), owners unread`,
      [listener(11434, []), listener(11434, [], { address: '*' })],
      { services: [model({ address, scope: 'wildcard' })] },
      'pass: Every listener is accounted for',
    ]),
    [
      'translation unread',
      [],
      { containers: holds(container('', 8265)), firewall: untranslated },
      'warning: shop-db listens and is not expected',
    ],
    ['SSH by a socket unit', [listener(22, [{ name: 'systemd', pid: 1 }])], {}, 'pass: Every listener is accounted for'],
    ['another socket unit', [listener(8265, [{ name: 'systemd', pid: 1 }])], {}, 'warning: systemd listens and is not expected'],
    ['SSH, owner unread', [listener(22, [])], {}, 'pass: Every listener is accounted for'],
    ['datagrams of a stranger', [datagrams(5353, [python])], { firewall: udpOpen }, 'warning: python3 listens and is not expected'],
    ['datagrams on loopback', [datagrams(5353, [python], { scope: 'loopback' })], {}, 'pass: Every listener is accounted for'],
    ['datagrams behind rules', [datagrams(5353, [python])], {}, 'pass: The firewall keeps others from it'],
    [
      'DHCP, time and names',
      [datagrams(68, [{ name: 'systemd-network', pid: 5 }]), datagrams(123, [{ name: 'chronyd', pid: 6 }]), datagrams(546, [])],
      {},
      'pass: Every listener is accounted for',
    ],
    ['datagrams on the port of SSH', [datagrams(22, [])], {}, 'not-evaluated: The owner of a listener could not be read'],
    [
      'datagrams on the port of a model',
      [datagrams(8265, [])],
      { programs: [program('cluster')] },
      'not-evaluated: The owner of a listener could not be read',
    ],
    [
      'a tunnel of the kernel',
      [datagrams(51820, []), listener(22, [{ name: 'sshd', pid: 1 }])],
      {},
      'not-evaluated: No process holds this listener',
    ],
    ['a port that a client has', [datagrams(40_123, [python])], { firewall: udpOpen }, 'not-evaluated: python3 takes datagrams'],
    [
      'a port that a client has, behind rules',
      [datagrams(40_123, [python])],
      { firewall: closed },
      'pass: The firewall keeps others from it',
    ],
    [
      'datagrams published for a container',
      [],
      { containers: holds(container('', 8265, quic)), firewall: udpOpen },
      'warning: shop-db listens and is not expected',
    ],
    [
      'datagrams published on the port of a model',
      [],
      { containers: holds(container('', 8265, quic)), firewall: udpOpen, programs: [program('cluster')] },
      'warning: shop-db listens and is not expected',
    ],
  ])('%s', (_, listeners, more, expected) => {
    expect(outcomes(judge(listeners, more))).toEqual([expected])
  })

  test.each([
    [
      { executable: '/usr/bin/python3.11', package: 'python3.11-minimal' },
      'program /usr/bin/python3.11, of package python3.11-minimal, command',
    ],
    [{ executable: '/tmp/.x (deleted)', package: null }, 'program /tmp/.x (deleted), of no package, command'],
    [{ executable: '/usr/bin/python3.11' }, 'program /usr/bin/python3.11, command'],
  ])('what it really runs is told with its package: %j', (more, expected) => {
    const told = [{ ...processes[0], ...more }]
    expect(judge([listener(8265, [python])], { processes: told })[0]?.reason).toContain(expected)
  })

  test('a stranger is named with process, account, unit and command, once for all its sockets', () => {
    const [verdict, ...others] = judge([listener(8265, [python]), listener(8265, [python], { address: '::', line: 9000 })])
    expect(others).toEqual([])
    expect(verdict?.reason).toContain(
      'python3 (pid 77, user ml, unit demo.service, command python3 main.py) listens on 0.0.0.0:8265, [::]:8265',
    )
    expect(verdict?.subject).toBe('python3 8265')
  })

  test('datagrams stand beside streams in one finding; ports that change do not name it', () => {
    const sockets = [listener(8265, [python]), datagrams(8265, [python]), datagrams(40_123, [python]), datagrams(51_000, [python])]
    const found = judge(sockets)
    expect(found.map(({ subject }) => subject)).toEqual(['python3 8265 8265/udp', 'python3 udp'])
    expect(found[0]?.reason).toContain('listens on 0.0.0.0:8265, 0.0.0.0:8265/udp')
    expect(found[1]?.reason).toContain('0.0.0.0:40123/udp, 0.0.0.0:51000/udp')
  })
})
