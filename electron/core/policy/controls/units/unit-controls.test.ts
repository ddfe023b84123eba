import { describe, expect, test } from 'vitest'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { known, unknown } from '../../../facts/fact.ts'
import type { Unit } from '../../../facts/units/units.ts'
import type { AnyControl } from '../../control.ts'
import sandboxed from '../accounts/inference-unit-sandboxed.control.ts'
import { ask, facts, outcomes, service } from '../proxy/proxy-facts.ts'
import startedBySystem from './inference-started-by-system.control.ts'
import devicesLimited from './inference-unit-devices-limited.control.ts'
import exposureLow from './inference-unit-exposure-low.control.ts'
import filesProtected from './inference-unit-files-protected.control.ts'
import gpuUsable from './inference-unit-gpu-usable.control.ts'
import kernelProtected from './inference-unit-kernel-protected.control.ts'
import noCapabilities from './inference-unit-no-capabilities.control.ts'
import reloaded from './inference-unit-reloaded.control.ts'
import writesOwnPaths from './inference-unit-writes-own-paths.control.ts'
import { askUnit, entry, unit } from './unit-facts.testing.ts'

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

test.each<[string, Record<string, string>, string]>([
  [
    'own directories',
    { ProtectSystem: 'strict', ReadWritePaths: '/var/lib/ollama -/var/cache/vllm' },
    'pass: Writes only to its own directories',
  ],
  ['none', { ProtectSystem: 'full', ReadWritePaths: '' }, 'pass: Writes only to its own directories'],
  ['the very folder that is closed', { ProtectSystem: 'strict', ReadWritePaths: '-/' }, 'pass: Writes only to its own directories'],
  ['the same of full', { ProtectSystem: 'full', ReadWritePaths: '/ /etc /var' }, 'pass: Writes only to its own directories'],
  ['below what is closed', { ProtectSystem: 'full', ReadWritePaths: '/etc/systemd/system' }, 'fail: The unit may write system directories'],
  [
    'below /etc, which yes leaves open',
    { ProtectSystem: 'yes', ReadWritePaths: '/etc/cron.d' },
    'pass: Writes only to its own directories',
  ],
  [
    'the whole machine by another name',
    { ProtectSystem: 'full', BindPaths: '/:/host:rbind' },
    'fail: The unit may write system directories',
  ],
  [
    'homes that are closed',
    { ProtectSystem: 'strict', ProtectHome: 'read-only', ReadWritePaths: '/home' },
    'pass: Writes only to its own directories',
  ],
  [
    'homes that are another file system',
    { ProtectSystem: 'full', ProtectHome: 'tmpfs', ReadWritePaths: '/home' },
    'fail: The unit may write system directories',
  ],
  ['/etc with a slash', { ProtectSystem: 'strict', ReadWritePaths: '/models +/etc/' }, 'fail: The unit may write system directories'],
  [
    'a bind mount',
    { ProtectSystem: 'strict', ProtectHome: 'yes', BindPaths: '/home:/data:rbind' },
    'fail: The unit may write system directories',
  ],
  ['nothing is restricted', { ProtectSystem: 'no', ReadWritePaths: '/' }, 'not-applicable: The unit restricts no writing'],
])('inference-unit-writes-own-paths: %s', (_, properties, expected) => {
  expect(outcomes(askUnit(writesOwnPaths, unit(properties)))).toEqual([expected])
})

test.each([
  [
    '/var/lib/ollama /usr/share/ollama /run/ollama /etc/ollama /usr/local/lib/ollama /var/lib/private/llama',
    'pass: Writes only to its own directories',
  ],
  ['/etc/cron.daily', 'fail: The unit may write system directories'],
  ['-/run/docker.sock', 'fail: The unit may write system directories'],
  ['/var/run/docker.sock', 'fail: The unit may write system directories'],
  ['/var/lib/docker/volumes', 'fail: The unit may write system directories'],
  ['/etc/systemd/system/vllm.service.d', 'fail: The unit may write system directories'],
  ['/root/.ssh', 'fail: The unit may write system directories'],
  ['/sys/fs/cgroup', 'fail: The unit may write system directories'],
])('inference-unit-writes-own-paths, ReadWritePaths=%s', (paths, expected) => {
  const closed = { ProtectSystem: 'strict', ProtectHome: 'yes', ProtectKernelTunables: 'yes' }
  expect(outcomes(askUnit(writesOwnPaths, unit({ ...closed, ReadWritePaths: paths })))).toEqual([expected])
})

test.each([
  [
    '-/data/models',
    { '/data/models': '/etc' },
    'ollama.service opens /data/models (/etc) for writing. Expected only directories of its own.',
  ],
  [
    '/lib/systemd/system',
    { '/lib/systemd/system': '/usr/lib/systemd/system' },
    expect.stringContaining('(/usr/lib/systemd/system) for writing'),
  ],
  ['/data/models', { '/data/models': '/srv/models' }, 'ollama.service opens /data/models (/srv/models) for writing.'],
  ['/data/all', { '/data/all': '/' }, expect.stringContaining('names /data/all (/) opens nothing')],
])('inference-unit-writes-own-paths, %s behind a link', (paths, links, expected) => {
  expect(askUnit(writesOwnPaths, unit({ ProtectSystem: 'strict', ReadWritePaths: paths }, { links }))[0]?.reason).toEqual(expected)
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

describe('inference-unit-files-protected', () => {
  const way = [
    entry('/', 0o755),
    entry('/etc', 0o755),
    entry('/etc/systemd', 0o755),
    entry('/etc/systemd/system', 0o755),
    entry('/etc/systemd/system/ollama.service', 0o644),
    entry('/usr', 0o755),
    entry('/usr/local', 0o755),
    entry('/usr/local/bin', 0o755),
    entry('/usr/local/bin/ollama', 0o755),
  ]
  const changed = (path: string, mode: number, owner?: string, group?: string) =>
    way.map((one) => (one.path === path ? entry(path, mode, owner, group) : one))
  const environment = { environmentFiles: ['/etc/ai/key.env'] }
  const startsFirst = (program: string, asRoot: boolean) => ({ setting: 'ExecStartPre', program, scripts: [], asRoot, optional: false })
  test.each<[string, Partial<Unit>, string]>([
    ['root alone', { paths: way }, 'pass: Only root can change its files'],
    ['unit file for all', { paths: changed('/etc/systemd/system/ollama.service', 0o666) }, 'fail: Others can change what the unit starts'],
    [
      'the directory of the program',
      { paths: changed('/usr/local/bin', 0o775, 'root', 'staff') },
      'fail: Others can change what the unit starts',
    ],
    [
      'the service owns its program',
      { paths: changed('/usr/local/bin/ollama', 0o755, 'ai', 'ai') },
      'pass: Only root can change its files',
    ],
    [
      'the service owns its unit',
      { paths: changed('/etc/systemd/system/ollama.service', 0o644, 'ai', 'ai') },
      'fail: Others can change what the unit starts',
    ],
    [
      'a person owns the program',
      { paths: changed('/usr/local/bin/ollama', 0o755, 'ada', 'ada') },
      'fail: Others can change what the unit starts',
    ],
    [
      'the service owns what runs as root before it',
      { paths: [...way, entry('/srv', 0o755), entry('/srv/pre.sh', 0o755, 'ai', 'ai')], commands: [startsFirst('/srv/pre.sh', true)] },
      'fail: Others can change what the unit starts',
    ],
    [
      'the service owns what it runs itself before it',
      { paths: [...way, entry('/srv', 0o755), entry('/srv/pre.sh', 0o755, 'ai', 'ai')], commands: [startsFirst('/srv/pre.sh', false)] },
      'pass: Only root can change its files',
    ],
    [
      'anybody writes what it runs before it',
      { paths: [...way, entry('/srv', 0o777), entry('/srv/pre.sh', 0o755)], commands: [startsFirst('/srv/pre.sh', false)] },
      'fail: Others can change what the unit starts',
    ],
    [
      'the service owns the script that a shell runs as root',
      {
        paths: [...way, entry('/srv', 0o755), entry('/srv/pre.sh', 0o755, 'ai', 'ai')],
        commands: [{ ...startsFirst('/usr/local/bin/ollama', true), scripts: ['/srv/pre.sh'] }],
      },
      'fail: Others can change what the unit starts',
    ],
    [
      'the service owns its program, which runs as root',
      {
        paths: changed('/usr/local/bin/ollama', 0o755, 'ai', 'ai'),
        commands: [{ ...startsFirst('/usr/local/bin/ollama', true), setting: 'ExecStart' }],
      },
      'fail: Others can change what the unit starts',
    ],
    [
      'what runs before it was not seen',
      { paths: way, commands: [startsFirst('/srv/pre.sh', true)] },
      'not-evaluated: Some files of the unit could not be seen',
    ],
    [
      'a drop-in whose name systemctl could not print',
      { paths: way, dropIns: ['[unprintable]'] },
      'not-evaluated: Some files of the unit could not be seen',
    ],
    ['a script', { paths: way, execStart: ['/usr/local/bin/ollama'] }, 'not-evaluated: What its program starts was not seen'],
    [
      'another program before it',
      { paths: way, execStart: ['/usr/bin/nice', '/home/ada/ollama', 'serve'] },
      'not-evaluated: What its program starts was not seen',
    ],
    ['program not seen', { paths: way.slice(0, -1) }, 'not-evaluated: Some files of the unit could not be seen'],
    [
      'environment file that is not there',
      { paths: [...way, entry('/etc/ai', 0o755)], ...environment },
      'pass: Only root can change its files',
    ],
    [
      'environment file behind a closed directory',
      { paths: [...way, entry('/etc/ai', 0o700)], ...environment },
      'pass: Only root can change its files',
    ],
    [
      'behind a directory that a group of strangers enters',
      { paths: [...way, entry('/etc/ai', 0o750, 'root', 'staff')], ...environment },
      'not-evaluated: Some files of the unit could not be seen',
    ],
    [
      'environment file for all',
      { paths: [...way, entry('/etc/ai', 0o755), entry('/etc/ai/key.env', 0o666)], ...environment },
      'fail: Others can change what the unit starts',
    ],
  ])('%s', (_, more, expected) => {
    expect(outcomes(askUnit(filesProtected, unit({}, more)))).toEqual([expected])
  })
  test('the program lies in a root of its own (RootDirectory=): the one of the host is not it', () => {
    const process = (...mounts: readonly object[]) => [{ pid: 7, argv: [], line: 1, seenFiles: { mounts, more: false } }]
    const said = (...mounts: readonly object[]) =>
      outcomes(askUnit(filesProtected, unit({}, { paths: way, mainPid: 7 }), {}, { processes: known(process(...mounts) as never) }))
    expect(said({ source: '/srv/models', destination: '/models' })).toEqual(['pass: Only root can change its files'])
    const unseen = ['not-evaluated: What its program starts was not seen']
    expect(said({ source: '/srv/jail', destination: '/' })).toEqual(unseen)
    expect(said({ source: '/home/ada/bin', destination: '/usr/local/bin' })).toEqual(unseen)
  })
  const source = '/etc/containers/systemd/chat.container'
  const quadlet = { unit: 'ollama.service', path: source, quadlet: true }
  const made = ['/', '/etc', '/etc/containers', '/etc/containers/systemd', '/run', '/run/systemd', '/run/systemd/generator']
  const generated = '/run/systemd/generator/ollama.service'
  test.each<[string, number, number | undefined, string]>([
    ['closed', 0o644, undefined, 'pass: Only root can change its files'],
    ['open', 0o666, undefined, 'fail: Others can change what the unit starts'],
    ['with an open folder of drop-ins', 0o644, 0o777, 'fail: Others can change what the unit starts'],
  ])('a Quadlet, %s', (_, mode, folder, expected) => {
    const paths = [
      ...[...made, '/usr', '/usr/bin'].map((path) => entry(path, 0o755)),
      ...[entry(source, mode), entry(generated, 0o644), entry('/usr/bin/podman', 0o755)],
      ...(folder === undefined ? [] : [entry(`${source}.d`, folder)]),
    ]
    const program = '/usr/bin/podman'
    const given = unit(
      {},
      { user: '', sourcePath: source, fragmentPath: generated, program, execStart: [program, 'run', 'ollama/ollama'], paths },
    )
    expect(outcomes(askUnit(filesProtected, given, { how: 'container', unit: undefined, madeFrom: quadlet }))).toEqual([expected])
  })
  test('the entry that is open is cited', () => {
    const [verdict] = askUnit(filesProtected, unit({}, { paths: changed('/usr/local/bin', 0o777) }))
    expect(verdict?.cite).toEqual([{ section: 'units', line: 50, token: '/usr/local/bin', note: '0777 root:root. Expected root alone.' }])
  })
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

describe('inference-unit-gpu-usable', () => {
  const health = (...processes: readonly object[]) => ({
    'gpu-health': known({ gpus: [{ uuid: 'GPU-1' }], processes, xids: [], xidLine: 0 }),
  })
  test.each(['PrivateDevices', 'DevicePolicy'])('%s was not printed', (name) => {
    const { [name]: _, ...rest }: Record<string, string> = { PrivateDevices: 'no', DevicePolicy: 'auto' }
    expect(outcomes(askUnit(gpuUsable, unit(rest), {}, health()))).toEqual(["not-evaluated: The unit's devices could not be read"])
  })
  const vllm = { engine: 'vllm' as const }
  test.each<[string, Record<string, string>, Partial<InferenceService>, Readonly<Record<string, unknown>>, string]>([
    [
      'nothing in the way',
      { DevicePolicy: 'closed', DeviceAllow: 'char-nvidia* rw', PrivateDevices: 'no' },
      {},
      health(),
      'pass: Nothing in the unit hides the GPU',
    ],
    ['PrivateDevices', { PrivateDevices: 'yes' }, {}, health(), 'warning: The sandbox breaks CUDA'],
    [
      'a closed list without the GPU',
      { DevicePolicy: 'closed', DeviceAllow: 'char-rtc r' },
      {},
      health(),
      'warning: The sandbox breaks CUDA',
    ],
    [
      'a list alone, without the GPU',
      { DevicePolicy: 'auto', DeviceAllow: '/dev/null rw' },
      {},
      health(),
      'warning: The sandbox breaks CUDA',
    ],
    ['AMD', { DevicePolicy: 'closed', DeviceAllow: 'char-drm rw\nchar-kfd rw' }, {}, health(), 'pass: Nothing in the unit hides the GPU'],
    ['only processes in /proc', { ProcSubset: 'pid' }, {}, health(), 'warning: The sandbox breaks CUDA'],
    ['write xor execute, PyTorch', { MemoryDenyWriteExecute: 'yes' }, vllm, health(), 'warning: The sandbox breaks CUDA'],
    ['write xor execute, Ollama', { MemoryDenyWriteExecute: 'yes' }, {}, health(), 'pass: Nothing in the unit hides the GPU'],
    ['no netlink, vLLM', { RestrictAddressFamilies: 'AF_INET AF_UNIX' }, vllm, health(), 'warning: The sandbox breaks CUDA'],
    ['netlink, vLLM', { RestrictAddressFamilies: 'AF_INET AF_NETLINK AF_UNIX' }, vllm, health(), 'pass: Nothing in the unit hides the GPU'],
    ['netlink denied, vLLM', { RestrictAddressFamilies: '~AF_PACKET AF_NETLINK' }, vllm, health(), 'warning: The sandbox breaks CUDA'],
    ['all families, vLLM', { RestrictAddressFamilies: '~' }, vllm, health(), 'pass: Nothing in the unit hides the GPU'],
    [
      'seen on the GPU all the same',
      { MemoryDenyWriteExecute: 'yes' },
      vllm,
      health({ pid: 100 }),
      'pass: The server uses the GPU all the same',
    ],
    [
      'its worker is seen',
      { MemoryDenyWriteExecute: 'yes' },
      vllm,
      health({ pid: 7, cgroup: '/system.slice/ollama.service' }),
      'pass: The server uses the GPU all the same',
    ],
    [
      'no GPU here',
      { PrivateDevices: 'yes' },
      {},
      { 'gpu-health': known({ gpus: [], processes: [] }) },
      'not-applicable: No GPU was found',
    ],
    ['GPUs unread', { PrivateDevices: 'yes' }, {}, { 'gpu-health': unknown('x', []) }, 'warning: The sandbox breaks CUDA'],
  ])('%s', (_, properties, change, more, expected) => {
    expect(outcomes(askUnit(gpuUsable, unit({ PrivateDevices: 'no', DevicePolicy: 'auto', ...properties }), change, more))).toEqual([
      expected,
    ])
  })
})

describe('inference-started-by-system', () => {
  const judge = (change: Partial<InferenceService>, cgroup?: string) =>
    outcomes(
      ask(
        startedBySystem,
        facts('', [service('ollama', { unit: 'ollama.service', ...change })], { processes: [{ pid: 100, user: 'ada', line: 4, cgroup }] }),
      ),
    )
  test.each<[string, Partial<InferenceService>, string | undefined, string]>([
    ['a unit', {}, '/system.slice/ollama.service', 'pass: A system unit starts the server'],
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
    const given = facts('', services, { processes, accounts, 'account-units': known(ofAccounts) })
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
    const verdicts = ask(startedBySystem, facts('', [service('ollama', { unit: 'ollama.service', ...change })], { processes }))
    expect(outcomes(verdicts)).toEqual([expected])
    expect(verdicts[0]?.reason).toContain(name.split(/[ :]/)[0])
  })
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
