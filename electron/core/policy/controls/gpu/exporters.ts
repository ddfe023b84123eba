import type { Container } from '../../../facts/containers/containers.ts'
import type { ServiceState } from '../../../facts/os/os.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import type { Citation } from '../../control.ts'

/** Programs that give GPU figures to a monitoring system. node_exporter has them only from files that others write. */
const programs =
  /(?:^|\/)(?:dcgm-exporter|nvidia[_-]gpu[_-](?:prometheus[_-])?exporter|nvidia_gpu_exp.*|nvidia-dcgm-exp.*|rocm_smi_exporter|amd-metrics-exporter|device-metrics-exporter|netdata|telegraf|datadog-agent|zabbix_agent2|otelcol.*|alloy|vmagent)$/
const images = /dcgm-exporter|nvidia[_-]gpu[_-]exporter|device-metrics-exporter|netdata|telegraf/
const units =
  /^(?:dcgm-exporter|nvidia-dcgm-exporter|nvidia_gpu_exporter|nvidia-gpu-exporter|netdata|telegraf|datadog-agent|zabbix-agent2)\.service$/

export interface Exporter {
  readonly name: string
  readonly cite: Citation
}

/** What runs here and exports GPU figures: by process, container or active unit. */
export function exportersOf(
  processes: readonly Process[],
  containers: readonly Container[],
  services: readonly ServiceState[],
): readonly Exporter[] {
  const found = new Map<string, Exporter>()
  for (const { name, argv, line } of processes) {
    const program = [name, argv[0] ?? ''].find((word) => programs.test(word))
    if (program) found.set(name, { name, cite: { section: 'processes', line, token: name } })
  }
  for (const { name, image, running, line } of containers)
    if (running && images.test(image)) found.set(name, { name: `container ${name}`, cite: { section: 'containers', line, token: image } })
  for (const { id, activeState, line } of services)
    if (activeState === 'active' && units.test(id)) found.set(id, { name: id, cite: { section: 'os', line, token: id } })
  return [...found.values()]
}
