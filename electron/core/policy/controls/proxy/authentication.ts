import type { EngineRoute } from '#shared/model/engine-routes.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Authenticated, ProxyPath } from './proxy-path.ts'

const order: readonly Authenticated[] = ['no', 'unknown', 'partly', 'yes']

/** The weakest of several ways to the same route. */
export const weakest = (all: readonly Authenticated[]): Authenticated => order.find((one) => all.includes(one)) ?? 'yes'

/** Of two logins on one way the one that asks for more: both have to be passed. */
export const strongest = (a: Authenticated, b: Authenticated): Authenticated => (order.indexOf(a) > order.indexOf(b) ? a : b)

/** Must a client prove who it is before this route is answered? By the proxy, or by the engine's own key where the client's header gets there. */
export function authenticatedBy({ login, service, route, keyPasses }: ProxyPath): Authenticated {
  return login === 'yes' ? 'yes' : strongest(login, atEngine(service, route, keyPasses))
}

/** A key that everybody knows keeps nobody out. */
export const isOpen = ({ apiKey }: Pick<InferenceService, 'apiKey'>): boolean => apiKey === 'none' || apiKey === 'placeholder'

/** The engine alone, once its port is reached. */
export function atEngine(service: Pick<InferenceService, 'apiKey'>, route: EngineRoute, clientKey = true): Authenticated {
  if (route.key === 'open' || isOpen(service) || !clientKey) return 'no'
  return service.apiKey === 'unknown' || route.key === 'varies' ? 'unknown' : 'yes'
}
