import type { Gpu } from '#shared/model/gpu.ts'
import type { FactResult } from '../fact.ts'
import type { AmdGpu, GpuHealth } from './gpu-health.ts'

/** Cards of AMD as those of NVIDIA are summed up, in the order of their bus, as amd-smi counts. */
export const amdFigures = (health: FactResult<GpuHealth>): readonly Gpu[] =>
  (health.known ? (health.value.amd?.gpus ?? []) : []).map((gpu, index) => ({
    index,
    name: gpu.name,
    uuid: gpu.bus,
    ...gpu.figures,
    eccUncorrected: uncorrectedOf(gpu),
  }))

/** None is said only where the memory or the whole card is counted. */
export function uncorrectedOf({ errors, allUncorrected }: AmdGpu): number | undefined {
  const counted = errors.reduce((sum, { uncorrected }) => sum + (uncorrected ?? 0), 0)
  const most = Math.max(counted, allUncorrected?.value ?? 0)
  const whole = errors.some(({ part }) => part === 'umc') && errors.every(({ uncorrected }) => uncorrected !== undefined)
  return most > 0 || whole || allUncorrected !== undefined ? most : undefined
}
