import type { NginxDirective } from '../nginx.ts'
import type { Lead } from './lead.ts'
import type { Listen } from './listen.ts'
import type { ProxiedRoute } from './proxied-route.ts'
import type { HttpModel, Server } from './servers.ts'
import { canonical, isLoopback, ownAs, peersOf, readTarget, type Target } from './target.ts'

/**
 * What sends requests, or bytes, to a server of the same nginx that forwards to an engine: that one is judged for those who ask it, and here it is nginx that
 * does. Whatever was asked for to get there: a path may be made into an engine's in two steps. `leads`: where requests were seen to go, by maps and the like.
 */
export function chains(
  model: HttpModel,
  routes: readonly ProxiedRoute[],
  leads: readonly Lead[],
  localAddresses: readonly string[],
): readonly NginxDirective[] {
  const listens = [...new Set(routes.map(({ listen }) => listen))]
  const names = [...new Set(routes.flatMap(({ server }) => server.names.map((name) => name.toLowerCase())))]
  const isOwn = (peer: Target): boolean => listens.some((listen) => isAt(listen, peer, names, localAddresses))
  const from = (servers: readonly Server[], upstreams: HttpModel['upstreams']) =>
    servers
      .flatMap(({ directive: { block = [] } }) => passesIn(block))
      .filter(({ parameters: [written = ''] }) => {
        const target = readTarget(written)
        return target !== undefined && peersOf(target, upstreams).some(isOwn)
      })
  // Of a directive there are as many as there are names and paths that lead there.
  const places = new Map(
    leads.flatMap(({ directive, peer }) =>
      peer ? [[`${directive.line} ${peer.socket ?? peer.host} ${peer.port} ${peer.encrypted}`, { directive, peer }]] : [],
    ),
  )
  const seen = [...places.values()].flatMap(({ directive, peer }) => (isOwn(peer) ? [directive] : []))
  return [...from(model.servers, model.upstreams), ...from(model.streams, model.streamUpstreams), ...seen]
}

const passesIn = (directives: readonly NginxDirective[]): readonly NginxDirective[] =>
  directives.flatMap((one) => [
    ...(/^(?:proxy_pass|grpc_pass|pass)$/.test(one.name) ? [one] : []),
    ...(/^(?:location|if|limit_except)$/.test(one.name) ? passesIn(one.block ?? []) : []),
  ])

/** `names`: those of the servers themselves, which may be this host's, as those that it has itself. Any other name is taken for another host's. */
function isAt(listen: Listen, peer: Target, names: readonly string[], local: readonly string[]): boolean {
  if (peer.socket !== undefined) return listen.address === `unix:${peer.socket}`
  if (listen.datagrams || listen.port !== (peer.port ?? (peer.encrypted ? 443 : 80))) return false
  const host = canonical(peer.host)
  if (
    names.some((name) => name === host || (/^\*?\../.test(name) && host.endsWith(name.replace('*', '')))) ||
    host === canonical(listen.address)
  )
    return true
  if (isLoopback(host)) return listen.scope !== 'specific'
  const own = ownAs(host, local)
  return own === 'name' || (own === 'address' && listen.scope === 'wildcard')
}
