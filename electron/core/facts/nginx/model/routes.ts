import { type EngineRoute, routesOf } from '#shared/model/engine-routes.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Nginx, NginxDirective } from '../nginx.ts'
import { isNamed, type Listen, socketKey } from './listen.ts'
import type { Location, LocationSet } from './locations.ts'
import { compilePattern } from './pattern.ts'
import { type Answer, serve } from './request.ts'
import { nearest, nearestAll, own } from './scope.ts'
import { chooseServer } from './server-names.ts'
import { defaultServer, type HttpModel, isEncrypted, readHttp, type Server } from './servers.ts'
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
  const report = (directive: NginxDirective, reason: string) => unmodelled.has(directive) || unmodelled.set(directive, reason)

  for (const server of model.servers) {
    const heads = headsOf(server)
    if (heads.length > MAX_HEADS) report(server.directive, 'it rewrites more paths than Gatehouse follows')
    for (const listen of server.listens) {
      if (listen.goesOn) report(listen.directive, 'it listens on more ports than Gatehouse follows')
      if (isNamed(listen) && sharesPort(model.servers, listen)) report(listen.directive, 'only the host knows which address it is')
      const host = hostOf(model, server, listen)
      if (host === undefined) continue
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
          for (const path of candidates(heads.slice(0, MAX_HEADS), route.path)) {
            const request = {
              method: route.method,
              path,
              scheme: encrypted ? 'https' : 'http',
              host,
              port: listen.port,
              mergeSlashes,
            } as const
            for (const answer of serve(model, server, request)) {
              const { outcome } = answer
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
              if (!match.services.includes(service) || outcome.path !== route.path) continue
              reached = true
              const key = [
                outcome.directive.line,
                ...answer.gates.flatMap((gate) => gate.credentials.map((one) => one.kind)),
                ...answer.assumptions.map(({ kind, directive }) => `${kind} ${directive.line}`),
              ].join()
              if (!found.has(key)) found.set(key, { service, route, ...shared, clientPath: path, answer, directive: outcome.directive })
            }
          }
          routes.push(...found.values())
        }
        if (reached) withheld.push(...missed)
      }
    }
  }
  readStreams(model, services, localAddresses, routes, report)
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

/** A name under which this server is reached on this socket; undefined when others shadow it. */
function hostOf(model: HttpModel, server: Server, listen: Listen): string | undefined {
  if (defaultServer(model.servers, listen) === server) {
    // Prefer a name of its own: conditions on $host are written with that in mind.
    return server.names.flatMap(samples).find((name) => chooseServer(model.servers, listen, name) === server) ?? 'gatehouse.invalid'
  }
  for (const name of server.names.length > 0 ? server.names : ['']) {
    if (name.startsWith('~')) return name
    const host = samples(name).find((one) => chooseServer(model.servers, listen, one) === server)
    if (host !== undefined) return host
  }
  return undefined
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
    for (const location of [...set.exact.values(), ...set.prefix.values(), ...set.regex, ...set.named.values()]) {
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

function candidates(heads: readonly Head[], path: string): readonly string[] {
  const all = new Set([path])
  for (const { client, upstream, exact } of heads) {
    if (exact) all.add(client)
    if (upstream === undefined) all.add(client + path)
    else if (!exact && path.startsWith(upstream)) all.add(client + path.slice(upstream.length))
  }
  return [...all].filter((one) => one.startsWith('/'))
}

/** A stream server passes bytes on: every route, and nobody is asked who he is unless by client certificate. */
function readStreams(
  model: HttpModel,
  services: readonly InferenceService[],
  localAddresses: readonly string[],
  routes: ProxiedRoute[],
  report: (directive: NginxDirective, reason: string) => void,
): void {
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
}

/** Is a verified client certificate demanded before anything else? `optional` demands nothing. */
export const clientCertificate = (route: Pick<ProxiedRoute, 'server' | 'encrypted'>): NginxDirective | undefined => {
  const directive = nearest(route.server.scope, 'ssl_verify_client')
  return route.encrypted && directive?.parameters[0] === 'on' ? directive : undefined
}
