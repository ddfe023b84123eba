import { type EngineRoute, routesOf } from '#shared/model/engine-routes.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { isReadable, takenBySample } from '../../nginx/model/inverse.ts'
import { alsoAskedFor, ignoresCase, takesFor } from '../../nginx/model/localai-paths.ts'
import { matchTarget, readTarget } from '../../nginx/model/target.ts'
import { below, entries, field, type JsonNode, textOf, texts } from '../json-lines.ts'
import { beginningsIn, candidates, headsIn, MAX_HEADS, rewritingsIn } from './client-paths.ts'
import { representatives } from './clients.ts'
import { dialled, dials } from './dialled.ts'
import { headersSet } from './headers-set.ts'
import type { Client, Persona } from './matchers.ts'
import { type Outcome, serve, startOf } from './request.ts'
import {
  appsBeyond,
  beyondListening,
  type CaddyListen,
  type CaddyServer,
  clientCertificate,
  policyFor,
  readServers,
  speaksTls,
} from './servers.ts'

/** One way in which a client gets a route through Caddy. */
export interface CaddyWay {
  /** Block of addresses that the client stands for; undefined for everybody else. */
  readonly from: string | undefined
  readonly persona: Persona
  readonly outcome: Extract<Outcome, { kind: 'proxied' }>
}

/** A request of an engine that Caddy passes on for somebody. */
export interface CaddyRoute {
  readonly service: InferenceService
  readonly route: EngineRoute
  readonly server: CaddyServer
  readonly listen: CaddyListen
  /** Name that the client asks for; undefined for any that no route names. */
  readonly host: string | undefined
  readonly encrypted: boolean
  readonly policy: JsonNode | undefined
  readonly certificate: JsonNode | undefined
  readonly clientPath: string
  /** Never empty. */
  readonly ways: readonly CaddyWay[]
}

/** Every route of every engine through every server of Caddy, as `ProxyPicture` has them of nginx. */
export interface CaddyPicture {
  readonly routes: readonly CaddyRoute[]
  readonly withheld: readonly {
    readonly route: EngineRoute
    readonly server: CaddyServer
    readonly listen: CaddyListen
    readonly host: string | undefined
    readonly node: JsonNode
  }[]
  readonly unmodelled: readonly { readonly reason: string; readonly node: JsonNode }[]
  /** Ports and sockets of this host that are no inference servers and get requests: what is there may make an engine's path of any other. */
  readonly handedOn: readonly { readonly port?: number | undefined; readonly socket?: string | undefined; readonly node: JsonNode }[]
}

const MAX_STEPS = 1_000_000
const MAX_RANGES = 64
const MORE_PATHS = 'it rewrites more paths than Gatehouse follows'
const STRANGER = 'gatehouse.invalid'
const personas: readonly Persona[] = ['silent', 'guessing', 'wishing', 'insider']
const conditions = ['header', 'header_regexp', 'query', 'protocol']

const pictures = new WeakMap<
  JsonNode,
  { readonly services: readonly InferenceService[]; readonly addresses: string; readonly picture: CaddyPicture }
>()

/** Follows every route of every inference service through every server, socket and name of Caddy, for every kind of client that it tells apart. */
export function caddyRoutesTo(config: JsonNode, services: readonly InferenceService[], localAddresses: readonly string[]): CaddyPicture {
  const addresses = localAddresses.join()
  const before = pictures.get(config)
  if (before?.services === services && before.addresses === addresses) return before.picture
  const picture = draw(config, services, localAddresses)
  pictures.set(config, { services, addresses, picture })
  return picture
}

function draw(config: JsonNode, services: readonly InferenceService[], localAddresses: readonly string[]): CaddyPicture {
  const routes: CaddyRoute[] = []
  const withheld: CaddyPicture['withheld'][number][] = []
  const unmodelled = new Map<JsonNode, string>()
  const handedOn = new Map<JsonNode, Set<number>>()
  const budget = { left: MAX_STEPS }
  const report = (node: JsonNode, reason: string) => unmodelled.has(node) || unmodelled.set(node, reason)

  for (const { node, reason } of appsBeyond(config)) report(node, reason)
  for (const server of readServers(config)) {
    for (const { node, reason } of beyondListening(server)) report(node, reason)
    const ranges = rangesIn(server.node)
    if (ranges.length > MAX_RANGES) report(server.node, 'it tells more networks apart than Gatehouse follows')
    const blocks = representatives(ranges.slice(0, MAX_RANGES))
    const allHeads = headsIn(server.node)
    const heads = allHeads.slice(0, MAX_HEADS)
    const rewritings = rewritingsIn(server.node)
    const allBeginnings = beginningsIn(server.node)
    const beginnings = allBeginnings.slice(0, MAX_HEADS)
    const areAsked = rewritings.rewritings.length > 0 || services.some(({ engine }) => engine === 'localai')
    if (allHeads.length > MAX_HEADS || rewritings.more || (areAsked && allBeginnings.length > MAX_HEADS)) report(server.node, MORE_PATHS)
    if (!rewritings.rewritings.every(({ pattern }) => isReadable(pattern)))
      report(server.node, 'a pattern that decides which path leads there is beyond Gatehouse')
    // What a pattern takes of a path may be told apart by where the path begins.
    const cut = [...heads, ...(rewritings.rewritings.length > 0 ? beginnings : [])]
    const methods = methodsIn(server.node)
    const methodsFor = (method: string): readonly string[] => (methods.includes(method) ? [...new Set([method, 'GET', 'POST'])] : [method])
    // Who sends what makes a difference only where something is looked at.
    const asking = [...below(server.node)].some((node) => conditions.some((name) => field(node, name) !== undefined))
      ? personas
      : personas.slice(0, 1)
    const hosts = hostsIn(server)
    if (hosts.length === MAX_HOSTS) report(server.node, 'it names more hosts than Gatehouse follows')
    for (const listen of server.listens) {
      const encrypted = speaksTls(server, listen)
      // Over an address of IPv4 nobody comes by IPv6.
      const clients = blocks.filter(({ address }) => !(address.includes(':') && /^[\d.]+$/.test(listen.address)))
      for (const host of [...hosts, undefined]) {
        const name = host === undefined ? STRANGER : host.replaceAll('*', 'gatehouse-probe')
        if (name.includes('{')) report(server.node, 'it names hosts that only the running Caddy knows')
        const policy = policyFor(server, name)
        const shared = { server, listen, host, encrypted, policy, certificate: encrypted ? clientCertificate(server, name) : undefined }
        for (const service of services) {
          const strips = service.engine === 'localai'
          const anyCase = ignoresCase(service)
          const own: CaddyRoute[] = []
          const missed: CaddyPicture['withheld'][number][] = []
          for (const route of routesOf(service)) {
            const { paths: asked, more } = candidates(cut, rewritings, route.path)
            if (more) report(server.node, MORE_PATHS)
            for (const clientPath of strips ? [...asked, ...alsoAskedFor(beginnings, route.path, anyCase)] : asked) {
              const ways: CaddyWay[] = []
              for (const [at, { from, address }] of clients.entries())
                for (const { persona, method } of asking.flatMap((persona) =>
                  methodsFor(route.method).map((method) => ({ persona, method })),
                )) {
                  const client = { persona, address, host: name, scheme: encrypted ? 'https' : 'http' } as const
                  for (const outcome of served(client, server.node, budget, method, clientPath)) {
                    if (outcome.kind === 'unmodelled') report(outcome.node, outcome.reason)
                    if (
                      outcome.kind === 'answered' &&
                      clientPath === route.path &&
                      method === route.method &&
                      at === 0 &&
                      persona === 'silent'
                    )
                      missed.push({ route, server, listen, host, node: outcome.node })
                    if (outcome.kind !== 'proxied') continue
                    const match = meant(outcome, services, localAddresses)
                    if (match.uncertain) report(outcome.node, 'only the host knows what its upstream means')
                    for (const port of match.elsewhere) handedOn.set(outcome.node, (handedOn.get(outcome.node) ?? new Set()).add(port))
                    const { path, method: became, handled } = outcome.state
                    const taken =
                      path === route.path ||
                      (strips && takesFor(path, route.path, [...handled, ...headersSet(outcome.node, server.node)], anyCase))
                    if (match.services.includes(service) && taken && became === route.method) ways.push({ from, persona, outcome })
                  }
                }
              if (ways.length > 0) own.push({ service, route, ...shared, clientPath, ways })
            }
          }
          routes.push(...own)
          if (own.length > 0)
            withheld.push(...missed.filter(({ route }) => !own.some((one) => one.route === route && one.clientPath === route.path)))
        }
      }
    }
  }
  return {
    routes,
    withheld,
    unmodelled: [...unmodelled].map(([node, reason]) => ({ node, reason })),
    handedOn: [
      ...[...handedOn].flatMap(([node, ports]) => [...ports].map((port) => ({ port, node }))),
      ...handedToOthers(config, services, localAddresses),
    ],
  }
}

/** Each program that is named, whatever is asked for. */
const handedToOthers = (
  config: JsonNode,
  services: readonly InferenceService[],
  localAddresses: readonly string[],
): CaddyPicture['handedOn'] =>
  readServers(config).flatMap((server) =>
    dials(server.node).flatMap((node): CaddyPicture['handedOn'] => {
      const dial = textOf(node) ?? ''
      const socket = /^unix(?:\+h2c)?\/(.+)$/.exec(dial)?.[1]
      if (socket !== undefined) return [{ socket, node }]
      const target = dial.includes('{') ? undefined : readTarget(dialled(dial))
      return (target ? matchTarget(target, new Map(), services, localAddresses).elsewhere : []).map((port) => ({ port, node }))
    }),
  )

const MAX_CHOICES = 16

/** All that may become of a request, whatever the client leaves out of what rules look at. */
function served(client: Client, server: JsonNode, budget: { left: number }, method: string, path: string): readonly Outcome[] {
  const outcomes: Outcome[] = []
  const open: ReadonlySet<string>[] = [new Set()]
  const seen = new Set([''])
  for (let at = 0; at < open.length; at += 1) {
    const left = open[at] as ReadonlySet<string>
    const met = new Set<string>()
    outcomes.push(...serve({ client: { ...client, choice: { left, met } }, server, budget }, startOf(method, path)))
    for (const one of met) {
      const more = [...left, one].sort()
      const key = more.join('\n')
      if (seen.has(key)) continue
      seen.add(key)
      if (open.length < MAX_CHOICES) open.push(new Set(more))
    }
  }
  // One more than there is room for may be the one that gets in.
  if (seen.size > open.length)
    outcomes.push({
      kind: 'unmodelled',
      reason: 'it looks at more headers than Gatehouse leaves out',
      node: server,
      state: startOf(method, path),
    })
  return outcomes
}

/** Which inference services an upstream means. Placeholders in it only the running Caddy knows. */
function meant(
  { dials, dynamic }: Extract<Outcome, { kind: 'proxied' }>,
  services: readonly InferenceService[],
  localAddresses: readonly string[],
) {
  const matches = dials.map((dial) => {
    const target = dial.includes('{') || /^unix/.test(dial) ? undefined : readTarget(dialled(dial))
    return target ? matchTarget(target, new Map(), services, localAddresses) : { services: [], uncertain: true, elsewhere: [] }
  })
  return {
    services: matches.flatMap((match) => match.services),
    uncertain: dynamic || matches.some((match) => match.uncertain),
    elsewhere: matches.flatMap((match) => match.elsewhere),
  }
}

function rangesIn(root: JsonNode): readonly string[] {
  const found = new Set<string>()
  for (const node of below(root))
    for (const name of ['remote_ip', 'client_ip']) for (const range of texts(field(node, name, 'ranges'))) found.add(range)
  return [...found]
}

/** Methods that a rewrite puts in place of the client's. */
const methodsIn = (root: JsonNode): readonly string[] => [
  ...new Set(
    [...below(root)].flatMap((node) =>
      [textOf(field(node, 'handler')) === 'rewrite' ? field(node, 'method') : undefined, field(node, 'rewrite', 'method')].flatMap(
        (method) => textOf(method)?.toUpperCase() ?? [],
      ),
    ),
  ),
]

const MAX_HOSTS = 200

/** Names that its routes ask for, those inside of others too: a site for `*.example.com` tells its hosts apart further in. */
function hostsIn({ hosts, node: root }: CaddyServer): readonly string[] {
  const inner = [...below(root)].flatMap((node) => [...texts(field(node, 'host')), ...hostsOfHeaders(node)])
  const named = inner.filter((host) => !host.includes('{'))
  return [...new Set([...hosts, ...named])].slice(0, Math.max(MAX_HOSTS, hosts.length))
}

/** Names that a matcher of headers asks for: the client writes that one as well. */
function hostsOfHeaders(node: JsonNode): readonly string[] {
  const ofHost = (name: 'header' | 'header_regexp') =>
    entries(field(node, name)).flatMap(([header, value]) => (header.toLowerCase() === 'host' ? [value] : []))
  return [
    ...ofHost('header').flatMap((value) => texts(value)),
    ...ofHost('header_regexp').flatMap((value) => takenBySample(textOf(field(value, 'pattern')) ?? '')?.replace(/^\//, '') ?? []),
  ]
}
