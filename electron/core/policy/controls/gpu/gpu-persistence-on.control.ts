import { defineControl } from '../../control.ts'
import { citeGpu, gpuName, judgeGpus } from './gpu-words.ts'

export default defineControl({
  id: 'gpu-persistence-on',
  item: 'MON-3',
  severity: 'low',
  title: 'The driver stays loaded while nobody uses the GPU',
  rationale:
    'Without persistence the driver forgets error counts, ECC state and power limits each time the last program ends. A fault of the night is gone by the morning.',
  needs: ['gpu-health'],
  remediation: { template: 'gpu-persistence' },
  references: ['NIST-800-53:SI-4', 'ISO-27001:A.8.16', 'https://docs.nvidia.com/deploy/driver-persistence/index.html'],
  evaluate: ({ 'gpu-health': health }) =>
    judgeGpus(health, 'Persistence', (gpu) => {
      if (!gpu.persistence)
        return {
          status: 'not-evaluated',
          title: 'Persistence was not shown',
          reason: `nvidia-smi does not say whether ${gpuName(gpu)} keeps its driver.`,
          cite: citeGpu(gpu.line),
        }
      return gpu.persistence.value
        ? {
            status: 'pass',
            title: 'The driver stays loaded',
            reason: `${gpuName(gpu)} is in persistence mode.`,
            cite: citeGpu(gpu.persistence.line),
          }
        : {
            status: 'warning',
            title: 'The driver is unloaded when idle',
            reason: `${gpuName(gpu)} is not in persistence mode. Expected nvidia-persistenced.`,
            hint: 'systemctl enable --now nvidia-persistenced',
            cite: citeGpu(gpu.persistence.line, 'Disabled', 'Expected Enabled.'),
          }
    }),
})
