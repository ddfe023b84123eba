import type { Container } from '../../../facts/containers/containers.ts'
import type { Confinement } from '../../../facts/processes/confinement.ts'

const SOCKET = /\/(?:docker|podman|containerd|crio)\.sock$/
/** Of the host: what is read there (hashes, keys) or written there makes root. */
const READ = new Set(['/', '/etc', '/root'])
/** A socket is connected to on a file system that is read-only, too. */
const WITH_SOCKETS = new Set(['/', '/run', '/var/run', '/var', '/run/podman', '/run/containerd'])
const WRITTEN = new Set([
  '/boot',
  '/dev',
  '/lib',
  '/opt',
  '/proc',
  '/sys',
  '/usr',
  '/usr/local',
  '/usr/local/bin',
  '/var/lib',
  '/var/lib/docker',
  '/var/spool/cron',
])

const CAPABILITIES: Readonly<Record<string, string>> = {
  CAP_DAC_READ_SEARCH: 'opens any file of the host by its handle',
  CAP_SYS_ADMIN: 'mounts file systems of the host',
  CAP_SYS_MODULE: 'loads modules into the kernel of the host',
  CAP_SYS_RAWIO: 'reads and writes the memory of the host',
}

/** The same as the kernel has it of a process inside: capabilities(7). Where root inside is another account of the host, none of it makes root. */
export const waysOutOfConfinement = ({ hostRoot, capabilities, mounts }: Confinement): readonly string[] =>
  hostRoot
    ? [
        ...(capabilities.length > 0
          ? [`it may hold ${capabilities.join(', ')}: ${capabilities.map((name) => CAPABILITIES[name] ?? name).join(', ')}`]
          : []),
        ...waysOutOf({ privileged: false, mounts }),
      ]
    : []

/** Ways out of a container to root of the host that were given to it when it was made (docs.docker.com, engine/security: attack surface of the daemon; `run`, --privileged). */
export function waysOutOf({ privileged, mounts }: Pick<Container, 'privileged' | 'mounts'>): readonly string[] {
  const found = mounts.flatMap(({ source: given, readOnly }) => {
    const source = given === '/' ? given : given.replace(/\/+$/, '')
    if (SOCKET.test(source)) return [`${source} is mounted, and who talks to it starts containers as root`]
    if (READ.has(source) || WITH_SOCKETS.has(source)) return [`${source} of the host is mounted`]
    return WRITTEN.has(source) && !readOnly ? [`${source} of the host is mounted to write`] : []
  })
  return [...(privileged ? ['it is privileged, with all devices of the host'] : []), ...found]
}
