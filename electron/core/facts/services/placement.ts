import type { Process } from '../processes/processes.ts'
import { podPlaceOf } from './pods.ts'

/** Units that only happen to be above a process: log-ins, schedulers, container daemons. */
const foreign =
  /^(?:sshd?|cron|crond|atd|anacron|docker|containerd|podman|crio|kubelet|k3s(?:-agent)?|rke2-(?:server|agent)|k0s(?:controller|worker)|snap\.microk8s\.daemon-[a-z-]+)(?:@[^.]*)?\.service$/

/** Container that a cgroup path belongs to: `docker-<id>.scope`, `/docker/<id>`, `libpod-<id>.scope`, the container of its pod, … */
export function containerIdOf(cgroup: string | undefined): string | undefined {
  const pod = podPlaceOf(cgroup)
  if (pod) return pod.containerId
  return /(?:^|[/:-])(?!conmon)([0-9a-f]{64})(?:\.scope)?(?:\/|$)/.exec(cgroup?.replace(/libpod-conmon-[0-9a-f]{64}/g, '') ?? '')?.[1]
}

/** System unit that a process runs in. Units of a user's own manager (below `user@1000.service`) are not the system's. */
export function unitOf(process: Pick<Process, 'cgroup'>): string | undefined {
  const parts = (process.cgroup ?? '').split('/')
  // k3s and others keep their pods below their own unit.
  if (podPlaceOf(process.cgroup) || parts.some((part) => /^user@\d+\.service$/.test(part))) return undefined
  const unit = parts.findLast((part) => /^.+\.service$/.test(part))
  return unit === undefined || foreign.test(unit) ? undefined : unit
}
