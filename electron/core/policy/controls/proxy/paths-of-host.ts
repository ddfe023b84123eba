import type { InferenceService } from '#shared/model/inference-service.ts'
import { type Caddy, pullsAnother, type ReadCaddy, readCaddies, unreadCaddies } from '../../../facts/caddy/caddy.ts'
import type { JsonNode } from '../../../facts/caddy/json-lines.ts'
import { caddyRoutesTo } from '../../../facts/caddy/model/routes.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { Container, Containers } from '../../../facts/containers/containers.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Network } from '../../../facts/network/network.ts'
import { proxyRoutesTo } from '../../../facts/nginx/model/routes.ts'
import { type ContainedNginx, type Nginx, placeOf } from '../../../facts/nginx/nginx.ts'
import type { OAuth2Proxy } from '../../../facts/oauth2-proxy/oauth2-proxy.ts'
import type { Verdict } from '../../control.ts'
import { caddyPath, caddySocket } from './caddy-paths.ts'
import { type Gateway, gatewaysOf } from './gateways.ts'
import { letsGatewayIn, publishedSockets, seenFromInside } from './inside-container.ts'
import { nginxPath, nginxSocket, nginxWithheld } from './nginx-paths.ts'
import { type Behind, gatewayPaths, posing, throughGateway } from './oauth2-paths.ts'
import type { ProxyPath, ProxySocket, WithheldPath } from './proxy-path.ts'

/** Proxies of a host, as far as they were read. */
export interface Proxies {
  readonly nginx: Nginx
  readonly network: FactResult<Network>
  readonly containers: FactResult<Containers>
  readonly caddy: FactResult<Caddy>
  readonly 'oauth2-proxy': FactResult<readonly OAuth2Proxy[]>
}

/** Every way through a proxy of this host to its inference servers. */
export interface HostPaths {
  readonly paths: readonly ProxyPath[]
  readonly withheld: readonly (WithheldPath & { readonly subject: string })[]
  /** Where models end: nothing may be called closed or protected because of these. */
  readonly openEnds: readonly Verdict[]
  /** Ports and sockets of this host, not of inference servers, that get requests: their programs may pass them on. */
  readonly handedOn: readonly HandedOn[]
}

export interface HandedOn {
  readonly program: string
  readonly port?: number | undefined
  /** Path of a unix socket. */
  readonly socket?: string | undefined
  readonly line: Citation
}

export const BEYOND_CADDY = 'Part of Caddy is beyond the model'

/** What stands on the gateways' ports, kept for as long as the facts are, so that the models' own memory of a host holds. */
const settings = new WeakMap<readonly InferenceService[], { readonly key: unknown; readonly addresses: string; readonly found: Setting }>()

interface Setting {
  readonly gateways: readonly Gateway[]
  readonly behind: ReadonlyMap<InferenceService, Behind>
  readonly all: readonly InferenceService[]
}

function settingOf(services: readonly InferenceService[], proxies: readonly OAuth2Proxy[], localAddresses: readonly string[]): Setting {
  const addresses = localAddresses.join()
  const before = settings.get(services)
  if (before?.key === proxies && before.addresses === addresses) return before.found
  const gateways = gatewaysOf(proxies, services, localAddresses)
  const behind = posing(gateways)
  const found = { gateways, behind, all: [...services, ...behind.keys()] }
  settings.set(services, { key: proxies, addresses, found })
  return found
}

const none: readonly OAuth2Proxy[] = []

const remembered = new WeakMap<readonly InferenceService[], Proxies & { readonly address: string; readonly paths: HostPaths }>()

/** `address`: how the fleet file reaches the host. Several controls ask the same of the same facts. */
export function pathsOfHost(facts: Proxies, services: readonly InferenceService[], address: string): HostPaths {
  const { nginx, network, containers, caddy } = facts
  const gateways = facts['oauth2-proxy']
  const before = remembered.get(services)
  const same = before?.nginx === nginx && before.network === network && before.caddy === caddy && before['oauth2-proxy'] === gateways
  if (before && same && before.containers === containers && before.address === address) return before.paths
  const paths = follow(facts, services.map(listening), address)
  remembered.set(services, { nginx, network, containers, caddy, 'oauth2-proxy': gateways, address, paths })
  return paths
}

/** What a proxy passes on to a server does not hang on whether that has loaded its model yet. */
const listening = (service: InferenceService): InferenceService =>
  service.awaitedBinds === undefined ? service : { ...service, binds: service.awaitedBinds }

/** Addresses of this host and what it calls itself, under which its programs ask each other. */
export const ownPlaces = (network: FactResult<Network>): readonly string[] =>
  network.known ? [...network.value.addresses.map(({ address }) => address), ...(network.value.names ?? [])] : []

function follow(facts: Proxies, services: readonly InferenceService[], address: string): HostPaths {
  const localAddresses = [...ownPlaces(facts.network), address]
  const setting = settingOf(services, facts['oauth2-proxy'].known ? facts['oauth2-proxy'].value : none, localAddresses)
  const parts = [
    ofNginx(facts.nginx, setting, services, localAddresses),
    ...(facts.nginx.contained ?? []).flatMap((one) => ofContained(one, facts.containers, setting, services, localAddresses)),
    ...readCaddies(facts.caddy).map((one) => ofCaddy(one, setting, services, localAddresses)),
  ]
  const complete = setting.gateways.filter(({ unknown }) => unknown === undefined).flatMap(({ binds }) => binds.map(({ port }) => port))
  return {
    paths: [...parts.flatMap(({ paths }) => paths), ...gatewayPaths(setting.gateways)],
    withheld: parts.flatMap(({ withheld }) => withheld),
    openEnds: [
      ...parts.flatMap(({ openEnds }) => openEnds),
      ...notLoaded(facts.nginx),
      ...lostCaddies(facts.caddy),
      ...ofGateways(facts['oauth2-proxy'], setting.gateways),
    ],
    // What a gateway passes on is known where all of its upstreams are.
    handedOn: parts.flatMap(({ handedOn }) => handedOn).filter(({ port }) => port === undefined || !complete.includes(port)),
  }
}

/** A path to something that poses as an engine leads on through its gateway. */
function led(path: ProxyPath, behind: ReadonlyMap<InferenceService, Behind>): readonly ProxyPath[] {
  const gateway = behind.get(path.service)
  if (!gateway) return [path]
  const through = throughGateway(path, gateway)
  return through ? [through] : []
}

/** Container of an nginx that was read and whose surroundings are known, so that its paths are among those of the host. */
export function followedContainer(nginx: ContainedNginx, containers: FactResult<Containers>): Container | undefined {
  const container = containers.known ? containers.value.containers.find(({ id, running }) => running && id === nginx.container) : undefined
  return nginx.unread === undefined && (container?.hostNetwork || container?.networks) ? container : undefined
}

/** nginx in a container: on the host's network as one of the host, else by what it sees from inside and what is published of it. */
function ofContained(
  nginx: ContainedNginx,
  containers: FactResult<Containers>,
  setting: Setting,
  services: readonly InferenceService[],
  localAddresses: readonly string[],
): readonly HostPaths[] {
  const container = followedContainer(nginx, containers)
  if (container === undefined || !containers.known) return []
  // Controls of logs and certificates look at the host's own nginx.
  const named = (path: ProxyPath): ProxyPath => ({ ...path, program: `nginx in ${container.name.slice(0, 40)}`, nginx: undefined })
  const running = { ...nginx, running: true }
  if (container.hostNetwork) {
    const seen = ofNginx(running, setting, services, localAddresses)
    return [{ ...seen, paths: seen.paths.map(named) }]
  }
  const view = seenFromInside(container, containers.value.containers, services, localAddresses)
  const inner = { gateways: [], behind: new Map(), all: [...view.posing.keys()] }
  const seen = ofNginx(running, inner, inner.all, view.known, (socket) => publishedSockets(container, socket))
  const paths = seen.paths.map((path) => ({
    ...named(path),
    service: view.posing.get(path.service) ?? path.service,
    lists: path.lists.map((list) => (letsGatewayIn(list, container) ? ({ kind: 'unknown' } as const) : list)),
  }))
  // Ports of its own loopback are not those of the host.
  return [{ ...seen, paths, handedOn: [] }]
}

function ofNginx(
  nginx: Pick<Nginx, 'running' | 'version' | 'directives'>,
  { gateways, behind, all }: Setting,
  services: readonly InferenceService[],
  localAddresses: readonly string[],
  published: (socket: ProxySocket) => readonly ProxySocket[] = (socket) => [socket],
): HostPaths {
  const picture = proxyRoutesTo(nginx.running ? nginx : { directives: [] }, all, localAddresses)
  const socketsOf = (found: Parameters<typeof nginxSocket>[0]) => published(nginxSocket(found, picture.model, nginx.version))
  const around = { model: picture.model, gateways, services }
  return {
    paths: picture.routes.flatMap((route) => socketsOf(route).flatMap((socket) => led(nginxPath(route, socket, around), behind))),
    withheld: picture.withheld.flatMap((route) => socketsOf(route).map(({ subject }) => ({ ...nginxWithheld(route), subject }))),
    openEnds: picture.unmodelled.slice(0, 20).map(({ directive, reason }) => ({
      status: 'not-evaluated',
      subject: `${directive.file} ${directive.name}`,
      title: 'Part of nginx is beyond the model',
      reason: `${directive.name} ${directive.parameters.join(' ')} in ${directive.file}: ${reason}. What passes there is not judged.`.slice(
        0,
        400,
      ),
      cite: [placeOf(directive)],
    })),
    handedOn: picture.handedOn.map(({ directive, ...to }) => ({ program: 'nginx', ...to, line: placeOf(directive) })),
  }
}

function ofCaddy(
  caddy: ReadCaddy,
  { gateways, behind, all }: Setting,
  services: readonly InferenceService[],
  localAddresses: readonly string[],
): HostPaths {
  const { id, config } = caddy
  const picture = caddyRoutesTo(config, all, localAddresses)
  const pulled = pullsAnother(caddy)
  const reason = 'it takes its configuration from elsewhere, and its admin endpoint does not tell what that says'
  const beyond = [...(pulled ? [{ node: pulled, reason }] : []), ...picture.unmodelled]
  const at = (node: JsonNode): Citation => ({ section: 'caddy', line: node.line })
  return {
    paths: picture.routes.flatMap((route) => led(caddyPath(route, config, caddySocket(route), gateways, services), behind)),
    withheld: picture.withheld.map(({ route, node, ...socket }) => ({
      route,
      line: at(node),
      subject: caddySocket({ ...socket, encrypted: false, policy: undefined }).subject,
    })),
    openEnds: beyond.slice(0, 20).map(({ node, reason }) => ({
      status: 'not-evaluated',
      subject: `${id} ${reason}`.slice(0, 80),
      title: BEYOND_CADDY,
      reason: `${reason[0]?.toUpperCase()}${reason.slice(1)}. What passes there is not judged.`,
      cite: [at(node)],
    })),
    handedOn: picture.handedOn.map(({ node, ...to }) => ({ program: 'Caddy', ...to, line: at(node) })),
  }
}

/** What is read is what stands on disk. */
const notLoaded = ({ changed = [] }: Nginx): readonly Verdict[] =>
  changed.length === 0
    ? []
    : [
        {
          status: 'not-evaluated',
          subject: 'nginx',
          title: 'nginx has not loaded what changed on disk',
          reason: `${changed.slice(0, 4).join(', ').slice(0, 300)} changed after nginx last loaded its configuration. It runs with what stood there before, and what is judged is what stands there now. Reload nginx.`,
          cite: [],
        },
      ]

/** Beside others that were read. Where no Caddy was, its listeners say that it is there; containers that a runtime tells of are looked at there. */
const lostCaddies = (caddy: FactResult<Caddy>): readonly Verdict[] =>
  unreadCaddies(caddy)
    .filter(({ container }) => container === undefined)
    .map(({ id, unread, line }) => ({
      status: 'not-evaluated',
      subject: id,
      title: 'One of several Caddys could not be read',
      reason: `What ${id} forwards is not known: ${unread}.`,
      cite: [{ section: 'caddy', line }],
    }))

/** An oauth2-proxy that others reach, whose upstreams are not all known. */
const ofGateways = (fact: FactResult<readonly OAuth2Proxy[]>, gateways: readonly Gateway[]): readonly Verdict[] => [
  ...gateways
    .filter(({ unknown, binds }) => unknown !== undefined && (binds.length === 0 || binds.some(({ loopback }) => !loopback)))
    .map(
      ({ proxy, unknown }): Verdict => ({
        status: 'not-evaluated',
        subject: `oauth2-proxy ${proxy.id}`,
        title: 'What oauth2-proxy passes on is not known',
        reason: `Its upstreams are not known: ${unknown}.`,
        cite: [{ section: 'oauth2-proxy', line: proxy.line }],
      }),
    ),
  ...(fact.known ? fact.value : [])
    .filter(({ container }) => container)
    .map(
      (proxy): Verdict => ({
        status: 'not-evaluated',
        subject: `oauth2-proxy ${proxy.id}`,
        title: 'oauth2-proxy in a container is not modelled',
        reason: 'Where its upstreams lead is decided inside the container’s network.',
        cite: [{ section: 'oauth2-proxy', line: proxy.line }],
      }),
    ),
]
