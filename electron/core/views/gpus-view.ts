import type { Gpu } from '#shared/model/gpu.ts'
import type { GpuState, GpuUser, HostGpus } from '#shared/model/host-gpus.ts'
import { engineNames } from '#shared/model/inference-service.ts'
import { uncorrectedOf } from '../facts/gpu-health/amd-figures.ts'
import type { AmdGpu, GpuDetail, GpuHealth, GpuProcess } from '../facts/gpu-health/gpu-health.ts'
import { gpuProcessSubject, traceGpuProcess } from '../policy/controls/gpu/gpu-process-trace.ts'
import { hasAmd, processesKeptBack, sameBus } from '../policy/controls/gpu/gpu-words.ts'
import { gapsOf, openAndPassing, proofAt, verdictOf } from './rows.ts'
import type { ViewSources } from './view-sources.ts'

/** GPUs from both questions to nvidia-smi and from the driver of AMD, and every process on them with what it belongs to. Pure. */
export function hostGpus(sources: ViewSources): HostGpus {
  const { facts } = sources
  const figures = facts.gpus.known ? facts.gpus.value : []
  const health = facts['gpu-health'].known ? facts['gpu-health'].value : undefined
  const uuids = [...new Set([...figures, ...(health?.gpus ?? [])].map(({ uuid }) => uuid))]
  const keptBack = (health?.gpus ?? []).flatMap((gpu) => processesKeptBack(gpu) ?? [])
  const ofNvidia = uuids.map((uuid) => gpuState(uuid, figures, health, sources))
  const gpus = [...ofNvidia, ...(health?.amd?.gpus ?? []).map((gpu, at) => amdState(gpu, at, sources))]
  return {
    driver: figures[0]?.driverVersion ?? (facts.packages.known ? facts.packages.value.driver?.version : undefined),
    cuda: health?.cuda?.value,
    gpus,
    users: [...(health?.processes ?? []), ...(health?.amd?.processes ?? [])].map((process) => gpuUser(process, gpus, sources)),
    ...(gpus.length === 0 && facts.gpus.known && { none: whyNone(sources, health) }),
    usersKnown: health !== undefined && keptBack.length === 0,
    gaps: [
      ...gapsOf([facts.gpus, facts['gpu-health']], sources, {
        'gpu-health': 'Kernel log: sudo refused dmesg, so faults that the driver wrote there (Xid) are not known',
      }),
      ...keptBack.map((reason) => ({ reason, sudoers: [] })),
    ],
  }
}

function whyNone({ outputs }: ViewSources, health: GpuHealth | undefined): HostGpus['none'] {
  if (health !== undefined && hasAmd(health)) return 'amd-only'
  if (health?.otherMaker !== undefined) return 'other-maker'
  return outputs.get('gpus')?.state === 'missing' ? 'no-tool' : 'no-device'
}

function gpuState(uuid: string, figures: readonly Gpu[], health: GpuHealth | undefined, sources: ViewSources): GpuState {
  const figure = figures.find((one) => one.uuid === uuid)
  const detail: GpuDetail | undefined = health?.gpus.find((one) => one.uuid === uuid)
  return {
    uuid,
    vendor: 'nvidia',
    index: figure?.index ?? detail?.index ?? 0,
    name: figure?.name ?? detail?.name ?? '',
    utilizationPercent: figure?.utilizationPercent,
    memoryUsedMiB: figure?.memoryUsedMiB,
    memoryTotalMiB: figure?.memoryTotalMiB,
    temperatureC: figure?.temperatureC,
    powerDrawW: figure?.powerDrawW,
    powerLimitW: figure?.powerLimitW,
    persistence: detail?.persistence?.value,
    mig: detail?.mig?.value,
    ecc: detail?.ecc?.value,
    uncorrectedErrors: detail?.uncorrected?.value ?? figure?.eccUncorrected,
    remapPending: detail?.remapPending?.value,
    remapFailed: detail?.remapFailed?.value,
    recovery: detail?.recovery?.value,
    slowdowns: detail?.slowdowns.map(({ value }) => value) ?? [],
    powerCapped: detail?.powerCapped?.value,
    xids: health?.xids?.filter(({ bus }) => detail !== undefined && sameBus(bus, detail.bus)).map(({ code, text }) => ({ code, text })),
    proof: figure ? proofAt(sources, 'gpus', rowOf(uuid, sources)) : detail && proofAt(sources, 'gpu-health', detail.line),
    ...openAndPassing(sources.findings.filter(({ subject }) => subject === uuid)),
  }
}

/** By the order of its bus, as amd-smi counts. */
function amdState(gpu: AmdGpu, index: number, sources: ViewSources): GpuState {
  const { bus, name, line, figures, throttled } = gpu
  return {
    uuid: bus,
    vendor: 'amd',
    index,
    name,
    ...figures,
    uncorrectedErrors: uncorrectedOf(gpu),
    slowdowns: [],
    throttled: throttled?.value,
    proof: proofAt(sources, 'gpu-health', line),
    ...openAndPassing(sources.findings.filter(({ subject }) => subject === bus)),
  }
}

const rowOf = (uuid: string, { outputs }: ViewSources): number =>
  (outputs.get('gpus')?.stdout ?? '').split('\n').findIndex((row) => row.includes(uuid)) + 1

function gpuUser(process: GpuProcess, gpus: readonly GpuState[], sources: ViewSources): GpuUser {
  const { facts, findings } = sources
  const services = facts.services.known ? facts.services.value : []
  const trace = traceGpuProcess(process, { ...facts, services })
  const subject = gpuProcessSubject(process)
  const finding = findings.find((one) => one.control === 'gpu-processes-known' && one.subject === subject)
  const seen = facts.processes.known ? facts.processes.value.find(({ pid }) => pid === process.pid) : undefined
  return {
    id: `${process.gpu} ${process.pid} ${process.line}`,
    pid: process.pid,
    name: process.name,
    gpu: gpus.find(({ uuid }) => uuid === process.gpu)?.index,
    memoryMiB: process.memoryMiB,
    account: trace.account,
    unit: trace.unit,
    container: trace.container?.name ?? trace.containerId?.slice(0, 12),
    placed: trace.placed,
    belongsTo: trace.service
      ? { kind: 'service', name: `${engineNames[trace.service.engine]} (${trace.service.id})` }
      : trace.program
        ? { kind: 'service', name: trace.program.name }
        : trace.tool
          ? { kind: 'tool' }
          : undefined,
    command: [...(seen?.argv ?? [])],
    proof: proofAt(sources, 'gpu-health', process.line),
    verdict: finding && verdictOf(finding),
  }
}
