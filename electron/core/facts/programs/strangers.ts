import type { InferenceService, ServiceBind } from '#shared/model/inference-service.ts'
import { type Listener, printSocket } from '#shared/model/listener.ts'
import type { Container } from '../containers/containers.ts'
import { scopeOf } from '../listeners/address-scope.ts'
import { OF_DOCKERD } from '../services/binds.ts'
import { frontOfImage, webServerNamed } from './front-programs.ts'
import type { Program } from './programs.ts'

/**
 * Programs of the system, and nginx, which other controls look at as at every web server. containerd and nv-hostengine are none: by themselves they listen on loopback alone, and
 * who reaches them elsewhere is root of the host or of its GPUs (containerd-config.toml(5), tcp_address; nv-hostengine, --bind-interface).
 */
const usual =
  /^(?:sshd(?:-session)?|systemd-(?:resolve|network|timesyn)\w*|nginx|chronyd|ntpd|dhclient|dhcpcd|NetworkManager|netavark|aardvark-dns|kube-proxy|nvidia-persiste\w*)$/

/** Programs that hold a port of the host for a container; dockerd does for a service of Swarm, and where it is told to start no docker-proxy. */
export const forwarders = /^(?:docker-proxy|dockerd|rootlessport|rootlesskit|conmon|slirp4netns|pasta(?:\.avx2)?)$/

/** Sockets that only ask get a port of their own out of this range (`ip_local_port_range` of ip(7), the default): another one at every start. */
const mayAwaitAnswers = ({ protocol, port }: Pick<Listener, 'protocol' | 'port'>): boolean =>
  protocol === 'udp' && port >= 32_768 && port <= 60_999

/** Ports of DHCP clients (RFC 2131, RFC 8415), below 1024: where no owner could be read, they are explained by that. */
const dhcpPorts = [68, 546]

/** A process or container that listens beyond this machine and is neither a known program nor part of the system. */
export interface Stranger {
  /** Undefined when the audit account may not see whose sockets they are. */
  readonly owner: Listener['processes'][number] | undefined
  /** Set when the ports are published for it, or when that is all that is known of the owner. */
  readonly container?: Container | 'unknown' | undefined
  readonly listeners: readonly Listener[]
  /** Its datagram sockets may belong to a client that waits for answers. They stand apart from those whose port somebody chose. */
  readonly mayAwaitAnswers?: true
}

/**
 * One group for each process and container; sockets without a known owner stand alone. Published ports are looked for in the list of containers,
 * since the kernel alone may forward them, without a socket; `containers` is undefined when that list is not known.
 */
export function strangersAmong(
  listeners: readonly Listener[],
  services: readonly InferenceService[],
  programs: readonly Program[],
  sshPorts: readonly number[],
  containers: readonly Container[] | undefined,
): readonly Stranger[] {
  const expected = new Set([...services, ...programs].flatMap(({ pids }) => pids))
  // One that is stopped holds no port: what listens there is another.
  const bound = [
    ...services.flatMap(({ running, binds, internalBinds = [] }) => (running ? [...binds, ...internalBinds] : [])),
    ...programs.flatMap(({ binds }) => binds),
  ]
  const isBound = (socket: Listener): boolean => socket.protocol === 'tcp' && bound.some((bind) => covers(bind, socket))
  // Root's list does not have those that an account keeps for itself (Podman and Docker without root).
  const listed = (containers ?? []).flatMap(({ running, ports }) => (running ? ports : []))
  const isListed = (socket: Listener): boolean =>
    listed.some(
      ({ protocol, hostAddress, hostPort }) => protocol === socket.protocol && covers({ address: hostAddress, port: hostPort }, socket),
    )
  const groups = new Map<string, Stranger & { listeners: Listener[] }>()
  for (const listener of listeners) {
    if (listener.scope === 'loopback') continue
    const { processes, protocol } = listener
    const usualPorts = protocol === 'tcp' ? sshPorts : dhcpPorts
    // That dockerd is known, for its API, does not tell for whom it holds other ports.
    const known = processes.some(({ name }) => name === 'dockerd')
      ? OF_DOCKERD.includes(listener.port)
      : processes.some(({ name, pid }) => expected.has(pid) || usual.test(name) || webServerNamed(name) !== undefined)
    if (known) continue
    const forwarded = processes.some(({ name }) => forwarders.test(name))
    if (forwarded && (isBound(listener) || isListed(listener))) continue
    // Owners unread: the ports of SSH and the sockets of what is known are explained by them.
    if (processes.length === 0 && (usualPorts.includes(listener.port) || isBound(listener))) continue
    // Sockets that systemd holds for a service: those of sshd are expected, others are as unexpected as what they start.
    if (protocol === 'tcp' && sshPorts.includes(listener.port) && processes.every(({ name }) => name === 'systemd' || name === 'init'))
      continue
    const owner = processes[0]
    const awaits = mayAwaitAnswers(listener)
    const key = awaits ? `answers ${owner?.pid}` : owner === undefined ? printSocket(listener) : String(owner.pid)
    const group: Stranger & { listeners: Listener[] } = groups.get(key) ?? {
      ...{ owner, listeners: [] },
      ...(forwarded && { container: 'unknown' }),
      ...(awaits && { mayAwaitAnswers: true }),
    }
    group.listeners.push(listener)
    groups.set(key, group)
  }
  const published = (containers ?? []).flatMap((container) => {
    const open =
      container.running && frontOfImage(container.image) === undefined ? portsOf(container).filter((socket) => !isBound(socket)) : []
    return open.length > 0 ? [{ owner: undefined, container, listeners: open }] : []
  })
  return [...groups.values(), ...published]
}

/** Is it that socket? The same port at another address is held by somebody else, as a forwarder to the loopback interface is. */
function covers(bind: Pick<ServiceBind, 'address' | 'port'>, { address, port }: Listener): boolean {
  if (bind.port !== port) return false
  if (scopeOf(bind.address) !== 'wildcard') return bind.address === address
  const both = [bind.address, address].some((one) => one === '' || one === '*')
  return both || bind.address.includes(':') === address.includes(':')
}

/** What a container publishes beyond this machine, as sockets of the host. */
const portsOf = ({ ports, line }: Container): Listener[] =>
  ports.flatMap(({ hostAddress, hostPort, protocol }): Listener[] => {
    const address = hostAddress === '' ? '0.0.0.0' : hostAddress
    const scope = scopeOf(address)
    if (hostPort === 0 || scope === undefined || scope === 'loopback') return []
    return [{ protocol, address, port: hostPort, scope, processes: [], section: 'containers', line }]
  })

/** Of the container, else of the process; undefined where neither was seen. */
export const nameOf = ({ owner, container }: Stranger): string | undefined => (typeof container === 'object' ? container.name : owner?.name)

/** What findings about it are followed by: its name and ports; its sockets where the name is not known. */
export function strangerSubject(stranger: Stranger): string {
  const { container, listeners, mayAwaitAnswers: changing } = stranger
  const name = container === 'unknown' ? undefined : nameOf(stranger)
  // Numbers that change with every start would make another finding of it each time.
  if (changing) return `${name ?? 'unknown program'} udp`
  if (name === undefined) return [...new Set(listeners.map(printSocket))].slice(0, 6).join(', ')
  return `${name} ${[...new Set(listeners.map(({ port, protocol }) => (protocol === 'udp' ? `${port}/udp` : `${port}`)))].join(' ')}`
}
