import { basename } from 'node:path/posix'
import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Accounts } from '../../../facts/accounts/accounts.ts'
import type { Container, Containers } from '../../../facts/containers/containers.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { GpuProcess } from '../../../facts/gpu-health/gpu-health.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import type { Program } from '../../../facts/programs/programs.ts'
import { containerIdOf, unitOf } from '../../../facts/services/placement.ts'

/** Programs of NVIDIA that watch GPUs, and what draws the screen of the host. */
const tools =
  /^(?:nvidia-smi|nvidia-persiste.*|nv-hostengine|dcgm-exporter|dcgmi|nvidia-cuda-mps.*|nvidia_gpu_expor.*|Xorg|Xwayland|gnome-shell|kwin_(?:x11|wayland))$/

/** After an update a program runs on whose file is gone. */
const DELETED = / \(deleted\)$/

/** A process may call itself what it likes (prctl(2), argv): where a path of its program is known, that has to be the tool's, among the programs of the system. */
const isTool = (name: string, paths: readonly (string | undefined)[]): boolean =>
  tools.test(name) &&
  paths
    .flatMap((path) => (path?.startsWith('/') ? path.replace(DELETED, '') : []))
    .every((path) => /^\/(?:usr|s?bin|opt|nix\/store|gnu\/store)\//.test(path) && tools.test(basename(path)))

/** Where a process on a GPU comes from, as far as it could be followed. */
export interface GpuProcessTrace {
  readonly unit?: string | undefined
  readonly container?: Container | undefined
  readonly containerId?: string | undefined
  readonly account?: string | undefined
  /** Inference server that it belongs to. */
  readonly service?: InferenceService | undefined
  /** Server of models that is known by its name, or what such a one is reached through. */
  readonly program?: Program | undefined
  /** The program that it really runs, where root read it. */
  readonly executable?: string | undefined
  /** It watches GPUs, or draws the screen. */
  readonly tool: boolean
  /** Its cgroup was read, so that no unit and no container means none. */
  readonly placed: boolean
}

export interface TraceSources {
  readonly services: readonly InferenceService[]
  readonly programs: FactResult<readonly Program[]>
  readonly processes: FactResult<readonly Process[]>
  readonly containers: FactResult<Containers>
  readonly accounts: FactResult<Accounts>
}

/** Subject of the finding about a process that nobody knows. */
export const gpuProcessSubject = ({ name, pid }: Pick<GpuProcess, 'name' | 'pid'>): string => `${name || 'process'} (${pid})`

/** By pid, cgroup and uid, whichever was read: the unit, container, account, server or program that a process on a GPU belongs to. */
export function traceGpuProcess(
  process: GpuProcess,
  { services, programs, processes, containers, accounts }: TraceSources,
): GpuProcessTrace {
  const seen = processes.known ? processes.value.find(({ pid }) => pid === process.pid) : undefined
  const cgroup = process.cgroup ?? seen?.cgroup
  const containerId = containerIdOf(cgroup)
  const container =
    containers.known && containerId
      ? containers.value.containers.find(({ id }) => id === containerId || containerId.startsWith(id))
      : undefined
  const unit = unitOf({ cgroup })
  const known = accounts.known ? accounts.value.accounts : []
  const account =
    known.find(({ uid }) => uid === process.uid)?.name ?? seen?.user ?? (process.uid === undefined ? undefined : `uid ${process.uid}`)
  // One of its processes, or anything in its unit or container.
  const service = services.find(
    (one) =>
      one.pids.includes(process.pid) ||
      (unit !== undefined && one.unit === unit) ||
      (container !== undefined && one.container === container.name),
  )
  const program = (programs.known ? programs.value : []).find(
    (one) =>
      (one.kind === 'inference' || one.kind === 'interface') &&
      (one.pids.includes(process.pid) || (container !== undefined && one.container === container.name)),
  )
  const tool = isTool(seen?.name ?? basename(process.name), [seen?.executable, seen?.argv[0], process.name])
  return {
    unit,
    container,
    containerId,
    account,
    service,
    program,
    executable: seen?.executable?.replace(DELETED, ''),
    tool,
    placed: Boolean(cgroup),
  }
}
