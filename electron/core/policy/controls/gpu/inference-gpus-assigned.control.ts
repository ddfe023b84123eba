import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { Containers } from '../../../facts/containers/containers.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { GpuDetail, GpuHealth } from '../../../facts/gpu-health/gpu-health.ts'
import type { Program } from '../../../facts/programs/programs.ts'
import { containerOfUnit } from '../../../facts/services/container-run.ts'
import type { Unit } from '../../../facts/units/units.ts'
import { splitQuoted } from '../../../facts/units/words.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { noServices, serviceName } from '../inference/service-words.ts'
import { programName } from '../programs/program-words.ts'
import { makerUnread } from './gpu-words.ts'

export default defineControl({
  id: 'inference-gpus-assigned',
  item: 'MON-3',
  severity: 'low',
  title: 'Inference servers that share a host have GPUs of their own',
  rationale:
    'Two servers on one GPU take each other’s memory, and a server that was taken over reaches the weights of its neighbour through the same driver. Visible devices say which GPU is whose, so that its load can be told apart.',
  steps: 'Give each server GPUs of its own: CUDA_VISIBLE_DEVICES in its unit, --gpus or AddDevice= for a container.',
  needs: ['services', 'gpu-health'],
  uses: ['units', 'containers', 'programs'],
  references: [
    'NIST-800-53:SC-4',
    'NIST-800-53:SC-6',
    'ISO-27001:A.8.6',
    'OWASP-LLM:LLM10',
    'https://docs.nvidia.com/cuda/cuda-c-programming-guide/index.html',
  ],
  evaluate: ({ services, 'gpu-health': health, units, containers, programs }): readonly Verdict[] => {
    const { gpus } = health
    if (services.length === 0) return noServices
    const running = services.filter(({ running: runs }) => runs)
    if (gpus.length === 0)
      return makerUnread(health, 'Users') ?? [notApplicable('No NVIDIA GPU was found', 'There is no nvidia-smi, or it found no device.')]
    const seated = programs.known ? programs.value.flatMap((program) => seatsOf(program, health)) : []
    const beside = running.length - 1 + new Set(seated.map(({ program }) => program)).size
    if (running.length === 0 || beside === 0)
      return [notApplicable('One server has the GPUs to itself', `${running.length} inference server runs beside ${gpus.length} GPUs.`)]
    const claims = running.map((service) => ({ service, claim: claimOf(service, { units, containers }, gpus) }))
    return claims.map(({ service, claim }) => {
      const base = { subject: service.id }
      const name = serviceName(service)
      if (claim === 'unknown')
        return {
          ...base,
          status: 'not-evaluated',
          title: "The server's GPUs could not be read",
          reason: namesParts(service)
            ? `CUDA_VISIBLE_DEVICES of ${name} names a part of a card (MIG). Whose parts they are is not read.`
            : service.how === 'container'
              ? `Which GPUs the container of ${name} was given is not known: neither its devices nor its variables say.`
              : `The environment of ${name} could not be read to its end.`,
          cite: [],
        }
      if (claim === 'all')
        return {
          ...base,
          status: 'warning',
          title: 'The server sees every GPU',
          reason:
            service.how === 'container'
              ? `The container of ${name} was given all GPUs, and ${beside} other servers run here.`
              : `${name} does not set CUDA_VISIBLE_DEVICES, and ${beside} other servers run here.`,
          hint: `CUDA_VISIBLE_DEVICES=GPU-<uuid> in the unit, or ${service.madeFrom?.quadlet ? `AddDevice=nvidia.com/gpu=<uuid> in ${service.madeFrom.path}` : '--gpus for a container'}.`,
          cite: [],
        }
      const counted = {
        ...base,
        status: 'not-evaluated',
        title: 'Which cards the numbers mean is not known',
        reason: `The cards differ, and CUDA counts the fastest first, where nvidia-smi goes by the bus: which of them ${name} and the servers beside it may use cannot be told. Expected CUDA_DEVICE_ORDER=PCI_BUS_ID, or UUIDs.`,
        hint: 'CUDA_DEVICE_ORDER=PCI_BUS_ID beside CUDA_VISIBLE_DEVICES, or CUDA_VISIBLE_DEVICES=GPU-<uuid>.',
      } as const
      if (claim === 'counted') return { ...counted, cite: [] }
      const others = claims.flatMap((one) =>
        one.service !== service && typeof one.claim === 'object' ? [{ service: one.service, claim: one.claim }] : [],
      )
      const other = others.find((one) => one.claim.byCuda === claim.byCuda && one.claim.gpus.some((gpu) => claim.gpus.includes(gpu)))
      if (other)
        return {
          ...base,
          status: 'warning',
          title: 'Two servers share a GPU',
          reason: `${name} and ${serviceName(other.service)} both use GPU ${claim.gpus.filter((gpu) => other.claim.gpus.includes(gpu)).join(', ')}${claim.byCuda ? ' by the count of CUDA' : ''}.`,
          cite: claim.cite,
        }
      const isCounted = others.some((one) => one.claim.byCuda !== claim.byCuda && one.claim.gpus.length > 0)
      if (claim.gpus.length > 0 && (isCounted || (claim.byCuda && seated.length > 0))) return { ...counted, cite: claim.cite }
      const seat = seated.find(({ gpu }) => claim.gpus.includes(gpu))
      if (seat)
        return {
          ...base,
          status: 'warning',
          title: 'Two servers share a GPU',
          reason: `${name} may use GPU ${seat.gpu}, and ${programName(seat.program)} is on it.`,
          cite: [...claim.cite, { section: 'gpu-health', line: seat.line }],
        }
      return {
        ...base,
        status: 'pass',
        title: 'The server has GPUs of its own',
        reason: `${name} sees GPU ${claim.gpus.join(', ') || 'none'} of ${gpus.length}${claim.byCuda ? ' by the count of CUDA' : ''}.`,
        cite: claim.cite,
      }
    })
  },
})

/** GPUs that a server beside the engines (SGLang, Triton, …) is on: what it might use beyond them is not read. */
const seatsOf = (program: Program, { gpus, processes }: GpuHealth) =>
  program.kind !== 'inference'
    ? []
    : processes.flatMap(({ pid, gpu: uuid, line }) => {
        const gpu = program.pids.includes(pid) ? gpus.find((one) => one.uuid === uuid)?.index : undefined
        return gpu === undefined ? [] : [{ program, gpu, line }]
      })

interface Around {
  readonly units: FactResult<readonly Unit[]>
  readonly containers: FactResult<Containers>
}

interface Claim {
  readonly gpus: readonly number[]
  readonly cite: readonly Citation[]
  /**
   * CUDA counts the fastest card first unless it is told to go by the bus, as nvidia-smi does (CUDA C++ programming guide, CUDA_DEVICE_ORDER): of different cards these numbers do not
   * tell which they are, and are compared with each other alone.
   */
  readonly byCuda?: true
}

const notApplicable = (title: string, reason: string): Verdict => ({ status: 'not-applicable', subject: '', title, reason, cite: [] })

/** `MIG-…`, and `MIG-GPU-…/7/0` of drivers before 470. */
const namesParts = ({ environment }: InferenceService): boolean => /(?:^|,)\s*MIG-/i.test(environment?.CUDA_VISIBLE_DEVICES ?? '')

/** What a server may see: the device list of its unit, or what its container was given; of that what CUDA_VISIBLE_DEVICES names. */
function claimOf(service: InferenceService, around: Around, gpus: readonly GpuDetail[]): Claim | 'all' | 'unknown' | 'counted' {
  const { units } = around
  const unit = units.known ? units.value.find(({ id }) => id === service.unit) : undefined
  const devices = splitQuoted(unit?.properties.DeviceAllow ?? '').flatMap((word) => /^\/dev\/nvidia(\d+)$/.exec(word)?.[1] ?? [])
  const line = unit?.lines.DeviceAllow
  if (devices.length > 0 && !/char-nvidia/.test(unit?.properties.DeviceAllow ?? ''))
    return { gpus: devices.map(Number), cite: line ? [{ section: 'units', line }] : [] }
  const handed = service.how === 'container' ? givenTo(service, around, gpus) : gpus
  // In whatever order they were named, CUDA counts them in its own.
  const given = handed?.toSorted((one, other) => one.index - other.index)
  const value = service.environment?.CUDA_VISIBLE_DEVICES
  if (value === undefined) {
    if (service.how === 'container')
      return given === undefined ? 'unknown' : handed === gpus ? 'all' : { gpus: given.map(({ index }) => index), cite: [] }
    return service.environment && (!unit || unit.environmentComplete) ? 'all' : 'unknown'
  }
  if (value === 'all') return 'all'
  if (namesParts(service)) return 'unknown'
  const named = value.split(',').map((one) => one.trim())
  // Which card is the first in a container, what it was given decides.
  if (given === undefined && named.some((word) => !/^GPU-/i.test(word))) return 'unknown'
  const at = unit?.lines['Environment:CUDA_VISIBLE_DEVICES']
  const cite = at ? [{ section: 'units', line: at, token: 'CUDA_VISIBLE_DEVICES' }] : []
  const within = given ?? gpus
  const found = listed(named, within, (word) => within[Number(word)]).map(({ index }) => index)
  const numbers = named.filter((word) => /^\d+$/.test(word)).length
  const isCertain =
    numbers === 0 || service.environment?.CUDA_DEVICE_ORDER === 'PCI_BUS_ID' || new Set(within.map((gpu) => gpu.name)).size < 2
  if (isCertain || new Set(found).size === within.length || found.length === 0) return { gpus: found, cite }
  return within.length === gpus.length && numbers === named.length ? { gpus: found, cite, byCuda: true } : 'counted'
}

/** By UUID, or by number; an entry that does not exist ends the list, as in CUDA. */
function listed(
  words: readonly string[],
  gpus: readonly GpuDetail[],
  byNumber: (word: string) => GpuDetail | undefined,
): readonly GpuDetail[] {
  const found: GpuDetail[] = []
  for (const word of words) {
    const gpu = /^\d+$/.test(word)
      ? byNumber(word)
      : gpus.find(({ uuid }) => word.length > 4 && uuid.toLowerCase().startsWith(word.toLowerCase()))
    if (!gpu) break
    found.push(gpu)
  }
  return found
}

/**
 * GPUs that its runtime gave to a container: by names of the Container Device Interface (`--device nvidia.com/gpu=0`, `=GPU-…`, `=all`) and device nodes, else by what NVIDIA's
 * runtime is told. Where CDI is used the image's variable is replaced by `void`, which says nothing of what was given (docs.nvidia.com, container-toolkit: CDI support). Outside of containers
 * NVIDIA_VISIBLE_DEVICES means nothing. Undefined where that is not known.
 */
function givenTo(service: InferenceService, { units, containers }: Around, gpus: readonly GpuDetail[]): readonly GpuDetail[] | undefined {
  const container = containers.known ? containers.value.containers.find(({ name }) => name === service.container) : undefined
  const maker = units.known ? units.value.find(({ id }) => id === service.madeFrom?.unit) : undefined
  const made = container?.inspected || !maker ? container : containerOfUnit(maker)
  if (made?.privileged) return gpus
  const byNumber = (word: string) => gpus.find(({ index }) => index === Number(word))
  // What `--gpus` names takes the place of the image's own variable.
  const names = [
    ...(made?.gpus ?? []).map((name) => name.replace(/^nvidia\.com\/gpu=/, '')),
    ...(made?.devices ?? []).flatMap((path) => /^(?:nvidia\.com\/gpu=|\/dev\/nvidia(?=\d))(.+)$/.exec(path)?.[1] ?? []),
  ]
  if (names.includes('all')) return gpus
  const told = names.length > 0 ? names : service.environment?.NVIDIA_VISIBLE_DEVICES?.split(',').map((one) => one.trim())
  if (told?.length === 1 && told[0] === 'all') return gpus
  const found = listed(told ?? [], gpus, byNumber)
  // A part of a card (MIG), `none`, `void`.
  return told === undefined || found.length < told.length ? undefined : found
}
