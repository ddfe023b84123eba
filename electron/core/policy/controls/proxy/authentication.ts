import type { EngineRoute } from '#shared/model/engine-routes.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Gate } from '../../../facts/nginx/model/access.ts'
import { clientCertificate, type ProxiedRoute } from '../../../facts/nginx/model/routes.ts'
import { nearestAll } from '../../../facts/nginx/model/scope.ts'

/** `partly`: some addresses need no login. `unknown`: something that Gatehouse does not model decides. */
export type Authenticated = 'yes' | 'partly' | 'unknown' | 'no'

const order: readonly Authenticated[] = ['no', 'unknown', 'partly', 'yes']

/** The weakest of several ways to the same route. */
export const weakest = (all: readonly Authenticated[]): Authenticated => order.find((one) => all.includes(one)) ?? 'yes'

/** Must a client prove who it is before this route is answered? By the proxy, or by the engine's own key where the client's header gets there. */
export function authenticatedBy(route: ProxiedRoute): Authenticated {
  const byProxy = atProxy(route)
  return byProxy === 'yes' ? 'yes' : strongest(byProxy, atEngine(route.service, route.route, keyPasses(route)))
}

/** The proxy alone. */
export function atProxy(route: ProxiedRoute): Authenticated {
  if (clientCertificate(route)) return 'yes'
  const all = route.answer.gates.map(atGate)
  for (const { kind } of route.answer.assumptions) {
    if (kind === 'secret' || kind === 'certificate') all.push('yes')
    else if (kind === 'unmodelled') all.push('unknown')
  }
  return all.reduce<Authenticated>(strongest, 'no')
}

const strongest = (a: Authenticated, b: Authenticated): Authenticated => (order.indexOf(a) > order.indexOf(b) ? a : b)

function atGate(gate: Gate): Authenticated {
  const sure = gate.credentials.filter((credential) => credential.kind !== 'unmodelled')
  if (gate.credentials.length === 0) return 'no'
  if (gate.satisfy === 'any') {
    // Whoever the list lets in by name needs nothing else (ngx_http_core_access_phase).
    const allows = gate.addresses.filter((rule) => rule.name === 'allow').map((rule) => rule.parameters[0])
    if (allows.includes('all') || allows.includes('0.0.0.0/0')) return 'no'
    if (allows.length > 0) return 'partly'
  }
  return sure.length > 0 ? 'yes' : 'unknown'
}

/** Does the key that a client sends reach the engine? A proxy that sends a key of its own opens the engine to all its clients. */
function keyPasses(route: ProxiedRoute): boolean {
  const headers = nearestAll(route.answer.scope, ['proxy_set_header']).filter((header) =>
    /^(?:authorization|x-api-key)$/i.test(header.parameters[0] ?? ''),
  )
  return headers.every((header) => ['', '$http_authorization', '$http_x_api_key'].includes(header.parameters[1] ?? ''))
}

/** The engine alone, once its port is reached. */
export function atEngine(service: Pick<InferenceService, 'apiKey'>, route: EngineRoute, clientKey = true): Authenticated {
  if (route.key === 'open' || service.apiKey === 'none' || !clientKey) return 'no'
  return service.apiKey === 'unknown' || route.key === 'varies' ? 'unknown' : 'yes'
}
