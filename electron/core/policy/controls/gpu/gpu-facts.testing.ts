import type { InferenceService } from '#shared/model/inference-service.ts'
import type { AmdGpu, GpuDetail, GpuHealth } from '../../../facts/gpu-health/gpu-health.ts'
import type { AnyControl } from '../../control.ts'
import { ask, facts, outcomes } from '../proxy/proxy-facts.ts'

/** Test support: GPUs that are sound but for what is said, and what a control says of a host with them. */

export const shown = <T>(value: T) => ({ value, line: 5 })
export const gpu = (more: Partial<GpuDetail> = {}): GpuDetail => ({
  index: 0,
  name: 'NVIDIA H100',
  uuid: 'GPU-1111',
  bus: '00000000:3B:00.0',
  line: 3,
  persistence: shown(true),
  ecc: shown(true),
  uncorrected: shown(0),
  slowdowns: [],
  slowdownsShown: true,
  ...more,
})
export const health = (more: Partial<GpuHealth> = {}): GpuHealth => ({ gpus: [gpu()], processes: [], xids: [], xidLine: 9, ...more })
export const judge = (
  control: AnyControl,
  given: GpuHealth,
  services: readonly InferenceService[] = [],
  more: Readonly<Record<string, unknown>> = {},
) => outcomes(ask(control, facts('', services, { 'gpu-health': given, ...more })))

export const amd = (...gpus: readonly AmdGpu[]): Partial<GpuHealth> => ({ gpus: [], amd: { gpus, processes: [] } })
export const mi300 = (...errors: AmdGpu['errors']): AmdGpu => ({ bus: '0000:c1:00.0', name: '', line: 1, figures: {}, errors })
