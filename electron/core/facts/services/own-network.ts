import { basename } from 'node:path/posix'
import type { ServiceBind } from '#shared/model/inference-service.ts'
import type { Listener } from '#shared/model/listener.ts'
import type { OwnNetwork, Process } from '../processes/processes.ts'
import { type Binds, toBind } from './binds.ts'
import { ledBinds } from './led-binds.ts'
import type { ServiceSources } from './sources.ts'

/**
 * What leads to a server that has a network of its own (PrivateNetwork=, NetworkNamespacePath= of systemd.exec(5), `ip netns exec`). Nothing of the host's sockets is its, not even one on its port. A
 * way in is a program that runs in there with a socket of the host in its hands, as systemd-socket-proxyd(8) does; until somebody connects systemd itself holds that one.
 */
export function ownNetworkBinds(
  main: Process & { readonly ownNetwork: OwnNetwork },
  members: readonly Process[],
  ports: readonly number[],
  { listeners, processes, ledTo }: Pick<ServiceSources, 'listeners' | 'processes' | 'ledTo'>,
): Binds {
  if (listeners === undefined) return { binds: [], unknown: 'listening sockets could not be read' }
  const { ownNetwork, addresses = [] } = main
  const own = new Set(members.map(({ pid }) => pid))
  const tcp = listeners.filter(({ protocol }) => protocol === 'tcp')
  const heldBy = (pids: ReadonlySet<number>) => tcp.filter((listener) => listener.processes.some(({ pid }) => pids.has(pid)))
  const beside = processes.filter(({ pid }) => !own.has(pid) && ownNetwork.beside.includes(pid))
  const doors = new Map<Listener, ServiceBind>()
  for (const listener of heldBy(own)) doors.set(listener, toBind(listener))
  const starters = startersOf(members, processes)
  const others = beside.filter((process) => {
    const held = heldBy(new Set([process.pid]))
    const to = isProxy(process) ? portOf(process) : undefined
    if (to !== undefined && !ports.includes(to)) return false
    const note = `${process.name} (process ${process.pid}), which is in its network, leads there.`
    for (const listener of held) if (!doors.has(listener)) doors.set(listener, toBind(listener, note))
    return held.length === 0 && !starters.has(process.pid)
  })
  const binds = [...doors.values(), ...ledBinds(addresses, ports, ledTo)]
  const inside = ownNetwork.sockets.filter(({ port }) => ports.includes(port))
  const open = (inside.length > 0 ? inside : ownNetwork.sockets).filter(({ scope }) => scope !== 'loopback')
  const unknown = (): string | undefined => {
    if (addresses.length > 0 && open.length > 0)
      return `it has a network of its own, where it listens on ${open.map(printSocket).join(', ')} with address ${addresses.slice(0, 3).join(', ')}, and who gets there was not followed`
    if (ownNetwork.moreBeside) return 'it has a network of its own, and not all that runs in there was told'
    const [other] = others
    if (other) return `${other.name} (process ${other.pid}) runs in its network, too, and may lead there`
    const waiting = tcp.find((listener) => listener.processes.every(({ pid }) => pid === 1))
    if (!waiting) return undefined
    return waiting.processes.length > 0
      ? `systemd holds port ${waiting.port} for a program that has not begun, which may lead into its network`
      : `it has a network of its own, and who holds port ${waiting.port} of the host, which may lead there, could not be read`
  }
  // Which of the others that are open in there is between its parts, who gets there decides.
  return { binds, ...(addresses.length === 0 && { internal: [] }), unknown: unknown() }
}

/** `[::]:11434` */
export const printSocket = ({ address, port }: OwnNetwork['sockets'][number]): string =>
  `${address.includes(':') ? `[${address}]` : address}:${port}`

/** Programs that make a network, or a first process in one, and then wait for what they started. */
const STARTER =
  /^(?:unshare|bwrap|nsenter|ip|firejail|tini|dumb-init|catatonit|docker-init|setpriv|runuser|su|sudo|env|timeout|starter(?:-suid)?)$/

/** Those above a server that started it, as far as they are nothing else. */
function startersOf([main]: readonly Process[], processes: readonly Process[]): ReadonlySet<number> {
  const found = new Set<number>()
  for (let above = processes.find(({ pid }) => pid === main?.ppid); above && !found.has(above.pid); ) {
    if (!STARTER.test(basename(above.argv[0] ?? ''))) break
    found.add(above.pid)
    const { ppid }: Process = above
    above = processes.find(({ pid }) => pid === ppid)
  }
  return found
}

const isProxy = ({ argv }: Process): boolean => basename(argv[0] ?? '') === 'systemd-socket-proxyd'

/** `systemd-socket-proxyd [options] HOST:PORT`; a path is a socket of its own. */
const portOf = ({ argv }: Process): number | undefined => {
  const port = /:(\d{1,5})$/.exec(argv.at(-1) ?? '')?.[1]
  return port === undefined ? undefined : Number(port)
}
