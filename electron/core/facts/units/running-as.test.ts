import { expect, test } from 'vitest'
import type { Process } from '../processes/processes.ts'
import { runningAs } from './running-as.ts'

const ALL = 0x1ffffffffffn
const process = (held: Partial<NonNullable<Process['held']>>, cgroup = '/system.slice/ollama.service'): Process => ({
  ...{ pid: 100, ppid: 1, user: 'ai', uid: 990, name: 'ollama', argv: ['ollama', 'serve'], line: 3, cgroup },
  held: { effective: 0n, bounding: 0n, noNewPrivileges: true, filtered: true, line: 9, ...held },
})
const sandboxed = {
  NoNewPrivileges: 'yes',
  CapabilityBoundingSet: '',
  ...{ SystemCallFilter: '', SystemCallArchitectures: 'native', RestrictNamespaces: 'no' },
}

test.each<[string, Readonly<Record<string, string>>, Process, readonly string[] | undefined]>([
  ['all is in force', sandboxed, process({}), []],
  [
    'a command that begins with +',
    sandboxed,
    process({ effective: ALL, bounding: ALL, noNewPrivileges: false, filtered: false }),
    ['NoNewPrivileges', 'CapabilityBoundingSet', 'SystemCallArchitectures'],
  ],
  ['nothing is set', { NoNewPrivileges: 'no' }, process({ bounding: ALL, noNewPrivileges: false, filtered: false }), []],
  ['set by a filter', { RestrictRealtime: 'yes' }, process({ noNewPrivileges: false }), ['NoNewPrivileges']],
  ['set by a filter that leaves no family', { RestrictAddressFamilies: '' }, process({ noNewPrivileges: false }), ['NoNewPrivileges']],
  ['no filter of families', { RestrictAddressFamilies: '~' }, process({ noNewPrivileges: false, filtered: false }), []],
  ['a filter of systemd 255 and newer', { RestrictRealtime: 'yes', SurviveFinalKillSignal: 'no' }, process({ noNewPrivileges: false }), []],
  ['some are left', { CapabilityBoundingSet: 'cap_net_bind_service cap_kill' }, process({ bounding: 0x400n }), []],
  ['one more is left', { CapabilityBoundingSet: 'cap_kill' }, process({ bounding: 0x420n }), ['CapabilityBoundingSet']],
  ['a process elsewhere', sandboxed, process({ noNewPrivileges: false }, '/system.slice/other.service'), undefined],
  ['in slices of its own', sandboxed, process({ noNewPrivileges: false }, '/ai.slice/ai-gpu.slice/ollama.service'), ['NoNewPrivileges']],
  [
    'one of its name in a machine on this host',
    sandboxed,
    process({ noNewPrivileges: false }, '/machine.slice/machine-a.scope/payload/system.slice/ollama.service'),
    undefined,
  ],
  [
    'one of its name of an account',
    sandboxed,
    process({ noNewPrivileges: false }, '/user.slice/user-1000.slice/user@1000.service/app.slice/ollama.service'),
    undefined,
  ],
  ['a container in it', sandboxed, process({ noNewPrivileges: false }, '/system.slice/ollama.service/libpod-1'), undefined],
])('%s', (_, properties, one, expected) => {
  const found = runningAs({ id: 'ollama.service', dynamicUser: false, user: 'ai', properties }, [one])
  expect(found[0]?.without).toEqual(expected)
})

test('capabilities go by their names', () => {
  const [found] = runningAs({ id: 'ollama.service', dynamicUser: false, user: 'ai', properties: {} }, [
    process({ effective: 0x10000200004n }),
  ])
  expect(found?.effective).toEqual(['cap_dac_read_search', 'cap_sys_admin', 'cap_checkpoint_restore'])
})
