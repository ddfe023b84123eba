import { describe, expect, test } from 'vitest'
import { known, unknown } from '../../../facts/fact.ts'
import { outcomes } from '../proxy/proxy-facts.ts'
import listenerOwnerExpected from './listener-owner-expected.control.ts'
import { ask, closed, program, rules } from './program-facts.testing.ts'

const untranslated = closed.known ? known({ ...closed.value, translationKnown: false }) : closed
const udpOpen = rules('\t\tudp dport { 5353, 8265, 40123 } accept\n')

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
