import type { GpuDetail, GpuHealth } from '../../../facts/gpu-health/gpu-health.ts'
import type { Verdict } from '../../control.ts'

export const gpuName = ({ index, name }: GpuDetail): string => `GPU ${index} (${name || 'no name'})`

const none = (title: string, reason: string): readonly Verdict[] => [{ status: 'not-applicable', subject: '', title, reason, cite: [] }]

/** One verdict a GPU, by its uuid; without GPUs not applicable, with those of AMD alone not evaluated: `asked` of them is not read ("ECC"). */
export function judgeGpus(health: GpuHealth, asked: string, judge: (gpu: GpuDetail) => Omit<Verdict, 'subject'>): readonly Verdict[] {
  if (health.gpus.length > 0) return health.gpus.map((gpu) => ({ subject: gpu.uuid, ...judge(gpu) }))
  return amdUnread(health, asked) ?? none('No GPU was found', 'There is no nvidia-smi, or it found no device, and no driver of AMD.')
}

/** AMD's driver or tools are on the host: "no GPU" would be wrong there. */
export const hasAmd = ({ amd, amdTool }: GpuHealth): boolean => amd !== undefined || amdTool !== undefined

/** The verdict for hosts with AMD's GPUs alone, where what a control asks (`asked`) is not read; undefined for others. */
export function amdUnread(health: GpuHealth, asked: string): readonly Verdict[] | undefined {
  if (health.gpus.length > 0 || !hasAmd(health)) return undefined
  const { amd, amdTool } = health
  const there =
    amd === undefined ? `${amdTool} is installed` : amd.gpus.length > 0 ? 'The driver amdgpu holds a GPU' : 'The driver of AMD is loaded'
  const reason = `${there}; of GPUs of AMD, this is not read yet.`
  return [
    {
      status: 'not-evaluated',
      subject: '',
      title: `${asked} of AMD GPUs: not read yet`,
      reason,
      cite: [{ section: 'gpu-health', line: amd?.gpus[0]?.line ?? 0 }],
    },
  ]
}

export const citeGpu = (line: number, token?: string, note?: string) => [{ section: 'gpu-health', line, token, note }]

/** `0000:3b:00`, `0000:3b:00.0` and `00000000:3B:00.0` are one address. */
export function sameBus(one: string, other: string): boolean {
  const read = (text: string) =>
    /^(?:([0-9a-f]+):)?([0-9a-f]{1,2}):([0-9a-f]{1,2})(?:\.\d)?$/
      .exec(text.toLowerCase())
      ?.slice(1)
      .map((part) => Number.parseInt(part ?? '0', 16))
      .join(':')
  return read(one) !== undefined && read(one) === read(other)
}
