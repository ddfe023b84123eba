import type { InferenceService } from '#shared/model/inference-service.ts'
import { type Listener, printBind } from '#shared/model/listener.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Sshd } from '../../../facts/sshd/sshd.ts'
import type { Citation } from '../../control.ts'
import { forwarders } from '../programs/strangers.ts'
import { citeSetting } from '../ssh/sshd-scopes.ts'
import { knownValue, mergeWildcards } from './flows.ts'

/** A TCP port of a host that others could reach. */
export interface Door {
  readonly address: string
  readonly port: number
  readonly cite: readonly Citation[]
}

/** A TCP port behind which a model answers, at once or through a proxy. */
export interface ModelDoor extends Door {
  /** The proxy in front, or the engine's own port. */
  readonly kind: 'inference' | 'proxy'
  readonly owner: string
  /** By a container runtime, past the input chain. */
  readonly published: boolean
}

/** Programs that pass connections on, by their short names, which the kernel cuts at 15 characters (systemd-socket-proxyd). */
const PROXIES =
  /^(?:nginx|caddy|haproxy|envoy|traefik|apache2|httpd|angie|tengine|litespeed|lighttpd|h2o|kong|pomerium|squid|varnishd|oauth2[-_]proxy|socat|rinetd|redir|systemd-socket-|ssh)$/

const isForwarder = ({ name }: { readonly name: string }): boolean => forwarders.test(name)

/** Doors to running inference servers that others could reach, by the sockets that were seen. */
export function inferenceDoors(services: readonly InferenceService[], listeners: readonly Listener[]): readonly ModelDoor[] {
  const own = services.flatMap((service) =>
    service.binds
      .filter(({ scope }) => scope !== 'loopback')
      .map(({ address, port, section, line }) => ({
        address,
        port,
        kind: 'inference' as const,
        owner: service.id,
        // Of a container in the network of the host sockets of its own are seen, which are the host's.
        published: service.how === 'container' && section !== 'listeners',
        cite: [{ section, line }],
      })),
  )
  const proxied = listeners
    .filter(({ protocol, scope }) => protocol === 'tcp' && scope !== 'loopback')
    .filter(
      ({ port, processes }) =>
        processes.some(({ name }) => PROXIES.test(name)) || ((port === 80 || port === 443) && processes.every(isForwarder)),
    )
    .map(({ address, port, processes, line }) => ({
      address,
      port,
      kind: 'proxy' as const,
      owner: processes[0]?.name ?? 'the proxy',
      published: processes.some(isForwarder),
      cite: [{ section: 'listeners', line }],
    }))
  return mergeWildcards([...new Map([...own, ...proxied].map((door) => [printBind(door), door])).values()])
}

/** Sockets of sshd (or of systemd for it); where owners cannot be seen, what `sshd -T` says, and at last the port that was used to log in. */
export function sshDoors(listeners: readonly Listener[], sshd: FactResult<Sshd>, usedPort: number): readonly Door[] {
  const settings = knownValue(sshd)?.settings
  const ports = (settings?.port ?? []).map(({ value }) => Number(value))
  const open = listeners.filter(({ protocol, scope }) => protocol === 'tcp' && scope !== 'loopback')
  const seen = open.filter(
    ({ port, processes }) =>
      processes.some(({ name }) => name === 'sshd') ||
      ((processes.length === 0 || processes.some(({ name }) => name === 'systemd')) && [...ports, usedPort].includes(port)),
  )
  if (seen.length > 0)
    return mergeWildcards(seen.map(({ address, port, line }) => ({ address, port, cite: [{ section: 'listeners', line }] })))
  const port = ports[0] ?? usedPort
  return [{ address: '*', port, cite: (settings?.port ?? []).slice(0, 1).map(citeSetting) }]
}
