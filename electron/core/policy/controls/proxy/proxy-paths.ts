import type { InferenceService } from '#shared/model/inference-service.ts'
import { engineNames } from '#shared/model/inference-service.ts'
import { type Listener, printBind } from '#shared/model/listener.ts'
import { type Caddy, readCaddies, unreadCaddies } from '../../../facts/caddy/caddy.ts'
import type { Container, Containers } from '../../../facts/containers/containers.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Network } from '../../../facts/network/network.ts'
import type { Nginx } from '../../../facts/nginx/nginx.ts'
import type { OAuth2Proxy } from '../../../facts/oauth2-proxy/oauth2-proxy.ts'
import type { Citation, PolicyContext, Verdict } from '../../control.ts'
import { beyond, clientNetworks } from './address-rules.ts'
import { followedContainer, type HostPaths, pathsOfHost } from './paths-of-host.ts'
import type { ProxyPath, WithheldPath } from './proxy-path.ts'

/** Facts that every control about the proxy asks for. */
export const proxyNeeds = ['nginx', 'services'] as const
export const proxyUses = ['network', 'listeners', 'containers', 'caddy', 'oauth2-proxy'] as const

export interface ProxyFacts {
  readonly nginx: Nginx
  readonly services: readonly InferenceService[]
  readonly network: FactResult<Network>
  readonly listeners: FactResult<readonly Listener[]>
  readonly containers: FactResult<Containers>
  readonly caddy: FactResult<Caddy>
  readonly 'oauth2-proxy': FactResult<readonly OAuth2Proxy[]>
}

/** What others than this machine can ask of a proxy on one socket under one name. */
export interface Front {
  readonly subject: string
  readonly routes: readonly ProxyPath[]
  readonly withheld: readonly WithheldPath[]
  readonly first: ProxyPath
}

/** The proxies as the network meets them: sockets on loopback and unix sockets are left out. */
export function frontsOf(facts: ProxyFacts, context: PolicyContext): { readonly fronts: readonly Front[]; readonly picture: HostPaths } {
  const picture = pathsOfHost(facts, facts.services, context.host.address)
  const groups = new Map<string, { routes: ProxyPath[]; withheld: WithheldPath[] }>()
  for (const path of picture.paths) {
    if (path.socket.local || localOnly(path)) continue
    const group = groups.get(path.socket.subject) ?? { routes: [], withheld: [] }
    group.routes.push(path)
    groups.set(path.socket.subject, group)
  }
  for (const { subject, ...path } of picture.withheld) groups.get(subject)?.withheld.push(path)
  const fronts = [...groups].flatMap(([subject, group]) => {
    const [first] = group.routes
    return first ? [{ subject, ...group, first }] : []
  })
  return { fronts, picture }
}

/** Lists that let nobody in but this machine. */
const localOnly = ({ lists, forgers }: ProxyPath): boolean =>
  clientNetworks(forgers, []).length === 0 && lists.some((list) => list.kind === 'listed' && beyond(list.blocks, []).length === 0)

/** Are only named addresses let in, whatever else is asked of them? */
export const addressed = ({ lists }: ProxyPath): boolean => lists.some(({ kind }) => kind === 'listed')

/** What keeps a proxy control from saying pass, and what it says when there is nothing to judge. */
export function rest(facts: ProxyFacts, picture: HostPaths, judged: readonly Verdict[]): readonly Verdict[] {
  if (facts.services.length === 0) return [notApplicable('No inference server on this host', 'No inference server was found on this host.')]
  const open = [...picture.openEnds, ...otherProxies(facts), ...handedOn(facts, picture), ...unseen(facts)]
  if (judged.length > 0 || open.length > 0) return [...judged, ...open]
  const reason = blindTo(facts)
  if (reason !== undefined) return [proxiesNotSeen(reason)]
  const other = readCaddies(facts.caddy).length > 0
  const why = other
    ? 'Neither nginx nor Caddy forwards anything to an inference server'
    : !facts.nginx.installed
      ? 'nginx is not installed'
      : !facts.nginx.running
        ? 'nginx is installed but does not run'
        : 'nginx forwards nothing to an inference server'
  return [notApplicable('No proxy forwards to the model server', `${why}, and no other proxy was seen.`)]
}

/** Servers whose sockets could not be seen: whether nginx forwards to them cannot be told. */
const unseen = ({ listeners, nginx, caddy, services }: ProxyFacts): readonly Verdict[] =>
  listeners.known || !(nginx.running || readCaddies(caddy).length > 0)
    ? []
    : services
        .filter(({ running, binds }) => running && binds.length === 0)
        .map((service) => ({
          status: 'not-evaluated',
          subject: service.id,
          title: 'Where the server listens is not known',
          reason: `Whether a proxy forwards to ${serviceName(service)} cannot be told: ${listeners.reason}.`,
          cite: [],
        }))

/** Why a proxy may be there that was not seen. */
function blindTo({ listeners, containers, services }: ProxyFacts): string | undefined {
  if (!listeners.known) return listeners.reason
  if (!containers.known) return containers.reason
  const hidden = services.find(hidesSockets)
  return hidden && `where ${serviceName(hidden)} listens is not known${hidden.bindUnknown === undefined ? '' : ` (${hidden.bindUnknown})`}`
}

const proxiesNotSeen = (reason: string): Verdict => ({
  status: 'not-evaluated',
  subject: '',
  title: 'Which proxies run is not known',
  reason: `No proxy that was seen forwards to an inference server, but not all could be seen: ${reason}.`,
  cite: [],
})

const notApplicable = (title: string, reason: string): Verdict => ({ status: 'not-applicable', subject: '', title, reason, cite: [] })

/** Nothing to look at for controls about certificates and versions; `proxy-serves-tls` says that TLS is missing. */
export const withoutTls: Verdict = notApplicable('The proxy serves no TLS here', 'The inference servers are forwarded to in clear only.')

const proxyPrograms: Readonly<Record<string, string>> = {
  caddy: 'Caddy',
  haproxy: 'HAProxy',
  apache2: 'Apache',
  httpd: 'Apache',
  traefik: 'Traefik',
  envoy: 'Envoy',
  kong: 'Kong',
  pomerium: 'Pomerium',
  angie: 'Angie',
  tengine: 'Tengine',
  litespeed: 'LiteSpeed',
  varnishd: 'Varnish',
  squid: 'Squid',
  lighttpd: 'lighttpd',
  h2o: 'H2O',
  'oauth2-proxy': 'oauth2-proxy',
  cloudflared: 'cloudflared',
}

/** Proxies that Gatehouse does not model yet: what they forward is unknown, never passed. */
function otherProxies({ listeners, containers, nginx, services, ...facts }: ProxyFacts): readonly Verdict[] {
  const inContainers = (nginx.contained ?? []).flatMap((one) => followedContainer(one, containers) ?? [])
  const known = modelledPids(facts)
  const readCaddy = readCaddies(facts.caddy).length > 0
  const out = new Map<string, Verdict>()
  const add = (subject: string, title: string, reason: string, cite: readonly Citation[]) =>
    out.has(subject) || out.set(subject, { status: 'not-evaluated', subject, title, reason, cite })
  for (const listener of listeners.known ? listeners.value : []) {
    if (listener.protocol !== 'tcp' || listener.scope === 'loopback') continue
    const cite = [{ section: 'listeners', line: listener.line }]
    for (const { name, pid } of listener.processes) {
      const program = proxyPrograms[name]
      if (program && !known.includes(pid))
        add(name, `${program} is not modelled yet`, `${program} listens on ${printBind(listener)}. What it forwards is not judged.`, cite)
      if (name === 'nginx' && !nginx.running && !inContainers.some(({ hostNetwork }) => hostNetwork))
        add(
          'nginx',
          'An nginx was seen that could not be read',
          `nginx listens on ${printBind(listener)}, but its configuration was not found.`,
          cite,
        )
    }
    if (
      listener.processes.length === 0 &&
      (listener.port === 80 || listener.port === 443) &&
      !nginx.running &&
      !readCaddy &&
      !inContainers.some(({ ports }) => ports.some(({ hostPort }) => hostPort === listener.port))
    )
      add(
        printBind(listener),
        'The owner of a web port is unknown',
        `Something listens on ${printBind(listener)}, and whose it is could not be seen.`,
        cite,
      )
  }
  const followed = [...readCaddies(facts.caddy).map(({ container: name }) => name), ...inContainers.map(({ name }) => name)]
  const engines = new Set(services.map((service) => service.container))
  for (const container of containers.known ? containers.value.containers : []) {
    if (!container.running || engines.has(container.name) || followed.includes(container.name)) continue
    const published = container.ports.find(
      (port) => (port.hostPort === 80 || port.hostPort === 443) && !port.hostAddress.startsWith('127.') && port.hostAddress !== '::1',
    )
    const proxyImage =
      /(?:^|\/)(?:nginx|caddy|traefik|haproxy|httpd|envoy|kong|apisix|pomerium|swag|lighttpd|varnish)[^/]*$|nginx-proxy|openresty/.test(
        container.image,
      )
    if (!published && !(proxyImage && (container.hostNetwork || container.ports.length > 0))) continue
    add(
      container.name,
      'A proxy in a container is not modelled yet',
      `Container ${container.name} (${container.image}) takes web traffic. ${configurationOf(container, nginx)}, so what it forwards is not judged.`,
      [{ section: 'containers', line: container.line }],
    )
  }
  return [...out.values()]
}

/** Where somebody would have to look. */
function configurationOf({ id, mounts }: Container, { contained = [] }: Nginx): string {
  const unread = contained.find(({ container }) => container === id)?.unread
  if (unread !== undefined) return `Its own nginx -T told nothing (${unread.slice(0, 200)})`
  const own = mounts
    .filter(({ destination }) => /^\/(?:etc|usr\/local\/etc|config)(?:\/|$)/.test(destination))
    .map(({ source }) => source.slice(0, 100))
  return own.length > 0
    ? `Its configuration comes from ${own.slice(0, 3).join(', ')} of this host and is not read there`
    : 'Its configuration lies in the container and is not read'
}

/** Process ids of proxies that were read, and of every Caddy on the host itself where at least one was: what is lost is said beside it. */
const modelledPids = (facts: Pick<ProxyFacts, 'caddy' | 'oauth2-proxy'>): readonly number[] => [
  ...readCaddies(facts.caddy).map(({ pid }) => pid),
  ...unreadCaddies(facts.caddy).flatMap(({ pid, container }) => (container === undefined ? [pid] : [])),
  ...(facts['oauth2-proxy'].known ? facts['oauth2-proxy'].value.map(({ pid }) => pid) : []),
]

/** A proxy may hand requests to a local program that passes them on by rules of its own. */
function handedOn({ listeners }: ProxyFacts, picture: HostPaths): readonly Verdict[] {
  if (!listeners.known) return []
  return picture.handedOn.flatMap(({ program, port, line }) => {
    const owner = listeners.value
      .filter((listener) => listener.port === port && listener.protocol === 'tcp')
      .flatMap(({ processes }) => processes.flatMap(({ name }) => proxyPrograms[name] ?? []))[0]
    if (!owner) return []
    return [
      {
        status: 'not-evaluated' as const,
        subject: `${owner} ${port}`,
        title: `${owner} is not modelled yet`,
        reason: `${program} hands requests to ${owner} on port ${port}. What that forwards, and to whom, is not judged.`,
        cite: [line],
      },
    ]
  })
}

/** Nothing can be said of a server whose sockets were not seen. */
export const socketsNotSeen = (service: InferenceService): Verdict => ({
  status: 'not-evaluated',
  subject: service.id,
  title: 'Its sockets are not known',
  reason: `Where ${serviceName(service)} listens could not be seen.`,
  cite: [],
})

/** In a container whose ports nobody publishes: its network is one of this host, which nobody else reaches. */
export const unpublished = ({ binds, bindUnknown, containerPorts }: InferenceService): boolean =>
  containerPorts !== undefined && binds.length === 0 && bindUnknown === undefined

/** It runs, and where it listens could not be seen. */
export const hidesSockets = (service: InferenceService): boolean => service.running && service.binds.length === 0 && !unpublished(service)

export const stays = (service: InferenceService): Verdict => ({
  status: 'pass',
  subject: service.id,
  title: 'Its container publishes no port',
  reason: `${serviceName(service)} is reached by this host and by containers of its networks only.`,
  cite: [{ section: 'containers', line: service.image?.line ?? 0 }],
})

/** Sockets of a service that others can reach. */
export const exposedBinds = (service: InferenceService) => service.binds.filter((bind) => bind.scope !== 'loopback')

export const serviceName = (service: InferenceService): string => `${engineNames[service.engine]} (${service.id})`

/** Each line once, at most `limit`. */
export function citeOnce(lines: readonly Citation[], note: string, limit = 4): readonly Citation[] {
  const unique = new Map(lines.map((one) => [`${one.section} ${one.line}`, one]))
  return [...unique.values()].slice(0, limit).map((one) => (note === '' ? one : { ...one, note }))
}

/** The lines that pass routes on. */
export const citeRoutes = (routes: readonly ProxyPath[], note: string): readonly Citation[] =>
  citeOnce(
    routes.map(({ line }) => line),
    note,
  )

/** `POST /api/pull, POST /api/create and 3 more`. */
export function listed(names: readonly string[], limit = 6): string {
  const unique = [...new Set(names)]
  return unique.length <= limit ? unique.join(', ') : `${unique.slice(0, limit).join(', ')} and ${unique.length - limit} more`
}
