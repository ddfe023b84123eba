import type { InferenceService, ServiceBind } from '#shared/model/inference-service.ts'
import { podWords } from '#shared/model/pod.ts'
import { BY_SWARM, type Container, SHARED } from '../containers/containers.ts'
import { scopeOf } from '../listeners/address-scope.ts'
import type { Process } from '../processes/processes.ts'
import { onHost } from '../processes/seen-files.ts'
import { programOfImage } from '../programs/recognise-program.ts'
import type { Unit } from '../units/units.ts'
import {
  awaitedBinds,
  type Binds,
  forwardedBinds,
  forwardedBindsOfAccount,
  observedBinds,
  publishedBinds,
  swarmBinds,
  unseenBinds,
} from './binds.ts'
import { type Configured, configuredAddresses, configuredApiKey, type KnownEnvironment, openPorts } from './configured.ts'
import { type ContainerPlace, containerAbove, isNumbered } from './container-above.ts'
import { containerOfUnit } from './container-run.ts'
import { madeFrom, unitBinds } from './from-installed.ts'
import { versionOfImage } from './images.ts'
import { recognise, recogniseStart } from './launch.ts'
import { ledBind, ledBinds, withLed } from './led-binds.ts'
import { withSettings } from './llama-words.ts'
import { withDotenv } from './localai-files.ts'
import { homeInContainer, modelPathsOf, onHostByMounts } from './model-paths.ts'
import { ownAddressOf } from './own-address.ts'
import { ownNetworkBinds, printSocket } from './own-network.ts'
import { unitOf } from './placement.ts'
import { podOf } from './pods.ts'
import type { ServerGroup } from './process-groups.ts'
import { hasPasta, type RootlessPorts, rootlessPorts } from './rootless.ts'
import type { ServiceSources } from './sources.ts'
import { startedWords } from './started-words.ts'

/** A running server as a service: where it runs, what it may be configured with, and what it listens on. */
export function serviceFromProcess({ main, launch, members }: ServerGroup, sources: ServiceSources): InferenceService {
  const place = containerAbove(main, sources.processes)
  const containerId = place?.id
  const container = sources.containers?.find(({ id }) => id === containerId)
  const pod = podOf(main, container?.name)
  const contained = containerId !== undefined || pod !== undefined
  const unitId = contained ? undefined : unitOf(main)
  const unit =
    sources.units?.find(({ id }) => id === unitId) ?? (contained ? undefined : sources.units?.find(({ mainPid }) => mainPid === main.pid))
  const starter = contained && !pod ? starterOf(main, container, sources) : undefined
  const own = environmentOf(main, unit, container)
  const environment = contained ? own : withDotenv(launch, withSettings(launch, own, sources.llamaSettings), main.dotenv)
  const configured = configuredAddresses(launch, environment)
  const account = sources.accounts?.accounts.find(({ uid }) => uid === main.uid)
  const mounts = container?.inspected ? container.mounts : mountsOf(main)
  const paths = modelPathsOf(launch, environment.variables, {
    user: contained ? undefined : main.user,
    home: contained ? homeInContainer(mounts) : account?.home,
  })
  const found = pod ? podBinds(main, members, configured, sources) : bindsOf(main, place, container, members, configured, sources)
  const { binds, internal, unknown } = withLed(found, sources)
  const port = binds[0]?.port ?? configured.ports[0]
  const apiKey = configuredApiKey(launch, environment, { asStarted: !launch.wrapped })
  const podContainer = pod && sources.podContainers?.find(({ id }) => id === containerId)
  const image = container
    ? { name: container.image, line: container.line }
    : podContainer && { name: podContainer.image, line: podContainer.line }
  const name = container?.name ?? place?.name ?? containerId?.slice(0, 12)
  return {
    id: (pod && podWords(pod)) ?? name ?? unit?.id ?? unitId ?? `${launch.engine}:${port}`,
    engine: launch.engine,
    how: contained ? 'container' : unit || unitId ? 'systemd' : 'process',
    unit: unit?.id ?? unitId,
    container: name,
    ...(starter && { madeFrom: madeFrom(starter) }),
    pod,
    running: true,
    pids: members.map(({ pid }) => pid),
    user: main.user,
    uid: main.uid < 0 ? undefined : main.uid,
    argv: main.argv,
    environment: isNothing(environment) ? undefined : environment.variables,
    environmentComplete: environment.complete,
    binds,
    bindUnknown: unknown,
    awaitedBinds: awaitedBinds(found, main, configured, sources.listeners),
    ...(container && !container.hostNetwork && { containerPorts: configured.ports, openInside: openPorts(configured) }),
    internalBinds: internal,
    ...(main.ownNetwork &&
      !contained && { ownNetwork: { sockets: main.ownNetwork.sockets.map(printSocket), addresses: main.addresses ?? [] } }),
    configuredBinds: !contained ? afterRestart(unit, sources) : starter && !container ? publishedByUnit(starter, configured) : binds,
    apiKey: main.cut && apiKey === 'none' && launch.engine !== 'ollama' ? 'unknown' : apiKey,
    version: image && versionOfImage(image.name),
    image,
    // Machines have their mounts where those of no container stand.
    modelPaths: contained && !main.seenFiles ? onHostByMounts(paths, mounts) : paths.flatMap((path) => onHost(path, main.seenFiles) ?? []),
  }
}

/** The unit that starts the container: by the cgroup, in which Quadlets keep it (`--cgroups=split`), or by its name. */
function starterOf({ cgroup = '' }: Process, container: Container | undefined, { units = [] }: ServiceSources): Unit | undefined {
  const above = cgroup.split('/').findLast((part) => part.endsWith('.service'))
  // What `podman kube play` makes has no unit around it, but a note of it.
  const noted = units.find(({ id }) => id === container?.unit)
  if (noted) return noted
  return units.find((unit) => {
    const started = containerOfUnit(unit)
    return started !== undefined && (unit.id === above || (container !== undefined && started.name === container.name))
  })
}

/** What the unit of a container publishes, where the engine could not be asked what is. */
const publishedByUnit = (unit: Unit, configured: Configured): readonly ServiceBind[] | undefined => {
  const container = containerOfUnit(unit)
  return container?.portsUnknown === undefined && container && !container.hostNetwork
    ? publishedBinds({ ...container, running: false }, configured).map((bind) => ({ ...bind, section: 'units' }))
    : undefined
}

/** As the kernel has them, of a container that could not be asked. Which are the innermost is not known where not all were told. */
const mountsOf = ({ confinement }: Process) => (confinement && !confinement.moreMounts ? confinement.mounts : [])

const isNothing = ({ variables, complete }: KnownEnvironment): boolean => !complete && Object.keys(variables).length === 0

/** The process itself is the truth; without the right to read that, its unit, as long as the unit starts the server directly. */
function environmentOf(main: Process, unit: Unit | undefined, container: Container | undefined): KnownEnvironment {
  if (main.environment) return { variables: main.environment, complete: true }
  if (container?.inspected) return { variables: container.environment, complete: recognise(container.command)?.wrapped === false }
  if (!unit) return { variables: {}, complete: false }
  return { variables: unit.environment, complete: unit.environmentComplete && recogniseStart(unit.execStart)?.wrapped === false }
}

/** What the unit would start now, as long as it names the server itself and every address is literal. */
function afterRestart(unit: Unit | undefined, sources: ServiceSources): readonly ServiceBind[] | undefined {
  const launch = unit && recogniseStart(startedWords(unit).words)
  const found = unit && launch ? unitBinds(unit, launch, sources) : undefined
  return found?.unknown === undefined ? found?.binds : undefined
}

function bindsOf(
  main: Process,
  place: ContainerPlace | undefined,
  container: Container | undefined,
  members: readonly Process[],
  configured: Configured,
  { listeners, processes, containers, hostAddresses, ledTo }: ServiceSources,
): Binds {
  const seen = listeners ? observedBinds(members, configured, listeners) : { binds: [], unknown: 'listening sockets could not be read' }
  const { ownNetwork } = main
  const listed = place !== undefined && (place.machine !== undefined || isNumbered(place.id))
  if (ownNetwork && !listed) return ownNetworkBinds({ ...main, ownNetwork }, members, configured.ports, { listeners, processes, ledTo })
  if (place === undefined) return seen
  // With the host's network (or a shared one) its own sockets are the host's.
  const owned = seen.binds.filter(({ note }) => note === undefined)
  const { addresses } = main
  const inside = addresses && hostAddresses && addresses.some((address) => !hostAddresses.has(address))
  if (place.machine !== undefined) {
    const unknown = `it runs in the machine ${place.machine}, a system of its own, and where its network is reached was not read`
    return owned.length > 0 ? { binds: owned } : { binds: [], unknown }
  }
  if (container === undefined) {
    if (owned.length === 0 && place.account !== undefined && inside !== true && hasPasta(place.account, processes))
      return rootlessBinds(rootlessPorts(main, place.account, processes, configured.ports))
    if (owned.length === 0 && addresses !== undefined && addresses.length > 0 && inside === false) return seen
    const forwarded = (): readonly ServiceBind[] =>
      place.account === undefined
        ? forwardedBinds(processes, configured, addresses)
        : forwardedBindsOfAccount(place.account, processes, configured, addresses, listeners)
    const proxied = owned.length > 0 ? owned : forwarded()
    // What the plug-in portmap of CNI publishes (nerdctl, CRI-O) stands in rules alone.
    const binds = proxied.length > 0 || place.account !== undefined ? proxied : ledBinds(addresses, configured.ports, ledTo)
    return binds.length > 0
      ? {
          binds,
          unknown:
            owned.length > 0
              ? undefined
              : proxied.length > 0
                ? ownAddressOf(main, hostAddresses)
                : 'rules lead to its container, and whether that is all was not read',
        }
      : { binds, unknown: 'it runs in a container whose published ports could not be read' }
  }
  if (owned.length > 0) return { binds: owned }
  // Podman lists that of the host and that of another container alike.
  const borrowed = container.hostNetwork && !container.inspected && inside === true ? SHARED : undefined
  if (container.hostNetwork && borrowed === undefined) return seen
  const unknown = borrowed ?? unseenBinds(container, main, hostAddresses)
  const other = programOfImage(container.image)
  const published = publishedBinds(container, configured)
  // Images of interfaces may bring an engine (`open-webui:ollama`), which what they publish need not lead to.
  if (
    other?.kind === 'interface' &&
    container.ports.length > 0 &&
    !container.ports.some((one) => configured.ports.includes(one.containerPort))
  )
    return { binds: [], unknown: `its container publishes ports of ${other.name}, and whether these lead to it as well is not known` }
  if (unknown === undefined || published.length > 0) return { binds: published, unknown }
  if (unknown === BY_SWARM) return { binds: swarmBinds(listeners, containers, configured), unknown }
  // Ports of the container whose network it shares lead to the same address.
  const proxied = forwardedBinds(processes, configured, addresses ?? [])
  return { binds: proxied.length > 0 ? proxied : ledBinds(addresses, configured.ports, ledTo), unknown }
}

const rootlessBinds = ({ ports, unknown }: RootlessPorts): Binds => ({
  binds: ports.flatMap(({ hostAddress, hostPort, protocol, line, token }) => {
    const scope = scopeOf(hostAddress)
    if (scope === undefined || protocol === 'udp') return []
    return [{ address: hostAddress, port: hostPort, scope, section: 'processes', line, basis: 'observed' as const, token }]
  }),
  unknown,
})

/**
 * Sockets of its own that `ss` shows are the host's, so the pod has the host's network. Otherwise it has one of its own, and rules of the cluster
 * (hostPort, NodePort, a load balancer) may lead to it: those that the packet filter holds are seen, never that there are no others.
 */
function podBinds(main: Process, members: readonly Process[], configured: Configured, { listeners, ledTo }: ServiceSources): Binds {
  if (!listeners) return { binds: [], unknown: 'listening sockets could not be read' }
  const { binds, internal } = observedBinds(members, configured, listeners)
  const owned = binds.filter(({ note }) => note === undefined)
  if (owned.length > 0) return { binds: owned, internal }
  const led = (main.addresses ?? []).flatMap((address) => ledTo?.(address) ?? [])
  return {
    // Containers of a pod share its address: other ports are those of its neighbours.
    binds: led.filter(({ to }) => configured.ports.includes(to)).map(ledBind),
    unknown:
      led.length > 0
        ? 'it runs in a pod, and beside the rules of the packet filter an ingress, a load balancer or eBPF may lead to it'
        : 'it runs in a pod, and the ports of the host that the cluster leads to it (hostPort, NodePort) were not read',
  }
}
