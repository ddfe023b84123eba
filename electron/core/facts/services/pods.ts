import type { Pod } from '#shared/model/pod.ts'
import type { Process } from '../processes/processes.ts'

/** Where the kubelet put a process. */
export interface PodPlace {
  readonly uid: string
  /** 64 hexadecimal digits; absent where the runtime names its cgroup otherwise. */
  readonly containerId?: string | undefined
  /** The kubelet is that of the node: not in a container (kind, k3d), not below an account's own manager (rootless k3s and kind). */
  readonly ofNode: boolean
}

/** An UUID, whose dashes systemd's names write as underscores, or the hash of a static pod's manifest. */
const UID = '[0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32}'
/** A kubelet with a cgroup root of its own has that root's name in front (`kubelet-kubepods-…`). runc writes the whole triple where its driver is cgroupfs. */
const SLICE = new RegExp(`^(?:[^/]{1,200}-)?kubepods(?:-burstable|-besteffort)?-pod(${UID})\\.slice(?::[a-z-]{1,40}:([0-9a-f]{64}))?$`)
const FOLDER = new RegExp(`^pod(${UID})$`)
/** `cri-containerd-<id>.scope`, `crio-<id>.scope`, `docker-<id>.scope`; the bare id, or `crio-<id>`, where the driver is cgroupfs. */
const CONTAINER = /^(?:(?:cri-containerd|crio|docker)-)?([0-9a-f]{64})(?:\.scope)?$/

/**
 * Pod and container of a cgroup path: `kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod<uid>.slice/cri-containerd-<id>.scope` of the systemd
 * driver, `kubepods/burstable/pod<uid>/<id>` of cgroupfs (kubernetes: pkg/kubelet/cm, cgroup_manager_linux.go and pod_container_manager_linux.go). The innermost
 * pod counts. Undefined when it is none.
 */
export function podPlaceOf(cgroup: string | undefined): PodPlace | undefined {
  const parts = (cgroup ?? '').split('/')
  for (let at = parts.length - 1; at >= 0; at -= 1) {
    const part = parts[at] ?? ''
    const [, uid, inside] = SLICE.exec(part) ?? (belowKubepods(parts, at) ? FOLDER.exec(part) : null) ?? []
    if (uid === undefined) continue
    const after = parts.slice(at + 1).flatMap((one) => CONTAINER.exec(one)?.[1] ?? [])
    return {
      uid: uid.replaceAll('_', '-'),
      containerId: inside ?? after[0],
      ofNode: !parts.slice(0, at).some((one) => /^user@\d+\.service$/.test(one) || /[0-9a-f]{64}/.test(one)),
    }
  }
  return undefined
}

const belowKubepods = (parts: readonly string[], at: number): boolean =>
  parts[at - 1] === 'kubepods' || (/^(?:burstable|besteffort)$/.test(parts[at - 1] ?? '') && parts[at - 2] === 'kubepods')

/** The names are those of DNS, so an underscore parts them (kubernetes: pkg/kubelet/kuberuntime, legacy.go and helpers.go). */
const LOG = /^\/var\/log\/containers\/([a-z0-9][a-z0-9.-]{0,252})_([a-z0-9][a-z0-9-]{0,62})_([a-z0-9][a-z0-9-]{0,62})-([0-9a-f]{64})\.log$/
const LOGS = /^\/var\/log\/pods\/([a-z0-9][a-z0-9-]{0,62})_([a-z0-9][a-z0-9.-]{0,252})_([0-9a-f-]{32,36})$/
/** cri-dockerd names containers after their pods. */
const DOCKER = /^k8s_([a-z0-9][a-z0-9-]{0,62})_([a-z0-9][a-z0-9.-]{0,252})_([a-z0-9][a-z0-9-]{0,62})_([0-9a-f-]{32,36})_\d{1,9}$/

/**
 * The pod of a process: its uid by its cgroup, its names by those of its logs on the node, or by what Docker calls its container. Names that contradict
 * each other are none.
 */
export function podOf({ cgroup, podLogs }: Pick<Process, 'cgroup' | 'podLogs'>, dockerName?: string): Pod | undefined {
  const place = podPlaceOf(cgroup)
  if (place === undefined) return undefined
  const { uid, containerId, ofNode } = place
  if (!ofNode) return { uid, unknown: 'its kubelet is not that of this host, but runs in a container or below an account' }
  const found = [
    ...(podLogs?.paths ?? []).flatMap((path) => nameOfLog(path, uid, containerId)),
    ...(dockerName === undefined ? [] : nameOfDocker(dockerName, uid)),
  ]
  const names = new Set(found.map(({ namespace, name }) => `${namespace}/${name}`))
  const containers = new Set(found.flatMap(({ container }) => container ?? []))
  const [first] = found
  if (first === undefined) return { uid, unknown: whyNameless(podLogs) }
  if (names.size > 1 || containers.size > 1) return { uid, unknown: 'the names of its logs contradict each other' }
  const [container] = containers
  const unknown = container === undefined ? 'the log of its container is not listed, only the folder of the pod' : undefined
  return { uid, namespace: first.namespace, name: first.name, container, unknown }
}

type Names = Pick<Pod, 'namespace' | 'name' | 'container'>

function nameOfLog(path: string, uid: string, containerId: string | undefined): readonly Names[] {
  const [, pod, space, container, id] = LOG.exec(path) ?? []
  if (id !== undefined && id === containerId) return [{ namespace: space, name: pod, container }]
  const [, namespace, name, owner] = LOGS.exec(path) ?? []
  return owner !== undefined && owner === uid ? [{ namespace, name }] : []
}

function nameOfDocker(text: string, uid: string): readonly Names[] {
  const [, container, name, namespace, owner] = DOCKER.exec(text) ?? []
  return owner !== undefined && owner === uid ? [{ namespace, name, container }] : []
}

function whyNameless(podLogs: Process['podLogs']): string {
  if (podLogs === undefined) return 'its logs were not looked for'
  if (podLogs.unread) return 'the audit account may list neither /var/log/containers nor /var/log/pods'
  return 'no log of it lies in /var/log/containers or /var/log/pods'
}
