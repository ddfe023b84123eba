import { oncePer } from '../../once-per.ts'
import type { NginxDirective } from '../nginx.ts'
import { decidesAtRunTime, namedByClient } from './chosen-targets.ts'
import { hostsOf } from './client-hosts.ts'
import { takenBySample } from './inverse.ts'
import type { Lead } from './lead.ts'
import { type Location, type LocationSet, locationsOf } from './locations.ts'
import { serve } from './request.ts'
import { type HttpModel, isEncrypted, readHttp, type Server } from './servers.ts'
import { carriedTo } from './streams.ts'
import { peersOf, readTarget } from './target.ts'

/** Of those beyond, it is not known what stands in the way. */
const MAX_LOCATIONS = 250

/** Each `proxy_pass`, with every way there that was found. */
export const leadsOf = oncePer((directives: readonly NginxDirective[]): readonly Lead[] => {
  const model = readHttp({ directives })
  return [...model.servers.flatMap((server) => leadsThrough(model, server)), ...carriedTo(model)]
})

function leadsThrough(model: HttpModel, server: Server): readonly Lead[] {
  const passes = passesIn(server.locations)
  const chosen = new Set(passes.flatMap((one) => (namedByClient(model, server, one.location, one.directive) ? [one.directive] : [])))
  const paths = [...new Set(['/', ...allOf(server.locations).slice(0, MAX_LOCATIONS).flatMap(pathOf)])]
  return server.listens.flatMap((listen): readonly Lead[] => {
    const { hosts, anyHost } = hostsOf(model, server, listen)
    if (hosts.length === 0) return []
    const encrypted = isEncrypted(model.servers, listen)
    const shared = { server, listen, encrypted }
    const request = { scheme: encrypted ? ('https' as const) : ('http' as const), anyHost, port: listen.port, mergeSlashes: true }
    const found = paths.flatMap((path) =>
      hosts.flatMap((host) =>
        ['GET', 'POST'].flatMap((method) =>
          serve(model, server, { ...request, method, path, host }).flatMap((answer): readonly Lead[] => {
            const { outcome } = answer
            const { directive } = outcome
            const open = outcome.kind === 'unmodelled' ? directive?.name === 'proxy_pass' : directive !== undefined && chosen.has(directive)
            if (open && directive) return [{ directive, ...shared, path, answer, peer: undefined }]
            if (outcome.kind !== 'proxied') return []
            return peersOf(outcome.target, model.upstreams).map((peer) => ({
              ...{ directive: outcome.directive, ...shared, path, answer },
              peer: peer === outcome.target ? peer : { ...peer, encrypted: outcome.target.encrypted },
            }))
          }),
        ),
      ),
    )
    const met = new Set(found.map(({ directive }) => directive))
    const others = passes.flatMap(({ directive, location }): readonly Lead[] => {
      if (met.has(directive)) return []
      const target = readTarget(directive.parameters[0] ?? '')
      const peers = decidesAtRunTime(directive) ? [undefined] : target ? peersOf(target, model.upstreams) : []
      return peers.map((peer) => ({ directive, ...shared, path: location.path, peer, answer: undefined }))
    })
    return [...found, ...others]
  })
}

/** What asks for it. A named one is asked for by others. */
const pathOf = ({ kind, path, pattern }: Location): readonly string[] => {
  const asked = kind === 'named' ? undefined : pattern ? takenBySample(pattern.source) : path
  return asked?.startsWith('/') ? [asked] : []
}

const allOf = (set: LocationSet): readonly Location[] => locationsOf(set).flatMap((location) => [location, ...allOf(location.nested)])

/** Every `proxy_pass` of a server, with its location. */
export function passesIn(set: LocationSet): readonly { readonly directive: NginxDirective; readonly location: Location }[] {
  const within = (directives: readonly NginxDirective[]): readonly NginxDirective[] =>
    directives.flatMap((one) =>
      one.name === 'if' || one.name === 'limit_except' ? within(one.block ?? []) : one.name === 'proxy_pass' ? [one] : [],
    )
  return locationsOf(set).flatMap((location) => [
    ...within(location.scope.directives).map((directive) => ({ directive, location })),
    ...passesIn(location.nested),
  ])
}
