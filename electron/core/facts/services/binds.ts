import type { ServiceBind } from '#shared/model/inference-service.ts'
import type { Listener } from '#shared/model/listener.ts'
import type { Container } from '../containers/containers.ts'
import { scopeOf } from '../listeners/address-scope.ts'
import type { Process } from '../processes/processes.ts'
import type { Configured, ConfiguredAddress } from './configured.ts'
import { type HostAddresses, ownAddressOf } from './own-address.ts'
import { containerIdOf, machineOf } from './placement.ts'

/** What a server listens on, and why that may not be all. */
export interface Binds {
  readonly binds: readonly ServiceBind[]
  readonly internal?: readonly ServiceBind[] | undefined
  readonly unknown?: string | undefined
}

/** A place that can be cited. */
export interface Place {
  readonly section: string
  readonly line: number
}

/** Configured addresses as binds. A host name has no scope that could be known from here, and is left out. */
export function configuredBinds(configured: Configured, placeOf: (address: ConfiguredAddress) => Place): readonly ServiceBind[] {
  return configured.addresses.flatMap((one) => {
    const scope = scopeOf(one.address)
    const address = one.address === '' || one.address === '*' ? '0.0.0.0' : one.address
    return scope ? [{ address, port: one.port, scope, ...placeOf(one), basis: 'configured' as const, token: one.token }] : []
  })
}

/** Engines load their models before they listen (vLLM), which takes minutes. */
const NOT_YET = 'no listening socket of it was found, as while it loads its model'

/** Where a server that has no socket yet will listen, unless another has the port. */
export function awaitedBinds({ binds, unknown }: Binds, main: Process, configured: Configured, listeners: readonly Listener[] = []) {
  if (unknown !== NOT_YET || binds.length > 0) return undefined
  const awaited = configuredBinds(configured, () => ({ section: 'processes', line: main.line }))
  const free = awaited.filter(({ port }) => !listeners.some((one) => one.protocol === 'tcp' && one.port === port))
  return free.length > 0 ? free : undefined
}

/** A socket that was seen. */
export const toBind = (listener: Listener, note?: string): ServiceBind => ({
  address: listener.address,
  port: listener.port,
  scope: listener.scope,
  section: listener.section ?? 'listeners',
  line: listener.line,
  basis: 'observed',
  token: `${listener.address.includes(':') ? `[${listener.address}]` : listener.address}:${listener.port}`,
  note,
})

/**
 * Sockets of a server by their owner. Where owners cannot be read, sockets of unknown owner on its configured ports stand in, with
 * that note: what is seen beats what is configured.
 */
export function observedBinds(members: readonly Process[], configured: Configured, listeners: readonly Listener[]): Binds {
  const tcp = listeners.filter(({ protocol }) => protocol === 'tcp')
  const pids = new Set(members.map(({ pid }) => pid))
  const own = tcp.filter(({ processes }) => processes.some(({ pid }) => pids.has(pid)))
  if (own.length > 0) {
    const api = apiOf(own, members, configured)
    const internal = own.filter((listener) => !api.includes(listener))
    return { binds: api.map((listener) => toBind(listener)), internal: internal.map((listener) => toBind(listener)) }
  }
  const unowned = tcp.filter(({ port, processes }) => processes.length === 0 && configured.ports.includes(port))
  const exact = unowned.filter((listener) => configured.addresses.some((one) => sameAddress(listener, one)))
  const likely = exact.length > 0 && configured.addresses.length > 0 ? exact : unowned
  if (likely.length > 0) {
    const note = 'The owner of this socket could not be read; the port is the one that the server is configured for.'
    // Without its configuration the port is only the engine's usual one: enough to accuse, not to acquit.
    const unknown = configured.unknown && `the owners of sockets could not be read and ${configured.unknown}`
    return { binds: likely.map((listener) => toBind(listener, note)), unknown }
  }
  if (configured.addresses.length === 0 && configured.unknown === undefined) return { binds: [] }
  return { binds: [], unknown: NOT_YET }
}

const sameAddress = (listener: Listener, one: ConfiguredAddress): boolean => {
  if (listener.port !== one.port) return false
  const scope = scopeOf(one.address)
  return scope === 'specific' ? listener.address === one.address : listener.scope === scope
}

/**
 * Once a socket on a configured port is there, the others are between the server's own parts: PyTorch's store, data-parallel masters,
 * runners. Without one, the sockets of the main process count, and failing that all.
 */
function apiOf(own: readonly Listener[], members: readonly Process[], { ports }: Configured): readonly Listener[] {
  const onPort = own.filter(({ port }) => ports.includes(port))
  const ofMain = own.filter(({ processes }) => processes.some(({ pid }) => pid === members[0]?.pid))
  return [onPort, ofMain, own].find((found) => found.length > 0) ?? []
}

/** Published ports of a container: what the network sees. Ports of the engine first; when none is published under it, all are its. */
export function publishedBinds(container: Container, configured: Configured): readonly ServiceBind[] {
  const tcp = container.ports.filter(({ protocol }) => protocol === 'tcp')
  const api = tcp.filter(({ containerPort }) => configured.ports.includes(containerPort))
  return (api.length > 0 ? api : tcp).flatMap(({ hostAddress, hostPort }) => {
    const scope = scopeOf(hostAddress)
    if (!scope) return []
    const basis = container.running ? ('observed' as const) : ('configured' as const)
    return [{ address: hostAddress, port: hostPort, scope, section: 'containers', line: container.line, basis, token: String(hostPort) }]
  })
}

/** Why a container may have more than its published ports. `main`: a process in it, by whose routes an address of its own shows. */
export const unseenBinds = (
  container: Container,
  main: Process | undefined,
  hostAddresses: HostAddresses | undefined,
): string | undefined => {
  if (container.portsUnknown !== undefined) return container.portsUnknown
  if (main) return ownAddressOf(main, hostAddresses)
  return container.running ? 'none of its processes was seen, and it may have an address of its own' : undefined
}

/**
 * Published ports by Docker's forwarders in the process table (`docker-proxy -proto tcp -host-ip … -host-port … -container-port …`),
 * for when Docker itself may not be asked, or does not tell. `addresses`: of the server; where they are not known, the port inside must do.
 */
export function forwardedBinds(
  processes: readonly Process[],
  configured: Configured,
  addresses: readonly string[] | undefined,
): readonly ServiceBind[] {
  return proxiesOf(0, processes, configured, addresses).flatMap(({ line, address, port }) => {
    const scope = scopeOf(address)
    if (!scope) return []
    const note =
      addresses === undefined ? 'Docker could not be asked whose port this is; the port inside is the one of this server.' : undefined
    return [{ address, port, scope, section: 'processes', line, basis: 'observed' as const, note, token: `-host-ip ${address}` }]
  })
}

/**
 * The same of an account's own Docker. Its forwarders stand in a network of its own, where they say 127.0.0.1 of what is published for all: what leads from the
 * host to there is a socket of rootlesskit, slirp4netns or pasta with the same port (rootlesskit, port drivers), which `ss` shows.
 */
export function forwardedBindsOfAccount(
  account: number,
  processes: readonly Process[],
  configured: Configured,
  addresses: readonly string[] | undefined,
  listeners: readonly Listener[] | undefined,
): readonly ServiceBind[] {
  if (addresses === undefined) return []
  const ports = new Set(proxiesOf(account, processes, configured, addresses).map(({ port }) => port))
  const isOfAccount = ({ name, pid }: Listener['processes'][number]): boolean =>
    ROOTLESS.test(name) && processes.some((process) => process.pid === pid && process.uid === account)
  const note = 'The owner of this socket could not be read; the port is the one that Docker of its account forwards.'
  return (listeners ?? []).flatMap((listener) => {
    const { protocol, port, processes: owners } = listener
    if (protocol !== 'tcp' || !ports.has(port) || (owners.length > 0 && !owners.some(isOfAccount))) return []
    return [toBind(listener, owners.length === 0 ? note : undefined)]
  })
}

/** What holds ports of the host for an account's own Docker or Podman. */
const ROOTLESS = /^(?:rootlesskit|slirp4netns|(?:pasta|passt)(?:\.avx2)?|vpnkit)$/

/** Ports of its own that dockerd has: its API, and what Swarm's nodes say to each other (docs.docker.com, engine/swarm). */
export const OF_DOCKERD = [2375, 2376, 2377, 7946]

/**
 * What may be published of a task of Swarm to all nodes: dockerd itself holds a socket for each such port (`plumbProxy` of libnetwork), wherever its tasks run. A task is in that
 * network only when its service publishes a port by it, so one that has the number of the port inside, or the only one, is its own. `containers`: others for which dockerd may hold ports, without docker-proxy.
 */
export function swarmBinds(
  listeners: readonly Listener[] = [],
  containers: readonly Container[] = [],
  { ports }: Configured,
): readonly ServiceBind[] {
  const published = containers.flatMap((container) => (container.running ? container.ports.map(({ hostPort }) => hostPort) : []))
  const held = listeners.filter(
    ({ protocol, port, scope, processes }) =>
      protocol === 'tcp' &&
      scope === 'wildcard' &&
      processes.some(({ name }) => name === 'dockerd') &&
      !OF_DOCKERD.includes(port) &&
      !published.includes(port),
  )
  const same = held.filter(({ port }) => ports.includes(port))
  const one = new Set(held.map(({ port }) => port)).size === 1 ? held : []
  const note = 'dockerd holds this port for a service of Swarm, and leads it to its tasks on all nodes.'
  return (same.length > 0 ? same : one).map((listener) => toBind(listener, note))
}

/** Forwarders of the Docker that an account keeps, 0 for root's: those in a container or machine are of a Docker in there, whose network is not the host's. */
function proxiesOf(account: number, processes: readonly Process[], { ports }: Configured, addresses: readonly string[] | undefined) {
  return processes.flatMap(({ argv, line, uid, cgroup }) => {
    if (
      !/(?:^|\/)docker-proxy$/.test(argv[0] ?? '') ||
      uid !== account ||
      containerIdOf(cgroup) !== undefined ||
      machineOf(cgroup) !== undefined
    )
      return []
    const value = (name: string): string => argv[argv.indexOf(name) + 1] ?? ''
    if (addresses !== undefined && !addresses.includes(value('-container-ip'))) return []
    if (value('-proto') !== 'tcp' || !ports.includes(Number(value('-container-port')))) return []
    return [{ line, address: value('-host-ip'), port: Number(value('-host-port')) }]
  })
}
