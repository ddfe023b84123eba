import type { FactResult } from '../../../facts/fact.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import { containerIdOf } from '../../../facts/services/placement.ts'
import type { Verdict } from '../../control.ts'

const NAMES: Readonly<Record<string, string>> = {
  haproxy: 'HAProxy',
  apache2: 'Apache',
  httpd: 'Apache',
  traefik: 'Traefik',
  envoy: 'Envoy',
  lighttpd: 'lighttpd',
  h2o: 'H2O',
}

/** Proxies that run here and whose files are not judged: one verdict for each program, so that nobody takes silence for a pass. */
export function otherProxies(processes: FactResult<readonly Process[]>, what: string): readonly Verdict[] {
  if (!processes.known) return []
  const found = new Map<string, Process>()
  for (const process of processes.value) {
    const inContainer = containerIdOf(process.cgroup) !== undefined
    const program = NAMES[process.name] ?? (process.name === 'nginx' && inContainer ? 'nginx in a container' : undefined)
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
