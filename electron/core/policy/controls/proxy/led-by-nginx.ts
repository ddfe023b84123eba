import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { Containers } from '../../../facts/containers/containers.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Network } from '../../../facts/network/network.ts'
import { isOneOf, type Listening, mayMean } from '../../../facts/nginx/model/chosen-targets.ts'
import { leadsOf } from '../../../facts/nginx/model/leads.ts'
import { readHttp } from '../../../facts/nginx/model/servers.ts'
import { isLoopback, ownAs } from '../../../facts/nginx/model/target.ts'
import { type Nginx, placeOf } from '../../../facts/nginx/nginx.ts'
import type { OAuth2Proxy } from '../../../facts/oauth2-proxy/oauth2-proxy.ts'
import type { Verdict } from '../../control.ts'
import { gatewaysOf } from './gateways.ts'
import { nginxPath, nginxSocket } from './nginx-paths.ts'
import { followedContainer, ownPlaces } from './paths-of-host.ts'
import type { Authenticated } from './proxy-path.ts'
import { addressed, localOnly } from './proxy-paths.ts'

export interface AroundNginx {
  readonly nginx: FactResult<Nginx>
  readonly network: FactResult<Network>
  readonly containers: FactResult<Containers>
  readonly services: FactResult<readonly InferenceService[]>
  readonly 'oauth2-proxy': FactResult<readonly OAuth2Proxy[]>
}

/** A way by which a proxy brings others than this machine to a program of it. */
export interface LedTo {
  readonly login: Authenticated
  /** Only named addresses are let in. */
  readonly listed: boolean
  /** `ai.example:443/jupyter/`. */
  readonly at: string
  /** Clients choose which program they get to, and it may be this one. */
  readonly chosen?: true
  readonly line: Citation
}

/** Programs are no engines: nginx is asked for what its locations name, and where that goes counts. */
const anything = { method: 'GET', class: 'management', key: 'open' } as const
const nobody: InferenceService = {
  ...{ id: '', engine: 'ollama', how: 'process', running: true, pids: [], argv: [], binds: [], apiKey: 'none', modelPaths: [] },
}

/** Ways to what listens there. */
export function ledTo(facts: AroundNginx, to: Pick<Listening, 'ports' | 'isSocket'>): readonly LedTo[] {
  if (!facts.nginx.known) return []
  const { contained = [], ...own } = facts.nginx.value
  // Loopback in a network of its own is another.
  const shared = contained.filter((one) => followedContainer(one, facts.containers)?.hostNetwork)
  return [...(own.running ? [own] : []), ...shared].flatMap((one) => ledBy(one, facts, to))
}

function ledBy(
  { directives, version }: Pick<Nginx, 'directives' | 'version'>,
  facts: AroundNginx,
  to: Pick<Listening, 'ports' | 'isSocket'>,
): readonly LedTo[] {
  const own = ownPlaces(facts.network)
  const listening: Listening = { ...to, isLocal: (host) => isLoopback(host) || ownAs(host, own) !== undefined }
  const model = readHttp({ directives })
  const led = leadsOf(directives).filter(
    ({ directive, peer, listen }) =>
      listen.scope !== 'loopback' && listen.scope !== 'unix' && (peer ? isOneOf(peer, listening) : mayMean(directive, model, listening)),
  )
  if (led.length === 0) return []
  const services = facts.services.known ? facts.services.value : []
  const proxies = facts['oauth2-proxy'].known ? facts['oauth2-proxy'].value : []
  const around = { model, services, gateways: gatewaysOf(proxies, services, own) }
  return led.flatMap(({ answer, peer, path: asked, directive, ...found }): readonly LedTo[] => {
    const socket = nginxSocket(found, model, version)
    const shared = { at: `${socket.subject}${asked}`, line: placeOf(directive), ...(!peer && { chosen: true as const }) }
    if (!answer) return [{ ...shared, login: 'unknown', listed: false }]
    const route = { ...found, directive, answer, service: nobody, route: { ...anything, path: asked }, clientPath: asked }
    const path = nginxPath(route, socket, around)
    if (localOnly(path)) return []
    return [{ ...shared, login: path.addressUnknown && path.login === 'no' ? 'unknown' : path.login, listed: addressed(path) }]
  })
}

/** Whoever chooses where a proxy sends him gets to what asks nobody. */
export const mayBeChosen = (what: string, { at, line }: LedTo): Omit<Verdict, 'subject'> => ({
  status: 'not-evaluated',
  title: 'Clients may choose where a proxy leads',
  reason: `${what}, and at ${at.slice(0, 120)} nginx passes requests on to whatever clients name, which may be it. Expected a list of programs.`,
  cite: [{ ...line, note: 'A variable decides which program is asked.' }],
})
