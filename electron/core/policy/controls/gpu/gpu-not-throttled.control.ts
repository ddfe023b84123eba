import { defineControl } from '../../control.ts'
import { gpuName, judgeGpus } from './gpu-words.ts'

const words: Readonly<Record<string, string>> = {
  hw_slowdown: 'slowed down by the hardware',
  hw_thermal_slowdown: 'too hot',
  hw_power_brake_slowdown: 'braked by its power supply',
  sw_thermal_slowdown: 'near its heat limit',
}

export default defineControl({
  id: 'gpu-not-throttled',
  item: 'MON-3',
  severity: 'medium',
  title: 'GPUs are not slowed down by heat or power',
  rationale:
    'A card that brakes itself points to a fan, a power supply or a workload that nobody ordered. Answers slow down for everyone, and the hardware ages.',
  steps: 'Look at fans, air and power supply (nvidia-smi -q -d PERFORMANCE,TEMPERATURE,POWER), and at who uses the card.',
  needs: ['gpu-health'],
  references: [
    'NIST-800-53:SI-4',
    'NIST-800-53:PE-14',
    'ISO-27001:A.8.16',
    'https://docs.nvidia.com/deploy/nvml-api/group__nvmlClocksEventReasons.html',
  ],
  evaluate: ({ 'gpu-health': health }) =>
    judgeGpus(health, 'Throttling', (gpu) =>
      gpu.slowdowns.length === 0 && !gpu.slowdownsShown
        ? {
            status: 'not-evaluated',
            title: 'What holds its clocks was not shown',
            reason: `nvidia-smi does not say of each reason whether it slows ${gpuName(gpu)} down.`,
            cite: [{ section: 'gpu-health', line: gpu.line }],
          }
        : gpu.slowdowns.length === 0
          ? {
              status: 'pass',
              title: 'Clocks are not held down',
              reason: `${gpuName(gpu)} reports no slowdown by heat or power.`,
              cite: [{ section: 'gpu-health', line: gpu.line }],
            }
          : {
              status: 'warning',
              title: 'Heat or power slows the GPU down',
              reason: `${gpuName(gpu)} is ${gpu.slowdowns.map(({ value }) => words[value] ?? value).join(', ')} at this moment.`,
              cite: gpu.slowdowns.map(({ value, line }) => ({ section: 'gpu-health', line, token: value, note: 'Expected Not Active.' })),
            },
    ),
})
