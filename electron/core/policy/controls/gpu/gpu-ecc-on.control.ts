import { defineControl } from '../../control.ts'
import { citeGpu, gpuName, judgeGpus } from './gpu-words.ts'

export default defineControl({
  id: 'gpu-ecc-on',
  item: 'MON-3',
  severity: 'medium',
  title: 'ECC is on where the GPU has it',
  rationale:
    'Without ECC a flipped bit in the weights stays until the next load, and nothing counts it. Published Rowhammer attacks on GPU memory ruin a model with one bit, and ECC stops them.',
  steps: 'nvidia-smi --ecc-config=1, then a restart.',
  needs: ['gpu-health'],
  references: ['NIST-800-53:SI-16', 'NIST-800-53:SI-7', 'ISO-27001:A.8.16', 'https://nvidia.custhelp.com/app/answers/detail/a_id/5671'],
  evaluate: ({ 'gpu-health': health }) =>
    judgeGpus(health, 'ECC', (gpu) => {
      if (gpu.memoryUnread) {
        const reason = `nvidia-smi shows ${gpu.memoryUnread.value} where ${gpuName(gpu)} says what its memory does.`
        return { status: 'not-evaluated', title: 'What its memory does was not shown', reason, cite: citeGpu(gpu.memoryUnread.line) }
      }
      if (!gpu.ecc) {
        const reason = `${gpuName(gpu)} shows no ECC mode: workstation and game cards have none.`
        return { status: 'not-applicable', title: 'The GPU has no ECC', reason, cite: citeGpu(gpu.line) }
      }
      return gpu.ecc.value
        ? { status: 'pass', title: 'ECC is on', reason: `${gpuName(gpu)} runs with ECC.`, cite: citeGpu(gpu.ecc.line) }
        : {
            status: 'warning',
            title: 'ECC is off',
            reason: `${gpuName(gpu)} could run with ECC and does not. Expected Enabled.`,
            cite: citeGpu(gpu.ecc.line, 'Disabled', 'Expected Enabled.'),
          }
    }),
})
