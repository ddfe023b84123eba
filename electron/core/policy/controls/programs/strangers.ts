import type { InferenceService } from '#shared/model/inference-service.ts'
import { type Listener, printBind } from '#shared/model/listener.ts'
import type { Program } from '../../../facts/programs/programs.ts'

/** Programs of the system and proxies that other controls look at. */
const usual =
  /^(?:sshd(?:-session)?|systemd-(?:resolve|network|timesyn)\w*|nginx|caddy|haproxy|apache2|httpd|traefik|envoy|lighttpd|h2o|oauth2-proxy|chronyd|ntpd|dhclient|dhcpcd|NetworkManager|docker-proxy|rootlessport|conmon|dockerd|containerd|netavark|aardvark-dns|slirp4netns|pasta(?:\.avx2)?|kube-proxy|nv-hostengine|nvidia-persiste\w*)$/

/** A process that listens beyond this machine and is neither a known program nor part of the system. */
export interface Stranger {
  /** Undefined when the audit account may not see whose sockets they are. */
  readonly owner: Listener['processes'][number] | undefined
  readonly listeners: readonly Listener[]
}

/** One group for each process; sockets without a known owner stand alone. */
export function strangersAmong(
  listeners: readonly Listener[],
  services: readonly InferenceService[],
  programs: readonly Program[],
  sshPorts: readonly number[],
): readonly Stranger[] {
  const expected = new Set([...services, ...programs].flatMap(({ pids }) => pids))
  const bound = new Set(
    [...services.flatMap(({ binds, internalBinds = [] }) => [...binds, ...internalBinds]), ...programs.flatMap(({ binds }) => binds)].map(
      ({ port }) => port,
    ),
  )
  const groups = new Map<string, { owner: Stranger['owner']; listeners: Listener[] }>()
  for (const listener of listeners) {
    if (listener.protocol !== 'tcp' || listener.scope === 'loopback') continue
    const { processes } = listener
    if (processes.some(({ name, pid }) => expected.has(pid) || usual.test(name))) continue
    // Owners unread: the ports of SSH and of what is known are explained by them.
    if (processes.length === 0 && (bound.has(listener.port) || sshPorts.includes(listener.port))) continue
    // Sockets that systemd holds for a service: those of sshd are expected, others are as unexpected as what they start.
    if (sshPorts.includes(listener.port) && processes.every(({ name }) => name === 'systemd' || name === 'init')) continue
    const owner = processes[0]
    const key = owner === undefined ? printBind(listener) : String(owner.pid)
    const group = groups.get(key) ?? { owner, listeners: [] }
    group.listeners.push(listener)
    groups.set(key, group)
  }
  return [...groups.values()]
}

/** What findings about it are followed by: its name and ports; its sockets where the name is not known. */
export const strangerSubject = ({ owner, listeners }: Stranger): string =>
  owner === undefined
    ? [...new Set(listeners.map(printBind))].slice(0, 6).join(', ')
    : `${owner.name} ${[...new Set(listeners.map(({ port }) => port))].join(' ')}`
