import { describe, expect, test } from 'vitest'
import type { InferenceService, ServiceBind } from '#shared/model/inference-service.ts'
import { known, unknown } from '../../../facts/fact.ts'
import type { Unit } from '../../../facts/units/units.ts'
import type { AnyControl } from '../../control.ts'
import { ask, facts, outcomes, service } from '../proxy/proxy-facts.ts'
import behindProxy from './inference-behind-proxy.control.ts'
import configuredLoopback from './inference-bind-configured-loopback.control.ts'
import boundToLoopback from './inference-bound-to-loopback.control.ts'
import workerPortsLocal from './inference-worker-ports-local.control.ts'

const bind = (address: string, more: Partial<ServiceBind> = {}): ServiceBind => ({
  address,
  port: 11434,
  scope: address.startsWith('127.') ? 'loopback' : address === '0.0.0.0' ? 'wildcard' : 'specific',
  section: 'listeners',
  line: 3,
  basis: 'observed',
  ...more,
})
const unit = (more: Partial<Unit>) =>
  ({
    id: 'ollama.service',
    unitFileState: 'enabled',
    execStart: [],
    properties: {},
    lines: { ExecStart: 4, NeedDaemonReload: 9 },
    ...more,
  }) as Unit
const withUnit = (more: Partial<Unit>) => ({ units: known([unit({ ...more })]) })
const noUnits = { units: unknown('Units: this host does not run systemd', ['units']) }
const judge = (control: AnyControl, services: readonly InferenceService[], more: Readonly<Record<string, unknown>> = {}, nginx = '') => {
  const given = facts(nginx, services, { ...noUnits, ...more })
  return ask(control, { ...given, nginx: known(given.nginx), ...more } as never)
}
const one = (more: Partial<InferenceService>) => service('ollama', { unit: 'ollama.service', ...more })
const configured = (address: string) => [bind(address, { section: 'units', line: 7, basis: 'configured' })]

test.each([boundToLoopback, configuredLoopback, workerPortsLocal, behindProxy])('no server: $id is not applicable', (control) => {
  expect(outcomes(judge(control, []))).toEqual(['not-applicable: No inference server on this host'])
})

test('a Quadlet is to be changed, not the unit that is made of it', () => {
  const madeFrom = { unit: 'chat.service', path: '/etc/containers/systemd/chat.container', quadlet: true }
  const [verdict] = judge(boundToLoopback, [
    one({ how: 'container', unit: undefined, madeFrom, binds: [bind('0.0.0.0', { section: 'containers' })] }),
  ])
  expect(verdict?.hint).toMatch(
    /PublishPort=127\.0\.0\.1:\d+:… in \/etc\/containers\/systemd\/chat\.container, then systemctl daemon-reload/,
  )
})

describe('inference-bound-to-loopback', () => {
  test.each<[string, Partial<InferenceService>, string, object?]>([
    ['loopback', { binds: [bind('127.0.0.1')] }, 'pass: Listens only on this machine'],
    ['every interface', { binds: [bind('0.0.0.0')] }, 'fail: Inference port is open to the network'],
    ['one address', { binds: [bind('10.0.3.7')] }, 'fail: Inference port is open to the network'],
    ['both', { binds: [bind('127.0.0.1'), bind('10.0.3.7')] }, 'fail: Inference port is open to the network'],
    [
      'published',
      { how: 'container', binds: [bind('0.0.0.0', { section: 'containers' })] },
      'fail: Inference port is published to the network',
    ],
    [
      'published to loopback',
      { how: 'container', binds: [bind('127.0.0.1', { section: 'containers' })] },
      'pass: Listens only on this machine',
    ],
    ['not published', { how: 'container', binds: [] }, 'pass: No port is open for others'],
    ['sockets unreadable', { binds: [], bindUnknown: 'why' }, "not-evaluated: The server's sockets could not be seen"],
    ['partly seen', { binds: [bind('127.0.0.1')], bindUnknown: 'why' }, "not-evaluated: The server's sockets could not be seen"],
    ['open, though partly seen', { binds: [bind('0.0.0.0')], bindUnknown: 'why' }, 'fail: Inference port is open to the network'],
    [
      'unreadable, configured wide',
      { binds: [], bindUnknown: 'why', configuredBinds: configured('0.0.0.0') },
      'warning: Configured to listen for the network',
    ],
    [
      'stopped, enabled, wide',
      { running: false, binds: configured('0.0.0.0') },
      'warning: A stopped server would open its port',
      withUnit({}),
    ],
    [
      'stopped, socket-activated, wide',
      { running: false, binds: configured('0.0.0.0') },
      'warning: A stopped server would open its port',
      withUnit({ unitFileState: 'static', properties: { TriggeredBy: 'ollama.socket' } }),
    ],
    ...['WantedBy', 'RequiredBy', 'BoundBy', 'UpheldBy'].map((property): [string, Partial<InferenceService>, string, object] => [
      `stopped, ${property} another unit, wide`,
      { running: false, binds: configured('0.0.0.0') },
      'warning: A stopped server would open its port',
      withUnit({ unitFileState: 'static', properties: { [property]: 'open-webui.service' } }),
    ]),
    [
      'stopped, disabled, wide',
      { running: false, binds: configured('0.0.0.0') },
      'not-applicable: The server is switched off',
      withUnit({ unitFileState: 'disabled' }),
    ],
    ...[
      ['docker', 'start', '-a', 'chat'],
      ['/usr/bin/podman', 'container', 'start', '--attach', 'f'.repeat(12)],
    ].map((execStart): [string, Partial<InferenceService>, string, object] => [
      `a stopped container that a unit starts by ${execStart[0]}`,
      { running: false, how: 'container', unit: undefined, container: 'chat', binds: configured('0.0.0.0') },
      'warning: A stopped server would open its port',
      {
        ...withUnit({ id: 'box.service', execStart }),
        containers: known({
          runtimes: ['docker'],
          containers: [{ id: 'f'.repeat(64), name: 'chat', inspected: true, restartPolicy: 'no' }],
        }),
      },
    ]),
    ['stopped, masked', { running: false, binds: [] }, 'not-applicable: The server is switched off', withUnit({ unitFileState: 'masked' })],
    [
      'stopped, enabled, loopback',
      { running: false, binds: configured('127.0.0.1') },
      'pass: Stopped, and configured for loopback',
      withUnit({}),
    ],
    [
      'stopped, enabled, unknown',
      { running: false, binds: [], bindUnknown: 'why' },
      'not-evaluated: The port it will listen on is not known',
      withUnit({}),
    ],
    ['stopped, unit unreadable, wide', { running: false, binds: configured('0.0.0.0') }, 'warning: A stopped server would open its port'],
  ])('%s', (_, change, expected, more = {}) => {
    expect(outcomes(judge(boundToLoopback, [one(change)], more as never))).toEqual([expected])
  })

  test('what would make the owner visible is said, where that is all that lacks', () => {
    const hint = (bindUnknown: string) => judge(boundToLoopback, [one({ binds: [], bindUnknown })])[0]?.hint
    expect(hint('the owners of sockets could not be read and its environment could not be read')).toContain('gatehouse sudoers')
    expect(hint('it is configured for a host name')).toBeUndefined()
  })

  test('the line of ss is cited with what was found and expected', () => {
    const [verdict] = judge(boundToLoopback, [one({ binds: [bind('0.0.0.0', { token: '0.0.0.0:11434' })] })])
    expect(verdict?.cite).toEqual([
      { section: 'listeners', line: 3, token: '0.0.0.0:11434', note: 'Bound to every interface. Expected 127.0.0.1:11434.' },
    ])
  })
})

describe('inference-bind-configured-loopback', () => {
  test.each<[string, Partial<InferenceService>, string, object?]>([
    ['agrees', { configuredBinds: configured('127.0.0.1') }, 'pass: Configured for this machine only'],
    ['would reopen', { configuredBinds: configured('0.0.0.0') }, 'fail: A restart would open the inference port'],
    [
      'open already',
      { binds: [bind('0.0.0.0')], configuredBinds: configured('0.0.0.0') },
      'not-applicable: The open port is as configured',
    ],
    [
      'open now, closed after a restart',
      { binds: [bind('0.0.0.0')], configuredBinds: configured('127.0.0.1') },
      'pass: Configured for this machine only',
    ],
    ['unix socket', { configuredBinds: [] }, 'pass: Configured for this machine only'],
    ['not known', { configuredBinds: undefined }, 'not-evaluated: The configured address is not known'],
    [
      'edited, not reloaded',
      { configuredBinds: configured('127.0.0.1') },
      'not-evaluated: The unit on disk is newer than the loaded',
      withUnit({ properties: { NeedDaemonReload: 'yes' } }),
    ],
    ['container', { how: 'container' }, 'not-applicable: A container keeps its published ports'],
    ['by hand', { how: 'process' }, 'not-applicable: No unit starts this server'],
    ['stopped', { running: false }, 'not-applicable: No inference server runs'],
  ])('%s', (_, change, expected, more = {}) => {
    expect(outcomes(judge(configuredLoopback, [one(change)], more as never))).toEqual([expected])
  })
  test.each([[[]], [[one({ running: false, unit: 'other.service' })]], [[one({ unit: 'other.service', how: 'container' })]]])(
    'a script that a unit would start, or fails to: %#',
    (services) => {
      const script = withUnit({ id: 'vllm.service', activeState: 'failed', execStart: ['/opt/vllm/start.sh'] })
      const verdicts = judge(configuredLoopback, services, script)
      expect(outcomes(verdicts)).toContain('not-evaluated: What the unit would start is not known')
      expect(verdicts.at(-1)).toMatchObject({ subject: 'vllm.service', cite: [{ section: 'units', line: 4 }] })
    },
  )
  const rows = (cgroup: string, name: string) =>
    known([
      { pid: 90, ppid: 1, user: 'ada', name, argv: [name], line: 3 },
      { pid: 100, ppid: 90, user: 'ada', name: 'ollama', argv: [], line: 4, cgroup },
    ])
  const ofPerson = '/user.slice/user-1000.slice/user@1000.service/app.slice/chat.service'
  test.each<[string, string, string, string, string]>([
    ['a unit of a person', ofPerson, 'systemd', '127.0.0.1', 'not-evaluated: What a restart brings is not known'],
    ['a unit of a person, open', ofPerson, 'systemd', '0.0.0.0', 'not-applicable: The port is open now'],
    [
      'PM2',
      '/user.slice/user-1000.slice/session-1.scope',
      'PM2 v7.0.4: God',
      '127.0.0.1',
      'not-evaluated: What a restart brings is not known',
    ],
    ['tmux', '/user.slice/user-1000.slice/session-1.scope', 'tmux: server', '127.0.0.1', 'not-applicable: No unit starts this server'],
  ])('%s', (_, cgroup, name, address, expected) => {
    const change = { how: 'process', unit: undefined, binds: [bind(address)] } as const
    expect(outcomes(judge(configuredLoopback, [one(change)], { processes: rows(cgroup, name) }))).toEqual([expected])
  })
})

describe('inference-worker-ports-local', () => {
  test.each<[string, Partial<InferenceService>, string]>([
    ['none', { internalBinds: [] }, 'pass: Worker ports are local'],
    ['loopback', { internalBinds: [bind('127.0.0.1')] }, 'pass: Worker ports are local'],
    ['wide', { internalBinds: [bind('0.0.0.0', { port: 29500 })] }, 'warning: Worker ports are open to the network'],
    ['owners unreadable', {}, 'not-evaluated: Owners of sockets could not be read'],
    ['stopped', { running: false }, 'not-applicable: No inference server runs'],
  ])('%s', (_, change, expected) => {
    expect(outcomes(judge(workerPortsLocal, [one(change)]))).toEqual([expected])
  })
})

describe('inference-behind-proxy', () => {
  const proxy = 'server { listen 443 ssl; location / { proxy_pass http://127.0.0.1:11434; } }'
  const caddy = {
    listeners: known([{ protocol: 'tcp', address: '*', port: 443, scope: 'wildcard', processes: [{ name: 'caddy', pid: 9 }], line: 2 }]),
  }
  const socat = {
    listeners: known([{ protocol: 'tcp', address: '*', port: 9000, scope: 'wildcard', processes: [{ name: 'socat', pid: 9 }], line: 2 }]),
  }
  const held = (port: number) => ({
    listeners: known([{ protocol: 'tcp', address: '*', port, scope: 'wildcard', processes: [{ name: 'systemd', pid: 1 }], line: 2 }]),
  })
  const haproxy = {
    processes: known([{ pid: 9, ppid: 1, name: 'haproxy', user: 'haproxy', argv: ['haproxy'], line: 4 }]),
    listeners: known([{ protocol: 'tcp', address: '*', port: 8443, scope: 'wildcard', processes: [], line: 2 }]),
  }
  const unlisted = { containers: unknown('Docker: permission denied', ['containers']) }
  test.each<[string, Partial<InferenceService>, string, string, object?]>([
    ['loopback behind nginx', {}, proxy, 'pass: Reached only through nginx'],
    ['open beside nginx', { binds: [bind('0.0.0.0')] }, proxy, 'fail: The proxy can be bypassed'],
    ['open, no proxy', { binds: [bind('0.0.0.0')] }, '', 'fail: No proxy stands before the server'],
    ['loopback, nobody forwards', {}, '', 'not-applicable: Only programs of this machine use it'],
    ['loopback, another proxy', {}, '', 'not-evaluated: Caddy is not modelled yet', caddy],
    ['loopback behind nginx, and another proxy', {}, proxy, 'not-evaluated: socat is not modelled yet', socat],
    ['loopback behind nginx, and a socket unit', {}, proxy, 'not-evaluated: A socket unit may lead to the model', held(8443)],
    ['loopback behind nginx, and the socket of sshd', {}, proxy, 'pass: Reached only through nginx', held(22)],
    ['loopback, a proxy that listens nowhere that was seen', {}, '', 'not-evaluated: HAProxy is not modelled yet', haproxy],
    ['loopback, containers that could not be listed', {}, '', 'not-evaluated: Which proxies run is not known', unlisted],
    [
      'loopback, nginx unreadable',
      {},
      '',
      'not-evaluated: The proxy could not be read',
      { nginx: unknown('nginx: sudo refused', ['nginx']) },
    ],
    ['sockets unreadable', { binds: [], bindUnknown: 'why' }, proxy, "not-evaluated: The server's sockets could not be seen"],
    ['stopped', { running: false }, proxy, 'not-applicable: No inference server runs'],
  ])('%s', (_, change, nginx, expected, more = {}) => {
    expect(outcomes(judge(behindProxy, [one(change)], more as never, nginx))).toEqual([expected])
  })
})
