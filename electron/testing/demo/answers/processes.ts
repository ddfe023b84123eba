import { candidatePattern } from '#core/facts/processes/candidates.ts'
import { type Answering, lines } from '../answer.ts'

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
  ])
}
