import type { Gpu } from '#shared/model/gpu.ts'
import type { Shown } from '../os/os.ts'

/** One GPU as `nvidia-smi -q -x` reports it. What is absent was N/A, or this version does not know it. */
export interface GpuDetail {
  /** In the order of nvidia-smi, from 0. */
  readonly index: number
  readonly name: string
  readonly uuid: string
  /** `00000000:3B:00.0`. */
  readonly bus: string
  readonly line: number
  readonly persistence?: Shown<boolean> | undefined
  readonly mig?: Shown<boolean> | undefined
  readonly ecc?: Shown<boolean> | undefined
  /** What stands where the mode, a count of memory errors or a state of its repair should: `ERR!`, `Unknown Error`, `GPU requires reset`. Not N/A. */
  readonly memoryUnread?: Shown<string> | undefined
  /** Uncorrectable memory errors since the driver was loaded. */
  readonly uncorrected?: Shown<number> | undefined
  /** Rows that wait for a reset to be replaced, or that could not be. */
  readonly remapPending?: Shown<boolean> | undefined
  readonly remapFailed?: Shown<boolean> | undefined
  /** Memory that neither a spare row nor a spare channel can take the place of (drivers since 590). */
  readonly unrepairable?: Shown<boolean> | undefined
  /** A channel of the memory or a cluster of processors waits for a reset to be repaired. */
  readonly repairPending?: Shown<boolean> | undefined
  /** More errors in the card's static memory than NVIDIA lets it work with. */
  readonly sramExceeded?: Shown<boolean> | undefined
  /** The memory in which the card keeps its settings and counts of errors is damaged. */
  readonly inforomCorrupted?: Shown<boolean> | undefined
  /** What the driver asks for: `Reset`, `Reboot`, `Drain P2P` … Absent when it is None. */
  readonly recovery?: Shown<string> | undefined
  /** Why the clocks are held down by the hardware right now: `hw_thermal_slowdown`. */
  readonly slowdowns: readonly Shown<string>[]
  /** What stands in place of its processes: a card that counts none (Jetson, old GeForce) says N/A, which is not none. */
  readonly processesUnread?: Shown<string> | undefined
  /** Each of the reasons that it names was said to be active or not. */
  readonly slowdownsShown?: boolean | undefined
  /** The clocks are held down to keep to the power limit: usual under load. */
  readonly powerCapped?: Shown<boolean> | undefined
}

/** A process that has a context on a card. */
export interface GpuProcess {
  readonly pid: number
  /** `C` computes, `G` draws. */
  readonly kind: string
  /** As nvidia-smi prints it; `[Not Found]` for a process that it may not see. */
  readonly name: string
  readonly memoryMiB?: number | undefined
  /** Uuid of the GPU, of one of AMD its bus; empty where it is not known, or more than one. */
  readonly gpu: string
  readonly uid?: number | undefined
  readonly cgroup?: string | undefined
  readonly line: number
}

/** A fault that the driver wrote into the kernel log (docs.nvidia.com/deploy/xid-errors). */
export interface Xid {
  /** Of an NVSwitch (SXid), whose numbers mean other things. */
  readonly nvswitch?: boolean | undefined
  readonly code: number
  readonly bus: string
  readonly text: string
  readonly line: number
}

/** What the kernel shows of a card of AMD at the moment; absent where it shows none. */
export type AmdFigures = Pick<
  Gpu,
  'utilizationPercent' | 'memoryUsedMiB' | 'memoryTotalMiB' | 'temperatureC' | 'powerDrawW' | 'powerLimitW'
>

/** A card that the driver amdgpu holds. */
export interface AmdGpu {
  /** `0000:c1:00.0`. */
  readonly bus: string
  /** Of the kernel, which knows those of server cards alone, else of amd-smi. */
  readonly name: string
  readonly figures: AmdFigures
  /** What amd-smi calls throttled. Some Radeons are said to be at rest, too (ROCm/rocm-systems, issue 11781): shown, never judged. */
  readonly throttled?: Shown<boolean> | undefined
  /** All uncorrectable errors, as amd-smi counts them. */
  readonly allUncorrected?: Shown<number> | undefined
  readonly line: number
  /** Uncorrectable errors since the driver was loaded, by part (`umc` is the memory); absent where a count could not be read. None: the driver counts none. */
  readonly errors: readonly { readonly part: string; readonly uncorrected?: number | undefined; readonly line: number }[]
}

/** What the kernel says of AMD's GPUs, and amd-smi where it is. */
export interface AmdHealth {
  readonly gpus: readonly AmdGpu[]
  /** Processes that compute through ROCm. Those that use Vulkan or OpenGL are not among them. */
  readonly processes: readonly GpuProcess[]
}

/** State of the cards, and who is on them, as nvidia-smi, the drivers and the kernel log tell. */
export interface GpuHealth {
  /** GPUs that the driver holds, or nvidia-smi names without telling of them: closed to the account, or fallen off the bus. */
  readonly hidden?: number | undefined
  /** Newest CUDA that the driver supports. */
  readonly cuda?: Shown<string> | undefined
  readonly gpus: readonly GpuDetail[]
  readonly processes: readonly GpuProcess[]
  /** Undefined when the kernel log could not be read. */
  readonly xids?: readonly Xid[] | undefined
  readonly xidLine: number
  /** Present where AMD's driver holds a card, or is loaded for one. */
  readonly amd?: AmdHealth | undefined
  /** Driver and bus, or device node, of an accelerator of another maker: Intel, Gaudi, TPU, Ascend … Nothing of it is read. */
  readonly otherMaker?: Shown<string> | undefined
  /** Path of amd-smi or rocm-smi, where there is one; rocm-smi is not run. */
  readonly amdTool?: string | undefined
}
