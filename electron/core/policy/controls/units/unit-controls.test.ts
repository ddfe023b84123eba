import { describe, expect, test } from 'vitest'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { unknown } from '../../../facts/fact.ts'
import type { Unit } from '../../../facts/units/units.ts'
import type { AnyControl } from '../../control.ts'
import sandboxed from '../accounts/inference-unit-sandboxed.control.ts'
import { outcomes } from '../proxy/proxy-facts.ts'
import devicesLimited from './inference-unit-devices-limited.control.ts'
import exposureLow from './inference-unit-exposure-low.control.ts'
import filesProtected from './inference-unit-files-protected.control.ts'
import kernelProtected from './inference-unit-kernel-protected.control.ts'
import noCapabilities from './inference-unit-no-capabilities.control.ts'
import reloaded from './inference-unit-reloaded.control.ts'
import writesOwnPaths from './inference-unit-writes-own-paths.control.ts'
import { askUnit, unit } from './unit-facts.testing.ts'

const all = [devicesLimited, exposureLow, filesProtected, kernelProtected, noCapabilities, reloaded, writesOwnPaths]

describe.each(all)('$id', (control) => {
  test.each<[string, Unit | undefined, Partial<InferenceService>, string]>([
    ['container', undefined, { how: 'container', unit: undefined }, 'not-applicable: No unit runs this server'],
    ['bare process', undefined, { how: 'process', unit: undefined }, 'not-applicable: No unit runs this server'],
    ['unit not read', undefined, {}, 'not-evaluated: The unit of the server could not be read'],
    ['stopped and disabled', unit({}, { unitFileState: 'disabled' }), { running: false }, 'not-applicable: The server is switched off'],
  ])('%s', (_, given, change, expected) => {
    expect(outcomes(askUnit(control, given, change))).toEqual([expected])
  })
  test('units unreadable: the reason is handed on', () => {
    const [verdict] = askUnit(control, undefined, {}, { units: unknown('systemctl failed', ['units'], 'ask an admin') })
    expect(verdict).toMatchObject({ status: 'not-evaluated', hint: 'ask an admin' })
    expect(verdict?.reason).toContain('systemctl failed')
  })
  test('a property that systemd did not print is never a pass', () => {
    expect(askUnit(control, unit())[0]?.status).toBe('not-evaluated')
  })
})

describe('inference-unit-exposure-low', () => {
  const exposed = (figure: number, word: string) =>
    unit(
      {},
      {
        exposure: {
          figure,
          word,
          line: 9,
          reasons: [
            { setting: 'PrivateDevices=', weight: 0.2, line: 7 },
            { setting: 'ProtectHome=', weight: 0.2, line: 8 },
          ],
        },
      },
    )
  test.each<[number, string, string]>([
    [1.7, 'OK', 'pass: systemd rates the unit well'],
    [4.9, 'OK', 'pass: systemd rates the unit well'],
    [5, 'MEDIUM', 'warning: systemd rates the unit MEDIUM (5.0)'],
    [9.6, 'UNSAFE', 'warning: systemd rates the unit UNSAFE (9.6)'],
  ])('%d %s', (figure, word, expected) => {
    expect(outcomes(askUnit(exposureLow, exposed(figure, word)))).toEqual([expected])
  })
  test('what breaks CUDA is never named as missing', () => {
    const [verdict] = askUnit(exposureLow, exposed(9.2, 'UNSAFE'))
    expect(verdict?.reason).toContain('ProtectHome=')
    expect(verdict?.reason).not.toContain('PrivateDevices')
    expect(verdict?.cite.map(({ line }) => line)).toEqual([9, 8])
  })
  test.each([
    ['RestrictAddressFamilies=~AF_NETLINK', {}, false],
    ['RestrictAddressFamilies=~AF_UNIX', {}, false],
    ['RestrictAddressFamilies=~AF_PACKET', {}, true],
    ['SystemCallFilter=~@resources', {}, false],
    ['SystemCallFilter=~@mount', {}, true],
    ['SupplementaryGroups=', {}, false],
    ['ProtectClock=', {}, false],
    ['ProtectClock=', { DeviceAllow: 'char-nvidia* rw' }, true],
  ])('%s of a unit with %o is named: %s', (setting, properties, named) => {
    const exposure = { figure: 6, word: 'MEDIUM', line: 9, reasons: [{ setting, weight: 0.2, line: 7 }] }
    const [verdict] = askUnit(exposureLow, unit(properties, { exposure }))
    expect(verdict?.reason.includes(setting)).toBe(named)
  })
})

test.each<[string, Record<string, string>, string, string]>([
  ['empty sets', { CapabilityBoundingSet: '', AmbientCapabilities: '', NoNewPrivileges: 'no' }, 'ai', 'pass: No capabilities of root'],
  [
    'full bounding set, no new privileges',
    { CapabilityBoundingSet: 'cap_chown cap_sys_admin', AmbientCapabilities: '', NoNewPrivileges: 'yes' },
    'ai',
    'pass: No capabilities of root',
  ],
  [
    'full bounding set, no new privileges by another setting',
    { CapabilityBoundingSet: 'cap_chown cap_sys_admin', AmbientCapabilities: '', NoNewPrivileges: 'no', RestrictNamespaces: 'cgroup ipc' },
    'ai',
    'pass: No capabilities of root',
  ],
  [
    'the same since systemd 255',
    {
      CapabilityBoundingSet: 'cap_chown cap_sys_admin',
      AmbientCapabilities: '',
      NoNewPrivileges: 'no',
      RestrictNamespaces: 'cgroup ipc',
      SurviveFinalKillSignal: 'no',
    },
    'ai',
    'warning: The bounding set is not reduced',
  ],
  [
    'ambient ptrace that the bounding set holds back',
    { CapabilityBoundingSet: '', AmbientCapabilities: 'cap_sys_ptrace', NoNewPrivileges: 'yes' },
    'ai',
    'pass: No capabilities of root',
  ],
  [
    'full bounding set',
    { CapabilityBoundingSet: 'cap_chown cap_sys_admin', AmbientCapabilities: '', NoNewPrivileges: 'no' },
    'ai',
    'warning: The bounding set is not reduced',
  ],
  [
    'ambient ptrace',
    { CapabilityBoundingSet: 'cap_sys_ptrace', AmbientCapabilities: 'cap_sys_ptrace', NoNewPrivileges: 'yes' },
    'ai',
    'fail: The server holds capabilities of root',
  ],
  [
    'a low port needs no root',
    { CapabilityBoundingSet: 'cap_net_bind_service', AmbientCapabilities: 'cap_net_bind_service' },
    'ai',
    'pass: No capabilities of root',
  ],
  ['root', { CapabilityBoundingSet: 'cap_sys_admin', AmbientCapabilities: '' }, '', 'not-applicable: The server runs as root'],
  ['only half printed', { CapabilityBoundingSet: '' }, 'ai', "not-evaluated: The unit's capabilities could not be read"],
])('inference-unit-no-capabilities: %s', (_, properties, user, expected) => {
  expect(outcomes(askUnit(noCapabilities, unit(properties, { user })))).toEqual([expected])
})

const kernel = {
  ProtectKernelTunables: 'yes',
  ProtectKernelModules: 'yes',
  ProtectKernelLogs: 'yes',
  ProtectControlGroups: 'yes',
  RestrictSUIDSGID: 'yes',
  RestrictNamespaces: 'yes',
  LockPersonality: 'yes',
}
test.each<[string, Record<string, string>, string]>([
  ['all', kernel, 'pass: The kernel is out of its reach'],
  [
    'named namespaces, those of users among them',
    { ...kernel, RestrictNamespaces: 'cgroup ipc net mnt pid user uts' },
    'warning: 1 of 7 kernel protections are missing',
  ],
  ['named namespaces', { ...kernel, RestrictNamespaces: 'cgroup ipc' }, 'pass: The kernel is out of its reach'],
  ['private control groups of systemd 257', { ...kernel, ProtectControlGroups: 'private' }, 'pass: The kernel is out of its reach'],
  ['one missing', { ...kernel, ProtectKernelLogs: 'no' }, 'warning: 1 of 7 kernel protections are missing'],
  [
    'old systemd does not know one',
    { ProtectKernelTunables: 'yes', ProtectKernelModules: 'no' },
    'warning: 1 of 2 kernel protections are missing',
  ],
])('inference-unit-kernel-protected: %s', (_, properties, expected) => {
  expect(outcomes(askUnit(kernelProtected, unit(properties)))).toEqual([expected])
})

test.each([
  ['no', 'pass: Files and effective unit agree'],
  ['yes', 'warning: Unit files changed since they were loaded'],
])('inference-unit-reloaded: %s', (value, expected) => {
  expect(outcomes(askUnit(reloaded, unit({ NeedDaemonReload: value })))).toEqual([expected])
})

test('files that changed since the unit was started are not in force: nothing passes by them, and what is wrong stays so', () => {
  const hardened = { NeedDaemonReload: 'no', DevicePolicy: 'closed', DeviceAllow: 'char-nvidia* rw' }
  const edited = { newerFiles: [{ path: '/etc/systemd/system/ollama.service.d/override.conf', line: 7 }] }
  const said = (more: Parameters<typeof unit>[1] = {}, properties: Record<string, string> = hardened) =>
    [reloaded, devicesLimited].map((control) => askUnit(control, unit(properties, more))[0]?.title)
  expect(said()).toEqual(['Files and effective unit agree', 'Only listed devices are open'])
  expect(said(edited)).toEqual(['Its files changed since it was started', 'What runs may be set otherwise'])
  expect(said(edited, { ...hardened, DeviceAllow: '/dev/sda rw' })[1]).toBe('The unit may use disks or memory')
  // Variables say nothing of devices.
  const variables = { newerFiles: [{ path: '/etc/default/ollama', line: 7 }], environmentFiles: ['/etc/default/ollama'] }
  expect(said(variables)).toEqual([said(edited)[0], said()[1]])
})

test.each<[string, Record<string, string>, string]>([
  ['closed with the GPU', { DevicePolicy: 'closed', DeviceAllow: 'char-nvidia* rw' }, 'pass: Only listed devices are open'],
  ['a list closes by itself', { DevicePolicy: 'auto', DeviceAllow: 'char-nvidia* rw' }, 'pass: Only listed devices are open'],
  ['private devices', { DevicePolicy: 'auto', DeviceAllow: '', PrivateDevices: 'yes' }, 'pass: Only listed devices are open'],
  ...[
    '/dev/vda rw',
    '/dev/xvda1 r',
    '/dev/md0 rw',
    '/dev/md/raid r',
    '/dev/disk/by-id/x rw',
    '/dev/mmcblk0 r',
    'block-* rw',
    '/dev/sg1 rw',
  ].map((allowed): [string, Record<string, string>, string] => [
    `a disk as ${allowed}`,
    { DevicePolicy: 'closed', DeviceAllow: `char-nvidia* rw\n${allowed}` },
    'fail: The unit may use disks or memory',
  ]),
  ...['/dev/shm rw', '/dev/nvidia0 rw', '/dev/sgx_enclave rw', '/dev/infiniband/uverbs0 rw'].map(
    (allowed): [string, Record<string, string>, string] => [
      `no disk: ${allowed}`,
      { DevicePolicy: 'closed', DeviceAllow: allowed },
      'pass: Only listed devices are open',
    ],
  ),
  ['everything', { DevicePolicy: 'auto', DeviceAllow: '' }, 'warning: The unit may open every device'],
  ['a disk by its number', { DevicePolicy: 'closed', DeviceAllow: '/dev/block/8:0 rw' }, 'fail: The unit may use disks or memory'],
  ['memory by its number', { DevicePolicy: 'closed', DeviceAllow: '/dev/char/1:1 r' }, 'fail: The unit may use disks or memory'],
  ['a device by its number', { DevicePolicy: 'closed', DeviceAllow: '/dev/char/195:0 rw' }, 'pass: Only listed devices are open'],
  ['a disk', { DevicePolicy: 'closed', DeviceAllow: '/dev/nvme0n1 rw\nchar-nvidia* rw' }, 'fail: The unit may use disks or memory'],
])('inference-unit-devices-limited: %s', (_, properties, expected) => {
  expect(outcomes(askUnit(devicesLimited, unit(properties)))).toEqual([expected])
})

describe('what runs is held to what the unit sets', () => {
  const sandbox = {
    ...{ NoNewPrivileges: 'yes', CapabilityBoundingSet: '', AmbientCapabilities: '', PrivateTmp: 'yes', ProtectSystem: 'strict' },
    ...{ ProtectHome: 'yes', ProtectKernelTunables: 'yes' },
  }
  const running = (without: readonly string[], effective: readonly string[] = []) =>
    unit(sandbox, { runningAs: [{ pid: 100, line: 7, effective, without }] })
  test.each([
    [sandboxed, running([]), 'pass: The unit is sandboxed'],
    [sandboxed, running(['NoNewPrivileges']), 'warning: What runs is not held by its unit'],
    [kernelProtected, running(['NoNewPrivileges']), 'warning: What runs is not held by its unit'],
    [noCapabilities, running([], ['cap_net_bind_service']), 'pass: No capabilities of root'],
    [noCapabilities, running([], ['cap_sys_admin']), 'fail: The server holds capabilities of root'],
    [noCapabilities, running(['CapabilityBoundingSet']), 'warning: What runs is not held by its unit'],
  ])('$id', (control, given, expected) => {
    expect(outcomes(askUnit(control as AnyControl, given))).toEqual([expected])
  })
})
