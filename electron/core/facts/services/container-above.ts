import { basename } from 'node:path/posix'
import type { Process } from '../processes/processes.ts'
import { containerIdOf, machineOf } from './placement.ts'

/** The container around a process, as far as the process table tells; a machine of systemd-nspawn or LXC is one, too. */
export interface ContainerPlace {
  /** 64 hexadecimal digits; of a machine, and of what `ctr` of containerd started, its name. */
  readonly id: string
  /** As Podman calls it. */
  readonly name?: string | undefined
  /** Uid of whoever keeps it, where that is not root: Podman and Docker without root belong to an account, and root's list does not have their containers. */
  readonly account?: number | undefined
  /** The machine that it is, or that it is in: its engine, its forwarders and its addresses are those of another system. */
  readonly machine?: string | undefined
}

/**
 * By its cgroup, and by the monitor above it, whose words everybody reads: `conmon -c ID … -n NAME` (conmon(8)), `containerd-shim-runc-v2 -namespace moby -id ID`.
 * Where cgroups are not kept by systemd, or were not read, the monitor alone tells.
 */
export function containerAbove(process: Process, processes: readonly Process[]): ContainerPlace | undefined {
  const kept = containerIdOf(process.cgroup)
  const monitor = monitorOf(process, kept, processes)
  const machine = machineOf(process.cgroup)
  const id = kept ?? monitor?.id ?? machine
  if (id === undefined) return undefined
  if (machine !== undefined) return { id, name: id === machine ? machine : monitor?.name, machine }
  const account = /(?:^|\/)user@(\d+)\.service(?:\/|$)/.exec(process.cgroup ?? '')?.[1]
  return { id, name: monitor?.name, account: account !== undefined ? Number(account) : monitor?.account }
}

function monitorOf(process: Process, id: string | undefined, processes: readonly Process[]): ContainerPlace | undefined {
  const seen = new Set<number>()
  for (let at = process.ppid; at > 1 && !seen.has(at); ) {
    seen.add(at)
    const above = processes.find(({ pid }) => pid === at)
    if (!above) return undefined
    const found = monitored(above)
    if (found && (id === undefined || found.id === id)) return found
    at = above.ppid
  }
  return undefined
}

function monitored({ argv, uid }: Process): ContainerPlace | undefined {
  const program = basename(argv[0] ?? '')
  const after = (flag: string): string => (argv.includes(flag) ? (argv[argv.indexOf(flag) + 1] ?? '') : '')
  const podman = program === 'conmon'
  if (!podman && !/^containerd-shim(?:-|$)/.test(program)) return undefined
  const id = podman ? after('-c') : after('-id')
  if (podman ? !isNumbered(id) : !/^[A-Za-z0-9][\w.-]{0,75}$/.test(id)) return undefined
  const name = podman ? after('-n') : isNumbered(id) ? '' : id
  return { id, ...(/^[A-Za-z0-9][\w.-]*$/.test(name) && { name }), ...(uid > 0 && { account: uid }) }
}

/** As Docker, Podman, nerdctl and Kubernetes name containers. `ctr` takes any word, and no list has what it started. */
export const isNumbered = (id: string): boolean => /^[0-9a-f]{64}$/.test(id)
