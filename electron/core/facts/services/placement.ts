import { basename } from 'node:path/posix'
import type { Process } from '../processes/processes.ts'
import { podPlaceOf } from './pods.ts'

/** Units that only happen to be above a process: log-ins, schedulers of time and of clusters, container daemons. */
const foreign =
  /^(?:sshd?|cron|crond|atd|anacron|slurmd|slurmstepd|pbs|condor|docker|containerd|podman|crio|kubelet|k3s(?:-agent)?|rke2-(?:server|agent)|k0s(?:controller|worker)|snap\.microk8s\.daemon-[a-z-]+)(?:@[^.]*)?\.service$/

/** Container that a cgroup path belongs to: `docker-<id>.scope`, `/docker/<id>`, `libpod-<id>.scope`, the container of its pod, … */
export function containerIdOf(cgroup: string | undefined): string | undefined {
  const pod = podPlaceOf(cgroup)
  if (pod) return pod.containerId
  return /(?:^|[/:-])(?!conmon)([0-9a-f]{64})(?:\.scope)?(?:\/|$)/.exec(cgroup?.replace(/libpod-conmon-[0-9a-f]{64}/g, '') ?? '')?.[1]
}

/**
 * The machine with a system of its own that a process runs in, as systemd-nspawn, LXC, Incus and Proxmox start them: its units are not those of the host, whatever they are
 * called. systemd keeps a unit in slices and gives what lies below to the unit (CGROUP_DELEGATION of systemd), so slices and units further down belong to somebody else's
 * systemd; LXC puts its own folder beside them.
 */
export function machineOf(cgroup: string | undefined): string | undefined {
  const parts = (cgroup ?? '').split('/').filter((part) => part !== '')
  const at = parts.findIndex((part) => !part.endsWith('.slice'))
  const [head = '', next = ''] = parts.slice(at)
  if (at < 0 || podPlaceOf(cgroup) || parts.some((part) => /^user@\d+\.service$/.test(part))) return undefined
  const named =
    MACHINE.exec(head)
      ?.slice(1)
      .find((one) => one !== undefined) ?? (head === 'lxc' ? next : undefined)
  const below = parts.findIndex((part, index) => index > at && /\.(?:slice|service)$|^init\.scope$/.test(part))
  // The container of Docker or Podman stands nearer, where the other system is in one.
  if (named === undefined && (below < 0 || CONTAINER.test(parts.slice(at, below).join('/')))) return undefined
  const name =
    named ??
    parts
      .slice(at, below)
      .filter((part) => part !== 'payload')
      .join('/')
  return name.replaceAll('\\x2d', '-')
}

/** `systemd-nspawn@web.service`, `machine-web.scope` (systemd-machined), `lxc.payload.web` (LXC since 4.0). */
const MACHINE = /^(?:systemd-nspawn@(.+)\.service|machine-(.+)\.scope|lxc\.payload\.(.+))$/
const CONTAINER = /[0-9a-f]{64}/

/** What keeps a machine: systemd-nspawn(1), lxc-start(1) and the titles that LXC and Incus give to its like. */
const KEEPER = /^(?:systemd-nspawn|lxc-start|lxc-execute|\[?lxc[ -]monitor|incusd?|lxd)/

/** The same by what its process descends from, where its cgroup could not be read, as without root. */
export function machineAround(process: Process, processes: readonly Process[]): string | undefined {
  const named = machineOf(process.cgroup)
  if (named !== undefined || process.cgroup !== undefined) return named
  const seen = new Set([process.pid])
  for (let above = processes.find(({ pid }) => pid === process.ppid); above && !seen.has(above.pid); ) {
    if (KEEPER.test(above.name) || KEEPER.test(basename(above.argv[0] ?? ''))) return machineOf(above.cgroup) ?? `of process ${above.pid}`
    seen.add(above.pid)
    const parent: number = above.ppid
    above = processes.find(({ pid }) => pid === parent)
  }
  return undefined
}

/** System unit that a process runs in. Units of a user's own manager (below `user@1000.service`) and of a machine are not the system's. */
export function unitOf(process: Pick<Process, 'cgroup'>): string | undefined {
  const parts = (process.cgroup ?? '').split('/')
  // k3s and others keep their pods below their own unit.
  if (podPlaceOf(process.cgroup) || machineOf(process.cgroup) !== undefined || parts.some((part) => /^user@\d+\.service$/.test(part)))
    return undefined
  const unit = parts.findLast((part) => /^.+\.service$/.test(part))
  return unit === undefined || foreign.test(unit) ? undefined : unit
}
