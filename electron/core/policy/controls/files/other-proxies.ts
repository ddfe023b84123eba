import type { FactResult } from '../../../facts/fact.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import { webServerNamed } from '../../../facts/programs/front-programs.ts'
import { containerIdOf } from '../../../facts/services/placement.ts'
import type { Verdict } from '../../control.ts'

/** Those whose own files are looked at. */
const read = ['caddy', 'oauth2-proxy']

const nginxInside = ({ name }: Process, inContainer: boolean): string | undefined =>
  name === 'nginx' && inContainer ? 'nginx in a container' : undefined

/** Proxies that run here and whose files are not judged: one verdict for each program, so that nobody takes silence for a pass. */
export function otherProxies(processes: FactResult<readonly Process[]>, what: string): readonly Verdict[] {
  if (!processes.known) return []
  const found = new Map<string, Process>()
  for (const process of processes.value) {
    const inContainer = containerIdOf(process.cgroup) !== undefined
    const program = nginxInside(process, inContainer) ?? (read.includes(process.name) ? undefined : webServerNamed(process.name))
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
