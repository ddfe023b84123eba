import type { HostedService, HostServices } from '#shared/model/host-services.ts'
import type { OperableUnit } from '#shared/model/operate.ts'
import type { Container } from '../facts/containers/containers.ts'
import type { FactResults } from '../facts/registry.ts'

/** Names that Docker and Podman allow (github.com/moby/moby, daemon/names: `[a-zA-Z0-9][a-zA-Z0-9_.-]`). Shown, never run. */
const containerName = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/
const containerId = /^[0-9a-f]{64}$/

type Sources = Pick<HostServices, 'services'> & { readonly containers: FactResults['containers'] }

/** Engines of the last look that run in a container; one that cannot be operated has no `container`, and says why. Pure. */
export function operableContainers({ services, containers }: Sources): OperableUnit[] {
  return services.flatMap((service): OperableUnit[] => {
    if (service.how !== 'container' || service.kind !== 'engine' || service.container === undefined) return []
    const ports = [...new Set(service.binds.map(({ port }) => port).filter((port) => port > 0))].sort((a, b) => a - b)
    const found = knownContainer(service, containers)
    if (typeof found === 'string') return [{ unit: `container:${service.container}`, name: service.name, ports, unavailable: found }]
    const { runtime, id, name } = found
    return [{ unit: `${runtime}:${name}`, name: service.name, ports, container: { runtime, id } }]
  })
}

/** May this one be operated at all? What sudo says is not asked here: it may have changed since the last look. */
export const isOperable = ({ container, unavailable }: OperableUnit): boolean => container !== undefined || unavailable === undefined

function knownContainer({ container: name }: HostedService, containers: FactResults['containers']): Container | string {
  if (!containers.known) return containers.reason
  const named = containers.value.containers.filter((one) => one.name === name)
  const [found] = named
  // The processes of Podman without root are seen; its containers are told to its own account alone.
  if (found === undefined) return 'neither Docker nor Podman of root has this container: only the account that started it can operate it'
  if (named.length > 1) return 'Docker and Podman both have a container of this name'
  return containerName.test(found.name) && containerId.test(found.id) ? found : 'its whole id was not read'
}
