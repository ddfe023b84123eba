import type { FactResult } from '../../../facts/fact.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import { webServerNamed } from '../../../facts/programs/front-programs.ts'
import { containerIdOf, machineAround } from '../../../facts/services/placement.ts'
import type { Verdict } from '../../control.ts'

/** Those whose own files are looked at. */
const read = ['caddy', 'oauth2-proxy']

const nginxInside = (process: Process, all: readonly Process[]): string | undefined => {
  if (process.name !== 'nginx') return undefined
  return containerIdOf(process.cgroup) !== undefined ? 'nginx in a container' : machineAround(process, all) && 'nginx in a machine'
}

/** Proxies that run here and whose files are not judged: one verdict for each program, so that nobody takes silence for a pass. */
export function otherProxies(processes: FactResult<readonly Process[]>, what: string): readonly Verdict[] {
  if (!processes.known) return []
  const found = new Map<string, Process>()
  for (const process of processes.value) {
    const program = nginxInside(process, processes.value) ?? (read.includes(process.name) ? undefined : webServerNamed(process.name))
    if (program !== undefined && !found.has(program)) found.set(program, process)
  }
  return [...found].map(([program, { line }]) => ({
    status: 'not-evaluated',
    subject: program,
    title: `${what} of ${program} were not seen`,
    reason: `${program} runs here; Gatehouse does not read what it is configured to do, so not which files these are.`,
    cite: [{ section: 'processes', line }],
  }))
}
