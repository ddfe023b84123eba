import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { GpuHealth } from '../../../facts/gpu-health/gpu-health.ts'
import type { Unit } from '../../../facts/units/units.ts'
import { defineControl } from '../../control.ts'
import { hasOtherMaker } from '../gpu/gpu-words.ts'
import { citeUnit } from '../inference/service-words.ts'
import { cudaObstacles } from './cuda-obstacles.ts'
import { judgeUnits, printed } from './unit-subjects.ts'

export default defineControl({
  id: 'inference-unit-gpu-usable',
  item: 'INF-5',
  severity: 'medium',
  title: 'The sandbox of inference servers lets them use the GPU',
  rationale:
    'A sandbox that breaks CUDA is switched off as a whole by whoever has to get the model running at night. Some directives that every hardening guide names are such.',
  steps:
    'DevicePolicy=closed with DeviceAllow=char-nvidia* rw gives the GPU and nothing else; leave out PrivateDevices=, ProcSubset=pid and, for PyTorch, MemoryDenyWriteExecute=.',
  needs: ['services'],
  uses: ['units', 'gpu-health'],
  references: [
    'NIST-800-53:CM-6',
    'CIS-8:4.1',
    'https://github.com/pytorch/pytorch/issues/143651',
    'https://www.freedesktop.org/software/systemd/man/systemd.exec.html',
  ],
  evaluate: ({ services, units, 'gpu-health': health }) =>
    judgeUnits(services, units, (unit, service) => {
      if (health.known && health.value.gpus.length === 0 && !hasOtherMaker(health.value))
        return { status: 'not-applicable', title: 'No GPU was found', reason: 'There is no nvidia-smi, or it found no device.', cite: [] }
      const nvidia = health.known && health.value.gpus.length > 0 && !hasOtherMaker(health.value)
      const standing = cudaObstacles.flatMap(({ property, why }) => {
        const said = why(unit, service, nvidia)
        return said === undefined ? [] : [{ property, why: said }]
      })
      const cite: readonly Citation[] = standing.flatMap(({ property, why }) =>
        citeUnit(unit, property, { token: property, note: `${why}.` }),
      )
      if (standing.length === 0 && !(printed(unit, 'PrivateDevices') && printed(unit, 'DevicePolicy'))) {
        const reason = `systemctl did not print PrivateDevices= and DevicePolicy= of ${unit.id}.`
        return { status: 'not-evaluated', title: "The unit's devices could not be read", reason, cite: [] }
      }
      if (standing.length === 0)
        return {
          status: 'pass',
          title: 'Nothing in the unit hides the GPU',
          reason: `No setting of ${unit.id} is known to break CUDA.`,
          cite: [{ section: 'units', line: unit.lines.DeviceAllow ?? unit.lines.Id ?? 0 }],
        }
      const said = standing.map(({ property, why }) => `${property}= ${why}`).join('; ')
      if (health.known && usesGpu(health.value, service, unit))
        return {
          status: 'pass',
          title: 'The server uses the GPU all the same',
          reason: `${unit.id}: ${said}; nvidia-smi shows it on the GPU nevertheless.`,
          cite,
        }
      return {
        status: 'warning',
        title: 'The sandbox breaks CUDA',
        reason: `${unit.id}: ${said}.`,
        cite,
      }
    }),
})

const usesGpu = ({ processes }: GpuHealth, { pids }: InferenceService, unit: Unit): boolean =>
  processes.some(({ pid, cgroup }) => pids.includes(pid) || (cgroup ?? '').split('/').includes(unit.id))
