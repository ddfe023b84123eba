import { type EngineRoute, routesOf } from '#shared/model/engine-routes.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Nginx, NginxDirective } from '../nginx.ts'
import { askedFor, type Rewriting, takenBySample } from './inverse.ts'
import { isNamed, type Listen, socketKey } from './listen.ts'
import type { Location, LocationSet } from './locations.ts'
import { compilePattern } from './pattern.ts'
import { type Answer, serve } from './request.ts'
import { nearest, nearestAll, own } from './scope.ts'
import { chooseServer } from './server-names.ts'
import { defaultServer, type HttpModel, isEncrypted, mentions, readHttp, type Server } from './servers.ts'
import { matchTarget, readTarget } from './target.ts'

/** A request of an engine that nginx passes on to it, and what stands in its way. */
export interface ProxiedRoute {
  readonly service: InferenceService
  readonly route: EngineRoute
  readonly server: Server
  readonly listen: Listen
  readonly encrypted: boolean
  /** What the client asks for. */
  readonly clientPath: string
  readonly answer: Answer
  /** The directive that passes it on. */
  readonly directive: NginxDirective
}

/** A route asked for under its own path, that nginx answers by itself. */
export interface WithheldRoute {
  readonly service: InferenceService
  readonly route: EngineRoute
  readonly server: Server
  readonly listen: Listen
  readonly encrypted: boolean
  readonly location?: Location | undefined
  readonly status: number
  readonly directive: NginxDirective
}

export interface ProxyPicture {
  readonly routes: readonly ProxiedRoute[]
  readonly withheld: readonly WithheldRoute[]
  /** Where the model ends: nothing may be called closed or protected because of these. */
  readonly unmodelled: readonly { readonly reason: string; readonly directive: NginxDirective }[]
  /** Programs of this host, not inference servers, that get requests of an engine's paths: they may pass them on. */
  readonly handedOn: readonly { readonly port: number; readonly directive: NginxDirective }[]
  readonly model: HttpModel
}

const MAX_HEADS = 400

/** Several controls look at the same host: the last picture of a configuration is kept for as long as the configuration is. */
const pictures = new WeakMap<
  readonly NginxDirective[],
  { readonly services: readonly InferenceService[]; readonly addresses: string; readonly picture: ProxyPicture }
>()

/**
 * Follows every route of every inference service through every server and socket of nginx.
 * `localAddresses`: the host's own, so that `proxy_pass http://10.0.3.7:8000` is recognised.
 */
export function proxyRoutesTo(
  { directives }: Pick<Nginx, 'directives'>,
  services: readonly InferenceService[],
  localAddresses: readonly string[],
): ProxyPicture {
  const addresses = localAddresses.join()
  const before = pictures.get(directives)
  if (before?.services === services && before.addresses === addresses) return before.picture
  const picture = draw(directives, services, localAddresses)
  pictures.set(directives, { services, addresses, picture })
  return picture
}

/** Is there another address at the same port, which may be the same one? */
const sharesPort = (servers: readonly Server[], listen: Listen): boolean =>
  servers.some(({ listens }) =>
    listens.some((one) => one.port === listen.port && one.scope === 'specific' && socketKey(one) !== socketKey(listen)),
  )

function draw(
  directives: readonly NginxDirective[],
  services: readonly InferenceService[],
  localAddresses: readonly string[],
): ProxyPicture {
  const model = readHttp({ directives })
  const routes: ProxiedRoute[] = []
  const withheld: WithheldRoute[] = []
  const unmodelled = new Map<NginxDirective, string>()
  const handedOn = new Map<NginxDirective, number>()
  const odd = mentions(directives, /\$\{?request_uri\b/)
  const report = (directive: NginxDirective, reason: string) => unmodelled.has(directive) || unmodelled.set(directive, reason)

  for (const server of model.servers) {
    const heads = headsOf(server)
    const rewritings = rewritingsOf(server)
    const met = new Set<NginxDirective>()
    if (heads.length > MAX_HEADS) report(server.directive, 'it rewrites more paths than Gatehouse follows')
    for (const listen of server.listens) {
      if (listen.goesOn) report(listen.directive, 'it listens on more ports than Gatehouse follows')
      if (isNamed(listen) && sharesPort(model.servers, listen)) report(listen.directive, 'only the host knows which address it is')
      const { hosts, anyHost } = hostsOf(model, server, listen)
      if (hosts.length === 0) continue
      const encrypted = isEncrypted(model.servers, listen)
      if (encrypted && nearest(server.scope, 'ssl_reject_handshake')?.parameters[0] === 'on') continue
      const shared = { server, listen, encrypted }
      const first = encrypted ? server : (defaultServer(model.servers, listen) ?? server)
      const mergeSlashes = nearest(first.scope, 'merge_slashes')?.parameters[0] !== 'off'
      for (const service of services) {
        let reached = false
        const missed: WithheldRoute[] = []
        for (const route of routesOf(service)) {
          const found = new Map<string, ProxiedRoute>()
          const paths = candidates(heads.slice(0, MAX_HEADS), rewritings, route.path, odd)
          for (const [path, host] of paths.flatMap((one) => hosts.map((name) => [one, name] as const))) {
            const scheme = encrypted ? ('https' as const) : ('http' as const)
            for (const answer of serve(model, server, {
              method: route.method,
              path,
              scheme,
              host,
              anyHost,
              port: listen.port,
              mergeSlashes,
            })) {
              const { outcome } = answer
              met.add(outcome.directive)
              if (outcome.kind === 'unmodelled') report(outcome.directive, outcome.reason)
              if (outcome.kind === 'answered' && path === route.path && !answer.afterRefusal)
                missed.push({
                  service,
                  route,
                  ...shared,
                  location: answer.location,
                  status: outcome.status,
                  directive: outcome.directive,
                })
              if (outcome.kind !== 'proxied') continue
              const match = matchTarget(outcome.target, model.upstreams, services, localAddresses)
              if (match.uncertain) report(outcome.directive, 'only the host knows what its upstream means')
              if (match.elsewhere !== undefined) handedOn.set(outcome.directive, match.elsewhere)
              if (!match.services.includes(service) || !means(outcome.path, route.path)) continue
              reached = true
              const key = [
                outcome.directive.line,
                ...answer.gates.flatMap(({ satisfy, addresses, credentials }) => [
                  satisfy,
                  ...credentials.map(({ kind, directive }) => `${kind} ${directive.line}`),
                  ...addresses.map(({ name, parameters }) => `${name} ${parameters[0]}`),
                ]),
                answer.afterRefusal ?? '',
                ...answer.assumptions.map(({ kind, directive }) => `${kind} ${directive.line}`),
              ].join()
              if (!found.has(key)) found.set(key, { service, route, ...shared, clientPath: path, answer, directive: outcome.directive })
            }
          }
          routes.push(...found.values())
        }
        if (reached) withheld.push(...missed)
      }
      for (const [directive, reason] of unmet(model, server, { services, localAddresses, met, hosts, listen, rewritings }))
        report(directive, reason)
    }
  }
  const carried = readStreams(model, services, localAddresses, routes, report)
  for (const [directive, port] of carried)
    if (routes.some(({ server, listen }) => model.servers.includes(server) && listen.port === port))
      report(directive, 'it leads to another server of this nginx, which is not followed')
  for (const [directive, port] of handedOn)
    if (routes.some(({ listen }) => listen.port === port && listen.scope !== 'specific'))
      report(directive, 'it leads to another server of this nginx, which is not followed')
  return {
    routes,
    withheld,
    unmodelled: [...unmodelled].map(([directive, reason]) => ({ directive, reason })),
    handedOn: [...handedOn].map(([directive, port]) => ({ directive, port })),
    model,
  }
}

const MAX_HOSTS = 12

/** Names under which this server is reached on this socket, all of them where conditions or maps look at the name; none when others shadow it. */
function hostsOf(model: HttpModel, server: Server, listen: Listen): { readonly hosts: readonly string[]; readonly anyHost: boolean } {
  const isDefault = defaultServer(model.servers, listen) === server
  // Prefer a name of its own: conditions on $host are written with that in mind.
  const own = server.names.flatMap(samples).filter((name) => chooseServer(model.servers, listen, name) === server)
  const pattern = server.names.find((name) => name.startsWith('~'))
  const anyHost = isDefault || server.names.some((name) => /^[~.*]|\*$/.test(name))
  if (own.length > 0) return { hosts: anyHost || !model.looksAtHost ? own.slice(0, 1) : own.slice(0, MAX_HOSTS), anyHost }
  if (isDefault) return { hosts: ['gatehouse.invalid'], anyHost }
  if (pattern !== undefined) return { hosts: [pattern], anyHost }
  const unnamed = server.names.length === 0 && chooseServer(model.servers, listen, '') === server
  return { hosts: unnamed ? [''] : [], anyHost }
}

/** Hosts that fit a server name. `.example` stands for itself and for all below it, and others may have taken one of the two. None for patterns. */
function samples(name: string): readonly string[] {
  if (name.startsWith('~')) return []
  if (name.startsWith('.')) return [name.slice(1), `gatehouse-probe${name}`]
  return [name.replace(/^\*\./, 'gatehouse-probe.').replace(/\.\*$/, '.invalid')]
}

/** Beginnings of paths under which this server may offer an engine, and what replaces them upstream. */
interface Head {
  readonly client: string
  /** Path that proxy_pass puts in its place; undefined when a rewrite decides. */
  readonly upstream?: string | undefined
  readonly exact: boolean
}

function headsOf(server: Server): readonly Head[] {
  const heads = new Map<string, Head>()
  const add = (head: Head) => heads.set(JSON.stringify(head), head)
  const rewrites = (directives: readonly NginxDirective[]): boolean =>
    directives.some((one) => one.name === 'rewrite' || (one.name === 'if' && rewrites(one.block ?? [])))
  const fromRewrites = (directives: readonly NginxDirective[]): void => {
    for (const one of directives) {
      if (one.name === 'rewrite')
        add({ client: compilePattern(one.parameters[0] ?? '', false).literalHead.replace(/\/$/, ''), exact: false })
      if (one.name === 'if') fromRewrites(one.block ?? [])
    }
  }
  const walk = (set: LocationSet): void => {
    for (const location of locationsOf(set)) {
      const pass = own(location.scope, 'proxy_pass')
      const uri = pass && readTarget(pass.parameters[0] ?? '')?.uri
      const rewriting = rewrites(location.scope.directives)
      fromRewrites(location.scope.directives)
      if (uri !== undefined || rewriting) {
        if (location.kind === 'regex') add({ client: (location.pattern?.literalHead ?? '').replace(/\/$/, ''), exact: false })
        else if (location.kind !== 'named') {
          if (uri !== undefined) add({ client: location.path, upstream: uri, exact: location.kind === 'exact' })
          if (rewriting) add({ client: location.path.replace(/\/$/, ''), exact: false })
        }
      }
      walk(location.nested)
    }
  }
  fromRewrites(server.scope.directives)
  walk(server.locations)
  return [...heads.values()]
}

const MAX_CANDIDATES = 120
const FEW = 20

/** Paths that a client may ask for to get to a route: its own, those that locations and rewrites make it of, and these made of others. */
function candidates(heads: readonly Head[], rewritings: readonly Rewriting[], path: string, odd: boolean): readonly string[] {
  const all = new Set([path])
  for (const { client, upstream, exact } of heads) {
    if (exact) all.add(client)
    if (upstream === undefined) all.add(client + path)
    else if (!exact && path.startsWith(upstream)) all.add(client + path.slice(upstream.length))
  }
  // Once more for one that leads to another, where they are few.
  for (let round = 0; round < (rewritings.length > FEW ? 1 : 2); round++)
    for (const from of [...all])
      for (const one of rewritings) if (all.size < MAX_CANDIDATES) for (const found of askedFor(one, from) ?? []) all.add(found)
  const paths = [...all].filter((one) => one.startsWith('/'))
  // Where the path is looked at as it was sent, the same one may be sent otherwise.
  return odd ? paths.flatMap((one) => [one, encoded(one)]) : paths
}

/** Its first letter as a percent sign and its number, which every engine takes for the letter. */
const encoded = (path: string): string => path.replace(/[A-Za-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`)

/** Is it the route, once the engine has decoded it? */
function means(path: string | undefined, route: string): boolean {
  if (path === route || path === undefined || !path.includes('%')) return path === route
  try {
    return decodeURIComponent(path) === route
  } catch {
    return false
  }
}

/** Rewrites of a server, and locations with a pattern whose `proxy_pass` takes parts of the path. */
function rewritingsOf(server: Server): readonly Rewriting[] {
  const found: Rewriting[] = []
  const fromRewrites = (directives: readonly NginxDirective[], within?: string): void => {
    for (const { name, parameters, block = [] } of directives) {
      if (name === 'rewrite') found.push({ pattern: parameters[0] ?? '', replacement: parameters[1] ?? '', within })
      if (name === 'if') fromRewrites(block, within)
    }
  }
  const walk = (set: LocationSet): void => {
    for (const { kind, path, scope, pattern, nested } of locationsOf(set)) {
      fromRewrites(scope.directives, pattern ? takenBySample(pattern.source) : kind === 'named' ? undefined : path)
      const uri = pattern && readTarget(own(scope, 'proxy_pass')?.parameters[0] ?? '')?.uri
      if (pattern && uri) found.push({ pattern: pattern.source, replacement: uri })
      walk(nested)
    }
  }
  fromRewrites(server.scope.directives)
  walk(server.locations)
  return found.slice(0, MAX_HEADS)
}

const locationsOf = (set: LocationSet): readonly Location[] => [
  ...set.exact.values(),
  ...set.prefix.values(),
  ...set.regex,
  ...set.named.values(),
]

interface Followed {
  readonly services: readonly InferenceService[]
  readonly localAddresses: readonly string[]
  readonly met: ReadonlySet<NginxDirective>
  readonly hosts: readonly string[]
  readonly listen: Listen
  readonly rewritings: readonly Rewriting[]
}

/** What may lead to an engine, and no request that was followed got there. */
function unmet(model: HttpModel, server: Server, around: Followed): readonly (readonly [NginxDirective, string])[] {
  const { services, localAddresses, met, rewritings } = around
  const blind = rewritings.some((one) =>
    services.some((service) => routesOf(service).some(({ path }) => askedFor(one, path) === undefined)),
  )
  const all = passesIn(server.locations)
  const leads = (directive: NginxDirective): boolean => {
    const target = readTarget(directive.parameters[0] ?? '')
    const match = target && matchTarget(target, model.upstreams, services, localAddresses)
    return match !== undefined && (match.services.length > 0 || match.uncertain)
  }
  const others = all.some(({ directive, location }) => met.has(directive) && !leads(directive) && followsAccel(location))
  return all.flatMap(({ directive, location }) => {
    if (met.has(directive)) return []
    if (decidesAtRunTime(directive))
      return leadsElsewhere(model, server, location, directive, around) ? [] : [[directive, 'where it leads is decided at run time']]
    if (!leads(directive)) return []
    if (blind) return [[directive, 'a pattern that decides which path leads there is beyond Gatehouse']]
    const hidden = location.kind === 'named' || nearest(location.scope, 'internal') !== undefined
    return hidden && others && !asksItself(location)
      ? [[directive, 'a program behind this nginx may send requests there (X-Accel-Redirect)']]
      : []
  })
}

/** Does the client or the configuration choose the address, beside the path? */
const decidesAtRunTime = ({ parameters: [written = ''] }: NginxDirective): boolean =>
  /\$/.test(/^(?:\w+:\/\/)?([^/]*)/.exec(written)?.[1] ?? '')

/** Asked for its own path, it leads to something that is known. */
function leadsElsewhere(
  model: HttpModel,
  server: Server,
  location: Location,
  directive: NginxDirective,
  { hosts, listen, services, localAddresses }: Followed,
): boolean {
  if (location.kind === 'regex' || location.kind === 'named') return false
  const request = { method: 'GET', path: location.path, scheme: 'http', anyHost: true, port: listen.port, mergeSlashes: true } as const
  const outcomes = serve(model, server, { ...request, host: hosts[0] ?? '' }).flatMap(({ outcome }) =>
    outcome.directive === directive ? [outcome] : [],
  )
  return outcomes.every((outcome) => {
    if (outcome.kind !== 'proxied') return false
    const { services: found, uncertain } = matchTarget(outcome.target, model.upstreams, services, localAddresses)
    return found.length === 0 && !uncertain
  })
}

/** The access rules of the location run for who is sent there, too. */
const asksItself = ({ scope }: Location): boolean =>
  nearest(scope, 'satisfy')?.parameters[0] !== 'any' &&
  (nearest(scope, 'auth_basic')?.parameters[0] ?? 'off') !== 'off' &&
  nearest(scope, 'auth_basic_user_file') !== undefined

/** A program that is passed requests may answer with another path to go to, unless that is ignored. */
const followsAccel = ({ scope }: Location): boolean =>
  !nearestAll(scope, ['proxy_ignore_headers']).some(({ parameters }) => parameters.some((word) => /^x-accel-redirect$/i.test(word)))

function passesIn(set: LocationSet): readonly { readonly directive: NginxDirective; readonly location: Location }[] {
  const within = (directives: readonly NginxDirective[]): readonly NginxDirective[] =>
    directives.flatMap((one) =>
      one.name === 'if' || one.name === 'limit_except' ? within(one.block ?? []) : one.name === 'proxy_pass' ? [one] : [],
    )
  return locationsOf(set).flatMap((location) => [
    ...within(location.scope.directives).map((directive) => ({ directive, location })),
    ...passesIn(location.nested),
  ])
}

/** Ports of this host that streams carry on to are given back. A stream server passes bytes on: every route, and nobody is asked who he is unless by client certificate. */
function readStreams(
  model: HttpModel,
  services: readonly InferenceService[],
  localAddresses: readonly string[],
  routes: ProxiedRoute[],
  report: (directive: NginxDirective, reason: string) => void,
): ReadonlyMap<NginxDirective, number> {
  const carried = new Map<NginxDirective, number>()
  for (const server of model.streams) {
    const directive = own(server.scope, 'proxy_pass')
    if (!directive) continue
    const written = directive.parameters[0] ?? ''
    const target = written.includes('$') ? undefined : readTarget(written)
    if (!target) {
      report(directive, 'where it leads is decided at run time')
      continue
    }
    const match = matchTarget(target, model.streamUpstreams, services, localAddresses)
    if (match.uncertain) report(directive, 'only the host knows what its upstream means')
    if (match.elsewhere !== undefined) carried.set(directive, match.elsewhere)
    for (const service of match.services)
      for (const listen of server.listens)
        for (const route of routesOf(service))
          routes.push({
            service,
            route,
            server,
            listen,
            encrypted: isEncrypted(model.streams, listen),
            clientPath: route.path,
            directive,
            answer: {
              outcome: { kind: 'proxied', directive, target, path: route.path },
              scope: server.scope,
              gates: [
                { satisfy: 'all', addresses: nearestAll(server.scope, ['allow', 'deny']), credentials: [], trusts: [], opensToAll: false },
              ],
              assumptions: [],
            },
          })
  }
  return carried
}

/** Is a verified client certificate demanded before anything else? `optional` demands nothing. */
export const clientCertificate = (route: Pick<ProxiedRoute, 'server' | 'encrypted'>): NginxDirective | undefined => {
  const directive = nearest(route.server.scope, 'ssl_verify_client')
  return route.encrypted && directive?.parameters[0] === 'on' ? directive : undefined
}
