import type { InferenceService } from '#shared/model/inference-service.ts'
import { type Listener, printBind } from '#shared/model/listener.ts'
import { type Caddy, readCaddies, unreadCaddies } from '../../../facts/caddy/caddy.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { Container, Containers } from '../../../facts/containers/containers.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Firewall } from '../../../facts/firewall/firewall.ts'
import { scopeOf } from '../../../facts/listeners/address-scope.ts'
import type { Network } from '../../../facts/network/network.ts'
import type { Nginx } from '../../../facts/nginx/nginx.ts'
import type { OAuth2Proxy } from '../../../facts/oauth2-proxy/oauth2-proxy.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import { frontNamed, frontOfImage, webServerNamed } from '../../../facts/programs/front-programs.ts'
import type { Program } from '../../../facts/programs/programs.ts'
import { unknownFronts } from '../../../facts/programs/unknown-fronts.ts'
import { containerIdOf, machineAround } from '../../../facts/services/placement.ts'
import { speaksAsEngine, type Wire } from '../../../facts/wire/wire.ts'
import type { Verdict } from '../../control.ts'
import { areClosed } from '../network/flows.ts'
import { followedContainer } from './paths-of-host.ts'

/** What has to be known to see proxies that are not modelled. `nginx` is undefined where it could not be read. */
export interface Surroundings {
  readonly nginx: Nginx | undefined
  readonly services: readonly InferenceService[]
  readonly listeners: FactResult<readonly Listener[]>
  readonly containers: FactResult<Containers>
  readonly caddy: FactResult<Caddy>
  readonly 'oauth2-proxy': FactResult<readonly OAuth2Proxy[]>
  readonly processes: FactResult<readonly Process[]>
  readonly programs: FactResult<readonly Program[]>
  readonly wire: FactResult<Wire>
  readonly firewall: FactResult<Firewall>
  readonly network: FactResult<Network>
}

/** A proxy that others reach, or may: what it forwards is unknown, never passed. */
export interface OtherProxy {
  /** `HAProxy`, `container edge`; undefined where only a web port is seen. */
  readonly program?: string | undefined
  /** Sockets of the host that lead to it. None where they could not be seen. */
  readonly binds: readonly Pick<Listener, 'address' | 'port' | 'scope'>[]
  readonly verdict: Verdict
}

/** Each once, with all its sockets, by the subject of its finding. */
export function otherProxiesOf(around: Surroundings): readonly OtherProxy[] {
  const found = new Map<string, OtherProxy>()
  for (const one of [...listening(around), ...contained(around), ...interfaces(around), ...unplaced(around), ...strange(around)]) {
    const { subject } = one.verdict
    const before = found.get(subject)
    found.set(subject, before ? { ...before, binds: [...before.binds, ...one.binds] } : one)
  }
  return [...found.values()]
}

const unjudged = (
  subject: string,
  title: string,
  reason: string,
  cite: readonly Citation[],
  rest: Pick<OtherProxy, 'program' | 'binds'>,
): OtherProxy => ({ ...rest, verdict: { status: 'not-evaluated', subject, title: title.slice(0, 47), reason, cite } })

function listening(around: Surroundings): readonly OtherProxy[] {
  const { listeners, nginx, containers } = around
  const nginxes = (nginx?.contained ?? []).flatMap((one) => followedContainer(one, containers) ?? [])
  const known = modelledPids(around)
  const strangers = new Set(unknownFronts(around.services, around).map(({ process }) => process.pid))
  const caddyRead = readCaddies(around.caddy).length > 0
  const beyond = (listeners.known ? listeners.value : []).filter(({ protocol, scope }) => protocol === 'tcp' && scope !== 'loopback')
  return beyond.flatMap((listener) => {
    const cite = [{ section: listener.section ?? 'listeners', line: listener.line }]
    const bind = printBind(listener)
    const programs = listener.processes.flatMap(({ name, pid }) => {
      const program = frontNamed(name)
      if (program && !known.includes(pid) && !strangers.has(pid)) {
        const reason = `${program} listens on ${bind}. What it forwards is not judged.`
        return [unjudged(name, `${program} is not modelled yet`, reason, cite, { program, binds: [listener] })]
      }
      const machine = name === 'nginx' ? machineOfPid(pid, around.processes) : undefined
      if (machine !== undefined) {
        const reason = `nginx in the machine ${machine}, a system of its own, listens on ${bind} of this host. Its configuration lies in there and is not read, so what it forwards is not judged.`
        const rest = { program: 'nginx in a machine', binds: [listener] }
        return [unjudged(`nginx in ${machine}`, 'An nginx in a machine was not read', reason, cite, rest)]
      }
      if (name !== 'nginx' || nginx === undefined || nginx.running || nginxes.some(({ hostNetwork }) => hostNetwork)) return []
      const reason = `nginx listens on ${bind}, but its configuration was not found.`
      return [unjudged('nginx', 'An nginx was seen that could not be read', reason, cite, { program: 'nginx', binds: [listener] })]
    })
    if (isHeld(listener)) {
      const reason = `systemd holds ${bind} for a socket unit, whose service starts when somebody connects. What that is, and what it forwards, is not known.`
      return [
        unjudged(`systemd ${listener.port}`, 'A socket unit may lead to the model', reason, cite, {
          program: 'systemd',
          binds: [listener],
        }),
      ]
    }
    const web = listener.processes.length === 0 && (listener.port === 80 || listener.port === 443) && !nginx?.running && !caddyRead
    const explained = nginxes.some(({ ports }) => ports.some(({ hostPort }) => hostPort === listener.port))
    if (!web || explained) return programs
    const reason = `Something listens on ${bind}, and whose it is could not be seen.`
    return [...programs, unjudged(bind, 'The owner of a web port is unknown', reason, cite, { binds: [listener] })]
  })
}

const machineOfPid = (pid: number, processes: Surroundings['processes']): string | undefined => {
  const process = processes.known ? processes.value.find((one) => one.pid === pid) : undefined
  return process && processes.known ? machineAround(process, processes.value) : undefined
}

/** By systemd alone, as before the first connection; SSH and the port mapper are what they are. Behind it stands what nobody has seen. */
export const isHeld = ({ processes, port }: Listener): boolean =>
  processes.length > 0 && processes.every(({ pid, name }) => pid === 1 && /^(?:systemd|init)$/.test(name)) && port !== 22 && port !== 111

function contained({ containers, nginx, services, caddy, processes }: Surroundings): readonly OtherProxy[] {
  const followed = [
    ...readCaddies(caddy).map(({ container: name }) => name),
    ...(nginx?.contained ?? []).flatMap((one) => followedContainer(one, containers)?.name ?? []),
    ...services.map((service) => service.container),
  ]
  return (containers.known ? containers.value.containers : []).flatMap((container) => {
    if (!container.running || followed.includes(container.name)) return []
    const inside = webServerIn(container, processes)
    if (!takesTraffic(container, inside)) return []
    const does = inside === undefined ? 'takes web traffic' : `runs ${inside} and is reached from outside`
    const reason = `Container ${container.name} (${container.image}) ${does}. ${configurationOf(container, nginx)}, so what it forwards is not judged.`
    const cite = [{ section: 'containers', line: container.line }]
    const rest = { program: `container ${container.name.slice(0, 40)}`, binds: publishedOf(container) }
    return [unjudged(container.name, 'A proxy in a container is not modelled yet', reason, cite, rest)]
  })
}

/** Name of the web server that runs in a container, whatever its image is called. */
const webServerIn = ({ id }: Container, processes: Surroundings['processes']): string | undefined =>
  (processes.known ? processes.value : [])
    .filter(({ cgroup }) => containerIdOf(cgroup) === id)
    .flatMap(({ name }) => (name === 'nginx' ? name : (webServerNamed(name) ?? [])))[0]

/** By a web port, or as a proxy by its image or its program, whose ports others reach. */
const takesTraffic = (container: Container, inside: string | undefined): boolean =>
  publishedOf(container).some(({ port }) => port === 80 || port === 443) ||
  ((inside ?? frontOfImage(container.image)) !== undefined &&
    (container.hostNetwork || container.ports.length > 0 || container.portsUnknown !== undefined))

/** Ports of the host, beyond its loopback, that lead to a container. */
export const publishedOf = (
  { ports }: Pick<Container, 'ports'>,
  wanted: Listener['protocol'] = 'tcp',
): readonly Pick<Listener, 'address' | 'port' | 'scope'>[] =>
  ports.flatMap(({ hostAddress, hostPort, protocol }) => {
    const address = hostAddress === '' ? '0.0.0.0' : hostAddress
    const scope = scopeOf(address) ?? 'wildcard'
    return protocol !== wanted || hostPort === 0 || scope === 'loopback' ? [] : [{ address, port: hostPort, scope }]
  })

/** Where somebody would have to look. */
function configurationOf({ id, mounts }: Container, nginx: Nginx | undefined): string {
  const unread = nginx?.contained?.find(({ container }) => container === id)?.unread
  if (unread !== undefined) return `Its own nginx -T told nothing (${unread.slice(0, 200)})`
  const own = mounts
    .filter(({ destination }) => /^\/(?:etc|usr\/local\/etc|config)(?:\/|$)/.test(destination))
    .map(({ source }) => source.slice(0, 100))
  return own.length > 0
    ? `Its configuration comes from ${own.slice(0, 3).join(', ')} of this host and is not read there`
    : 'Its configuration lies in the container and is not read'
}

/** Programs that pass an engine's own requests on to it, by rules and keys of their own, and tunnels, which need no socket here to bring somebody to it. */
function interfaces({ programs }: Pick<Surroundings, 'programs'>): readonly OtherProxy[] {
  return (programs.known ? programs.value : []).flatMap((program) => {
    if (program.kind === 'tunnel') {
      const reason = `${program.name} runs, which brings clients in from elsewhere. Where it leads them, and whom it asks before, is not judged.`
      const cite = [{ section: program.section, line: program.line }]
      return [unjudged(program.id, `${program.name} is not modelled`, reason, cite, { program: program.name, binds: [] })]
    }
    const binds = program.binds.filter(({ scope }) => scope !== 'loopback')
    const unseen = binds.length === 0 ? program.bindsUnknown : undefined
    if (!program.forwards || (binds.length === 0 && unseen === undefined)) return []
    const where = binds.length > 0 ? `listens on ${binds.map(printBind).join(', ')}` : `runs, and where it listens is not known (${unseen})`
    const reason = `${program.name} ${where}. What it passes on to models, and to whom, is not judged.`
    const cite = [{ section: program.section, line: program.line }, ...binds.map(({ section, line }) => ({ section, line }))]
    return [unjudged(program.id, `${program.name} is not modelled`, reason, cite, { program: program.name, binds })]
  })
}

/** Web servers that run and whose sockets nobody saw: owners are hidden, or they listen in a network of their own, as in a pod. */
function unplaced(around: Surroundings): readonly OtherProxy[] {
  const { processes, listeners, containers } = around
  if (!processes.known || !listeners.known) return []
  const owners = new Set(listeners.value.flatMap((listener) => listener.processes.map(({ name }) => name)))
  const holders = new Set(listeners.value.flatMap((listener) => listener.processes.map(({ pid }) => pid)))
  const images = new Set((containers.known ? containers.value.containers : []).map(({ image }) => frontOfImage(image)))
  const known = modelledPids(around)
  return processes.value.flatMap(({ name, pid, cgroup, line }) => {
    const cite = [{ section: 'processes', line }]
    const id = containerIdOf(cgroup)
    // An nginx of the host is read, and one in a container where the containers are known.
    if (name === 'nginx' && id !== undefined && !containers.known) {
      const reason = `nginx runs in a container (pid ${pid}), and which containers there are is not known: ${containers.reason}. What it forwards is not judged.`
      return [unjudged('nginx in a container', 'An nginx in a container was not read', reason, cite, { program: 'nginx', binds: [] })]
    }
    const machine = name === 'nginx' ? machineOfPid(pid, processes) : undefined
    if (machine !== undefined && !holders.has(pid)) {
      const reason = `nginx runs in the machine ${machine} (pid ${pid}), a system of its own, and where it listens is not known. What it forwards is not judged.`
      return [
        unjudged(`nginx in ${machine}`, 'An nginx in a machine was not read', reason, cite, { program: 'nginx in a machine', binds: [] }),
      ]
    }
    const program = webServerNamed(name)
    const said = containers.known && containers.value.containers.some((one) => one.id === id && takesTraffic(one, program))
    if (program === undefined || owners.has(name) || images.has(program) || known.includes(pid) || said) return []
    const why = owners.size === 0 ? 'the owners of sockets could not be read' : 'none of the sockets of the host is its own'
    const reason = `${program} runs (pid ${pid}), and where it listens is not known: ${why}. What it forwards is not judged.`
    return [unjudged(name, `${program} is not modelled yet`, reason, cite, { program, binds: [] })]
  })
}

/**
 * Programs that nobody knows and that may forward: what they were answered with tells more of those that were asked. For whom nobody gets to it forwards nothing: the
 * rules close it, and the jump host did not get there. What a container publishes is translated before most rules see it.
 */
function strange(around: Surroundings): readonly OtherProxy[] {
  const endpoints = around.wire.known ? around.wire.value.endpoints : []
  const isMet = ({ port }: Listener): boolean => endpoints.some((endpoint) => endpoint.port === port && endpoint.tcp === 'connected')
  const met = unknownFronts(around.services, around).filter(
    ({ container, listeners }) => container !== undefined || !areClosed(listeners, around) || listeners.some(isMet),
  )
  return met.map(({ owner, process, listeners: binds, program, why }) => {
    const answering = endpoints.find((endpoint) => binds.some(({ port }) => port === endpoint.port) && speaksAsEngine(endpoint))
    const where = [...new Set(binds.map(printBind))].slice(0, 4).join(', ')
    const does = answering ? `${why}, and answered as a model server does` : why
    const reason = `${program} (pid ${owner?.pid}) listens on ${where} and ${does}. What it forwards is not judged.`
    const cite = [...binds.map(({ section = 'listeners', line }) => ({ section, line })), { section: 'processes', line: process.line }]
    if (answering) cite.push({ section: answering.section, line: answering.line })
    const relay = frontNamed(process.name)
    const title = relay ? `${relay} is not modelled yet` : 'A program that is not known may forward'
    return unjudged(`${program} ${binds[0]?.port}`, title, reason, cite, { program, binds })
  })
}

/** Why it is not known where all proxies lead; undefined where each was read. */
export function unreadProxy(
  around: Pick<Surroundings, 'listeners' | 'caddy' | 'oauth2-proxy'> & { readonly nginx: FactResult<Nginx> },
): { readonly why: string; readonly cite: readonly Citation[] } | undefined {
  const { nginx, caddy } = around
  if (!nginx.known) return { why: nginx.reason, cite: [] }
  if (!caddy.known) return { why: caddy.reason, cite: [] }
  const [lost] = unreadCaddies(caddy)
  if (lost) return { why: `${lost.id} was not read: ${lost.unread}`, cite: [] }
  return unreadWebServer(around)
}

/** A web server that others reach and that is none of those that are read. Whatever listens on this machine only, it may lead to. */
function unreadWebServer(around: Pick<Surroundings, 'listeners' | 'caddy' | 'oauth2-proxy'>) {
  const read = modelledPids(around)
  for (const listener of around.listeners.known ? around.listeners.value : [])
    for (const { name: process, pid } of listener.scope === 'loopback' ? [] : listener.processes) {
      const name = webServerNamed(process)
      const { section = 'listeners', line } = listener
      if (name !== undefined && !read.includes(pid))
        return { why: `${name} listens on ${printBind(listener)}, and is not modelled yet`, cite: [{ section, line }] }
    }
  return undefined
}

/** Process ids of proxies that were read, and of every Caddy on the host itself where at least one was: what is lost is said beside it. */
const modelledPids = (facts: Pick<Surroundings, 'caddy' | 'oauth2-proxy'>): readonly number[] => [
  ...readCaddies(facts.caddy).map(({ pid }) => pid),
  ...unreadCaddies(facts.caddy).flatMap(({ pid, container }) => (container === undefined ? [pid] : [])),
  ...(facts['oauth2-proxy'].known ? facts['oauth2-proxy'].value.map(({ pid }) => pid) : []),
]
