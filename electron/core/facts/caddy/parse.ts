import type { Container } from '../containers/containers.ts'
import type { Process } from '../processes/processes.ts'
import { containerIdOf, unitOf } from '../services/placement.ts'
import type { Unit } from '../units/units.ts'
import type { CaddyInstance } from './caddy.ts'
import { parseJsonLines } from './json-lines.ts'
import { variablesOf, withVariables } from './variables.ts'

export interface Surroundings {
  readonly processes: readonly Process[]
  readonly containers: readonly Container[]
  readonly units: readonly Unit[]
}

const MAX = 8

/** Section `caddy`: rows that begin with `@` are its own, with `:` those of a configuration. `@more`: there are processes that were not asked. A string says why nothing is known. */
export function parseCaddy(stdout: string, around: Surroundings): readonly CaddyInstance[] | string {
  const lines = stdout.split('\n')
  if (!lines.includes('@end')) return 'The configuration of Caddy is cut short'
  const starts = lines.flatMap((line, at) => (line.startsWith('@process ') ? [at] : []))
  const read = starts.slice(0, MAX).map((start, at) => instanceOf(lines.slice(start, starts[at + 1]), start + 1, around))
  const more = lines.indexOf('@more')
  const cut = more < 0 ? starts[MAX] : more
  if (cut === undefined) return read
  return [...read, { id: `a Caddy beyond the first ${MAX}`, pid: 0, unread: 'of so many, not all are asked', line: cut + 1 }]
}

function instanceOf(lines: readonly string[], firstLine: number, around: Surroundings): CaddyInstance {
  const said = (word: string) => lines.find((line) => line.startsWith(`@${word} `))?.slice(word.length + 2)
  const pid = Number(/^(\d{1,10})$/.exec(said('process') ?? '')?.[1] ?? 0)
  const inside = lines.includes('@container') ? containerOf(pid, around) : undefined
  const base = { ...nameOf(pid, inside, around), pid, line: firstLine }
  // Its 127.0.0.1 is that of the host only where it shares the host's network.
  if (inside && !inside.shared) return { ...base, unread: 'it runs in a container' }
  const why = said('unread')
  if (why !== undefined) return { ...base, unread: why }
  const first = lines.findIndex((line) => line.startsWith(':'))
  const text = lines
    .slice(Math.max(first, 0))
    .map((line) => (line.startsWith(':') ? line.slice(1) : ''))
    .join('\n')
  const config = first < 0 ? undefined : parseJsonLines(text, firstLine + first)
  if (config?.kind !== 'object') return { ...base, unread: 'it is no whole JSON' }
  return {
    ...base,
    config: withVariables(config, variablesOf(pid, around.units)),
    version: /^v?(\d+\.\d+\.\d+\S*)/.exec(said('version') ?? '')?.[1],
    imports: lines.includes('@imports')
      ? lines.flatMap((line) => (line.startsWith('@import ') ? [line.slice('@import '.length)] : []))
      : undefined,
    source: said('admin') === undefined ? 'file' : 'admin',
  }
}

interface Inside {
  readonly name: string
  readonly shared: boolean
}

function containerOf(pid: number, { processes, containers }: Surroundings): Inside {
  const id = containerIdOf(processes.find((one) => one.pid === pid)?.cgroup)
  const container = containers.find((one) => one.id === id)
  return { name: container?.name ?? id?.slice(0, 12) ?? 'unknown', shared: container?.hostNetwork === true }
}

function nameOf(pid: number, inside: Inside | undefined, { processes }: Surroundings): Pick<CaddyInstance, 'id' | 'container'> {
  if (inside) return { id: `container ${inside.name}`, container: inside.name }
  const process = processes.find((one) => one.pid === pid)
  const unit = process && unitOf(process)
  return { id: unit === undefined || unit === 'caddy.service' ? 'caddy' : unit }
}
