import { command, type SectionSpec } from '../../probe/section.ts'

/** In the order in which `parse.ts` reads them. All are known to every nvidia-smi since R418. */
export const gpuFields = [
  'index',
  'name',
  'uuid',
  'driver_version',
  'utilization.gpu',
  'memory.used',
  'memory.total',
  'temperature.gpu',
  'power.draw',
  'power.limit',
  'ecc.errors.uncorrected.volatile.total',
] as const

const gpus = command({
  id: 'gpus',
  expectedMs: 150,
  waits: true,
  argv: ['/usr/bin/nvidia-smi', `--query-gpu=${gpuFields.join(',')}`, '--format=csv,noheader,nounits'],
  alternatives: ['/usr/local/bin/nvidia-smi', '/usr/local/nvidia/bin/nvidia-smi', '/opt/bin/nvidia-smi', '/usr/lib/wsl/lib/nvidia-smi'],
  privilege: 'none',
})

/** Cards, drivers and memory as nvidia-smi tells them; silent where it is not there. */
export const collectGpus = (): readonly SectionSpec[] => [gpus]
