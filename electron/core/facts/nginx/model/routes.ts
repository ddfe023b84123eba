import { type EngineRoute, routesOf } from '#shared/model/engine-routes.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Nginx, NginxDirective } from '../nginx.ts'
import { chains } from './chains.ts'
import { hostsOf } from './client-hosts.ts'
import { clientPathsOf, means, slashTwice, splitOff } from './client-paths.ts'
import { headersSet } from './handler.ts'
import type { Answer } from './journey.ts'
import { leadsOf } from './leads.ts'
import { isNamed, type Listen, socketKey } from './listen.ts'
import { alsoAskedFor, ignoresCase, takesFor } from './localai-paths.ts'
import type { Location } from './locations.ts'
import type { ProxiedRoute } from './proxied-route.ts'
import { serve } from './request.ts'
import { nearest } from './scope.ts'
import { defaultServer, type HttpModel, isEncrypted, readHttp, type Server } from './servers.ts'
import { readStreams } from './streams.ts'
import { matchTarget } from './target.ts'
import { unmet } from './unmet.ts'

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

/** Every route of every engine through every server of nginx: which get through, and after which gates. */
export interface ProxyPicture {
  readonly routes: readonly ProxiedRoute[]
  readonly withheld: readonly WithheldRoute[]
  /** Where the model ends: nothing may be called closed or protected because of these. */
  readonly unmodelled: readonly { readonly reason: string; readonly directive: NginxDirective }[]
  /** Programs of this host, not inference servers, that get requests: they may pass them on, and make an engine's path of any other. */
  readonly handedOn: readonly HandedOn[]
  readonly model: HttpModel
}

/** By a port or by a socket. */
export interface HandedOn {
  readonly port?: number | undefined
  readonly socket?: string | undefined
  readonly directive: NginxDirective
}

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

/** Methods that `proxy_method` puts in place of the client's. */
const methodsSet = (directives: readonly NginxDirective[]): readonly string[] => [
  ...new Set(
    directives.flatMap(({ name, parameters, block = [] }) => [
      ...(name === 'proxy_method' ? [(parameters[0] ?? '').toUpperCase()] : []),
      ...methodsSet(block),
    ]),
  ),
]

/** What stands in its way, and the directive that passes it on: two requests of a route with one of these are as good as one. */
const passedBy = ({ outcome, gates, afterRefusal, uncertified, assumptions }: Answer): string =>
  [
    outcome.directive.line,
    ...gates.flatMap(({ satisfy, addresses, credentials }) => [
      satisfy,
      ...credentials.map(({ kind, directive }) => `${kind} ${directive.line}`),
      ...addresses.map(({ name, parameters }) => `${name} ${parameters[0]}`),
    ]),
    afterRefusal ?? '',
    uncertified ?? '',
    ...assumptions.map(({ kind, directive }) => `${kind} ${directive.line}`),
  ].join()

function draw(
  directives: readonly NginxDirective[],
  services: readonly InferenceService[],
  localAddresses: readonly string[],
): ProxyPicture {
  const model = readHttp({ directives })
  const routes: ProxiedRoute[] = []
  const withheld: WithheldRoute[] = []
  const unmodelled = new Map<NginxDirective, string>()
  const handedOn = new Map<NginxDirective, Set<number>>()
  const methods = methodsSet(directives)
  const methodsFor = (method: string): readonly string[] => (methods.includes(method) ? [...new Set([method, 'GET', 'POST'])] : [method])
  const report = (directive: NginxDirective, reason: string) => unmodelled.has(directive) || unmodelled.set(directive, reason)

  for (const server of model.servers) {
    const paths = clientPathsOf(server, model)
    const met = new Set<NginxDirective>()
    const reachedBy = new Map<NginxDirective, Set<InferenceService>>()
    const fruitful = new Set<NginxDirective>()
    for (const listen of server.listens) {
      if (listen.goesOn) report(listen.directive, 'it listens on more ports than Gatehouse follows')
      if (isNamed(listen) && sharesPort(model.servers, listen)) report(listen.directive, 'only the host knows which address it is')
      const { hosts, anyHost, more } = hostsOf(model, server, listen)
      if (hosts.length === 0) continue
      if (more) report(server.directive, 'it has more names than Gatehouse follows')
      const encrypted = isEncrypted(model.servers, listen)
      if (encrypted && nearest(server.scope, 'ssl_reject_handshake')?.parameters[0] === 'on') continue
      const shared = { server, listen, encrypted }
      const first = encrypted ? server : (defaultServer(model.servers, listen) ?? server)
      const mergeSlashes = nearest(first.scope, 'merge_slashes')?.parameters[0] !== 'off'
      const request = { scheme: encrypted ? ('https' as const) : ('http' as const), anyHost, port: listen.port, mergeSlashes }
      for (const service of services) {
        const strips = service.engine === 'localai'
        if (strips && !paths.allPassed) report(server.directive, 'it passes on more beginnings of paths than Gatehouse follows')
        const anyCase = ignoresCase(service)
        let reached = false
        const missed: WithheldRoute[] = []
        const all = routesOf(service)
        // Of those that another path leads to, as an error page for every path does.
        const [straight, beside] = [new Set<string>(), new Map<string, ProxiedRoute>()]
        for (const route of all) {
          const found = new Map<string, ProxiedRoute>()
          const known = mergeSlashes
            ? paths.to(route.path)
            : paths.to(route.path).flatMap((path) => [path, ...slashTwice(path, route.path)])
          const asked = [...known, ...(strips ? alsoAskedFor(paths.passed, route.path, anyCase) : [])].flatMap((path) =>
            hosts.flatMap((host) => methodsFor(route.method).map((method) => ({ path, host, method }))),
          )
          for (const { path, host, method } of asked) {
            for (const answer of serve(model, server, { ...request, method, path, host })) {
              const { outcome } = answer
              met.add(outcome.directive)
              if (outcome.kind === 'unmodelled') report(outcome.directive, outcome.reason)
              if (outcome.kind === 'answered' && path === route.path && method === route.method && !answer.afterRefusal)
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
              for (const port of match.elsewhere) handedOn.set(outcome.directive, (handedOn.get(outcome.directive) ?? new Set()).add(port))
              if (!match.services.includes(service)) continue
              if (outcome.directive.name === 'grpc_pass') {
                // It begins with HTTP/2 at once, which gets 400 from Go's net/http, uvicorn and cpp-httplib, and 502 to the client.
                report(
                  outcome.directive,
                  'it speaks gRPC to a model server, whose API takes none, so that nobody is served but by a port of its own',
                )
                fruitful.add(outcome.directive)
                continue
              }
              reachedBy.set(outcome.directive, (reachedBy.get(outcome.directive) ?? new Set()).add(service))
              const takes = (one: EngineRoute) =>
                strips && outcome.path !== undefined && takesFor(outcome.path, one.path, headersSet(answer.scope), anyCase)
              const got = (one: EngineRoute) => (outcome.method ?? method) === one.method && (means(outcome.path, one.path) || takes(one))
              const led = got(route) ? route : all.find(got)
              if (!led) continue
              fruitful.add(outcome.directive)
              const key = passedBy(answer)
              const way = { service, route: led, ...shared, clientPath: path, answer, directive: outcome.directive }
              const whole = `${led.method} ${led.path} ${key}`
              if (led !== route && !beside.has(whole)) beside.set(whole, way)
              if (led !== route) continue
              reached = true
              straight.add(whole)
              if (!found.has(key)) found.set(key, way)
            }
          }
          routes.push(...found.values())
        }
        // Behind the end of a line a client writes whatever request he wants.
        for (const head of paths.splitting)
          for (const host of hosts)
            for (const answer of serve(model, server, {
              ...request,
              method: 'GET',
              path: splitOff(head, { method: 'GET', path: '/' }),
              host,
            })) {
              const { outcome } = answer
              if (outcome.kind !== 'proxied' || !outcome.splits) continue
              if (!matchTarget(outcome.target, model.upstreams, services, localAddresses).services.includes(service)) continue
              for (const route of all) {
                const whole = `${route.method} ${route.path} ${passedBy(answer)}`
                const way = { service, route, ...shared, clientPath: splitOff(head, route), answer, directive: outcome.directive }
                if (!beside.has(whole)) beside.set(whole, way)
              }
            }
        routes.push(...[...beside].flatMap(([key, way]) => (straight.has(key) ? [] : [way])))
        if (reached) withheld.push(...missed)
      }
      for (const [directive, reason] of unmet(model, server, {
        services,
        localAddresses,
        met,
        fruitful,
        reached: reachedBy,
        hosts,
        listen,
        rewritings: paths.rewritings,
        complete: paths.complete(),
      }))
        report(directive, reason)
    }
  }
  readStreams(model, services, localAddresses, routes, report)
  const toOthers = [...handedOn].flatMap(([directive, ports]) => [...ports].map((port) => ({ directive, port })))
  for (const directive of [
    ...chains(model, routes, leadsOf(directives), localAddresses),
    ...toOthers.flatMap(({ directive, port }) =>
      routes.some(({ listen }) => listen.port === port && listen.scope !== 'specific') ? [directive] : [],
    ),
  ])
    report(directive, 'it leads to another server of this nginx, which is not followed')
  return {
    routes,
    withheld,
    unmodelled: [...unmodelled].map(([directive, reason]) => ({ directive, reason })),
    handedOn: [...toOthers, ...handedToOthers(directives, model, services, localAddresses)],
    model,
  }
}

/** Each program that anything leads to, whatever is asked for. */
function handedToOthers(
  directives: readonly NginxDirective[],
  { streams }: HttpModel,
  services: readonly InferenceService[],
  localAddresses: readonly string[],
): readonly HandedOn[] {
  const found = new Map<string, HandedOn>()
  for (const { directive, peer, server } of leadsOf(directives)) {
    if (!peer) continue
    const { socket } = peer
    const [port] = streams.includes(server) ? [] : matchTarget(peer, new Map(), services, localAddresses).elsewhere
    if (port !== undefined || socket !== undefined) found.set(`${directive.line} ${socket ?? port}`, { directive, port, socket })
  }
  return [...found.values()]
}

/** Is a verified client certificate demanded before anything else? `optional` demands nothing. */
export const clientCertificate = (route: Pick<ProxiedRoute, 'server' | 'encrypted' | 'answer'>): NginxDirective | undefined => {
  if (route.answer.uncertified) return undefined
  const directive = nearest(route.server.scope, 'ssl_verify_client')
  return route.encrypted && directive?.parameters[0] === 'on' ? directive : undefined
}
