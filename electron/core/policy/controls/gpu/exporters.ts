import type { Citation } from '../../../facts/citation.ts'
import type { Container } from '../../../facts/containers/containers.ts'
import { namesOf, type ServiceState } from '../../../facts/os/os.ts'
import type { Process } from '../../../facts/processes/processes.ts'

/** Their work is to give GPU figures to a monitoring system. node_exporter has them only from files that others write. */
const exporters =
  /^(?:dcgm-exporter|nvidia[_-]gpu[_-](?:prometheus[_-])?exporter|nvidia_gpu_exp.*|nvidia-dcgm-exp.*|rocm_smi_exporter|amd-metrics-exporter|device-metrics-exporter)$/
/** Have them where an input for GPUs is switched on in their configuration, which is not read. */
const agents = /^(?:netdata|telegraf|datadog-agent|zabbix[_-]agent2|otelcol|otelcol-contrib|opentelemetry-collector(?:-contrib)?|alloy)$/

export interface Exporter {
  readonly name: string
  readonly cite: Citation
  /** It reads GPUs and nothing else; else perhaps. */
  readonly sure: boolean
}

/** What runs here and exports GPU figures, or may: by process, container or active unit; first those that surely do. */
export function exportersOf(
  processes: readonly Process[],
  containers: readonly Container[],
  services: readonly ServiceState[],
): readonly Exporter[] {
  const found = new Map<string, Exporter>()
  const add = (name: string, programs: readonly string[], cite: Citation) => {
    const sure = programs.some((program) => exporters.test(program))
    if (sure || programs.some((program) => agents.test(program))) found.set(name, { name, cite, sure })
  }
  for (const { name, argv, line } of processes) add(name, [name, lastPart(argv[0] ?? '')], { section: 'processes', line, token: name })
  for (const { name, image, running, line } of containers)
    if (running)
      add(`container ${name}`, [lastPart(image.replace(/@.*$/, '')).replace(/:.*$/, '')], { section: 'containers', line, token: image })
  for (const service of services) {
    const { id, activeState, line } = service
    const programs = namesOf(service).map((name) => name.replace(/\.service$/, ''))
    if (activeState === 'active') add(id, programs, { section: 'os', line, token: id })
  }
  return [...found.values()].toSorted((a, b) => Number(b.sure) - Number(a.sure))
}

const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
