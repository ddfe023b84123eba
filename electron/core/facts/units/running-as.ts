import type { Process } from '../processes/processes.ts'
import type { RunningAs, Unit } from './units.ts'

/** By number, linux/capability.h. */
const CAPABILITIES = (
  'chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service net_broadcast net_admin ' +
  'net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time ' +
  'sys_tty_config mknod lease audit_write audit_control setfcap mac_override mac_admin syslog wake_alarm block_suspend audit_read perfmon ' +
  'bpf checkpoint_restore'
)
  .split(' ')
  .map((name) => `cap_${name}`)

const namesOf = (set: bigint): readonly string[] => CAPABILITIES.filter((_, bit) => (set >> BigInt(bit)) & 1n)

/** A machine of systemd-nspawn, LXC, a container and the manager of an account have units of the same names, below a scope, a service or a folder. */
const OF_HOST = /^(?:\/[^/]+\.slice)+\/[^/]+$/

/** Settings that need a seccomp filter, with what systemctl prints when they are off. */
const seccomp: readonly (readonly [property: string, off: RegExp])[] = [
  ['SystemCallFilter', /^~?$/],
  ['SystemCallArchitectures', /^$/],
  // An empty list is `none`.
  ['RestrictAddressFamilies', /^~$/],
  ['RestrictNamespaces', /^(?:no)?$/],
  ['PrivateDevices', /^no$/],
  ['ProtectKernelTunables', /^no$/],
  ['ProtectKernelModules', /^no$/],
  ['ProtectKernelLogs', /^no$/],
  ['ProtectClock', /^no$/],
  ['ProtectHostname', /^no$/],
  ['MemoryDenyWriteExecute', /^no$/],
  ['RestrictRealtime', /^no$/],
  ['RestrictSUIDSGID', /^no$/],
  ['LockPersonality', /^no$/],
]

type Settings = Pick<Unit, 'dynamicUser' | 'user' | 'properties'>

const filtersBy = ({ properties }: Settings): string | undefined =>
  seccomp.find(([property, off]) => properties[property] !== undefined && !off.test(properties[property]))?.[0]

/**
 * Before 255, for an account other than root, systemd sets it by itself with any of these; `systemctl show` still prints the configured value. Since then such filters
 * do without it (NEWS of systemd 255).
 */
export const impliesNoNewPrivileges = (unit: Settings): boolean =>
  unit.properties.SurviveFinalKillSignal === undefined &&
  (unit.dynamicUser || !['', 'root', '0'].includes(unit.user)) &&
  filtersBy(unit) !== undefined

/**
 * The kernel has the last word: a command that begins with `+` runs outside of what its unit sets (systemd.service(5)), which `systemctl show -p ExecStart` does not tell, and
 * what was started before a setting runs without it. No process gets rid of these by itself.
 */
export function runningAs(unit: Settings & Pick<Unit, 'id'>, processes: readonly Process[]): readonly RunningAs[] {
  const bounding = unit.properties.CapabilityBoundingSet?.toLowerCase().split(/\s+/)
  const noNew = unit.properties.NoNewPrivileges === 'yes' || impliesNoNewPrivileges(unit)
  const filter = filtersBy(unit)
  return processes.flatMap(({ pid, cgroup, held }): RunningAs[] => {
    if (!held || !cgroup?.endsWith(`/${unit.id}`) || !OF_HOST.test(cgroup)) return []
    const beyond = bounding !== undefined && namesOf(held.bounding).some((name) => !bounding.includes(name))
    const without = [
      ...(noNew && !held.noNewPrivileges ? ['NoNewPrivileges'] : []),
      ...(beyond ? ['CapabilityBoundingSet'] : []),
      ...(filter !== undefined && !held.filtered ? [filter] : []),
    ]
    return [{ pid, line: held.line, effective: namesOf(held.effective), without }]
  })
}
