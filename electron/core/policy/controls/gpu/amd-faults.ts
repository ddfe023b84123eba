import type { AmdGpu, GpuHealth } from '../../../facts/gpu-health/gpu-health.ts'
import type { Verdict } from '../../control.ts'
import { citeGpu } from './gpu-words.ts'

/** What the kernel counts of AMD's GPUs, one verdict a card. Undefined where its driver holds none. */
export function amdFaults({ amd, gpus: ofNvidia }: GpuHealth): readonly Verdict[] | undefined {
  // Beside cards of NVIDIA, one that counts nothing is the graphics of the processor.
  const cards = (amd?.gpus ?? []).filter(({ errors }) => errors.length > 0 || ofNvidia.length === 0)
  if (cards.length === 0) return undefined
  return [
    ...cards.map((gpu) => ({ subject: gpu.bus, ...judge(gpu) })),
    {
      status: 'not-evaluated',
      subject: 'amd',
      title: 'Faults of AMD GPUs in the log were not read',
      reason: 'What amdgpu counts was read, but not what it writes into the kernel log: resets, rings that hang.',
      hint: 'As root: dmesg | grep -i amdgpu',
      cite: citeGpu(cards[0]?.line ?? 0),
    },
  ]
}

function judge({ bus, name, line, errors, allUncorrected }: AmdGpu): Omit<Verdict, 'subject'> {
  const card = `GPU ${bus}${name === '' ? '' : ` (${name})`}`
  const bad = errors.filter(({ uncorrected }) => (uncorrected ?? 0) > 0)
  if (bad.length > 0)
    return {
      status: 'fail',
      title: 'The GPU reports hardware faults',
      reason: `${card}: ${bad.map(({ part, uncorrected }) => `${uncorrected} uncorrectable errors of ${part}`).join(', ')} since the driver was loaded.`,
      hint: 'Drain the card, reset it (amd-smi reset --gpureset), and have it replaced when the fault comes back.',
      cite: bad.flatMap((one) => citeGpu(one.line, `ue: ${one.uncorrected}`, 'Expected 0.')),
    }
  if ((allUncorrected?.value ?? 0) > 0)
    return {
      status: 'fail',
      title: 'The GPU reports hardware faults',
      reason: `${card}: amd-smi counts ${allUncorrected?.value} uncorrectable errors.`,
      hint: 'Drain the card, reset it (amd-smi reset --gpureset), and have it replaced when the fault comes back.',
      cite: citeGpu(allUncorrected?.line ?? line, `${allUncorrected?.value}`, 'Expected 0.'),
    }
  const memory = errors.find(({ part }) => part === 'umc')
  const unread = errors.find(({ uncorrected }) => uncorrected === undefined)
  if (memory === undefined || unread)
    return {
      status: 'not-evaluated',
      title: 'Memory errors of the GPU were not shown',
      reason: unread
        ? `The count of ${unread.part} could not be read of ${card}.`
        : `amdgpu counts no memory errors of ${card}: it has no RAS, or that is switched off.`,
      cite: citeGpu(unread?.line ?? line),
    }
  return {
    status: 'pass',
    title: 'The GPU counts no errors',
    reason: `${card} counts no uncorrectable errors in ${errors.length} of its parts, the memory among them.`,
    cite: citeGpu(memory.line),
  }
}
