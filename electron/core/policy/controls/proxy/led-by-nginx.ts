import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { Containers } from '../../../facts/containers/containers.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Network } from '../../../facts/network/network.ts'
import { leadsOf } from '../../../facts/nginx/model/leads.ts'
import { readHttp } from '../../../facts/nginx/model/servers.ts'
import { canonical, isLoopback, type Target } from '../../../facts/nginx/model/target.ts'
import { type Nginx, placeOf } from '../../../facts/nginx/nginx.ts'
import type { OAuth2Proxy } from '../../../facts/oauth2-proxy/oauth2-proxy.ts'
import { gatewaysOf } from './gateways.ts'
import { nginxPath, nginxSocket } from './nginx-paths.ts'
import { followedContainer } from './paths-of-host.ts'
import type { Authenticated } from './proxy-path.ts'
import { addressed, localOnly } from './proxy-paths.ts'

export interface AroundNginx {
  readonly nginx: FactResult<Nginx>
  readonly network: FactResult<Network>
  readonly containers: FactResult<Containers>
  readonly services: FactResult<readonly InferenceService[]>
  readonly 'oauth2-proxy': FactResult<readonly OAuth2Proxy[]>
}

/** A way by which nginx brings others than this machine to a program of it. */
export interface LedTo {
  readonly login: Authenticated
  /** Only named addresses are let in. */
  readonly listed: boolean
  /** `ai.example:443/jupyter/`. */
  readonly at: string
  readonly changes: boolean
  readonly line: Citation
}

/** Programs are no engines: nginx is asked for what its locations name, and where that goes counts. */
const anything = { method: 'GET', class: 'management', key: 'open' } as const
const nobody: InferenceService = {
  ...{ id: '', engine: 'ollama', how: 'process', running: true, pids: [], argv: [], binds: [], apiKey: 'none', modelPaths: [] },
}

/** `means`: is it the program? Hosts are in one spelling. */
export function ledTo(facts: AroundNginx, means: (peer: Target, local: boolean) => boolean): readonly LedTo[] {
  if (!facts.nginx.known) return []
  const { contained = [], ...own } = facts.nginx.value
  // Loopback in a network of its own is another.
  const shared = contained.filter((one) => followedContainer(one, facts.containers)?.hostNetwork)
  return [...(own.running ? [own] : []), ...shared].flatMap((one) => ledBy(one, facts, means))
}

function ledBy(
  { directives, version }: Pick<Nginx, 'directives' | 'version'>,
  facts: AroundNginx,
  means: (peer: Target, local: boolean) => boolean,
): readonly LedTo[] {
  const addresses = facts.network.known ? facts.network.value.addresses.map(({ address }) => address) : []
  const local = new Set(addresses.map(canonical))
  const led = leadsOf(directives).filter(({ peer, listen }) => {
    const host = canonical(peer.host)
    return listen.scope !== 'loopback' && listen.scope !== 'unix' && means(peer, isLoopback(host) || local.has(host))
  })
  if (led.length === 0) return []
  const model = readHttp({ directives })
  const services = facts.services.known ? facts.services.value : []
  const proxies = facts['oauth2-proxy'].known ? facts['oauth2-proxy'].value : []
  const around = { model, services, gateways: gatewaysOf(proxies, services, addresses) }
  return led.flatMap(({ answer, path: asked, directive, ...found }): readonly LedTo[] => {
    const socket = nginxSocket(found, model, version)
    const shared = { at: `${socket.subject}${asked}`, line: placeOf(directive) }
    if (!answer) return [{ ...shared, login: 'unknown', listed: false, changes: true }]
    const route = { ...found, directive, answer, service: nobody, route: { ...anything, path: asked }, clientPath: asked }
    const path = nginxPath(route, socket, around)
    if (localOnly(path)) return []
    const changes = answer.outcome.kind !== 'proxied' || answer.outcome.method !== 'GET'
    return [{ ...shared, login: path.addressUnknown && path.login === 'no' ? 'unknown' : path.login, listed: addressed(path), changes }]
  })
}

/** Is one of these ports meant? A group or a name without a port is asked at that of its scheme. */
export const isAtPort = (peer: Target, ports: readonly number[]): boolean =>
  peer.socket === undefined && ports.includes(peer.port ?? (peer.encrypted ? 443 : 80))
