import type { DemoUnit } from './demo-host.ts'

/**
 * What `systemd-analyze security` says of a unit: the weighty reasons, then the figure. Weights are those of systemd 252
 * (src/analyze/analyze-security.c, security_assessor_table); of a capability set only whether a name of the group is in it counts, of a filter
 * of system calls that it is the allow list `@system-service`, which holds calls of `@privileged` and `@resources` alone.
 */
export function exposureOf({ id, properties }: DemoUnit): readonly string[] {
  const effective = implied(properties)
  const judged = assessors.flatMap(([name, weight, badness]) => {
    const share = badness(effective)
    return share === undefined ? [] : [{ name, weight, bad: Math.ceil(share * weight) }]
  })
  const total = judged.reduce((sum, { weight }) => sum + weight, 0)
  const bad = judged.reduce((sum, one) => sum + one.bad, 0)
  const tenths = Math.ceil((bad * 100) / total)
  const reasons = judged.flatMap((one) => {
    const part = ((one.bad * 10) / total).toFixed(1)
    return Number(part) >= SHOWN_FROM ? [`- ${one.name} ${part}`] : []
  })
  const [, word] = words.find(([from]) => tenths >= from) ?? [0, 'PERFECT']
  return [...reasons, `-> Overall exposure level for ${id}: ${(tenths / 10).toFixed(1)} ${word}`]
}

/** Rows below stay on the host (`files-script.ts` of the units section). */
const SHOWN_FROM = 0.2

const words = [
  [100, 'DANGEROUS'],
  [90, 'UNSAFE'],
  [75, 'EXPOSED'],
  [50, 'MEDIUM'],
  [10, 'OK'],
  [1, 'SAFE'],
] as const

type Properties = DemoUnit['properties']
/** What other settings bring with them (the same file, acquire_security_info). */
function implied(all: Properties): Properties {
  const on = (name: string) => !['no', ''].includes(all[name] ?? 'no')
  const mounts = [
    'PrivateDevices',
    'PrivateTmp',
    'ProtectControlGroups',
    'ProtectKernelTunables',
    'ProtectKernelModules',
    'ProtectHome',
    'ProtectSystem',
  ]
  const taken = [
    ...(on('ProtectKernelModules') ? ['cap_sys_module'] : []),
    ...(on('ProtectKernelLogs') ? ['cap_syslog'] : []),
    ...(on('ProtectClock') ? ['cap_sys_time', 'cap_wake_alarm'] : []),
    ...(on('PrivateDevices') ? ['cap_mknod', 'cap_sys_rawio'] : []),
  ]
  const set = all.CapabilityBoundingSet?.split(' ').filter((name) => !taken.includes(name))
  return {
    ...all,
    ...(mounts.some(on) && { PrivateMounts: 'yes' }),
    ...(set && { CapabilityBoundingSet: set.join(' ') }),
  }
}

/** From 0, sound, to 1; undefined where the setting does not matter. */
type Badness = (properties: Properties) => number | undefined
type Assessor = readonly [name: string, weight: number, badness: Badness]

const isRoot = ({ User = '', DynamicUser }: Properties): boolean =>
  User === 'root' || User === '0' || (User === '' && DynamicUser !== 'yes')
const one = (bad: boolean): number => (bad ? 1 : 0)

const switched = (name: string, weight: number): Assessor => [`${name}=`, weight, (all) => one(all[name] !== 'yes')]

/** One value of several, each with its badness; any other is as bad as can be. */
const graded = (name: string, weight: number, grades: Readonly<Record<string, number>>): Assessor => [
  `${name}=`,
  weight,
  (all) => grades[all[name] ?? ''] ?? 1,
]

/** A set that stands for all capabilities when the unit does not reduce it. */
const capability = (group: string, weight: number, names: readonly string[]): Assessor => [
  `CapabilityBoundingSet=~CAP_${group}`,
  weight,
  ({ CapabilityBoundingSet: set }) => one(set === undefined || names.some((name) => set.split(' ').includes(`cap_${name}`))),
]

const namespace = (kind: string, weight: number): Assessor => [
  `RestrictNamespaces=~${kind}`,
  weight,
  ({ RestrictNamespaces: kept = 'no' }) => one(kept === 'no' || (kept !== 'yes' && kept.split(' ').includes(kind))),
]

/** Families that a socket may be of; any when there is no list. */
const family = (shown: string, weight: number, has: (listed: readonly string[]) => boolean): Assessor => [
  `RestrictAddressFamilies=~${shown}`,
  weight,
  ({ RestrictAddressFamilies: list = '' }) => one(list === '' || has(list.split(' '))),
]

const common = ['AF_INET', 'AF_INET6', 'AF_UNIX', 'AF_NETLINK', 'AF_PACKET']

/** Share of a call group: all of it without a filter, most of it where the allow list holds some of its calls. */
const calls = (group: string, weight: number): Assessor => [
  `SystemCallFilter=~@${group}`,
  weight,
  ({ SystemCallFilter: filter = '' }) => (filter === '' ? 1 : group === 'privileged' || group === 'resources' ? 0.9 : 0),
]

const umask: Badness = ({ UMask = '0022' }) => {
  const closes = (bit: number) => (Number.parseInt(UMask, 8) & bit) !== 0
  return !closes(0o002) ? 1 : !closes(0o004) ? 0.5 : !closes(0o020) ? 0.2 : closes(0o040) ? 0 : 0.1
}

const devices: Badness = ({ DevicePolicy, DeviceAllow = '' }) =>
  DevicePolicy === 'closed' || DevicePolicy === 'strict' ? (DeviceAllow === '' ? 0 : 0.5) : 1

const assessors: readonly Assessor[] = [
  ['User=/DynamicUser=', 2000, (all) => one(isRoot(all))],
  ['SupplementaryGroups=', 200, (all) => (isRoot(all) ? undefined : one((all.SupplementaryGroups ?? '') !== ''))],
  ...['PrivateDevices', 'PrivateMounts', 'PrivateTmp', 'PrivateUsers', 'NoNewPrivileges', 'RestrictSUIDSGID'].map((name) =>
    switched(name, 1000),
  ),
  ...['ControlGroups', 'KernelModules', 'KernelTunables', 'KernelLogs', 'Clock'].map((name) => switched(`Protect${name}`, 1000)),
  switched('PrivateNetwork', 2500),
  switched('RestrictRealtime', 500),
  ...['LockPersonality', 'MemoryDenyWriteExecute'].map((name) => switched(name, 100)),
  switched('ProtectHostname', 50),
  graded('ProtectHome', 1000, { yes: 0, 'read-only': 0.5, tmpfs: 0.1 }),
  graded('ProtectSystem', 1000, { strict: 0, full: 0.3, yes: 0.5 }),
  graded('ProtectProc', 1000, { invisible: 0, ptraceable: 0, noaccess: 1 / 3 }),
  graded('ProcSubset', 10, { pid: 0 }),
  graded('SystemCallArchitectures', 1000, { native: 0 }),
  ['RootDirectory=/RootImage=', 200, () => 1],
  ['UMask=', 100, umask],
  // As systemd sets them for a system service that says nothing.
  ['KeyringMode=', 1000, () => 0],
  ['NotifyAccess=', 1000, () => 0],
  ['Delegate=', 100, () => 0],
  ['IPAddressDeny=', 1000, () => 1],
  ['DeviceAllow=', 1000, devices],
  ['AmbientCapabilities=', 500, ({ AmbientCapabilities = '' }) => one(AmbientCapabilities !== '')],
  capability('SYS_ADMIN', 1500, ['sys_admin']),
  capability('SET(UID|GID|PCAP)', 1500, ['setuid', 'setgid', 'setpcap']),
  capability('SYS_PTRACE', 1500, ['sys_ptrace']),
  ...['sys_time', 'net_admin', 'sys_rawio', 'sys_module'].map((name) => capability(name.toUpperCase(), 1000, [name])),
  capability('(CHOWN|FSETID|SETFCAP)', 1000, ['chown', 'fsetid', 'setfcap']),
  capability('(DAC_*|FOWNER|IPC_OWNER)', 1000, ['dac_override', 'dac_read_search', 'fowner', 'ipc_owner']),
  capability('AUDIT_*', 500, ['audit_control', 'audit_read', 'audit_write']),
  capability('SYS_(NICE|RESOURCE)', 500, ['sys_nice', 'sys_resource']),
  capability('NET_(BIND_SERVICE|BROADCAST|RAW)', 500, ['net_bind_service', 'net_broadcast', 'net_raw']),
  ...['syslog', 'mknod', 'kill'].map((name) => capability(name.toUpperCase(), 500, [name])),
  namespace('user', 1500),
  ...['mnt', 'ipc', 'pid', 'cgroup', 'net'].map((kind) => namespace(kind, 500)),
  namespace('uts', 100),
  family('AF_(INET|INET6)', 1500, (listed) => listed.includes('AF_INET') || listed.includes('AF_INET6')),
  family('AF_UNIX', 25, (listed) => listed.includes('AF_UNIX')),
  family('AF_NETLINK', 200, (listed) => listed.includes('AF_NETLINK')),
  family('AF_PACKET', 1000, (listed) => listed.includes('AF_PACKET')),
  family('…', 1250, (listed) => listed.some((name) => !common.includes(name))),
  ...['swap', 'clock', 'debug', 'mount', 'module', 'raw-io', 'reboot'].map((group) => calls(group, 1000)),
  ...['obsolete', 'cpu-emulation'].map((group) => calls(group, 250)),
  ...['privileged', 'resources'].map((group) => calls(group, 700)),
]
