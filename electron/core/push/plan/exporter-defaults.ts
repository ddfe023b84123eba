import type { ParameterSource, PushValue } from '#shared/model/push-parameter.ts'
import type { Program } from '../../facts/programs/programs.ts'
import type { FactResults } from '../../facts/registry.ts'
import { commandWithout, type GpuExporter } from './unit-command.ts'

/** Where each is told to listen: NVIDIA's command reference of dcgm-exporter; nvidia_gpu_exporter, docs/CONFIGURE.md. */
const listenFlags: Readonly<Record<GpuExporter, string>> = {
  'dcgm-exporter': '--address',
  'nvidia-gpu-exporter': '--web.listen-address',
}

type Facts = Pick<FactResults, 'programs' | 'processes' | 'units'>
type ExporterSource = Extract<ParameterSource, `gpu-exporter${string}`>

const isGpuExporter = (id: string): id is GpuExporter => Object.hasOwn(listenFlags, id)

/** What the one exporter of GPU figures that runs as a unit says, or the one that was given; nothing of several, and of one in a container. */
export function exporterDefaults(facts: Facts, given: PushValue | undefined): Partial<Record<ExporterSource, PushValue>> {
  const { programs, units } = facts
  const found = (programs.known ? programs.value : []).filter(({ id, unit }) => unit !== undefined && isGpuExporter(id))
  const [program, ...more] = found.filter(({ id }) => given === undefined || id === given)
  if (program === undefined || more.length > 0 || !isGpuExporter(program.id)) return {}
  const unit = units.known ? units.value.find(({ id }) => id === program.unit) : undefined
  const [start, ...words] = commandOf(facts, program, program.id, unit?.execStart ?? []) ?? []
  const ports = new Set(program.binds.map(({ port }) => port))
  const [port] = ports
  return {
    'gpu-exporter': program.id,
    ...(program.unit !== undefined && { 'gpu-exporter-unit': program.unit }),
    ...(start !== undefined && { 'gpu-exporter-program': start, 'gpu-exporter-arguments': words }),
    'gpu-exporter-flag': listenFlags[program.id],
    ...(ports.size === 1 && { 'gpu-exporter-listen': `127.0.0.1:${port}` }),
    ...(unit && { 'gpu-exporter-account': ['', 'root', '0'].includes(unit.user) ? program.id : unit.user }),
  }
}

function commandOf({ processes }: Facts, { pids }: Program, engine: GpuExporter, execStart: readonly string[]) {
  const process = processes.known ? processes.value.find(({ pid }) => pid === pids[0]) : undefined
  return process && commandWithout(execStart, { argv: process.argv, engine, running: true })
}
