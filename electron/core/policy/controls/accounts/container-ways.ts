import { rootOwned, rootRuns, rootSockets } from '../../../facts/access/collect.ts'
import type { Container } from '../../../facts/containers/containers.ts'
import type { Confinement } from '../../../facts/processes/confinement.ts'
import { isWithin } from '../../../is-within.ts'

/**
 * Those of root's daemons: of containers and machines, of systemd, root's own manager too, and of snapd, which does for root what it is told. One of an account (`/run/user/…`, rootless)
 * starts containers as that account: `container-doors.ts`.
 */
const SOCKETS = [
  ...rootSockets,
  ...['/run/systemd/private', '/run/user/0/bus', '/run/user/0/systemd/private', '/run/user/0/podman/podman.sock', '/run/snapd.socket'],
  ...['/run/k3s/containerd/containerd.sock', '/run/docker/containerd/containerd.sock', '/run/k0s/containerd.sock', '/run/nri/nri.sock'],
  ...['/var/snap/microk8s/common/run/containerd.sock', '/run/cri-dockerd.sock', '/run/buildkit/buildkitd.sock'],
  '/run/libvirt/virtqemud-sock',
]
/** The same by their names, where a daemon was told to listen elsewhere (dockerd -H unix://…). */
const NAMED_SOCKET = /^(?!\/run\/user\/|\/home\/).*\/(?:docker|podman|containerd|crio|cri-dockerd|buildkitd)\.sock$/
/** By it systemd starts programs for root (org.freedesktop.systemd1(5), StartTransientUnit), whatever capabilities that root has. AppArmor and SELinux keep what is confined from it. */
const SYSTEM_BUS = '/run/dbus/system_bus_socket'
/** Hashes of passwords, keys that open other machines, and those of who administers the cluster, whose pods mount what they like. */
const READ = [
  ...['/etc/shadow', '/etc/gshadow', '/root'],
  ...['/etc/kubernetes/admin.conf', '/etc/kubernetes/super-admin.conf', '/etc/rancher/k3s/k3s.yaml', '/etc/rancher/rke2/rke2.yaml'],
  '/var/lib/k0s/pki/admin.conf',
]
/** Whoever writes one of these, or below, has root run it, now or when it is next started. */
const WRITTEN = [
  ...rootOwned,
  ...rootRuns,
  ...[
    '/bin',
    '/sbin',
    '/lib',
    '/lib32',
    '/lib64',
    '/usr/bin',
    '/usr/sbin',
    '/usr/lib',
    '/usr/lib64',
    '/usr/libexec',
    '/usr/local/lib',
    '/boot',
  ],
  // Settings of the kernel, some of which name programs that it starts: root may write them without any capability (core_pattern, core(5)).
  ...['/proc/sys', '/sys/kernel/uevent_helper'],
  // What k3s, RKE2 and k0s start and apply by themselves.
  ...['k3s', 'rke2'].flatMap((name) =>
    ['server/manifests', 'data', 'bin', 'agent/pod-manifests', 'agent/etc'].map((folder) => `/var/lib/rancher/${name}/${folder}`),
  ),
  ...['/var/lib/k0s/manifests', '/var/lib/k0s/bin'],
  // Programs that runtimes start as root for a device or a network (Container Device Interface, hooks; CNI; NVIDIA's toolkit), units and rules of this boot.
  ...['/run/cdi', '/opt/cni/bin', '/usr/local/nvidia', '/run/systemd/system', '/run/udev/rules.d'],
]
/** The same, but for what lies below: models, volumes and homes do. What a home leads to its account says (`container-doors.ts`). */
const WRITTEN_WHOLE = [
  '/dev',
  '/proc',
  '/sys',
  '/opt',
  '/home',
  '/var/lib/docker',
  // What each container is given when Docker starts anew, and where each volume really lies (tried with 20.10: /etc and /root of the host came by both).
  ...['/var/lib/docker/containers', '/var/lib/docker/volumes', '/var/lib/docker/overlay2', '/var/lib/docker/image'],
  ...['/var/lib/containers', '/var/lib/containers/storage'],
  '/var/lib/containerd',
  '/var/lib/kubelet',
]

/** The same place, or one in it. */
const CAPABILITIES: Readonly<Record<string, string>> = {
  CAP_DAC_READ_SEARCH: 'opens any file of the host by its handle',
  CAP_SYS_ADMIN: 'mounts file systems of the host',
  CAP_SYS_MODULE: 'loads modules into the kernel of the host',
  CAP_SYS_PTRACE: 'writes into processes of the host, which it sees',
  CAP_SYS_RAWIO: 'reads and writes the memory of the host',
}

/** A path as mounts and homes name it, in one form. */
export const placeOf = (path: string): string => (path === '/' ? path : path.replace(/\/+$/, '').replace(/^\/var\/run(?=\/|$)/, '/run'))

/** What its runtime gives a container. */
export type Given = Pick<
  Container,
  'privileged' | 'mounts' | 'addedCapabilities' | 'droppedCapabilities' | 'hostProcesses' | 'devices' | 'deviceRules'
>

/**
 * Disks, which hold the files of the host whoever owns them, by any of their names (Linux, Documentation/admin-guide/devices.txt), its memory, and folders of these, of which a runtime
 * gives all (moby, oci/devices_linux.go). A GPU is none.
 */
const DEVICE =
  /^\/dev(?:\/(?:mapper|disk(?:\/by-[a-z]+)?|block|md|bsg))?\/?$|^\/dev\/(?:(?:sd|hd|vd|xvd)[a-z]+\d*|nvme\d+(?:n\d+(?:p\d+)?)?|mmcblk\d+(?:p\d+)?|sg\d+|(?:md|dm-|loop|nbd|zd|rbd|drbd|bcache|pmem|mtd(?:block)?)\d*(?:p\d+)?|ng\d+n\d+|dasd[a-z]+\d*|(?:mapper|disk|md|bsg|block|zvol)\/.+|mem|kmem|port)$/

/**
 * A rule of the cgroup that lets it open disks: all devices, any of blocks, and of characters SCSI disks by their other door (21) and memory (1). It makes them by mknod(1), which
 * every cgroup of a container allows, with a capability that Docker gives (docs.docker.com, `docker run --device-cgroup-rule`).
 */
const RULE = /^(?:[ab] \S+|c (?:\*|1|21):\S+) .*[rw]/

/** What its runtime gave a container, and what the kernel lets its processes do. In a user namespace capabilities are none on the host; files of root are its own where the map has root. */
export function waysOutOfBoth(given: Given | undefined, inside: Confinement | undefined): readonly string[] {
  const isRoot = inside?.accounts.some(({ first }) => first === 0) ?? true
  if (inside?.hostRoot === false) return isRoot ? waysOfMounts(mountsOfBoth(given, inside)) : []
  return [...new Set([...(given ? waysOutOf(given) : []), ...(inside ? waysOfConfinement(inside) : [])])]
}

/** What of its host a container sees, as its runtime gave it and as the kernel has it. */
export const mountsOfBoth = (given: Given | undefined, inside: Confinement | undefined): Given['mounts'] => [
  ...(given?.mounts ?? []),
  ...(inside?.mounts ?? []),
]

/** Ways out of a container to root of the host that were given to it when it was made (docs.docker.com, engine/security: attack surface of the daemon; `run`, --privileged, --cap-add, --device). */
function waysOutOf({ privileged, mounts, hostProcesses = false, devices = [], deviceRules = [], ...given }: Given): readonly string[] {
  const [added, dropped] = [given.addedCapabilities, given.droppedCapabilities].map((names = []) =>
    names.map((name) => name.toUpperCase().replace(/^(?:CAP_)?/, 'CAP_')),
  ) as [string[], string[]]
  const makes = (names: readonly string[]): boolean => names.includes('CAP_ALL') || names.includes('CAP_MKNOD')
  const rules = makes(dropped) && !makes(added) ? [] : deviceRules.filter((rule) => RULE.test(rule.trim()))
  const named = Object.keys(CAPABILITIES).filter((name) => added.includes('CAP_ALL') || added.includes(name))
  return [
    ...(privileged ? ['it is privileged, with all devices of the host'] : []),
    ...waysOfCapabilities(named, hostProcesses),
    ...devices.filter((path) => DEVICE.test(path)).map((path) => `${path} of the host is its own`),
    ...rules.map((rule) => `it may open disks or memory of the host that it makes itself (${rule})`),
    ...waysOfMounts(mounts),
  ]
}

function waysOfConfinement({ capabilities, hostProcesses, isAnyAccount, profiled, mounts }: Confinement): readonly string[] {
  // That of the host shows its processes whatever the own namespace has.
  const seen = hostProcesses || mounts.some(({ source }) => placeOf(source) === '/proc')
  const bus = mounts.find(({ source }) => isWithin(SYSTEM_BUS, placeOf(source)))
  return [
    ...waysOfCapabilities(capabilities, hostProcesses),
    ...(seen && isAnyAccount && !profiled ? ['it sees the processes of the host and reaches its files through them (/proc/PID/root)'] : []),
    ...(bus && !profiled ? [`${bus.source} of the host is mounted, by which systemd starts programs for root`] : []),
    ...waysOfMounts(mounts),
  ]
}

/** capabilities(7) */
function waysOfCapabilities(capabilities: readonly string[], hostProcesses: boolean): readonly string[] {
  const held = capabilities.filter((name) => hostProcesses || name !== 'CAP_SYS_PTRACE')
  return held.length > 0 ? [`it may hold ${held.join(', ')}: ${held.map((name) => CAPABILITIES[name] ?? name).join(', ')}`] : []
}

const waysOfMounts = (mounts: Container['mounts']): readonly string[] =>
  mounts.flatMap(({ source: given, readOnly }) => {
    const source = placeOf(given)
    if (SOCKETS.includes(source) || NAMED_SOCKET.test(source))
      return [`${given} is mounted, and who talks to it has programs started as root`]
    // A socket is connected to on a file system that is read-only, too.
    const reads = [...SOCKETS, ...READ].some((path) => isWithin(path, source)) || isWithin(source, '/root/.ssh')
    if (reads) return [`${given} of the host is mounted`]
    const writes =
      !readOnly &&
      (WRITTEN.some((path) => isWithin(path, source) || isWithin(source, path)) || WRITTEN_WHOLE.some((path) => isWithin(path, source)))
    return writes ? [`${given} of the host is mounted to write`] : []
  })
