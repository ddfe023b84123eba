import type { InferenceService } from '#shared/model/inference-service.ts'
import { readCaddies, unreadCaddies } from '../../../facts/caddy/caddy.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { Nginx } from '../../../facts/nginx/nginx.ts'
import { frontNamed } from '../../../facts/programs/front-programs.ts'
import type { PolicyContext, Verdict } from '../../control.ts'
import { serviceName } from '../inference/service-words.ts'
import { beyond, clientNetworks } from './address-rules.ts'
import { otherProxiesOf, type Surroundings } from './other-proxies.ts'
import { BEYOND_CADDY, type HostPaths, pathsOfHost } from './paths-of-host.ts'
import type { ProxyPath, WithheldPath } from './proxy-path.ts'

/** Facts that every control about the proxy asks for. */
export const proxyNeeds = ['nginx', 'services'] as const
export const proxyUses = [
  'network',
  'listeners',
  'containers',
  'caddy',
  'oauth2-proxy',
  'processes',
  'programs',
  'wire',
  'firewall',
] as const

export interface ProxyFacts extends Surroundings {
  readonly nginx: Nginx
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
  for (const path of picture.paths) {
    if (path.socket.local || localOnly(path)) continue
    for (const [subject, group] of groups) if (straysInto(path, subject, group.routes[0])) group.routes.push(path)
  }
  for (const { subject, ...path } of picture.withheld) groups.get(subject)?.withheld.push(path)
  const fronts = [...groups].flatMap(([subject, group]) => {
    // Handshakes are made over TCP, where there is one.
    const first = group.routes.find(({ socket }) => socket.quic !== 'only') ?? group.routes[0]
    return first ? [{ subject, ...group, first }] : []
  })
  return { fronts, picture }
}

/** Does who asks for the name of this front get there as well, at another address of its port? */
function straysInto({ socket, caddy }: ProxyPath, subject: string, own: ProxyPath | undefined): boolean {
  if (socket.subject === subject) return false
  if (caddy === undefined || own?.caddy?.host === undefined) return socket.strays?.includes(subject) ?? false
  // Servers of Caddy know nothing of each other's names; a route without a name takes any.
  return caddy.host === undefined && caddy.server !== own.caddy.server && socket.port === own.socket.port
}

/** Lists that let nobody in but this machine. */
export const localOnly = ({ lists, forgers }: ProxyPath): boolean =>
  clientNetworks(forgers, []).length === 0 && lists.some((list) => list.kind === 'listed' && beyond(list.blocks, []).length === 0)

/** Are only named addresses let in, whatever else is asked of them? */
export const addressed = ({ lists }: ProxyPath): boolean => lists.some(({ kind }) => kind === 'listed')

/** What keeps a proxy control from saying pass, and what it says when there is nothing to judge. */
export function rest(facts: ProxyFacts, picture: HostPaths, judged: readonly Verdict[]): readonly Verdict[] {
  if (facts.services.length === 0) return [notApplicable('No inference server on this host', 'No inference server was found on this host.')]
  const open = [...picture.openEnds, ...otherProxiesOf(facts).map(({ verdict }) => verdict), ...handedOn(facts, picture), ...unseen(facts)]
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
export function blindTo({
  listeners,
  containers,
  services,
}: Pick<ProxyFacts, 'listeners' | 'containers' | 'services'>): string | undefined {
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

/** A proxy may hand requests to a local program that passes them on by rules of its own. */
function handedOn({ listeners, programs, caddy }: ProxyFacts, picture: HostPaths): readonly Verdict[] {
  const read = readCaddies(caddy).length > 0 && unreadCaddies(caddy).length === 0
  const blind = !read || picture.openEnds.some(({ title }) => title === BEYOND_CADDY)
  const found = picture.handedOn.flatMap(({ program, port, socket, line }): readonly Verdict[] => {
    const where = socket === undefined ? `port ${port}` : socket.slice(0, 100)
    const next = picture.paths.find((path) => isAt(path, port, socket) && !(path.program === 'nginx' && program === 'nginx'))
    if (next)
      return [
        {
          ...{
            status: 'not-evaluated',
            subject: `${next.program} ${socket ?? port}`.slice(0, 80),
            title: 'One proxy leads to another',
            cite: [line, next.line],
          },
          reason: `${program} hands requests to ${next.program} on ${where}, which forwards to a model server. Who gets through both is not judged.`,
        },
      ]
    if (port === undefined) return []
    const own = (programs.known ? programs.value : []).find((one) => one.forwards && one.binds.some((bind) => bind.port === port))?.name
    const seen = (listeners.known ? listeners.value : [])
      .filter((listener) => listener.port === port && listener.protocol === 'tcp')
      .flatMap(({ processes }) => processes.flatMap(({ name }) => frontNamed(name) ?? []))
    const owner = own ?? seen[0]
    // One that was read, and leads to no model from there.
    if (owner === undefined || (owner === 'Caddy' && !blind)) return []
    return [
      {
        ...{ status: 'not-evaluated', subject: `${owner} ${port}`, title: `${owner} is not modelled yet`.slice(0, 47), cite: [line] },
        reason: `${program} hands requests to ${owner} on ${where}. What that forwards, and to whom, is not judged.`,
      },
    ]
  })
  return [...new Map(found.map((one) => [one.subject, one])).values()]
}

/** Does a proxy listen there, for others to ask? Caddy writes a socket as `unix//path|mode`. */
const isAt = ({ socket }: ProxyPath, port: number | undefined, path: string | undefined): boolean =>
  path === undefined ? socket.port === port && port !== 0 : socket.printed.replace(/^unix(?:\+h2c)?[:/]/, '').split('|')[0] === path

/** Nothing can be said of a server whose sockets were not seen. */
export const socketsNotSeen = (service: InferenceService): Verdict => ({
  status: 'not-evaluated',
  subject: service.id,
  title: "The server's sockets are not known",
  reason: `Where ${serviceName(service)} listens could not be seen${service.bindUnknown === undefined ? '' : `: ${service.bindUnknown}`}.`,
  cite: [],
})

/** In a container whose ports nobody publishes: its network is one of this host, which nobody else reaches. */
const unpublished = ({ binds, bindUnknown, containerPorts }: InferenceService): boolean =>
  containerPorts !== undefined && binds.length === 0 && bindUnknown === undefined

/** It runs, and where it listens could not be seen, or may not be on loopback alone, where it was. */
export const hidesSockets = (service: InferenceService): boolean =>
  service.running &&
  !unpublished(service) &&
  !(opensNothing(service) && service.ownNetwork !== undefined) &&
  (service.binds.length === 0 || (service.bindUnknown !== undefined && exposedBinds(service).length === 0))

/** No port of this host leads to it: in a container, in a network of its own, or by a socket of another kind alone. */
export const opensNothing = ({ binds, bindUnknown }: InferenceService): boolean => binds.length === 0 && bindUnknown === undefined

/** The pass of a server that `hidesSockets` does not hold for and that has no socket for others. */
export function stays(service: InferenceService): Verdict {
  const base = { status: 'pass' as const, subject: service.id }
  const name = serviceName(service)
  if (unpublished(service))
    return {
      ...base,
      title: 'The container publishes no port',
      reason: `${name} is reached by this host and by containers of its networks only.`,
      cite: [{ section: 'containers', line: service.image?.line ?? 0 }],
    }
  const how = service.ownNetwork ? 'has a network of its own, which others do not get into' : 'opens no TCP port'
  return { ...base, title: 'No port is open for others', reason: `${name} ${how}.`, cite: [] }
}

/** Sockets of a service that others can reach. */
export const exposedBinds = (service: InferenceService) => service.binds.filter((bind) => bind.scope !== 'loopback')

/** How clients write a path past rules that do not know it, where one of these is reached so. */
export function disguise(paths: readonly ProxyPath[]): string {
  if (paths.some(({ clientPath }) => clientPath.includes('%0D%0A')))
    return ' The proxy sends a part of the path on as it decoded it, so whoever writes the end of a line there (%0D%0A) adds a request of his own. Pass on $request_uri, or a path without variables.'
  if (paths.some(({ clientPath }) => clientPath.includes('%25')))
    return ' The proxy sends the path on as it decoded it, and the server decodes it once more, so that rules for paths do not know what is encoded twice (/%2561pi). Pass on $request_uri, or a path without variables.'
  if (paths.some(({ clientPath }) => clientPath.endsWith('%3F')))
    return ' Behind a question mark that is written as a number (%3F) the proxy sees a query once it sends the request on to another path of its own (try_files, error_page), so that rules for paths do not know the route. Name a location (@model) there.'
  if (
    paths.some(
      ({ clientPath, route, service }) => service.engine === 'localai' && clientPath !== route.path && clientPath.includes(route.path),
    )
  )
    return ' LocalAI takes a slash from the end of a path, and from its beginning what the header X-Forwarded-Prefix names, so that rules for paths do not know the route. Set that header in the proxy, and let single paths through.'
  return ''
}

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
