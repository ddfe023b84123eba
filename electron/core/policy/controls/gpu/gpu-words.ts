import type { GpuDetail, GpuHealth, GpuProcess } from '../../../facts/gpu-health/gpu-health.ts'
import type { Verdict } from '../../control.ts'

/** By the number that nvidia-smi and rocm-smi have for it, which CUDA_VISIBLE_DEVICES may not. */
export const gpuName = ({ index, name }: GpuDetail): string => `GPU ${index} (${name || 'no name'})`

/** Of a card whose processes nvidia-smi keeps back: what it shows in their place. */
export const processesKeptBack = (gpu: GpuDetail): string | undefined =>
  gpu.processesUnread && `nvidia-smi shows ${gpu.processesUnread.value} where the processes of ${gpuName(gpu)} should stand.`

/** Of a card in parts (MIG) all processes are told to those alone who may look into each (NVML, nvmlDeviceGetComputeRunningProcesses). */
export const processesOfParts = (gpu: GpuDetail, processes: readonly GpuProcess[]): string | undefined =>
  gpu.mig?.value && !processes.some((process) => process.gpu === gpu.uuid)
    ? `${gpuName(gpu)} is in parts (MIG), and nvidia-smi shows an account without rights to them no process of theirs.`
    : undefined

const none = (title: string, reason: string): readonly Verdict[] => [{ status: 'not-applicable', subject: '', title, reason, cite: [] }]

/** One verdict a GPU, by its uuid; without GPUs not applicable, with those of other makers alone not evaluated: `asked` of them is not read ("ECC"). */
export function judgeGpus(health: GpuHealth, asked: string, judge: (gpu: GpuDetail) => Omit<Verdict, 'subject'>): readonly Verdict[] {
  if (health.gpus.length > 0) return health.gpus.map((gpu) => ({ subject: gpu.uuid, ...judge(gpu) }))
  return (
    makerUnread(health, asked) ?? none('No GPU was found', 'There is no nvidia-smi, or it found no device, and no driver of another maker.')
  )
}

/** AMD's driver or tools are on the host: "no GPU" would be wrong there. */
export const hasAmd = ({ amd, amdTool }: GpuHealth): boolean => amd !== undefined || amdTool !== undefined

/** No GPU of NVIDIA, but one of another maker, of which little or nothing is read. */
export const hasOtherMaker = (health: GpuHealth): boolean => hasAmd(health) || health.otherMaker !== undefined

/** The verdict for hosts with GPUs of other makers alone, where what a control asks (`asked`) is not read; undefined for others. */
export function makerUnread(health: GpuHealth, asked: string): readonly Verdict[] | undefined {
  const { amd, amdTool, otherMaker } = health
  if (health.gpus.length > 0 || !hasOtherMaker(health)) return undefined
  if (!hasAmd(health))
    return [
      {
        status: 'not-evaluated',
        subject: '',
        title: `${asked} of this accelerator: not read`,
        reason: `${otherMaker?.value} is an accelerator of neither NVIDIA nor AMD. Those of other makers are recognised, and nothing of them is read.`,
        cite: [{ section: 'gpu-health', line: otherMaker?.line ?? 0 }],
      },
    ]
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

/** `token`: the word of the line that decides, if it is not all of it. */
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
