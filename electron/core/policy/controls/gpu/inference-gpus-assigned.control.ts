import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { GpuDetail } from '../../../facts/gpu-health/gpu-health.ts'
import type { Unit } from '../../../facts/units/units.ts'
import { splitQuoted } from '../../../facts/units/words.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { noServices, serviceName } from '../inference/service-words.ts'
import { amdUnread } from './gpu-words.ts'

export default defineControl({
  id: 'inference-gpus-assigned',
  item: 'MON-3',
  severity: 'low',
  title: 'Inference servers that share a host have GPUs of their own',
  rationale:
    'Two servers on one GPU take each other’s memory, and a server that was taken over reaches the weights of its neighbour through the same driver. Visible devices say which GPU is whose, so that its load can be told apart.',
  needs: ['services', 'gpu-health'],
  uses: ['units'],
  references: [
    'NIST-800-53:SC-4',
    'NIST-800-53:SC-6',
    'ISO-27001:A.8.6',
    'OWASP-LLM:LLM10',
    'https://docs.nvidia.com/cuda/cuda-c-programming-guide/index.html',
  ],
  evaluate: ({ services, 'gpu-health': health, units }): readonly Verdict[] => {
    const { gpus } = health
    if (services.length === 0) return noServices
    const running = services.filter(({ running: runs }) => runs)
    if (gpus.length === 0)
      return amdUnread(health, 'Users') ?? [notApplicable('No NVIDIA GPU was found', 'There is no nvidia-smi, or it found no device.')]
    if (running.length < 2)
      return [notApplicable('One server has the GPUs to itself', `${running.length} inference server runs beside ${gpus.length} GPUs.`)]
    const claims = running.map((service) => ({ service, claim: claimOf(service, units, gpus) }))
    return claims.map(({ service, claim }) => {
      const base = { subject: service.id }
      const name = serviceName(service)
      if (claim === 'unknown')
        return {
          ...base,
          status: 'not-evaluated',
          title: "The server's GPUs could not be read",
          reason: `The environment of ${name} could not be read to its end.`,
          cite: [],
        }
      if (claim === 'all')
        return {
          ...base,
          status: 'warning',
          title: 'The server sees every GPU',
          reason: `${name} sets neither CUDA_VISIBLE_DEVICES nor NVIDIA_VISIBLE_DEVICES, and ${running.length - 1} other servers run here.`,
          hint: `CUDA_VISIBLE_DEVICES=GPU-<uuid> in the unit, or ${service.madeFrom?.quadlet ? `AddDevice=nvidia.com/gpu=<uuid> in ${service.madeFrom.path}` : '--gpus for a container'}.`,
          cite: [],
        }
      const other = claims.find(
        (one) => one.service !== service && typeof one.claim === 'object' && one.claim.gpus.some((gpu) => claim.gpus.includes(gpu)),
      )
      if (other)
        return {
          ...base,
          status: 'warning',
          title: 'Two servers share a GPU',
          reason: `${name} and ${serviceName(other.service)} both use GPU ${claim.gpus.filter((gpu) => (other.claim as Claim).gpus.includes(gpu)).join(', ')}.`,
          cite: claim.cite,
        }
      return {
        ...base,
        status: 'pass',
        title: 'The server has GPUs of its own',
        reason: `${name} sees GPU ${claim.gpus.join(', ') || 'none'} of ${gpus.length}.`,
        cite: claim.cite,
      }
    })
  },
})

interface Claim {
  readonly gpus: readonly number[]
  readonly cite: readonly Citation[]
}

const notApplicable = (title: string, reason: string): Verdict => ({ status: 'not-applicable', subject: '', title, reason, cite: [] })

/** What a server may see: the device list of its unit, then CUDA_VISIBLE_DEVICES; an entry that does not exist ends the list, as in CUDA. */
function claimOf(service: InferenceService, units: FactResult<readonly Unit[]>, gpus: readonly GpuDetail[]): Claim | 'all' | 'unknown' {
  const unit = units.known ? units.value.find(({ id }) => id === service.unit) : undefined
  const devices = splitQuoted(unit?.properties.DeviceAllow ?? '').flatMap((word) => /^\/dev\/nvidia(\d+)$/.exec(word)?.[1] ?? [])
  const line = unit?.lines.DeviceAllow
  if (devices.length > 0 && !/char-nvidia/.test(unit?.properties.DeviceAllow ?? ''))
    return { gpus: devices.map(Number), cite: line ? [{ section: 'units', line }] : [] }
  const name = ['CUDA_VISIBLE_DEVICES', 'NVIDIA_VISIBLE_DEVICES'].find((one) => service.environment?.[one] !== undefined)
  const value = name && service.environment?.[name]
  if (name === undefined || value === undefined) {
    // What a container sees shows in an environment that only root of its engine reads.
    if (!service.environment || service.how === 'container' || (unit && !unit.environmentComplete)) return 'unknown'
    return 'all'
  }
  if (value === 'all') return 'all'
  const at = unit?.lines[`Environment:${name}`]
  const seen: number[] = []
  for (const word of value.split(',').map((one) => one.trim())) {
    const gpu = gpus.find(
      ({ index, uuid }) => word === `${index}` || (word.length > 4 && uuid.toLowerCase().startsWith(word.toLowerCase())),
    )
    if (!gpu) break
    seen.push(gpu.index)
  }
  return { gpus: seen, cite: at ? [{ section: 'units', line: at, token: name }] : [] }
}
