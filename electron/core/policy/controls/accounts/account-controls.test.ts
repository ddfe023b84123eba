import { describe, expect, test } from 'vitest'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { known, unknown } from '../../../facts/fact.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import type { Unit } from '../../../facts/units/units.ts'
import type { AnyControl } from '../../control.ts'
import { ask, facts, outcomes, service } from '../proxy/proxy-facts.ts'
import accountDedicated from './inference-account-dedicated.control.ts'
import notRoot from './inference-not-root.control.ts'
import unitSandboxed from './inference-unit-sandboxed.control.ts'

const process = (pid: number, uid: number, more: Partial<Process> = {}): Process => ({
  pid,
  ppid: 1,
  uid,
  user: uid === 0 ? 'root' : 'ai',
  name: 'ollama',
  argv: ['ollama', 'serve'],
  line: pid,
  ...more,
})
const account = (name: string, uid: number, shell: string) => ({ name, uid, gid: uid, home: '/x', shell, line: 4 })
const unit = (more: Partial<Unit>) =>
  ({
    id: 'ollama.service',
    unitFileState: 'enabled',
    user: 'ai',
    dynamicUser: false,
    properties: {},
    lines: { User: 2, DynamicUser: 3, NoNewPrivileges: 11, PrivateTmp: 12, ProtectSystem: 13, ProtectHome: 14 },
    ...more,
  }) as Unit
const one = (more: Partial<InferenceService> = {}) => service('ollama', { unit: 'ollama.service', uid: 990, user: 'ai', ...more })
const judge = (control: AnyControl, services: readonly InferenceService[], more: Readonly<Record<string, unknown>> = {}) =>
  ask(
    control,
    facts('', services, {
      processes: known([process(100, 990)]),
      units: known([unit({})]),
      accounts: { accounts: [account('ai', 990, '/usr/sbin/nologin')], groups: [] },
      ...more,
    }),
  )

test.each([notRoot, accountDedicated, unitSandboxed])('no server: $id is not applicable', (control) => {
  expect(outcomes(judge(control, []))).toEqual(['not-applicable: No inference server on this host'])
})

describe('inference-not-root', () => {
  test.each<[string, Partial<InferenceService>, string, object?]>([
    ['own account', {}, 'pass: Runs without root'],
    ['root', { uid: 0 }, 'fail: The inference server runs as root', { processes: known([process(100, 0)]) }],
    [
      'a worker as root',
      { pids: [100, 101] },
      'fail: The inference server runs as root',
      { processes: known([process(100, 990), process(101, 0)]) },
    ],
    ['root in a container', { how: 'container', unit: undefined, uid: 0 }, 'fail: The container runs its server as root'],
    [
      'container with its own user namespace',
      { how: 'container', unit: undefined, uid: 100_000 },
      'pass: Runs without root',
      { processes: known([process(100, 100_000)]) },
    ],
    ['not readable', { uid: undefined }, 'not-evaluated: The service account could not be read'],
    [
      'in gVisor, whose sentry is root',
      { how: 'container', unit: undefined, uid: 990 },
      'pass: Runs without root',
      { processes: known([{ ...process(100, 0), argv: ['runsc-sandbox', 'boot'] }]) },
    ],
    [
      'stopped, root',
      { running: false, pids: [], uid: 0 },
      'warning: A stopped server would run as root',
      { units: known([unit({ user: '' })]) },
    ],
    ['stopped, own account', { running: false, pids: [] }, 'pass: Stopped, and configured without root'],
    [
      'stopped, own account, but started with +',
      { running: false, pids: [] },
      'warning: A stopped server would run as root',
      { units: known([unit({ commands: [{ setting: 'ExecStart', program: '/x', scripts: [], asRoot: true, optional: false }] })]) },
    ],
    [
      'stopped, disabled',
      { running: false, pids: [], uid: 0 },
      'not-applicable: The server is switched off',
      { units: known([unit({ unitFileState: 'disabled' })]) },
    ],
    [
      'stopped container',
      { running: false, pids: [], how: 'container', unit: undefined, uid: undefined },
      'not-evaluated: Account of the stopped server is not known',
    ],
  ])('%s', (_, change, expected, more = {}) => {
    expect(outcomes(judge(notRoot, [one(change)], more as never))).toEqual([expected])
  })

  const webUi = { id: 'open-webui', name: 'Open WebUI', kind: 'interface', pids: [200] }
  test.each<[string, object, number, readonly string[]]>([
    ['an interface that is root', webUi, 0, ['fail: Open WebUI runs as root']],
    ['an interface that is root in a container', { ...webUi, container: 'webui' }, 0, ['warning: Open WebUI runs as root']],
    [
      'a server that is root in a container',
      { ...webUi, name: 'SGLang', kind: 'inference', container: 's' },
      0,
      ['fail: SGLang runs as root'],
    ],
    ['an interface of an account', webUi, 990, ['pass: Runs without root']],
    ['a program that was not seen', { ...webUi, pids: [] }, 0, ['not-evaluated: The account of a program could not be read']],
    ['an exporter, which is root by trade', { ...webUi, kind: 'exporter' }, 0, ['not-applicable: No inference server on this host']],
  ])('%s', (_, program, uid, expected) => {
    const seen = { programs: known([program]), processes: known([process(200, uid)]) }
    expect(outcomes(judge(notRoot, [], seen as never))).toEqual(expected)
    // Beside an engine, whose verdict it leaves as it is.
    const beside = outcomes(judge(notRoot, [one({})], { ...seen, processes: known([process(100, 990), process(200, uid)]) } as never))
    expect(beside).toEqual(['pass: Runs without root', ...expected.filter((outcome) => !outcome.startsWith('not-applicable'))])
  })

  test('a program is who it runs as, not who started it, nor what somebody starts from it', () => {
    const run = (pid: number, uid: number, ...argv: string[]) => ({ ...process(pid, uid), argv })
    const started = [
      run(200, 0, 'sudo', '-u', 'ada', 'jupyter-lab'),
      run(201, 990, '/usr/bin/python3', '/usr/bin/jupyter-lab'),
      run(202, 0, 'bash'),
    ]
    const jupyter = { id: 'jupyter', name: 'Jupyter', kind: 'notebook', pids: [200, 201, 202] }
    expect(outcomes(judge(notRoot, [], { programs: known([jupyter]), processes: known(started) } as never))).toEqual([
      'pass: Runs without root',
    ])
  })

  test('the row of ps is cited', () => {
    const [verdict] = judge(notRoot, [one({ uid: 0 })], { processes: known([process(100, 0)]) })
    expect(verdict?.cite).toEqual([{ section: 'processes', line: 100, token: 'root', note: 'Runs as root. Expected a service account.' }])
  })
})

describe('inference-account-dedicated', () => {
  const accounts = (...all: ReturnType<typeof account>[]) => ({ accounts: { accounts: all, groups: [] } })
  test.each<[string, Partial<InferenceService>, string, object?]>([
    ['system account', {}, 'pass: Has a service account of its own'],
    ['the installer of Ollama', {}, 'pass: Has a service account of its own', accounts(account('ollama', 990, '/bin/false'))],
    ['a person', { uid: 1000 }, "fail: The server runs as a person's account", accounts(account('ada', 1000, '/bin/bash'))],
    ['nobody', { uid: 65_534 }, 'fail: The server shares the account nobody', accounts(account('nobody', 65_534, '/usr/sbin/nologin'))],
    ['can log in', {}, 'warning: The service account can log in', accounts(account('ai', 990, '/bin/bash'))],
    ['no shell named means /bin/sh', {}, 'warning: The service account can log in', accounts(account('ai', 990, ''))],
    ['dynamic', {}, 'pass: Has a dynamic account of its own', { units: known([unit({ dynamicUser: true })]) }],
    ['not listed', { uid: 5_000_000 }, 'not-evaluated: The service account is not in the database'],
    [
      'shared with nginx',
      {},
      'warning: The service account runs other programs too',
      { processes: known([process(100, 990), process(7, 990, { name: 'nginx' })]) },
    ],
    [
      'two inference servers and a wrapper',
      { pids: [100, 102] },
      'pass: Has a service account of its own',
      { processes: known([process(99, 990, { name: 'start.sh' }), process(100, 990, { ppid: 99 }), process(102, 990)]) },
    ],
    ['processes unreadable', {}, 'not-evaluated: Who else uses its account is not known', { processes: unknown('hidden', ['processes']) }],
    ['container', { how: 'container' }, 'not-applicable: The account is the container’s'],
    ['root', { uid: 0 }, 'not-applicable: The server runs as root'],
    ['unreadable', { uid: undefined }, 'not-evaluated: The service account could not be read'],
    ['stopped', { running: false }, 'not-applicable: No inference server runs'],
  ])('%s', (_, change, expected, more = {}) => {
    expect(outcomes(judge(accountDedicated, [one(change)], more as never))).toEqual([expected])
  })
})

describe('inference-unit-sandboxed', () => {
  const all = { NoNewPrivileges: 'yes', PrivateTmp: 'yes', ProtectSystem: 'strict', ProtectHome: 'yes' }
  const none = { NoNewPrivileges: 'no', PrivateTmp: 'no', ProtectSystem: 'no', ProtectHome: 'no' }
  const withProperties = (properties: Record<string, string>, more: Partial<Unit> = {}) => ({
    units: known([unit({ properties, ...more })]),
  })
  test.each<[string, Partial<InferenceService>, string, object]>([
    ['all four', {}, 'pass: The unit is sandboxed', withProperties(all)],
    ['full and read-only', {}, 'pass: The unit is sandboxed', withProperties({ ...all, ProtectSystem: 'full', ProtectHome: 'read-only' })],
    ['the official unit of Ollama', {}, 'warning: The unit has no sandbox', withProperties(none)],
    [
      'ProtectSystem=yes leaves /etc writable',
      {},
      'warning: 1 of 4 sandbox settings are missing',
      withProperties({ ...all, ProtectSystem: 'yes' }),
    ],
    [
      'a seccomp filter brings NoNewPrivileges',
      {},
      'pass: The unit is sandboxed',
      withProperties({ ...all, NoNewPrivileges: 'no', SystemCallFilter: 'read write' }),
    ],
    [
      'but not for root',
      {},
      'warning: 1 of 4 sandbox settings are missing',
      withProperties({ ...all, NoNewPrivileges: 'no', SystemCallFilter: 'read write' }, { user: '' }),
    ],
    [
      'an empty filter is none',
      {},
      'warning: 1 of 4 sandbox settings are missing',
      withProperties({
        ...all,
        NoNewPrivileges: 'no',
        SystemCallFilter: '~',
        RestrictAddressFamilies: '~',
        SystemCallArchitectures: '',
        RestrictNamespaces: 'no',
      }),
    ],
    ['properties that were not printed', {}, 'not-evaluated: Sandbox of the unit could not be read', withProperties({})],
    [
      'one that is off, others that were not printed',
      {},
      'warning: 1 of 4 sandbox settings are missing',
      withProperties({ NoNewPrivileges: 'yes', PrivateTmp: 'no' }),
    ],
    [
      'one that was not printed',
      {},
      'not-evaluated: Sandbox of the unit could not be read',
      withProperties({ NoNewPrivileges: 'yes', PrivateTmp: 'yes', ProtectSystem: 'strict' }),
    ],
    [
      'NoNewPrivileges was not printed, but a filter brings it',
      {},
      'pass: The unit is sandboxed',
      withProperties({ PrivateTmp: 'yes', ProtectSystem: 'strict', ProtectHome: 'yes', RestrictSUIDSGID: 'yes' }),
    ],
    ['by hand', { how: 'process' }, 'warning: The server runs outside any unit', {}],
    ['container', { how: 'container' }, 'not-applicable: The server runs in a container', {}],
    ['no systemd', {}, 'not-evaluated: The unit of the server could not be read', { units: unknown('no systemd', ['units']) }],
    ['unit not among those shown', { unit: 'other.service' }, 'not-evaluated: The unit of the server could not be read', {}],
    ['switched off', { running: false }, 'not-applicable: The server is switched off', withProperties(none, { unitFileState: 'disabled' })],
    ['stopped but enabled', { running: false }, 'warning: The unit has no sandbox', withProperties(none)],
  ])('%s', (_, change, expected, more) => {
    expect(outcomes(judge(unitSandboxed, [one(change)], more as never))).toEqual([expected])
  })

  test('each missing setting is cited on its line', () => {
    const [verdict] = judge(unitSandboxed, [one()], withProperties({ ...all, ProtectHome: 'no' }))
    expect(verdict?.cite).toEqual([{ section: 'units', line: 14, token: 'ProtectHome=no', note: 'Expected ProtectHome=yes.' }])
  })
})
