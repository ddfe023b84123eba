import type { Process } from '../processes/processes.ts'
import { type Launch, recognise } from './launch.ts'
import { startedAs } from './launchers.ts'

/** A running server: its main process and everything that it started. */
export interface ServerGroup {
  readonly main: Process
  readonly launch: Launch
  /** Main process first. */
  readonly members: readonly Process[]
}

/** Engines that start servers of other engines for themselves: Ollama runs llama-server, LocalAI its backends. */
const runsOthers = new Set(['ollama', 'localai'])

/**
 * Finds the servers among all processes. A worker, or a server below one of the same engine, belongs to that one; so does whatever
 * Ollama and LocalAI start. Wrappers (env, sudo, uv, a shell) give way to the server that they started.
 */
export function serverGroups(processes: readonly Process[]): readonly ServerGroup[] {
  const launches = new Map<number, Launch>()
  for (const process of processes) {
    // vLLM's workers name themselves in comm; their words are those of Python.
    const launch =
      recognise(process.argv) ?? (process.name.startsWith('VLLM::') ? recognise([process.name]) : recognise(startedAs(process)))
    if (launch) launches.set(process.pid, launch)
  }
  const byPid = new Map(processes.map((process) => [process.pid, process]))
  const ancestorsOf = (pid: number): readonly number[] => {
    const found: number[] = []
    for (let at = byPid.get(pid)?.ppid; at !== undefined && at > 0 && !found.includes(at); at = byPid.get(at)?.ppid) found.push(at)
    return found
  }
  for (const [pid] of launches) {
    for (const above of ancestorsOf(pid)) if (launches.get(above)?.wrapped) launches.delete(above)
  }
  const groups: ServerGroup[] = []
  for (const [pid, launch] of launches) {
    const main = byPid.get(pid)
    if (!main || launch.role === 'worker' || isOrphanOfOllama(main, launch)) continue
    const owners = ancestorsOf(pid).flatMap((above) => launches.get(above) ?? [])
    if (owners.some(({ engine }) => engine === launch.engine || runsOthers.has(engine))) continue
    const below = processes.filter((process) => process.pid !== pid && ancestorsOf(process.pid).includes(pid))
    groups.push({ main, launch, members: [main, ...below] })
  }
  return groups
}

/** The llama-server that Ollama ships outlives a killed parent for a moment; it is started with --offline from Ollama's own folder. */
const isOrphanOfOllama = (main: Process, launch: Launch): boolean =>
  launch.engine === 'llama.cpp' && /\/ollama\//.test(main.argv[0] ?? '') && launch.words.includes('--offline')
