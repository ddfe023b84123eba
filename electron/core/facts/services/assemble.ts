import type { InferenceService } from '#shared/model/inference-service.ts'
import { containerAbove } from './container-above.ts'
import { containerOfUnit } from './container-run.ts'
import { madeFrom, serviceFromContainer, serviceFromContainerUnit, serviceFromPodContainer, serviceFromUnit } from './from-installed.ts'
import { serviceFromProcess } from './from-process.ts'
import { containerIdOf } from './placement.ts'
import { serverGroups } from './process-groups.ts'
import type { ServiceSources } from './sources.ts'

/** Every inference server of the host: those that run, then containers and units that are installed and do not. */
export function assembleServices(sources: ServiceSources): readonly InferenceService[] {
  const groups = serverGroups(sources.processes)
  const services = groups.map((group) => serviceFromProcess(group, sources))
  const seenContainers = new Set(groups.map(({ main }) => containerAbove(main, sources.processes)?.id))
  for (const container of sources.containers ?? []) {
    const service = seenContainers.has(container.id) ? undefined : serviceFromContainer(container, sources)
    const unit = service && sources.units?.find((one) => one.id === container.unit || containerOfUnit(one)?.name === container.name)
    if (service) services.push(unit ? { ...service, madeFrom: madeFrom(unit) } : service)
  }
  const inside = new Set(sources.processes.map(({ cgroup }) => containerIdOf(cgroup)))
  for (const container of sources.podContainers ?? []) {
    const service = seenContainers.has(container.id) || inside.has(container.id) ? undefined : serviceFromPodContainer(container)
    if (service) services.push(service)
  }
  const seenUnits = new Set(services.map(({ unit, madeFrom: made }) => unit ?? made?.unit))
  for (const unit of sources.units ?? []) {
    const service = seenUnits.has(unit.id) ? undefined : (serviceFromUnit(unit, sources) ?? serviceFromContainerUnit(unit, sources))
    if (service) services.push(service)
  }
  return withUniqueIds(services)
}

/** Two servers of one unit or port are told apart by their port, then by a number. */
function withUniqueIds(services: readonly InferenceService[]): readonly InferenceService[] {
  const taken = new Set<string>()
  return services.map((service) => {
    const shared = services.filter(({ id }) => id === service.id).length > 1
    const port = service.binds[0]?.port
    const base = shared && port !== undefined && !service.id.endsWith(`:${port}`) ? `${service.id}:${port}` : service.id
    let id = base
    for (let number = 2; taken.has(id); number += 1) id = `${base}#${number}`
    taken.add(id)
    return { ...service, id }
  })
}
