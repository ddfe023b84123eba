import { rootOwned, rootRuns } from '../../../facts/access/collect.ts'
import type { Container } from '../../../facts/containers/containers.ts'
import type { Confinement } from '../../../facts/processes/confinement.ts'

/** Those of root's daemons. One of an account (`/run/user/…`, rootless) starts containers as that account. */
const SOCKETS = [
  ...['/run/docker.sock', '/run/podman/podman.sock', '/run/crio/crio.sock', '/run/systemd/private'],
  ...['/run/containerd/containerd.sock', '/run/k3s/containerd/containerd.sock', '/run/docker/containerd/containerd.sock'],
]
/** Hashes of passwords, and keys that open other machines. */
const READ = ['/etc/shadow', '/etc/gshadow', '/root']
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
]
/** The same, but for what lies below: models, volumes and homes do, and make nobody root. */
const WRITTEN_WHOLE = [
  '/dev',
  '/proc',
  '/sys',
  '/opt',
  '/home',
  '/var/lib/docker',
  '/var/lib/containers',
  '/var/lib/containerd',
  '/var/lib/kubelet',
]

const isBelow = (path: string, folder: string): boolean => folder === '/' || path === folder || path.startsWith(`${folder}/`)

const CAPABILITIES: Readonly<Record<string, string>> = {
  CAP_DAC_READ_SEARCH: 'opens any file of the host by its handle',
  CAP_SYS_ADMIN: 'mounts file systems of the host',
  CAP_SYS_MODULE: 'loads modules into the kernel of the host',
  CAP_SYS_PTRACE: 'writes into processes of the host, which it sees',
  CAP_SYS_RAWIO: 'reads and writes the memory of the host',
}

/** What its runtime gave a container, and what the kernel lets its processes do. Where its root is another account of the host, what it was given is that account's. */
export function waysOutOfBoth(
  given: Pick<Container, 'privileged' | 'mounts'> | undefined,
  inside: Confinement | undefined,
): readonly string[] {
  if (inside?.hostRoot === false) return []
  return [...new Set([...(given ? waysOutOf(given) : []), ...(inside ? waysOutOfConfinement(inside) : [])])]
}

/** The same as the kernel has it of a process inside: capabilities(7). Where root inside is another account of the host, none of it makes root. */
function waysOutOfConfinement({ hostRoot, hostProcesses, capabilities, mounts }: Confinement): readonly string[] {
  if (!hostRoot) return []
  const held = capabilities.filter((name) => hostProcesses || name !== 'CAP_SYS_PTRACE')
  const holds = `it may hold ${held.join(', ')}: ${held.map((name) => CAPABILITIES[name] ?? name).join(', ')}`
  return [...(held.length > 0 ? [holds] : []), ...waysOutOf({ privileged: false, mounts })]
}

/** Ways out of a container to root of the host that were given to it when it was made (docs.docker.com, engine/security: attack surface of the daemon; `run`, --privileged). */
function waysOutOf({ privileged, mounts }: Pick<Container, 'privileged' | 'mounts'>): readonly string[] {
  const found = mounts.flatMap(({ source: given, readOnly }) => {
    const source = given === '/' ? given : given.replace(/\/+$/, '').replace(/^\/var\/run(?=\/|$)/, '/run')
    if (SOCKETS.includes(source)) return [`${given} is mounted, and who talks to it starts containers as root`]
    // A socket is connected to on a file system that is read-only, too.
    const reads = [...SOCKETS, ...READ].some((path) => isBelow(path, source)) || isBelow(source, '/root/.ssh')
    if (reads) return [`${given} of the host is mounted`]
    const writes =
      !readOnly &&
      (WRITTEN.some((path) => isBelow(path, source) || isBelow(source, path)) || WRITTEN_WHOLE.some((path) => isBelow(path, source)))
    return writes ? [`${given} of the host is mounted to write`] : []
  })
  return [...(privileged ? ['it is privileged, with all devices of the host'] : []), ...found]
}
