import type { GpuProcess } from '../../../facts/gpu-health/gpu-health.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { type GpuProcessTrace, gpuProcessSubject, traceGpuProcess } from './gpu-process-trace.ts'
import { makerUnread, processesKeptBack, processesOfParts } from './gpu-words.ts'

/** Where programs of the system do not lie. */
const suspicious = /^(?:\/tmp|\/var\/tmp|\/dev\/shm|\/run\/user)\/|\(deleted\)|(?:^|\/)\.[^/]+\/|xmrig|miner|ethash|trex|nbminer|lolminer/i

export default defineControl({
  id: 'gpu-processes-known',
  item: 'MON-3',
  severity: 'high',
  title: 'Every process on a GPU belongs to a known inference server',
  rationale:
    'Miners and private models hide where the expensive hardware is. Each GPU process is traced to its unit, container and account; what belongs to none of the inference servers is named.',
  steps: 'Find out who started it. Stop it, or make what belongs here a unit with an account of its own.',
  needs: ['gpu-health', 'services'],
  uses: ['programs', 'processes', 'containers', 'accounts'],
  references: ['NIST-800-53:SI-4', 'NIST-800-53:CM-11', 'CIS-8:2.3', 'ISO-27001:A.8.16'],
  evaluate: ({ 'gpu-health': health, services, programs, processes, containers, accounts }): readonly Verdict[] => {
    const sources = { services, programs, processes, containers, accounts }
    const strangers = new Map<number, Verdict>()
    let ours = 0
    const argvOf = (pid: number) => (processes.known ? processes.value.find((one) => one.pid === pid)?.argv[0] : undefined)
    // The kernel names a process of ROCm by no path.
    const ofAmd = (health.amd?.processes ?? []).map((process) => ({ ...process, name: argvOf(process.pid) ?? process.name }))
    for (const process of [...health.processes, ...ofAmd]) {
      const trace = traceGpuProcess(process, sources)
      if (trace.service || trace.program || trace.tool) ours++
      else if (!strangers.has(process.pid)) strangers.set(process.pid, stranger(process, trace))
    }
    if (strangers.size > 0) return [...strangers.values()]
    const unread = health.amd === undefined ? makerUnread(health, 'Processes') : undefined
    if (unread) return unread
    if (health.gpus.length === 0 && health.amd !== undefined)
      return [
        {
          status: 'not-evaluated',
          subject: '',
          title: 'Not every use of AMD GPUs can be seen',
          reason: `${ofAmd.length === 0 ? 'No process computes' : 'Known servers alone compute'} through ROCm. What uses the GPU through Vulkan or OpenGL was not read.`,
          hint: 'As root: fuser -v /dev/dri/render*',
          cite: [{ section: 'gpu-health', line: ofAmd[0]?.line ?? health.amd.gpus[0]?.line ?? 0 }],
        },
      ]
    if (health.gpus.length === 0)
      return [
        {
          status: 'not-applicable',
          subject: '',
          title: 'No GPU was found',
          reason: 'There is no nvidia-smi, or it found no device, and no driver of AMD.',
          cite: [],
        },
      ]
    const unshown = health.gpus.flatMap((gpu): readonly Verdict[] => {
      const reason = processesKeptBack(gpu) ?? processesOfParts(gpu, health.processes)
      if (reason === undefined) return []
      const cite = [{ section: 'gpu-health', line: gpu.processesUnread?.line ?? gpu.mig?.line ?? gpu.line }]
      const title = 'Processes of the GPU were not shown'
      return [{ status: 'not-evaluated', subject: gpu.uuid, title, reason, hint: 'As root: fuser -v /dev/nvidia*', cite }]
    })
    if (health.hidden !== undefined) {
      const reason = `The driver holds ${health.gpus.length + health.hidden} GPUs, and nvidia-smi showed ${health.gpus.length}: who is on the others was not read.`
      const title = 'Processes of a GPU were not shown'
      const cite = [{ section: 'gpu-health', line: 0 }]
      return [...unshown, { status: 'not-evaluated', subject: 'hidden', title, reason, hint: 'As root: fuser -v /dev/nvidia*', cite }]
    }
    if (unshown.length > 0) return unshown
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

function stranger(process: GpuProcess, trace: GpuProcessTrace): Verdict {
  const where = trace.container
    ? `container ${trace.container.name} (${trace.container.image})`
    : trace.containerId
      ? `container ${trace.containerId.slice(0, 12)}`
      : trace.unit
        ? `unit ${trace.unit}`
        : trace.placed
          ? 'no unit and no container'
          : 'an unknown place'
  const subject = gpuProcessSubject(process)
  const cite = [{ section: 'gpu-health', line: process.line, token: `${process.pid}`, note: 'Belongs to no inference server.' }]
  const memory = process.memoryMiB === undefined ? '' : `, with ${process.memoryMiB} MiB`
  const runs = trace.executable === undefined || trace.executable === process.name ? '' : `, which runs ${trace.executable},`
  const reason = `Process ${process.pid} (${process.name || 'no name'})${runs} of ${trace.account ?? 'an unknown account'} uses ${process.gpu === '' ? 'a GPU of AMD' : `GPU ${process.gpu.slice(0, 12)}…`}${memory}; it runs in ${where}.`
  if (/^(?:\[.*\]|N\/A|-|)$/.test(process.name) && process.uid === undefined)
    return { status: 'not-evaluated', subject, title: 'A GPU process could not be seen', reason, cite }
  const bad = suspicious.test(process.name) || suspicious.test(trace.executable ?? '')
  return {
    status: bad ? 'fail' : 'warning',
    subject,
    title: bad ? 'A suspicious program uses a GPU' : 'A GPU process is no inference server',
    ...(bad ? { severity: 'critical' as const } : {}),
    reason,
    cite,
  }
}
