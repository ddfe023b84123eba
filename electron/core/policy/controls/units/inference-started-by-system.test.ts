import { describe, expect, test } from 'vitest'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { known } from '../../../facts/fact.ts'
import { ask, facts, outcomes, service } from '../proxy/proxy-facts.ts'
import startedBySystem from './inference-started-by-system.control.ts'
import { unit } from './unit-facts.testing.ts'

const unitAt = (fragmentPath: string) => unit({ FragmentPath: fragmentPath }, { id: fragmentPath.replace(/.*\//, ''), fragmentPath })
const units = known([
  unitAt('/etc/systemd/system/ollama.service'),
  unitAt('/etc/systemd/system/llama.service'),
  unitAt('/lib/systemd/system/supervisor.service'),
  unitAt('/run/systemd/transient/run-u7.service'),
  unitAt('/run/systemd/system/edited.service'),
  unitAt('/run/systemd/generator/quadlet.service'),
])

describe('inference-started-by-system', () => {
  const judge = (change: Partial<InferenceService>, cgroup?: string) =>
    outcomes(
      ask(
        startedBySystem,
        facts('', [service('ollama', { unit: 'ollama.service', ...change })], {
          processes: [{ pid: 100, user: 'ada', line: 4, cgroup }],
          units,
        }),
      ),
    )
  test.each<[string, Partial<InferenceService>, string | undefined, string]>([
    ['a unit', {}, '/system.slice/ollama.service', 'pass: A system unit starts the server'],
    ['systemd-run', { unit: 'run-u7.service' }, '/system.slice/run-u7.service', 'warning: The unit is gone with the next restart'],
    ['systemctl edit --runtime', { unit: 'edited.service' }, undefined, 'warning: The unit is gone with the next restart'],
    ['a generator', { unit: 'quadlet.service' }, undefined, 'pass: A system unit starts the server'],
    ['a unit that was not read', { unit: 'closed.service' }, undefined, 'not-evaluated: The unit of the server could not be read'],
    ['a container', { how: 'container' }, undefined, 'not-applicable: A container engine starts the server'],
    ['a pod', { how: 'container', pod: { uid: 'ab'.repeat(16) } }, undefined, 'not-applicable: A cluster starts the server'],
    [
      'a unit of a person',
      { how: 'process' },
      '/user.slice/user-1000.slice/user@1000.service/app.slice/ollama.service',
      'warning: A unit of a person starts the server',
    ],
    ['a shell', { how: 'process' }, '/user.slice/user-1000.slice/session-3.scope', 'warning: The server runs in a login session'],
    [
      'tmux of the user manager',
      { how: 'process' },
      '/user.slice/user-1000.slice/user@1000.service/tmux-spawn-1.scope',
      'warning: The server runs in a login session',
    ],
    ['cron', { how: 'process' }, '/system.slice/cron.service', 'warning: No unit of its own starts the server'],
    ['unread', { how: 'process' }, undefined, 'not-evaluated: What started the server is not known'],
    ['stopped', { running: false }, undefined, 'not-applicable: No inference server runs'],
  ])('%s', (_, change, cgroup, expected) => {
    expect(judge(change, cgroup)).toEqual([expected])
  })
  const llama = { path: '/home/ada/.config/systemd/user/llama.service', unit: 'llama.service', enabled: true, line: 8 }
  const would = 'warning: A unit of a person would start a server'
  const closed = 'not-evaluated: What accounts start by themselves is not known'
  test.each<[string, object, readonly object[], readonly InferenceService[], readonly string[]]>([
    ['one that is stopped', { files: [llama], unread: [] }, [], [], [would]],
    ['the same beside others that are', { files: [llama], unread: [] }, [], [service('ollama', { running: false })], [would]],
    [
      'one that runs',
      { files: [llama], unread: [] },
      [{ pid: 100, user: 'ada', line: 4, cgroup: '/user.slice/user-1000.slice/user@1000.service/app.slice/llama.service' }],
      [service('llama.cpp', { how: 'process' })],
      ['warning: A unit of a person starts the server'],
    ],
    [
      'another account runs one of the same name',
      { files: [llama], unread: [] },
      [{ pid: 100, user: 'bob', line: 4, cgroup: '/user.slice/user-1001.slice/user@1001.service/app.slice/llama.service' }],
      [service('llama.cpp', { how: 'process' })],
      ['warning: A unit of a person starts the server', would],
    ],
    [
      'a unit of the system with its name',
      { files: [llama], unread: [] },
      [{ pid: 100, user: 'ai', line: 4, cgroup: '/system.slice/llama.service' }],
      [service('llama.cpp', { unit: 'llama.service' })],
      ['pass: A system unit starts the server', would],
    ],
    ['folders that are closed', { files: [], unread: [{ account: 'ada', line: 9 }] }, [], [], [closed]],
  ])('what managers of accounts start: %s', (_, ofAccounts, processes, services, expected) => {
    const accounts = known({ accounts: [{ name: 'ada', home: '/home/ada' }], groups: [] })
    const given = facts('', services, { processes, accounts, units, 'account-units': known(ofAccounts) })
    expect(outcomes(ask(startedBySystem, given))).toEqual(expected)
  })
  test.each<[string, Partial<InferenceService>, string, string, string]>([
    [
      'PM2',
      { how: 'process' },
      '/user.slice/user-1000.slice/session-3.scope',
      'PM2 v7.0.4: God',
      'warning: A supervisor outside systemd starts it',
    ],
    [
      'tmux',
      { how: 'process' },
      '/user.slice/user-1000.slice/session-3.scope',
      'tmux: server',
      'warning: The server runs in a kept terminal',
    ],
    [
      'supervisord',
      { unit: 'supervisor.service' },
      '/system.slice/supervisor.service',
      'supervisord',
      'pass: A system unit starts the server',
    ],
  ])('%s is named', (_, change, cgroup, name, expected) => {
    const above = { pid: 90, ppid: 1, user: 'ada', name, argv: [name], line: 3 }
    const processes = [above, { pid: 100, ppid: 90, user: 'ada', line: 4, cgroup, name: 'ollama', argv: [] }]
    const verdicts = ask(startedBySystem, facts('', [service('ollama', { unit: 'ollama.service', ...change })], { processes, units }))
    expect(outcomes(verdicts)).toEqual([expected])
    expect(verdicts[0]?.reason).toContain(name.split(/[ :]/)[0])
  })
})
