import type { InferenceService } from '#shared/model/inference-service.ts'
import { type Caddy, readCaddies } from '../../../facts/caddy/caddy.ts'
import { textOf } from '../../../facts/caddy/json-lines.ts'
import { dialled, dials } from '../../../facts/caddy/model/dialled.ts'
import { caddyRoutesTo } from '../../../facts/caddy/model/routes.ts'
import { readServers } from '../../../facts/caddy/model/servers.ts'
import type { FactResult } from '../../../facts/fact.ts'
import { canonical, isLoopback, ownAs, readTarget } from '../../../facts/nginx/model/target.ts'
import { caddyPath, caddySocket } from './caddy-paths.ts'
import { gatewaysOf } from './gateways.ts'
import type { AroundNginx, LedTo } from './led-by-nginx.ts'
import { ownPlaces } from './paths-of-host.ts'
import { addressed, localOnly } from './proxy-paths.ts'

/**
 * Ways by which Caddy brings others to a port of this machine, whatever program has it: it is asked for what it would be asked for before an engine. Where
 * that leads nowhere, and the port is named all the same, it is not known who gets there.
 */
export function ledByCaddy(facts: AroundNginx & { readonly caddy: FactResult<Caddy> }, ports: readonly number[]): readonly LedTo[] {
  const own = ownPlaces(facts.network)
  const isLocal = (host: string): boolean => isLoopback(canonical(host)) || ownAs(canonical(host), own) !== undefined
  const services = facts.services.known ? facts.services.value : []
  const proxies = facts['oauth2-proxy'].known ? facts['oauth2-proxy'].value : []
  return readCaddies(facts.caddy).flatMap(({ config }): readonly LedTo[] => {
    const beyond = readServers(config).filter(({ listens }) => listens.some(({ scope }) => scope !== 'loopback' && scope !== 'unix'))
    const named = beyond.flatMap(({ node }) => dials(node)).filter((dial) => mayMean(textOf(dial) ?? '', ports, isLocal))
    const [first] = named
    if (!first) return []
    const bind = { scope: 'loopback', section: 'caddy', line: first.line, basis: 'configured' } as const
    const program: InferenceService = {
      ...{ id: '', engine: 'ollama', how: 'process', running: true, pids: [], argv: [], apiKey: 'none', modelPaths: [] },
      binds: ports.map((port) => ({ ...bind, address: '127.0.0.1', port })),
    }
    const gateways = gatewaysOf(proxies, services, own)
    const paths = caddyRoutesTo(config, [program], own).routes.map((route) =>
      caddyPath(route, config, caddySocket(route), gateways, services),
    )
    const met = new Set(paths.map(({ line }) => line.line))
    const ways = paths
      .filter((path) => !path.socket.local && !localOnly(path))
      .map((path): LedTo => {
        const login = path.addressUnknown && path.login === 'no' ? 'unknown' : path.login
        return { login, listed: addressed(path), at: `${path.socket.subject}${path.clientPath}`, line: path.line }
      })
    const others = named
      .filter((dial) => met.size === 0 || (textOf(dial) ?? '').includes('{'))
      .map(({ line }): LedTo => ({ login: 'unknown', listed: false, at: 'a site of Caddy', line: { section: 'caddy', line } }))
    return [...ways, ...others]
  })
}

/** `localhost:8888`; what a placeholder stands for may be any host or port. */
function mayMean(dial: string, ports: readonly number[], isLocal: (host: string) => boolean): boolean {
  const [, host = '', port = ''] = /^(.*?)(?::([^:\]}]*|\{[^}]*\}))?$/.exec(dialled(dial)) ?? []
  const takesPort = port.includes('{') || (port === '' && host.includes('{')) || ports.includes(Number(port || 80))
  return takesPort && (host.includes('{') || isLocal(readTarget(host)?.host ?? ''))
}
