import { basename } from 'node:path/posix'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { candidatePattern } from '../processes/candidates.ts'
import { containerOfUnit } from '../services/container-run.ts'
import { recogniseStart } from '../services/launch.ts'
import { unwrap } from '../services/launchers.ts'
import type { Unit } from '../units/units.ts'
import { frontNamed } from './front-programs.ts'
import { recogniseProgram } from './recognise-program.ts'

const names = new RegExp(candidatePattern, 'i')
/** Programs of the engines themselves, which their words say are no servers (`ollama pull`), and others that only talk to one or tell of it. */
const others = /^(?:ollama|vllm|llama(?:-[\w-]+)?|local-?ai|nginx|ssh|autossh|curl|wget|rsync|journalctl|tail|logger|systemctl)$|exporter/i

/**
 * Units that name an engine and start something that does not say what it is, as a script or `docker compose`, and do not run now: what they start when they run is
 * found by its process, until then nothing tells. Units that do their work once (Type=oneshot) start no server.
 */
export function unreadStarts(units: readonly Unit[], services: readonly InferenceService[]): readonly Unit[] {
  const known = new Set(services.flatMap(({ unit, madeFrom }) => [unit, madeFrom?.unit]))
  return units.filter((unit) => {
    const { id, activeState, unitFileState, properties, execStart } = unit
    const comes = /^(?:enabled|generated|transient)/.test(unitFileState) || activeState === 'failed' || activeState === 'activating'
    if (!comes || activeState === 'active' || properties.Type === 'oneshot' || known.has(id)) return false
    if (recogniseStart(execStart) || recogniseProgram(execStart) || containerOfUnit(unit) || !execStart.some((word) => names.test(word)))
      return false
    return unwrap(execStart).every(({ words: [program = '', command = ''] }) => {
      const name = basename(program)
      const starts = /^(?:docker|podman)$/.test(name) && /^(?:start|stop|rm|exec|pull|logs|pod)$/.test(command)
      return !others.test(name) && frontNamed(name) === undefined && !starts
    })
  })
}
