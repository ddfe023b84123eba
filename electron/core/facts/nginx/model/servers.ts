import { oncePer } from '../../once-per.ts'
import { directivesNamed } from '../named-directives.ts'
import type { Nginx, NginxDirective } from '../nginx.ts'
import { takenOfClients } from './clients-words.ts'
import { conditionOf } from './condition-words.ts'
import { impliedListen, type Listen, readListens, socketKey } from './listen.ts'
import { type LocationSet, readLocations } from './locations.ts'
import { namedGroupsIn } from './pattern.ts'
import { inside, nearest, type Scope } from './scope.ts'

/** One `server` block with what is merged into it from outside. */
export interface Server {
  readonly directive: NginxDirective
  readonly scope: Scope
  /** Of `server_name`; empty means the server has none and answers only as a default (or to requests without a name). */
  readonly names: readonly string[]
  readonly listens: readonly Listen[]
  readonly locations: LocationSet
}

/** The server, and what holds for all of them (maps, zones, defaults). */
export const concerning = oncePer(({ directive, scope }: Server): readonly NginxDirective[] => [
  directive,
  ...(scope.parent?.directives ?? []).filter(({ name }) => name !== 'server'),
])

/** The `http` block as its phases ask for it. */
export interface HttpModel {
  readonly servers: readonly Server[]
  readonly upstreams: ReadonlyMap<string, NginxDirective>
  readonly maps: ReadonlyMap<string, NginxDirective>
  /** Conditions whose pattern takes groups of what a client sends, by number (`clients-words.ts`). */
  readonly taken: ReadonlyMap<NginxDirective, number>
  /** `split_clients`, by the variable that they make, without its sign. */
  readonly splits: ReadonlyMap<string, NginxDirective>
  /** Variables whose value depends on the client's address, without their sign. */
  readonly geos: ReadonlyMap<string, NginxDirective>
  /** Those that a database of addresses tells (`geoip2`), without their sign. */
  readonly located: ReadonlySet<string>
  /** Variables of `set` and of groups of an `if`, without their sign: empty until one of them is passed. */
  readonly settable: ReadonlySet<string>
  /** What `limit_req` and `limit_conn` count by, by the zone that they name. */
  readonly countedBy: ReadonlyMap<string, string>
  /** Do conditions, maps or targets look at the name of the host? */
  readonly looksAtHost: boolean
  readonly streams: readonly Server[]
  readonly streamUpstreams: ReadonlyMap<string, NginxDirective>
  /** `map`, `geo` and `split_clients` of streams, by the variable that they make, without its sign. */
  readonly streamChoices: ReadonlyMap<string, NginxDirective>
}

const blocks = (directives: readonly NginxDirective[], name: string): readonly NginxDirective[] =>
  directives.filter((directive) => directive.name === name && directive.block)

function readServer(directive: NginxDirective, parent: Scope): Server {
  const scope = inside(directive, parent)
  const listens = scope.directives.filter((one) => one.name === 'listen').flatMap(readListens)
  return {
    directive,
    scope,
    names: scope.directives.filter((one) => one.name === 'server_name').flatMap((one) => one.parameters),
    listens: listens.length > 0 ? listens : [impliedListen(directive)],
    locations: readLocations(scope),
  }
}

/** `proxy_protocol` and `ipv6only=off` on one server's listen hold for the socket, so for all servers on it (ngx_http_add_addresses). */
function spread(servers: readonly Server[]): readonly Server[] {
  const all = servers.flatMap(({ listens }) => listens)
  const proxied = new Set(all.filter(({ proxyProtocol }) => proxyProtocol).map(socketKey))
  const both = new Set(all.filter(({ bothFamilies }) => bothFamilies).map(socketKey))
  if (proxied.size + both.size === 0) return servers
  return servers.map((server) => ({
    ...server,
    listens: server.listens.map((listen) => ({
      ...listen,
      proxyProtocol: proxied.has(socketKey(listen)),
      ...(both.has(socketKey(listen)) && { bothFamilies: true }),
    })),
  }))
}

const byName = (directives: readonly NginxDirective[], position: number): ReadonlyMap<string, NginxDirective> =>
  new Map(directives.map((directive) => [(directive.parameters[position] ?? '').toLowerCase(), directive]))

/** Do conditions, maps or targets say this? */
export function mentions(directives: readonly NginxDirective[], what: RegExp): boolean {
  return directives.some(
    ({ name, parameters, block = [] }) =>
      (/^(?:if|map|set|proxy_pass|auth_basic)$/.test(name) && what.test(parameters.join(' '))) || mentions(block, what),
  )
}

const variablesSet = (directives: readonly NginxDirective[]): readonly string[] =>
  directives.flatMap(({ name, parameters, block = [] }) => [
    ...(name === 'set' ? [(parameters[0] ?? '').replace(/^\$/, '').toLowerCase()] : []),
    ...(name === 'if' ? namedGroupsIn(conditionOf({ parameters })[2]) : []),
    ...variablesSet(block),
  ])

/**
 * Servers, upstreams, maps and what decides over them, of `http` and `stream`. The directives are as they run: includes are put in by
 * `nginx -T`.
 */
export function readHttp(nginx: Pick<Nginx, 'directives'>): HttpModel {
  const top: Scope = { directives: nginx.directives }
  const read = (name: string) => {
    const scopes = blocks(nginx.directives, name).map((block) => inside(block, top))
    return {
      servers: spread(scopes.flatMap((scope) => blocks(scope.directives, 'server').map((server) => readServer(server, scope)))),
      within: scopes.flatMap((scope) => scope.directives),
    }
  }
  const http = read('http')
  const stream = read('stream')
  const ofClients = takenOfClients(directivesNamed(http.within, 'if'))
  return {
    servers: http.servers,
    upstreams: byName(blocks(http.within, 'upstream'), 0),
    maps: new Map([...byName(blocks(http.within, 'map'), 1), ...ofClients.maps]),
    taken: ofClients.taken,
    splits: new Map(blocks(http.within, 'split_clients').map((one) => [(one.parameters[1] ?? '').replace('$', '').toLowerCase(), one])),
    geos: new Map(blocks(http.within, 'geo').map((geo) => [(geo.parameters.at(-1) ?? '').replace('$', '').toLowerCase(), geo])),
    located: new Set(blocks(http.within, 'geoip2').flatMap(locatedIn)),
    settable: new Set(variablesSet(http.within)),
    countedBy: new Map(
      http.within
        .filter(({ name }) => /^limit_(?:req|conn)_zone$/.test(name))
        .map(({ parameters: [key = '', ...more] }) => [/zone=([^:]+)/.exec(more.join(' '))?.[1] ?? '', key] as const),
    ),
    looksAtHost: mentions(nginx.directives, /\$\{?(?:http_)?host\b/),
    streams: stream.servers,
    streamUpstreams: byName(blocks(stream.within, 'upstream'), 0),
    streamChoices: new Map(
      ['map', 'geo', 'split_clients']
        .flatMap((name) => blocks(stream.within, name))
        .map((one) => [(one.parameters.at(-1) ?? '').replace('$', '').toLowerCase(), one]),
    ),
  }
}

/** Of the client itself, unless `source` names something else. */
const locatedIn = ({ block = [] }: NginxDirective): readonly string[] =>
  block.flatMap(({ name, parameters }) => {
    const source = parameters.find((one) => one.startsWith('source='))
    return name.startsWith('$') && (source === undefined || source === 'source=$remote_addr') ? [name.slice(1).toLowerCase()] : []
  })

/** Those that share the socket, in the order of the configuration: among these nginx chooses by name. */
export const serversOn = (servers: readonly Server[], listen: Listen): readonly Server[] =>
  servers.filter((server) => server.listens.some((other) => socketKey(other) === socketKey(listen)))

/** `default_server`, else the first that names the socket. It answers every name that nobody claims. */
export function defaultServer(servers: readonly Server[], listen: Listen): Server | undefined {
  const all = serversOn(servers, listen)
  return all.find((server) => server.listens.some((other) => socketKey(other) === socketKey(listen) && other.isDefault)) ?? all[0]
}

/** `ssl` on one server's listen makes the socket a TLS socket for all of them. `ssl on` (before 1.25.1) counts when the default server has it. */
export function isEncrypted(servers: readonly Server[], listen: Listen): boolean {
  const all = serversOn(servers, listen)
  if (all.some((server) => server.listens.some((other) => socketKey(other) === socketKey(listen) && other.ssl))) return true
  return nearest(defaultServer(servers, listen)?.scope, 'ssl')?.parameters[0] === 'on'
}
