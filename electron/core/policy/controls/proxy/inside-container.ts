import type { InferenceService, ServiceBind } from '#shared/model/inference-service.ts'
import type { Container } from '../../../facts/containers/containers.ts'
import { addressBlock, within } from '../../../facts/network/address-block.ts'
import type { LetIn } from './address-rules.ts'
import type { ProxySocket } from './proxy-path.ts'

/** Names by which engines are reached from inside a container. */
export interface InsideView {
  /** What answers at names and addresses that the container knows, each standing for a service of the host. */
  readonly posing: ReadonlyMap<InferenceService, InferenceService>
  /** Every name and address that means a container of its networks, or the host. */
  readonly known: readonly string[]
}

/** Set by Docker Desktop, by `extra_hosts: host-gateway` and by Podman; elsewhere the name means nothing, and nginx would not have started. */
const HOST_NAMES = ['host.docker.internal', 'gateway.docker.internal', 'host.containers.internal']

const lower = (names: readonly string[]): readonly string[] => names.map((name) => name.toLowerCase())

/**
 * The engines of a host as a container meets them: those of its networks by the names of the container network (service, container, alias) or their
 * address, at their own ports; those of the host, and published ports, at an address of the host; its own at loopback. What listens on the
 * host's loopback alone is out of its reach.
 */
export function seenFromInside(
  container: Container,
  containers: readonly Container[],
  services: readonly InferenceService[],
  hostAddresses: readonly string[],
): InsideView {
  const networks = new Map((container.networks ?? []).map((network) => [network.name, network]))
  const host = [...HOST_NAMES, ...hostAddresses, ...[...networks.values()].flatMap(({ gateways = [] }) => gateways)]
  const neighbours = new Map(
    containers.map((other) => [
      other.name,
      (other.networks ?? [])
        .filter(({ name }) => networks.has(name))
        .flatMap(({ addresses, names = [] }) => [...addresses, ...lower(names)]),
    ]),
  )
  const posing = new Map<InferenceService, InferenceService>()
  for (const service of services) {
    const inside = service.containerPorts ?? []
    const names = service.container === undefined ? [] : (neighbours.get(service.container) ?? [])
    const at = (address: string, port: number, scope: ServiceBind['scope'] = 'specific'): ServiceBind => ({
      ...{ address, port, scope },
      ...{ section: 'containers', line: container.line, basis: 'observed' },
    })
    const own = service.container === container.name ? inside.map((port) => at('127.0.0.1', port, 'loopback')) : []
    const beside = names.flatMap((name) => inside.map((port) => at(name, port)))
    const outside = service.binds.flatMap(({ address, port, scope }) =>
      scope === 'loopback' ? [] : (scope === 'wildcard' ? host : [address]).map((one) => at(one, port)),
    )
    posing.set({ ...service, binds: [...own, ...beside, ...outside] }, service)
  }
  return { posing, known: [...host, ...[...neighbours.values()].flat()] }
}

/** A socket inside the container as the network meets it: ports of the host that lead there, IPv4 and IPv6 of the same one together. */
export function publishedSockets(container: Container, inside: ProxySocket): readonly ProxySocket[] {
  // What is translated comes to the address of the container, not to its loopback.
  if (inside.local) return []
  const found = new Map<string, ProxySocket>()
  for (const { hostAddress, hostPort, containerPort, protocol } of container.ports) {
    if (protocol !== (inside.quic === 'only' ? 'udp' : 'tcp') || containerPort !== inside.port || hostPort === 0) continue
    const wildcard = hostAddress === '0.0.0.0' || hostAddress === '::'
    const local = hostAddress.startsWith('127.') || hostAddress === '::1'
    const printed = `${wildcard ? '*' : hostAddress.includes(':') ? `[${hostAddress}]` : hostAddress}:${hostPort}`
    const subject = inside.subject === inside.printed ? printed : inside.subject.replace(/\d+$/, `${hostPort}`)
    // Which of its addresses is met inside, the runtime decides.
    found.set(printed, { ...inside, printed, port: hostPort, local, subject, strays: undefined })
  }
  return [...found.values()]
}

/**
 * May a list of addresses look at another one than the client's? Docker translates what comes in for the container and keeps the client's address, except
 * where docker-proxy passes it on: from this host, from IPv6 to a container that has none, without iptables. Those come from the gateway of the network,
 * so a list that lets the gateway in lets some in whom nobody can name (docs.docker.com/engine/network/packet-filtering-firewalls).
 */
export function letsGatewayIn(list: LetIn, { networks = [] }: Container): boolean {
  const inside = networks.flatMap(({ addresses, gateways = [] }) => [...addresses, ...gateways]).flatMap((one) => addressBlock(one) ?? [])
  return list.kind === 'listed' && list.blocks.some((block) => inside.some((one) => within(one, block)))
}
