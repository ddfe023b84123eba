import type { InferenceService } from '#shared/model/inference-service.ts'
import { below, field, items, type JsonNode, textOf, texts } from '../../../facts/caddy/json-lines.ts'
import { dialled } from '../../../facts/caddy/model/dialled.ts'
import { headersAsSent, headersSet } from '../../../facts/caddy/model/headers-set.ts'
import type { Credential } from '../../../facts/caddy/model/request.ts'
import type { CaddyRoute, CaddyWay } from '../../../facts/caddy/model/routes.ts'
import { proxyProtocolFrom, speaksHttp3 } from '../../../facts/caddy/model/servers.ts'
import type { Citation } from '../../../facts/citation.ts'
import { addressBlock } from '../../../facts/network/address-block.ts'
import { isCertificateOfContentNetwork, isOfContentNetwork } from '../../../facts/nginx/model/content-network.ts'
import { readTarget } from '../../../facts/nginx/model/target.ts'
import type { LetIn } from './address-rules.ts'
import { strongest, weakest } from './authentication.ts'
import { askedProgram, CONTENT_NETWORK, type Gateway } from './gateways.ts'
import { readNamedCiphers } from './named-ciphers.ts'
import type { Authenticated, ProxyPath, ProxySocket, SocketTls, Told } from './proxy-path.ts'

/** Caddy reads the header of whoever it trusts; whom, the configuration may say in more ways than one. */
const EVERYBODY = ['0.0.0.0/0', '::/0'].flatMap((network) => addressBlock(network) ?? [])

const cited = (node: JsonNode, token?: string): Citation => ({ section: 'caddy', line: node.line, ...(token !== undefined && { token }) })

/** The socket that a route of Caddy is reached by, in the words that nginx's and Caddy's controls share. */
export function caddySocket({
  listen,
  host,
  encrypted,
  policy,
  server,
}: Pick<CaddyRoute, 'listen' | 'host' | 'encrypted' | 'policy' | 'server'>): ProxySocket {
  return {
    subject: host === undefined ? listen.printed : `${host}:${listen.port}`,
    host,
    printed: listen.printed,
    port: listen.port,
    local: listen.scope === 'loopback' || listen.scope === 'unix',
    encrypted,
    ...(encrypted && speaksHttp3(server, listen) && { quic: 'beside' as const }),
    tls: encrypted ? tlsOf(policy, server.node) : undefined,
    line: cited(listen.node),
  }
}

const order = ['1.0', '1.1', '1.2', '1.3']

/** `protocol_min` and `protocol_max`; by default 1.2 to 1.3 (modules/caddytls). */
function tlsOf(policy: JsonNode | undefined, server: JsonNode): SocketTls {
  const version = (name: string, otherwise: string) => textOf(field(policy, name))?.replace(/^tls/, '') ?? otherwise
  const from = order.indexOf(version('protocol_min', '1.2'))
  const to = order.indexOf(version('protocol_max', '1.3'))
  const written = field(policy, 'protocol_min')
  const suites = field(policy, 'cipher_suites')
  // The default does not depend on the build, so it is as good as written.
  return {
    setting: 'protocol_min',
    versions: order.slice(Math.max(from, 0), to + 1),
    implied: false,
    lines: [cited(written ?? policy ?? server)],
    // Its own list is of ECDHE with GCM or ChaCha20 alone (modules/caddytls, defaultCipherSuites).
    ciphers: {
      setting: suites ? 'cipher_suites' : 'The default of Caddy',
      named: suites ? readNamedCiphers(items(suites).flatMap((node) => textOf(node) ?? '?')) : 'sound',
      line: cited(suites ?? policy ?? server),
    },
  }
}

/** A route through Caddy in the words that all proxies share: what every kind of client gets, put together. */
export function caddyPath(
  found: CaddyRoute,
  config: JsonNode,
  socket: ProxySocket,
  gateways: readonly Gateway[],
  services: readonly InferenceService[],
): ProxyPath {
  const { ways, route, certificate } = found
  const byAddress = new Map<string | undefined, CaddyWay[]>()
  for (const way of ways) byAddress.set(way.from, [...(byAddress.get(way.from) ?? []), way])
  const around = { gateways, services, server: found.server.node, clientPath: found.clientPath }
  const carried = certificate !== undefined && isForContentNetwork(certificate)
  const carriedOr = (login: Authenticated) => (carried ? strongest(login, 'unknown') : login)
  const logins = new Map(
    [...byAddress].map(([from, all]) => [from, certificate && !carried ? ('yes' as const) : carriedOr(loginOf(all, around))]),
  )
  const outside = logins.get(undefined)
  const all = weakest([...logins.values()])
  const blocks = [...logins.keys()].flatMap((from) => addressBlock(from ?? '') ?? [])
  const lists: readonly LetIn[] = outside === undefined ? [{ kind: 'listed', blocks, local: false }] : []
  const [first] = ways
  const states = ways.map(({ outcome }) => outcome.state)
  const credentials = [...new Set(states.flatMap((state) => state.credentials))]
  return {
    program: 'Caddy',
    service: found.service,
    route,
    clientPath: found.clientPath,
    socket,
    // Whoever comes from a named address needs nothing else.
    login: outside === 'yes' && all !== 'yes' ? 'partly' : (outside ?? all),
    loginBy: [...new Set([...credentials.map((one) => askedBy(one, '', around).by), ...(carried ? [CONTENT_NETWORK] : [])])],
    keyPasses: states.every((state) => !state.keyReplaced),
    told: first && toldBy(first.outcome.node, first.outcome.state.handled, first.outcome.state.path, first.outcome.state.path, around),
    keeper: keeperOf(credentials[0]),
    lists,
    listLines: outside === undefined ? rangeLines(found.server.node) : [],
    // One way that hangs on nothing is open, whatever decides the others.
    addressUnknown: ways.some(({ outcome }) => outcome.state.assumed.length > 0) && !ways.some(isFree),
    addressDoubt: doubtOf(found.server),
    forgers: states.some((state) => state.spoofable) ? EVERYBODY : trustedBy(found.server),
    hsts: states.every((state) => state.hsts),
    line: cited(first?.outcome.node ?? found.server.node),
    caddy: { config, server: found.server, host: found.host },
  }
}

/** Files and certificates, in whatever pool they stand. */
const isForContentNetwork = (client: JsonNode): boolean =>
  [...below(client)].some((node) => {
    const text = textOf(node) ?? ''
    return text.startsWith('/') ? isOfContentNetwork(text) : isCertificateOfContentNetwork(text)
  })

/** For strangers, from anywhere. */
const isFree = ({ from, outcome: { state } }: CaddyWay): boolean => from === undefined && state.assumed.length === 0

/**
 * Who may state the address that rules look at: by the PROXY protocol, and for `client_ip` by a header those named by `trusted_proxies`, or whom a
 * module of it names.
 */
function trustedBy(server: CaddyRoute['server']): ProxyPath['forgers'] {
  const { node } = server
  const blocks = (ranges: readonly string[]) => ranges.flatMap((text) => addressBlock(text) ?? [])
  const told = rangeLines(node).length === 0 ? [] : proxyProtocolFrom(server)
  if (told === 'everybody') return EVERYBODY
  const trusted = field(node, 'trusted_proxies')
  if (!trusted || rangeLines(node, ['client_ip']).length === 0) return blocks(told)
  return textOf(field(trusted, 'source')) === 'static' ? blocks([...told, ...texts(field(trusted, 'ranges'))]) : EVERYBODY
}

/**
 * Without `trusted_proxies_strict` the first address of X-Forwarded-For counts (modules/caddyhttp/server.go, trustedRealClientIP), which is the client's own
 * where the proxy before only adds to what it gets, as most do.
 */
function doubtOf({ node }: CaddyRoute['server']): string | undefined {
  const trusted = field(node, 'trusted_proxies')
  const headers = texts(field(node, 'client_ip_headers')).map((name) => name.toLowerCase())
  const first = headers.length === 0 || headers.includes('x-forwarded-for')
  const strict = Number(textOf(field(node, 'trusted_proxies_strict')) ?? 0) > 0
  const local = /^(?:127\.|::1)/
  if (!trusted || strict || !first || rangeLines(node, ['client_ip']).length === 0) return undefined
  const ranges = texts(field(trusted, 'ranges'))
  if (textOf(field(trusted, 'source')) === 'static' && ranges.every((range) => local.test(range))) return undefined
  return 'Caddy takes the first address of X-Forwarded-For, which clients write themselves where the trusted proxy only adds to it. Expected trusted_proxies_strict, or client_ip_headers with a header that the proxy sets.'
}

interface Around {
  readonly gateways: readonly Gateway[]
  readonly services: readonly InferenceService[]
  readonly server: JsonNode
  readonly clientPath: string
}

/** The weakest way that is open to strangers; a way that only insiders can ask for needs a secret. */
function loginOf(ways: readonly CaddyWay[], around: Around): Authenticated {
  const strangers = ways.filter(({ persona }) => persona !== 'insider')
  if (strangers.length === 0) return ways.some(({ outcome: { state } }) => state.assumed.length > 0) ? 'unknown' : 'yes'
  return weakest(
    strangers.map(({ outcome: { state } }) => {
      const asked = state.credentials.map((credential) => askedBy(credential, state.path, around).login)
      return [...asked, ...(state.assumed.length > 0 ? (['unknown'] as const) : [])].reduce<Authenticated>(strongest, 'no')
    }),
  )
}

/** `sent`: the path that the engine is asked for in the end. */
function askedBy(credential: Credential, sent: string, around: Around) {
  const { kind, node, asks } = credential
  if (kind === 'basic') return { login: 'yes' as const, by: 'basic_auth' }
  if (kind === 'module') return { login: 'unknown' as const, by: 'an extension' }
  const answers = (asks?.dials ?? []).map((dial) => {
    const { host = '', socket, port = 80 } = readTarget(dialled(dial)) ?? {}
    const asked = { host, socket, port, method: asks?.method ?? 'GET', path: asks?.path }
    return askedProgram(
      { ...asked, ...toldBy(node, asks?.handled ?? [], asks?.seen ?? '', sent, around) },
      around.gateways,
      around.services,
    )
  })
  return { login: weakest(answers.map(({ login }) => login)), by: answers.find(({ by }) => by)?.by ?? 'forward_auth' }
}

/** Where something is taken off the path after it was told, the dots that the client wrote go with it. */
function toldBy(node: JsonNode, handled: readonly string[], seen: string, sent: string, { server, clientPath }: Around): Told {
  const original = headersAsSent(node, 'orig_uri')
  const sets = [...handled, ...headersSet(node, server)]
  return original.length > 0
    ? { sets, asSent: original, seen: clientPath, resolved: clientPath !== sent }
    : { sets, asSent: headersAsSent(node, 'uri'), seen, resolved: seen !== sent }
}

function keeperOf(credential: Credential | undefined): string | undefined {
  if (!credential) return undefined
  if (credential.asks) return `${credential.asks.dials.join(' ')} ${credential.asks.path}`
  const accounts = items(field(credential.node, 'providers', 'http_basic', 'accounts')).map(
    (account) => textOf(field(account, 'username')) ?? '',
  )
  return `accounts ${accounts.sort().join(' ')}`
}

/** Where the server names addresses. */
function rangeLines(server: JsonNode, matchers: readonly string[] = ['remote_ip', 'client_ip']): readonly Citation[] {
  const lines: Citation[] = []
  const open: JsonNode[] = [server]
  for (let node = open.pop(); node && lines.length < 6; node = open.pop()) {
    for (const name of matchers) {
      const ranges = field(node, name, 'ranges')
      if (ranges && texts(ranges).length > 0) lines.push(cited(ranges))
    }
    if (node.kind === 'array') open.push(...node.items)
    if (node.kind === 'object') open.push(...node.entries.values())
  }
  return lines
}
