import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Container, Containers } from '../../../facts/containers/containers.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { GpuProcess } from '../../../facts/gpu-health/gpu-health.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import { containerIdOf, unitOf } from '../../../facts/services/placement.ts'
import { defineControl, type Verdict } from '../../control.ts'

/** Programs of NVIDIA that watch GPUs, and display servers. */
const tools = /^(?:nvidia-smi|nvidia-persiste.*|nv-hostengine|dcgm-exporter|dcgmi|nvidia-cuda-mps.*|nvidia_gpu_expor.*)$/
/** Where programs of the system do not lie. */
const suspicious = /^(?:\/tmp|\/var\/tmp|\/dev\/shm|\/run\/user)\/|\(deleted\)|(?:^|\/)\.[^/]+\/|xmrig|miner|ethash|trex|nbminer|lolminer/i

export default defineControl({
  id: 'gpu-processes-known',
  item: 'MON-3',
  severity: 'high',
  title: 'Every process on a GPU belongs to a known inference server',
  rationale:
    'Miners and private models hide where the expensive hardware is. Each GPU process is traced to its unit, container and account; what belongs to none of the inference servers is named.',
  needs: ['gpu-health', 'services'],
  uses: ['processes', 'containers', 'accounts'],
  references: ['NIST-800-53:SI-4', 'NIST-800-53:CM-11', 'CIS-8:2.3', 'ISO-27001:A.8.16'],
  evaluate: ({ 'gpu-health': health, services, processes, containers, accounts }): readonly Verdict[] => {
    if (health.gpus.length === 0)
      return [
        {
          status: 'not-applicable',
          subject: '',
          title: 'No NVIDIA GPU was found',
          reason: 'There is no nvidia-smi, or it found no device.',
          cite: [],
        },
      ]
    const known = accounts.known ? accounts.value.accounts : []
    const strangers = new Map<number, Verdict>()
    let ours = 0
    for (const process of health.processes) {
      const seen = processes.known ? processes.value.find(({ pid }) => pid === process.pid) : undefined
      const trace = traceOf(process, seen, containers)
      if (belongs(process, trace, services) || tools.test(seen?.name ?? process.name.slice(process.name.lastIndexOf('/') + 1))) {
        ours++
        continue
      }
      const account =
        known.find(({ uid }) => uid === process.uid)?.name ?? seen?.user ?? (process.uid === undefined ? undefined : `uid ${process.uid}`)
      strangers.set(process.pid, stranger(process, trace, account, strangers.get(process.pid)))
    }
    if (strangers.size > 0) return [...strangers.values()]
    const reason =
      health.processes.length === 0
        ? 'No process uses a GPU now.'
        : `${ours} entries of nvidia-smi belong to known inference servers or tools.`
    return [
      {
        status: 'pass',
        subject: '',
        title: 'Every GPU process is known',
        reason,
        cite: [{ section: 'gpu-health', line: health.processes[0]?.line ?? health.gpus[0]?.line ?? 0 }],
      },
    ]
  },
})

interface Trace {
  readonly unit?: string | undefined
  readonly container?: Container | undefined
  readonly containerId?: string | undefined
}

function traceOf(process: GpuProcess, seen: Process | undefined, containers: FactResult<Containers>): Trace {
  const cgroup = process.cgroup ?? seen?.cgroup
  const containerId = containerIdOf(cgroup)
  const container =
    containers.known && containerId
      ? containers.value.containers.find(({ id }) => id === containerId || containerId.startsWith(id))
      : undefined
  return { unit: unitOf({ cgroup }), container, containerId }
}

/** One of its processes, or anything in its unit or container. */
const belongs = ({ pid }: GpuProcess, { unit, container }: Trace, services: readonly InferenceService[]): boolean =>
  services.some(
    (service) =>
      service.pids.includes(pid) ||
      (unit !== undefined && service.unit === unit) ||
      (container !== undefined && service.container === container.name),
  )

function stranger(process: GpuProcess, trace: Trace, account: string | undefined, before: Verdict | undefined): Verdict {
  if (before) return before
  const where = trace.container
    ? `container ${trace.container.name} (${trace.container.image})`
    : trace.containerId
      ? `container ${trace.containerId.slice(0, 12)}`
      : trace.unit
        ? `unit ${trace.unit}`
        : process.cgroup
          ? 'no unit and no container'
          : 'an unknown place'
  const subject = `${process.name || 'process'} (${process.pid})`
  const cite = [{ section: 'gpu-health', line: process.line, token: `${process.pid}`, note: 'Belongs to no inference server.' }]
  const memory = process.memoryMiB === undefined ? '' : `, with ${process.memoryMiB} MiB`
  const reason = `Process ${process.pid} (${process.name || 'no name'}) of ${account ?? 'an unknown account'} uses GPU ${process.gpu.slice(0, 12)}…${memory}; it runs in ${where}.`
  if (/^\[.*\]$/.test(process.name) && process.uid === undefined)
    return { status: 'not-evaluated', subject, title: 'A GPU process could not be seen', reason, cite }
  const bad = suspicious.test(process.name)
  return {
    status: bad ? 'fail' : 'warning',
    subject,
    title: bad ? 'A suspicious program uses a GPU' : 'A GPU process is no inference server',
    ...(bad ? { severity: 'critical' as const } : {}),
    reason,
    cite,
  }
}
