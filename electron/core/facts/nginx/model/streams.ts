import { routesOf } from '#shared/model/engine-routes.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import type { NginxDirective } from '../nginx.ts'
import type { ProxiedRoute } from './routes.ts'
import { nearestAll, own } from './scope.ts'
import { type HttpModel, isEncrypted } from './servers.ts'
import { matchTarget, readTarget } from './target.ts'

/** Ports of this host that streams carry on to are given back. A stream server passes bytes on: every route, and nobody is asked who he is unless by client certificate. */
export function readStreams(
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
