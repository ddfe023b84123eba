import { type Endpoint, type Origin, type OriginReach, origins, type RouteGroup } from '#shared/model/endpoint.ts'
import { classOfPath, type EngineRoute, printRoute, routesOf } from '#shared/model/engine-routes.ts'
import type { InferenceService, ServiceBind } from '#shared/model/inference-service.ts'
import { printBind, printSocket } from '#shared/model/listener.ts'
import { readCaddies } from '../facts/caddy/caddy.ts'
import { reach, verdictAmong } from '../facts/firewall/reach.ts'
import type { Piece } from '../facts/firewall/verdicts.ts'
import { scopeOf } from '../facts/listeners/address-scope.ts'
import type { FactResults } from '../facts/registry.ts'
import type { Unit } from '../facts/units/units.ts'
import { credentialsSeen, engineSeen, type WireEndpoint } from '../facts/wire/wire.ts'
import type { PolicyContext } from './control.ts'
import { besideOf, datagramDoors } from './controls/network/doors.ts'
import { knownValue, strangersAmong } from './controls/network/flows.ts'
import { leftByUnit, unitOfServer } from './controls/network/unit-filter.ts'
import { atEngine, authenticatedBy } from './controls/proxy/authentication.ts'
import { type OtherProxy, otherProxiesOf } from './controls/proxy/other-proxies.ts'
import type { ProxyPath, ProxySocket } from './controls/proxy/proxy-path.ts'
import { type Front, frontsOf } from './controls/proxy/proxy-paths.ts'

/**
 * Every socket behind which a model answers, with the three truths about it: bound, reachable from where, and what must be shown for which
 * routes. Pure, from the same parts that the controls judge, so that the picture never says other than the findings.
 */
export function endpointsOf(facts: FactResults, context: PolicyContext): readonly Endpoint[] {
  if (!facts.services.known) return []
  const services = facts.services.value
  const wire = facts.wire.known ? facts.wire.value.endpoints : []
  const direct = services.flatMap((service) => merged(service.binds).map((bind) => ofEngine(service, bind, facts, context, wire)))
  const fronts = facts.nginx.known ? frontsOf({ ...facts, nginx: facts.nginx.value, services }, context).fronts : []
  const nginx = facts.nginx.known ? facts.nginx.value : undefined
  const others = otherProxiesOf({ ...facts, nginx, services })
  const proxied = fronts.flatMap(overTcpAndQuic).map((front) => ofFront(front, facts, context, wire))
  const unread = [...others, ...otherDatagrams(others, facts)].flatMap((other) => ofOther(other, services, facts, context, wire))
  return [...proxied, ...unread, ...direct]
}

/** HTTP/3 is a way in of its own: the same name and port, but other rules of the packet filter, and of nginx maybe other routes. */
interface Way extends Front {
  readonly protocol: 'tcp' | 'udp'
}

function overTcpAndQuic(front: Front): readonly Way[] {
  const part = (goes: (socket: ProxySocket) => boolean, protocol: Way['protocol']): readonly Way[] => {
    const routes = front.routes.filter(({ socket }) => goes(socket))
    const [first] = routes
    return first ? [{ ...front, routes, first, protocol }] : []
  }
  return [...part(({ quic }) => quic !== 'only', 'tcp'), ...part(({ quic }) => quic !== undefined, 'udp')]
}

/** The same for proxies that are not modelled, by the sockets and published ports that were seen. Where nginx or Caddy was read, that says what it has. */
function otherDatagrams(others: readonly OtherProxy[], facts: FactResults): readonly OtherProxyBinds[] {
  const read = [
    ...(facts.nginx.known && facts.nginx.value.running ? ['nginx'] : []),
    ...(readCaddies(facts.caddy).length > 0 ? ['caddy'] : []),
  ]
  const doors = datagramDoors(knownValue(facts.listeners) ?? [], besideOf(facts).containers)
  return doors
    .map((door) => ({ ...door, name: door.owner.replace(/, HTTP\/3$/, '') }))
    .filter(({ name }) => !read.includes(name))
    .map(({ address, port, name }) => {
      const scope = scopeOf(address) ?? 'wildcard'
      const program = others.find(({ binds }) => binds.some((bind) => bind.port === port))?.program ?? name
      return { program, protocol: 'udp', binds: [{ address, port, scope }] }
    })
}

interface OtherProxyBinds extends Pick<OtherProxy, 'program' | 'binds'> {
  readonly protocol?: 'udp'
}

/** One row for a port that is bound in IPv4 and IPv6 alike. */
function merged<T extends Pick<ServiceBind, 'address' | 'port' | 'scope'>>(binds: readonly T[]): readonly T[] {
  const byPort = new Map<string, T>()
  for (const bind of binds) {
    const key = `${bind.scope === 'specific' ? bind.address : bind.scope}:${bind.port}`
    const before = byPort.get(key)
    byPort.set(key, before && bind.scope === 'wildcard' ? { ...before, address: '*' } : (before ?? bind))
  }
  return [...byPort.values()]
}

function ofEngine(
  service: InferenceService,
  bind: ServiceBind,
  facts: FactResults,
  context: PolicyContext,
  wire: readonly WireEndpoint[],
): Endpoint {
  const { address, port, scope } = bind
  return {
    id: `${service.id} ${printBind(bind)}`,
    address,
    port,
    scope,
    program: service.id,
    reach: reachOf(facts, context, bind, unitOfServer([service], service.id, knownValue(facts.units) ?? [])),
    groups: grouped(
      routesOf(service).map((route) => {
        const authentication = atEngine(service, route)
        return { service: service.id, route, authentication, by: authentication === 'yes' ? ['API key'] : [] }
      }),
    ),
    withheld: 0,
    ...seenAt(scope === 'loopback' ? undefined : wire.find((endpoint) => endpoint.port === port), credentialsSeen),
  }
}

function ofFront(
  { subject, routes, withheld, first, protocol }: Way,
  facts: FactResults,
  context: PolicyContext,
  wire: readonly WireEndpoint[],
): Endpoint {
  const { printed, port, encrypted } = first.socket
  const address = printed.replace(/:\d+$/, '').replace(/^\[|\]$/g, '') || '*'
  const scope = scopeOf(address) ?? 'wildcard'
  const seen = wire.find(
    (endpoint) =>
      protocol === 'tcp' &&
      endpoint.port === port &&
      (endpoint.tls?.serverName === undefined || subject.startsWith(`${endpoint.tls.serverName}:`)),
  )
  return {
    id: `${first.program} ${subject}${protocol === 'udp' ? '/udp' : ''}`,
    ...(protocol === 'udp' && { protocol }),
    address,
    port,
    scope,
    program: first.program,
    proxy: { name: subject.replace(/:\d+$/, ''), encrypted },
    reach: reachOf(facts, context, { address, port, scope, protocol }),
    groups: grouped(routes.map(throughProxy)),
    withheld: new Set(withheld.map(({ route }) => printRoute(route))).size,
    ...seenAt(seen),
  }
}

/** Of a proxy that is not modelled it is known where it listens and who gets there; what it passes on to which server is not. */
function ofOther(
  { program = 'Unknown program', protocol, binds }: OtherProxyBinds,
  services: readonly InferenceService[],
  facts: FactResults,
  context: PolicyContext,
  wire: readonly WireEndpoint[],
): readonly Endpoint[] {
  const groups = grouped(
    services
      .filter(({ running }) => running)
      .flatMap((service) => routesOf(service).map((route) => ({ service: service.id, route, authentication: 'unknown' as const, by: [] }))),
  )
  return merged(binds).map((bind) => ({
    id: `${program} ${printSocket({ ...bind, protocol })}`,
    ...(protocol && { protocol }),
    address: bind.address,
    port: bind.port,
    scope: bind.scope,
    program,
    reach: reachOf(facts, context, { ...bind, protocol }),
    groups,
    withheld: 0,
    ...seenAt(protocol === 'udp' ? undefined : wire.find(({ port }) => port === bind.port)),
  }))
}

type Single = Pick<RouteGroup, 'service' | 'authentication' | 'by' | 'onlyFrom'> & { readonly route: EngineRoute }

function throughProxy(path: ProxyPath): Single {
  const authentication = authenticatedBy(path)
  const byEngine = atEngine(path.service, path.route, path.keyPasses) === 'yes'
  const listed = path.lists.find(({ kind }) => kind === 'listed')
  return {
    service: path.service.id,
    route: path.route,
    authentication,
    by: [...(path.login === 'no' ? [] : path.loginBy), ...(byEngine ? ['API key'] : [])],
    ...(listed?.kind === 'listed' && { onlyFrom: listed.blocks.map(({ text }) => text) }),
  }
}

function grouped(all: readonly Single[]): readonly RouteGroup[] {
  const groups = new Map<string, RouteGroup & { routes: string[] }>()
  for (const { route, ...shared } of all) {
    const key = JSON.stringify([shared.service, route.class, shared.authentication, shared.by, shared.onlyFrom])
    const group = groups.get(key) ?? { ...shared, class: route.class, routes: [] }
    const printed = printRoute(route)
    if (!group.routes.includes(printed)) group.routes.push(printed)
    groups.set(key, group)
  }
  return [...groups.values()]
}

function seenAt(endpoint: WireEndpoint | undefined, seenOf: typeof engineSeen = engineSeen): Pick<Endpoint, 'seen'> {
  if (endpoint === undefined) return {}
  const open = endpoint.answers.filter((answer) => seenOf(answer) === 'none' && classOfPath(answer.path) !== 'health')
  return { seen: { from: endpoint.from, outcome: endpoint.tcp, open: open.map(({ method, path }) => `${method} ${path}`) } }
}

function reachOf(
  facts: FactResults,
  { fleet }: PolicyContext,
  bind: Pick<ServiceBind, 'address' | 'port' | 'scope'> & { readonly protocol?: 'tcp' | 'udp' | undefined },
  unit?: Unit,
): readonly OriginReach[] {
  if (bind.scope === 'loopback') return origins.map((origin) => ({ origin, verdict: 'stopped' }))
  const { firewall } = facts
  if (!firewall.known) return origins.map((origin) => ({ origin, verdict: 'unknown' }))
  const query = { direction: 'in', protocol: bind.protocol ?? 'tcp', port: bind.port, address: bind.address } as const
  const pieces = reach(firewall.value, knownValue(facts.network), query)
  const isStopped = ({ verdict }: Piece): boolean => verdict === 'drop' || verdict === 'reject'
  const past = [
    ...leftByUnit(
      unit,
      pieces.filter((piece) => !isStopped(piece)),
    ),
    ...pieces.filter(isStopped),
  ]
  return origins.map((origin) => {
    const byRules = reachFrom(origin, pieces, fleet.networks)
    const found = unit === undefined ? byRules : reachFrom(origin, past, fleet.networks)
    if (unit === undefined || found.verdict !== 'stopped' || byRules.verdict === 'stopped') return found
    const line = unit.lines.IPAddressDeny
    const rule = { rule: `IPAddressDeny=${unit.properties.IPAddressDeny}`, section: 'units', ...(line !== undefined && { line }) }
    return { origin, verdict: 'stopped', stoppedByUnit: unit.id, ...rule }
  })
}

/** Who of an origin gets through, by what becomes of all that may come. */
function reachFrom(
  origin: Origin,
  pieces: readonly Piece[],
  { app, management, jump, modelAdmins }: PolicyContext['fleet']['networks'],
): OriginReach {
  if (origin === 'any') {
    const { accepted, undetermined } = strangersAmong(pieces, [...app, ...management, ...modelAdmins, ...jump])
    const [piece] = [...accepted, ...undetermined]
    const stopped = piece ?? pieces.find(({ verdict }) => verdict === 'drop' || verdict === 'reject')
    return { origin, verdict: accepted.length > 0 ? 'accept' : piece ? 'unknown' : 'stopped', ...ruleOf(piece?.doubtBy ?? stopped?.by) }
  }
  const networks = { app, management: [...management, ...modelAdmins], jump }[origin]
  if (networks.length === 0) return { origin, verdict: 'unnamed' }
  const verdicts = networks.map((source) => verdictAmong(pieces, source))
  const accepted = verdicts.find(({ verdict }) => verdict === 'accept')
  const doubt = verdicts.find(({ verdict }) => verdict === 'undetermined')
  return {
    origin,
    verdict: accepted ? 'accept' : doubt ? 'unknown' : 'stopped',
    ...ruleOf(accepted?.by ?? doubt?.doubtBy ?? verdicts[0]?.by),
  }
}

const ruleOf = (by: { readonly text: string; readonly section: string; readonly line: number } | undefined): Partial<OriginReach> =>
  by === undefined ? {} : { rule: by.text, section: by.section, line: by.line }
