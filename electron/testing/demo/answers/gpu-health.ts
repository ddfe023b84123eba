import { type Answer, lines } from '../answer.ts'
import type { DemoHost } from '../demo-host.ts'

/** Section `gpu-health`: the elements of `nvidia-smi -q -x` that are kept, one a line. */
export function gpuHealth(host: DemoHost): Answer {
  if (host.amdCards !== undefined) return lines(host.amdCards.trimEnd().split('\n'))
  if (host.gpus.length === 0) return lines([])
  const servers = host.processes.filter(({ name }) => /^(?:vllm|VLLM|ollama|llama-server|local-ai)/.test(name))
  const element = (name: string, value: string) => `=<${name}>${value}</${name}>`
  return lines([
    '@nvidia-smi 0',
    element('cuda_version', cudaOf(host.gpus[0]?.driver ?? '')),
    ...host.gpus.flatMap((gpu, index) => {
      const ecc = /A100|H100|L40S|Ada Generation/.test(gpu.name)
      return [
        `=<gpu id="00000000:${(0x1b + index * 0x11).toString(16).toUpperCase()}:00.0">`,
        element('product_name', gpu.name),
        element('persistence_mode', keepsDriver(host) ? 'Enabled' : 'Disabled'),
        element('current_mig', 'N/A'),
        element('uuid', gpu.uuid),
        '=<ecc_mode>',
        element('current_ecc', ecc ? 'Enabled' : 'N/A'),
        '=</ecc_mode>',
        '=<volatile>',
        element('dram_uncorrectable', ecc ? '0' : 'N/A'),
        '=</volatile>',
        element('remapped_row_pending', ecc ? 'No' : 'N/A'),
        element('remapped_row_failure', ecc ? 'No' : 'N/A'),
        element('clocks_event_reason_hw_slowdown', gpu.temperatureC > 70 ? 'Active' : 'Not Active'),
        element('clocks_event_reason_hw_thermal_slowdown', gpu.temperatureC > 70 ? 'Active' : 'Not Active'),
        element('clocks_event_reason_sw_power_cap', gpu.utilizationPercent > 90 ? 'Active' : 'Not Active'),
        ...servers.flatMap(({ pid, argv }) => [
          '=<process_info>',
          element('pid', String(pid)),
          element('type', 'C'),
          element('process_name', argv[0] ?? ''),
          element('used_memory', `${Math.round(gpu.memoryUsedMiB / servers.length)} MiB`),
          '=</process_info>',
        ]),
        '=</gpu>',
      ]
    }),
    ...servers.flatMap(({ pid, uid, cgroup }) => [`@process ${pid}`, `=uid ${uid}`, `=cgroup ${cgroup}`]),
    host.sudo ? '@kernel-log 0' : '@kernel-log 126',
  ])
}

/** nvidia-persistenced(1): it sets the mode, unless it is started without. */
const keepsDriver = ({ system, processes }: DemoHost): boolean =>
  system.services.some((row) => row.startsWith('nvidia-persistenced')) &&
  !processes.some(({ argv }) => argv[0]?.endsWith('/nvidia-persistenced') && argv.includes('--no-persistence-mode'))

/** Newest CUDA of a driver branch (docs.nvidia.com/cuda/cuda-toolkit-release-notes, table 3). */
const cudaOf = (driver: string): string => (driver.startsWith('580') ? '13.0' : '12.8')
