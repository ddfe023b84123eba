import { resolve } from 'node:path'
import { GatehouseError } from '#shared/errors.ts'
import type { FleetState, ImportPreview } from '#shared/ipc/fleet.contract.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import type { DemoFleet } from '../ports.ts'
import { addImported } from './add-hosts.ts'
import { readFleetText } from './fleet-text.ts'
import { parseFleet } from './parse-fleet.ts'
import type { RecentFiles } from './recent-files.ts'

/** The fleet that is open. A file with problems stays open, so that the admin sees them and can reload. */
export interface FleetService {
  state(): FleetState
  /** The fleet to work with. Throws `fleet.missing` or `fleet.invalid`. */
  require(): Fleet
  load(path: string): Promise<FleetState>
  /** Adds hosts of an import to the file that is open, and loads it anew. Throws `fleet.missing` without a file. */
  add(taken: ImportPreview['taken']): Promise<{ readonly state: FleetState; readonly added: readonly string[] }>
  openDemo(): Promise<FleetState>
  /** The demo fleet, while it is open. */
  demo(): DemoFleet | undefined
  close(): Promise<FleetState>
}

const empty = { path: null, demo: false, fleet: null, problems: [] } as const

/** One fleet is open at a time. A demo that was open is stopped before another fleet is told of. `startDemo` is absent where the program comes without one. */
export function createFleetService(
  recent: RecentFiles,
  startDemo: (() => Promise<DemoFleet>) | undefined,
  changed: () => void,
): FleetService {
  let current: Omit<FleetState, 'recent'> = { ...empty, problems: [] }
  let demo: DemoFleet | undefined

  const state = (): FleetState => ({ ...current, recent: recent.list() })

  async function become(next: Omit<FleetState, 'recent'>): Promise<FleetState> {
    const ended = demo
    demo = undefined
    current = next
    await ended?.stop()
    changed()
    return state()
  }

  return {
    state,
    require() {
      if (current.fleet !== null) return current.fleet
      const [problem] = current.problems
      if (problem)
        throw new GatehouseError({ code: 'fleet.invalid', detail: `line ${problem.line}, column ${problem.column}: ${problem.message}` })
      throw new GatehouseError({ code: 'fleet.missing', detail: 'nothing is open' })
    },
    async load(path) {
      const absolute = resolve(path)
      const parsed = parseFleet(await readFleetText(absolute))
      if (parsed.ok) recent.add(absolute)
      return become(
        parsed.ok
          ? { path: absolute, demo: false, fleet: parsed.fleet, problems: [] }
          : { path: absolute, demo: false, fleet: null, problems: [...parsed.problems] },
      )
    },
    async add(taken) {
      if (current.path === null) throw new GatehouseError({ code: 'fleet.missing', detail: 'no fleet file is open' })
      const added = await addImported(current.path, taken)
      return { state: await this.load(current.path), added }
    },
    async openDemo() {
      if (startDemo === undefined) throw new GatehouseError({ code: 'fleet.missing', detail: 'this build has no demo fleet' })
      if (demo !== undefined) return state()
      const started = await startDemo()
      const opened = await become({ path: null, demo: true, fleet: started.fleet, problems: [] })
      demo = started
      return opened
    },
    demo: () => demo,
    close: () => become({ ...empty, problems: [] }),
  }
}
