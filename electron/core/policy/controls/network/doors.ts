import type { InferenceService } from '#shared/model/inference-service.ts'
import { type Listener, printBind } from '#shared/model/listener.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { Container, Containers } from '../../../facts/containers/containers.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Firewall } from '../../../facts/firewall/firewall.ts'
import { type OwnPort, ownPortsLed } from '../../../facts/firewall/led-to.ts'
import type { Network } from '../../../facts/network/network.ts'
import type { Os } from '../../../facts/os/os.ts'
import { frontNamed, frontOfImage, webServerNamed } from '../../../facts/programs/front-programs.ts'
import type { Program } from '../../../facts/programs/programs.ts'
import { forwarders } from '../../../facts/programs/strangers.ts'
import type { Sshd } from '../../../facts/sshd/sshd.ts'
import { publishedOf } from '../proxy/other-proxies.ts'
import { citeSetting } from '../ssh/sshd-scopes.ts'
import { knownValue, mergeWildcards } from './flows.ts'

/** A port of a host that others could reach. */
export interface Door {
  readonly address: string
  readonly port: number
  readonly cite: readonly Citation[]
}

/** A port behind which a model answers, at once or through a proxy. */
export interface ModelDoor extends Door {
  /** TCP where none is named. */
  readonly protocol?: 'udp'
  /** The proxy in front, or the engine's own port. */
  readonly kind: 'inference' | 'proxy'
  readonly owner: string
  /** By a container runtime, past the input chain. */
  readonly published: boolean
}

const isForwarder = ({ name }: { readonly name: string }): boolean => forwarders.test(name)

/** What beside the sockets of the host may lead to a model. Empty where it is not known. */
export interface Beside {
  readonly containers: readonly Container[]
  readonly programs: readonly Program[]
  readonly ownPorts: readonly OwnPort[]
}

interface BesideFacts {
  readonly containers: FactResult<Containers>
  readonly programs: FactResult<readonly Program[]>
  /** Left out where ports are asked for that rules may name: what translation leads elsewhere meets none of them. */
  readonly firewall?: FactResult<Firewall>
  readonly network: FactResult<Network>
}

/** What could not be read is empty here: the controls that judge it say so themselves. */
export const besideOf = ({ containers, programs, firewall, network }: BesideFacts): Beside => ({
  containers: knownValue(containers)?.containers ?? [],
  programs: knownValue(programs) ?? [],
  ownPorts: firewall?.known ? ownPortsLed(firewall.value.tables, knownValue(network)) : [],
})

/** Doors to running inference servers that others could reach, by the sockets and published ports that were seen. */
export function inferenceDoors(
  services: readonly InferenceService[],
  listeners: readonly Listener[],
  { containers, programs, ownPorts }: Beside,
): readonly ModelDoor[] {
  const own = services.flatMap((service) =>
    service.binds
      .filter(({ scope }) => scope !== 'loopback')
      .map(({ address, port, section, line }) => ({
        address,
        port,
        kind: 'inference' as const,
        owner: service.id,
        // Of a container in the network of the host sockets of its own are seen, which are the host's; one of dockerd stands for what the kernel forwards (Swarm).
        published:
          service.how === 'container' &&
          (section !== 'listeners' || listeners.some((one) => one.line === line && one.processes.some(({ name }) => name === 'dockerd'))),
        cite: [{ section, line }],
      })),
  )
  const proxied = listeners
    .filter(({ protocol, scope }) => protocol === 'tcp' && scope !== 'loopback')
    .filter(
      ({ port, processes }) =>
        processes.some(({ name }) => name === 'nginx' || frontNamed(name) !== undefined) ||
        ((port === 80 || port === 443) && processes.every(isForwarder)),
    )
    .map(({ address, port, processes, line }) => ({
      address,
      port,
      kind: 'proxy' as const,
      owner: processes[0]?.name ?? 'the proxy',
      published: processes.some(isForwarder),
      cite: [{ section: 'listeners', line }],
    }))
  const contained = containers
    .filter(({ running, image }) => running && frontOfImage(image) !== undefined)
    .flatMap((container) => publishedOf(container).map((bind) => ({ ...bind, owner: container.name, line: container.line })))
    .map(({ address, port, owner, line }) => ({
      ...{ address, port, owner },
      kind: 'proxy' as const,
      published: true,
      cite: [{ section: 'containers', line }],
    }))
  const interfaces = programs
    .filter(({ forwards }) => forwards)
    .flatMap((program) => program.binds.filter(({ scope }) => scope !== 'loopback').map((bind) => ({ ...bind, owner: program.name })))
    .map(({ address, port, owner, section, line }) => ({
      ...{ address, port, owner },
      kind: 'proxy' as const,
      published: section === 'containers',
      cite: [{ section, line }],
    }))
  // Whose a socket is, the list of containers and the command line know better than the name of its process.
  const seen = [...own, ...proxied, ...contained, ...interfaces]
  const all = [
    ...seen,
    ...ledTo(
      seen.filter(({ kind }) => kind === 'proxy'),
      ownPorts,
    ),
  ]
  return mergeWildcards([...new Map(all.map((door) => [printBind(door), door])).values()])
}

/** Other ports of the host that rules of translation lead to these doors. Those to an engine itself are among its binds. */
const ledTo = <D extends Door>(doors: readonly D[], ownPorts: readonly OwnPort[]): readonly D[] =>
  ownPorts.flatMap(({ family, port, to, section, line }) =>
    doors
      .filter((door) => door.port === to && (door.address === '*' || door.address.includes(':') === (family === 6)))
      .map((door) => ({ ...door, address: family === 6 ? '::' : '0.0.0.0', port, cite: [{ section, line }] })),
  )

/**
 * Doors of HTTP/3, which QUIC carries over UDP (RFC 9114): `listen 443 quic` of nginx, and Caddy unless it is told otherwise. What stands behind them is
 * what stands behind the port of the same number. Sockets that web servers send logs or questions from have numbers of their own.
 */
export function datagramDoors(listeners: readonly Listener[], containers: readonly Container[]): readonly ModelDoor[] {
  const ofWebServer = ({ processes }: Listener): boolean =>
    processes.some(({ name }) => name === 'nginx' || webServerNamed(name) !== undefined)
  const usual = [443, 8443]
  const web = new Set([...usual, ...listeners.filter((one) => one.protocol === 'tcp' && ofWebServer(one)).map(({ port }) => port)])
  // A port of the web whose owner could not be read, or that a container runtime holds, may be one.
  const mayBe = (one: Listener): boolean =>
    ofWebServer(one) ? web.has(one.port) : usual.includes(one.port) && one.processes.every(isForwarder)
  const own = listeners
    .filter((one) => one.protocol === 'udp' && one.scope !== 'loopback' && mayBe(one))
    .map(({ address, port, processes, line, section = 'listeners' }) => ({
      ...{ protocol: 'udp' as const, address, port, kind: 'proxy' as const },
      published: processes.some(isForwarder),
      owner: `${processes[0]?.name ?? 'the proxy'}, HTTP/3`,
      cite: [{ section, line }],
    }))
  const contained = containers
    .filter(({ running, image }) => running && frontOfImage(image) !== undefined)
    .flatMap((container) => publishedOf(container, 'udp').map((bind) => ({ ...bind, owner: container.name, line: container.line })))
    .map(({ address, port, owner, line }) => ({
      ...{ protocol: 'udp' as const, address, port, kind: 'proxy' as const, published: true },
      owner: `${owner}, HTTP/3`,
      cite: [{ section: 'containers', line }],
    }))
  return mergeWildcards([...new Map([...own, ...contained].map((door) => [printBind(door), door])).values()])
}

/** Sockets of sshd (or of systemd for it); where owners cannot be seen, what `sshd -T` says, and at last the port that was used to log in. With ports that are led there. */
export function sshDoors(
  listeners: readonly Listener[],
  sshd: FactResult<Sshd>,
  usedPort: number,
  os: FactResult<Os>,
  ownPorts: readonly OwnPort[] = [],
): readonly Door[] {
  const doors = sshSockets(listeners, sshd, sshPorts(usedPort, os))
  return mergeWildcards([...doors, ...ledTo(doors, ownPorts)])
}

/** Ports that SSH is expected on besides those of its settings: the one that was used to log in, and those of its sockets of systemd, which may be others. */
export const sshPorts = (usedPort: number, os: FactResult<Os>): readonly number[] => [
  usedPort,
  ...(knownValue(os)?.ssh.ports ?? []).map(({ value }) => value),
]

function sshSockets(listeners: readonly Listener[], sshd: FactResult<Sshd>, expected: readonly number[]): readonly Door[] {
  const settings = knownValue(sshd)?.settings
  const ports = (settings?.port ?? []).map(({ value }) => Number(value))
  const open = listeners.filter(({ protocol, scope }) => protocol === 'tcp' && scope !== 'loopback')
  const seen = open.filter(
    ({ port, processes }) =>
      processes.some(({ name }) => name === 'sshd' || name === 'dropbear') ||
      ((processes.length === 0 || processes.some(({ name }) => name === 'systemd')) && [...ports, ...expected].includes(port)),
  )
  if (seen.length > 0) return seen.map(({ address, port, line }) => ({ address, port, cite: [{ section: 'listeners', line }] }))
  const port = ports[0] ?? expected[0] ?? 22
  return [{ address: '*', port, cite: (settings?.port ?? []).slice(0, 1).map(citeSetting) }]
}
