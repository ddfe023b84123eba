import { unusable } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import { collectGpuHealth } from './collect.ts'
import { parseGpuHealth } from './parse.ts'

/** What NVIDIA GPUs say about themselves and about who uses them. Without nvidia-smi: no GPUs. */
export const gpuHealthFact: FactDefinition<'gpu-health'> = {
  id: 'gpu-health',
  sections: collectGpuHealth,
  read: ({ section }) => {
    const output = section('gpu-health')
    return unusable(output, 'GPU details') ?? parseGpuHealth(output.stdout)
  },
}
