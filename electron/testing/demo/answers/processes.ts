import { candidatePattern } from '#core/facts/processes/candidates.ts'
import { type Answering, lines } from '../answer.ts'
import type { DemoHost } from '../demo-host.ts'

/** Those of the distribution; what else runs lies in /opt and the like, of no package. */
const packages: Readonly<Record<string, string>> = {
  '/usr/lib/systemd/systemd': 'systemd',
  '/usr/sbin/sshd': 'openssh-server',
  '/usr/sbin/nginx': 'nginx',
}

/** What root sees of programs: the first word of a command line, or what its title stands for. */
function executables(host: DemoHost): readonly string[] {
  const titles: Readonly<Record<string, string>> = {
    '/sbin/init': '/usr/lib/systemd/systemd',
    'sshd:': '/usr/sbin/sshd',
    'nginx:': '/usr/sbin/nginx',
  }
  const rows = host.processes.flatMap(({ pid, argv, cgroup }) => {
    const first = argv[0]?.split(' ', 1)[0] ?? ''
    const path = titles[first] ?? first
    return path.startsWith('/') ? [{ path, row: `@exe ${pid}\t${cgroup}\t${path}` }] : []
  })
  const owned = [...new Set(rows.map(({ path }) => path))].flatMap((path) => (packages[path] ? [`@package ${packages[path]} ${path}`] : []))
  return rows.length === 0 ? [] : [...rows.map(({ row }) => row), '@packages dpkg', ...owned]
}

/** What the kernel says of a process in a container: Docker's default capabilities, no user namespace, its mounts. */
function confinement(host: DemoHost, pid: number, cgroup: string): readonly string[] {
  const container = host.containers.find(({ id }) => cgroup.includes(id))
  if (container === undefined) return []
  const given = container.mounts.map(({ source, destination }) => `rw ${source} ${destination}`)
  return [
    `@cgroup ${pid} 0::${cgroup}`,
    `@bound ${pid} 00000000a80425fb`,
    `@idmap ${pid} 0 0 4294967295`,
    ...given.map((mount) => `@mount ${pid} ${mount}`),
  ]
}

export const processes: Answering = (host) => {
  const candidate = new RegExp(candidatePattern, 'i')
  const wanted = host.processes.filter(({ argv }) => candidate.test(argv.join(' ')))
  return lines([
    '@ps procps',
    '@proc rw,nosuid,nodev,noexec,relatime',
    ...host.processes.map(
      ({ pid, ppid, uid, user, name, argv }) =>
        `${String(pid).padStart(7)} ${String(ppid).padStart(7)} ${String(uid).padStart(5)} ${user.padEnd(32)} ${name.padEnd(32)} ${argv.join(' ')}`,
    ),
    ...wanted.flatMap(({ pid, uid, argv, cgroup }) => [
      `@argv ${pid}`,
      ...argv.map((word) => `=${word}`),
      `@cgroup ${pid} 0::${cgroup}`,
      `@uid ${pid} ${uid}`,
    ]),
    ...host.processes.flatMap(({ pid, cgroup }) => confinement(host, pid, cgroup)),
    ...(host.sudo ? executables(host) : []),
  ])
}
