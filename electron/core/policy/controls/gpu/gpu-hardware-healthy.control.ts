import type { GpuDetail, GpuHealth, Xid } from '../../../facts/gpu-health/gpu-health.ts'
import { type Citation, defineControl, type Verdict } from '../../control.ts'
import { gpuName, judgeGpus, sameBus } from './gpu-words.ts'

/** Xids that mean hardware, with NVIDIA's words (docs.nvidia.com/deploy/xid-errors). 13, 31, 43, 45 and 68 come from programs. */
const hardware: Readonly<Record<number, string>> = {
  48: 'double-bit memory error',
  62: 'internal microcontroller halt',
  63: 'memory row remapped',
  64: 'memory row could not be remapped',
  74: 'NVLink error',
  79: 'fallen off the bus',
  92: 'many single-bit memory errors',
  94: 'contained memory error',
  95: 'uncontained memory error',
  119: 'GSP firmware does not answer',
  120: 'GSP firmware error',
  140: 'unrecovered memory error',
}
/** A remapped row is how the card mends itself. */
const mended = new Set([63, 94])

export default defineControl({
  id: 'gpu-hardware-healthy',
  item: 'MON-3',
  severity: 'high',
  title: 'GPUs report no memory errors and no hardware faults',
  rationale:
    'A card with uncorrectable errors gives wrong answers without saying so, and takes its server down when it falls off the bus. Rowhammer attacks on GPU memory show here first.',
  needs: ['gpu-health'],
  references: ['NIST-800-53:SI-13', 'NIST-800-53:SI-4', 'ISO-27001:A.8.16', 'https://docs.nvidia.com/deploy/xid-errors/index.html'],
  evaluate: ({ 'gpu-health': health }) => [...judgeGpus(health, (gpu) => judge(gpu, health)), ...unreadLog(health), ...hiddenGpus(health)],
})

/** Said once for the host, not for each of its GPUs. */
const unreadLog = ({ gpus, xids, xidLine }: GpuHealth): readonly Verdict[] =>
  gpus.length === 0 || xids
    ? []
    : [
        {
          status: 'not-evaluated',
          subject: '',
          title: 'Faults in the kernel log were not read',
          reason: 'What the GPUs count was read, but not the kernel log with their Xids.',
          cite: [{ section: 'gpu-health', line: xidLine }],
        },
      ]

/** A card that fell off the bus stays in the driver's list; one that the account may not open does, too. */
const hiddenGpus = ({ hidden, gpus }: GpuHealth): readonly Verdict[] =>
  hidden === undefined
    ? []
    : [
        {
          status: 'not-evaluated',
          subject: 'hidden',
          title: 'A GPU does not show itself',
          reason: `The driver holds ${gpus.length + hidden} GPUs, and nvidia-smi showed ${gpus.length}: the others are closed to the audit account, or do not answer.`,
          hint: 'As root: nvidia-smi -L; dmesg | grep NVRM',
          cite: [{ section: 'gpu-health', line: 0 }],
        },
      ]

function judge(gpu: GpuDetail, health: GpuHealth): Omit<Verdict, 'subject'> {
  const faults = faultsOf(gpu)
  const xids = (health.xids ?? []).filter(({ bus, code }) => sameBus(bus, gpu.bus) && hardware[code] !== undefined)
  const severe = faults.filter(({ severe: is }) => is).length > 0 || xids.some(({ code }) => !mended.has(code))
  const cite = [...faults.map(({ cite: one }) => one), ...xids.slice(-3).map(citeXid)]
  if (faults.length > 0 || xids.length > 0)
    return {
      status: severe ? 'fail' : 'warning',
      title: severe ? 'The GPU reports hardware faults' : 'The GPU mended a memory fault',
      reason: `${gpuName(gpu)}: ${[...faults.map(({ text }) => text), ...xids.slice(-3).map(({ code }) => `Xid ${code}, ${hardware[code]}`)].join('; ')}.`,
      hint: 'Drain the card, reset it (nvidia-smi --gpu-reset), and have it replaced when the fault comes back.',
      cite,
    }
  const base = [{ section: 'gpu-health', line: gpu.line }]
  if (gpu.memoryUnread || (!gpu.uncorrected && gpu.ecc?.value))
    return {
      status: 'not-evaluated',
      title: 'Memory errors of the GPU were not shown',
      reason: gpu.memoryUnread
        ? `nvidia-smi shows ${gpu.memoryUnread.value} where ${gpuName(gpu)} says what its memory does.`
        : `nvidia-smi shows no error counts of ${gpuName(gpu)}.`,
      cite: base,
    }
  const counted = gpu.uncorrected ? 'no uncorrectable memory errors' : 'no error counts (no ECC)'
  const reason = `${gpuName(gpu)} has ${counted}${health.xids ? ' and no hardware Xid since the start' : ''}.`
  return {
    status: 'pass',
    title: 'The GPU reports no faults',
    reason,
    cite: gpu.uncorrected ? [{ section: 'gpu-health', line: gpu.uncorrected.line }] : base,
  }
}

interface Fault {
  readonly text: string
  readonly severe: boolean
  readonly cite: Citation
}

function faultsOf({ uncorrected, remapFailed, remapPending, recovery }: GpuDetail): readonly Fault[] {
  const cite = (line: number, note: string): Citation => ({ section: 'gpu-health', line, note })
  const faults: Fault[] = []
  if (uncorrected && uncorrected.value > 0)
    faults.push({
      text: `${uncorrected.value} uncorrectable memory errors since the driver was loaded`,
      severe: true,
      cite: cite(uncorrected.line, 'Expected 0.'),
    })
  if (remapFailed?.value)
    faults.push({ text: 'a memory row could not be remapped', severe: true, cite: cite(remapFailed.line, 'Expected No.') })
  if (remapPending?.value)
    faults.push({ text: 'a memory row waits for a reset to be remapped', severe: false, cite: cite(remapPending.line, 'Expected No.') })
  if (recovery) faults.push({ text: `the driver asks for ${recovery.value}`, severe: true, cite: cite(recovery.line, 'Expected None.') })
  return faults
}

const citeXid = ({ line, code }: Xid): Citation => ({ section: 'gpu-health', line, token: `${code}`, note: hardware[code] })
