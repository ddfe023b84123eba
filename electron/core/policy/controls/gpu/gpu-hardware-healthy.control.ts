import type { Citation } from '../../../facts/citation.ts'
import type { GpuDetail, GpuHealth, Xid } from '../../../facts/gpu-health/gpu-health.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { amdFaults } from './amd-faults.ts'
import { gpuName, judgeGpus, sameBus } from './gpu-words.ts'

/** Xids that mean hardware, with NVIDIA's words (docs.nvidia.com/deploy/xid-errors). */
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
  143: 'the card could not be started',
  144: 'NVLink error (SAW)',
  145: 'NVLink error (RLW)',
  146: 'NVLink error (TLW)',
  147: 'NVLink error (TREX)',
  148: 'NVLink error (NVLPW)',
  149: 'NVLink error (NETIR)',
  150: 'NVLink error (MSE)',
  157: 'a resource could not be retired',
  158: 'the card ran into a fatal timeout',
  160: 'memory marked for repair',
  171: 'uncorrectable error in DRAM',
  172: 'uncorrectable error in SRAM',
}
/** A remapped row, or memory that the next start repairs, is how the card mends itself. */
const mended = new Set([63, 94, 160])
/** Those that a program causes by what it asks of the card (NVIDIA's answer to them is a restart of the program), and 154, which says what the driver asks for: that is read by itself. */
const ofPrograms = new Set([8, 11, 13, 31, 32, 39, 41, 43, 45, 68, 69, 70, 71, 72, 75, 76, 77, 82, 83, 84, 85, 86, 88, 89, 154])
const wordsOf = ({ code }: Xid): string => hardware[code] ?? 'see its entry in the Xid catalogue'

export default defineControl({
  id: 'gpu-hardware-healthy',
  item: 'MON-3',
  severity: 'high',
  title: 'GPUs report no memory errors and no hardware faults',
  rationale:
    'A card with uncorrectable errors gives wrong answers without saying so, and takes its server down when it falls off the bus. Rowhammer attacks on GPU memory show here first.',
  steps: 'Drain the card, reset it (nvidia-smi --gpu-reset), and have it replaced when the fault comes back.',
  needs: ['gpu-health'],
  references: [
    'NIST-800-53:SI-13',
    'NIST-800-53:SI-4',
    'ISO-27001:A.8.16',
    'https://docs.nvidia.com/deploy/xid-errors/index.html',
    'https://docs.kernel.org/gpu/amdgpu/ras.html',
  ],
  evaluate: ({ 'gpu-health': health }) => [
    ...(amdFaults(health) ?? []),
    ...(health.gpus.length === 0 && health.amd?.gpus.length ? [] : judgeGpus(health, 'Faults', (gpu) => judge(gpu, health))),
    ...faultsElsewhere(health),
    ...unreadLog(health),
    ...hiddenGpus(health),
  ],
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

/** A card that fell off the bus is not among those that show themselves, and an NVSwitch is none. */
function faultsElsewhere({ gpus, xids = [] }: GpuHealth): readonly Verdict[] {
  const strange = xids.filter(
    ({ bus, code, nvswitch }) => !gpus.some((gpu) => !nvswitch && sameBus(bus, gpu.bus)) && (nvswitch || !ofPrograms.has(code)),
  )
  const words = (one: Xid) => (one.nvswitch ? `SXid ${one.code}, ${one.text}` : `Xid ${one.code}, ${wordsOf(one)}`)
  return [...new Set(strange.map(({ bus }) => bus))].slice(0, 16).map((bus) => {
    const own = strange.filter((one) => one.bus === bus)
    // SXids say of themselves whether they are fatal (Fabric Manager User Guide, "SXid Errors").
    const severe = own.some(({ code, nvswitch, text }) =>
      nvswitch ? /^Fatal\b/.test(text) : hardware[code] !== undefined && !mended.has(code),
    )
    return {
      status: severe ? 'fail' : 'warning',
      subject: bus,
      title: own[0]?.nvswitch ? 'An NVSwitch reports faults' : 'A GPU that is not shown had faults',
      reason: `${bus} ${own[0]?.nvswitch ? 'is an NVSwitch' : 'is none of the GPUs that nvidia-smi shows'}: ${own.slice(-3).map(words).join('; ')}.`,
      hint: 'As root: nvidia-smi -L; dmesg | grep NVRM',
      cite: own.slice(-3).map(citeXid),
    } as const
  })
}

function judge(gpu: GpuDetail, health: GpuHealth): Omit<Verdict, 'subject'> {
  const faults = faultsOf(gpu)
  const xids = (health.xids ?? []).filter(({ bus, code, nvswitch }) => !nvswitch && sameBus(bus, gpu.bus) && !ofPrograms.has(code))
  const severe = faults.some((one) => one.severe) || xids.some(({ code }) => hardware[code] !== undefined && !mended.has(code))
  const allMended = faults.length === 0 && xids.every(({ code }) => mended.has(code))
  const cite = [...faults.map(({ cite: one }) => one), ...xids.slice(-3).map(citeXid)]
  if (faults.length > 0 || xids.length > 0)
    return {
      status: severe ? 'fail' : 'warning',
      title: severe
        ? 'The GPU reports hardware faults'
        : allMended
          ? 'The GPU mended a memory fault'
          : 'The GPU reports faults to look into',
      reason: `${gpuName(gpu)}: ${[...faults.map(({ text }) => text), ...xids.slice(-3).map((one) => `Xid ${one.code}, ${wordsOf(one)}`)].join('; ')}.`,
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

function faultsOf({
  uncorrected,
  remapFailed,
  unrepairable,
  remapPending,
  repairPending,
  sramExceeded,
  inforomCorrupted,
  recovery,
}: GpuDetail): readonly Fault[] {
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
  if (unrepairable?.value)
    faults.push({ text: 'a part of its memory cannot be repaired', severe: true, cite: cite(unrepairable.line, 'Expected No.') })
  if (remapPending?.value)
    faults.push({ text: 'a memory row waits for a reset to be remapped', severe: false, cite: cite(remapPending.line, 'Expected No.') })
  if (repairPending?.value)
    faults.push({ text: 'a part of it waits for a reset to be repaired', severe: false, cite: cite(repairPending.line, 'Expected No.') })
  if (sramExceeded?.value)
    faults.push({
      text: 'its static memory had more errors than NVIDIA lets it work with',
      severe: true,
      cite: cite(sramExceeded.line, 'Expected No.'),
    })
  if (inforomCorrupted)
    faults.push({
      text: 'its InfoROM is corrupted, which keeps its settings and counts of errors',
      severe: true,
      cite: cite(inforomCorrupted.line, 'Expected no such line.'),
    })
  if (recovery) {
    const asks = /reset|reboot|drain/i.test(recovery.value)
    const text = asks ? `the driver asks for ${recovery.value}` : `what the driver asks for reads ${recovery.value}`
    faults.push({ text, severe: asks, cite: cite(recovery.line, 'Expected None.') })
  }
  return faults
}

const citeXid = (one: Xid): Citation => ({
  section: 'gpu-health',
  line: one.line,
  token: `${one.code}`,
  note: one.nvswitch ? 'Expected no SXid.' : wordsOf(one),
})
