import { defineControl, type Verdict } from '../../control.ts'
import { type Exporter, exportersOf } from './exporters.ts'
import { hasAmd, makerUnread } from './gpu-words.ts'

export default defineControl({
  id: 'gpu-metrics-collected',
  item: 'MON-3',
  severity: 'medium',
  title: 'GPU utilisation is exported for monitoring',
  rationale:
    'A miner beside the model, a model loaded at night and a dying card all show in utilisation, memory and temperature over time. Without an exporter nobody has these curves.',
  steps: 'dcgm-exporter bound to the management address, or an agent such as Telegraf with its nvidia_smi input.',
  needs: ['gpu-health', 'processes'],
  uses: ['containers', 'os'],
  references: ['NIST-800-53:SI-4', 'NIST-800-53:AU-6', 'CIS-8:8.11', 'ISO-27001:A.8.16', 'https://github.com/NVIDIA/dcgm-exporter'],
  evaluate: ({ 'gpu-health': health, processes, containers, os }): readonly Verdict[] => {
    if (health.gpus.length === 0 && !hasAmd(health))
      return (
        makerUnread(health, 'Figures') ?? [
          {
            status: 'not-applicable',
            subject: '',
            title: 'No GPU was found',
            reason: 'There is no nvidia-smi, or it found no device.',
            cite: [],
          },
        ]
      )
    const found = exportersOf(processes, containers.known ? containers.value.containers : [], os.known ? (os.value.services ?? []) : [])
    const sure = found.filter((one) => one.sure)
    if (sure.length > 0) {
      const reason = `${namesOf(sure)} ${sure.length === 1 ? 'runs' : 'run'}.`
      return [
        { status: 'pass', subject: '', title: 'An exporter of GPU figures runs', reason, cite: sure.slice(0, 4).map(({ cite }) => cite) },
      ]
    }
    if (!containers.known)
      return [
        {
          status: 'not-evaluated',
          subject: '',
          title: 'Containers could not be searched',
          reason: `No exporter among processes and units, and ${containers.reason}.`,
          hint: containers.hint,
          cite: [],
        },
      ]
    if (found.length > 0) {
      const reason = `${namesOf(found)} ${found.length === 1 ? 'runs, and exports' : 'run, and export'} GPU figures where an input for them is switched on. That configuration is not read: a person has to confirm.`
      return [
        {
          status: 'needs-attestation',
          subject: '',
          title: 'An agent runs that may export GPU figures',
          reason,
          cite: found.slice(0, 4).map(({ cite }) => cite),
        },
      ]
    }
    return [
      {
        status: 'warning',
        subject: '',
        title: 'Nothing exports GPU figures',
        reason: 'Neither dcgm-exporter nor another agent that reads GPUs runs here. Expected one that a monitoring system asks.',
        cite: [{ section: 'processes', line: 0 }],
      },
    ]
  },
})

const namesOf = (found: readonly Exporter[]): string =>
  found
    .map(({ name }) => name)
    .slice(0, 4)
    .join(', ')
