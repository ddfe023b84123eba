import { entries, field, isTrue, items, type JsonNode, textOf, texts } from '../json-lines.ts'
import { matchesHost } from './paths.ts'

/** One address and port on which a server of Caddy listens. */
export interface CaddyListen {
  /** Empty for every interface. */
  readonly address: string
  readonly port: number
  readonly scope: 'loopback' | 'wildcard' | 'specific' | 'unix'
  /** As written. */
  readonly printed: string
  readonly node: JsonNode
}

/** One entry of `apps.http.servers`. */
export interface CaddyServer {
  readonly name: string
  readonly node: JsonNode
  readonly listens: readonly CaddyListen[]
  /** Names that its routes ask for, as written. */
  readonly hosts: readonly string[]
  readonly tlsPolicies: readonly JsonNode[]
  /** Speaks TLS on every port but that of HTTP. */
  readonly usesTls: boolean
  readonly httpPort: number
}

/** Caddy's network address: `[network/]host[:port[-port]]`, `unix//path` (caddy.ParseNetworkAddress). Ranges stand for each of their ports. */
export function readListens(node: JsonNode): readonly CaddyListen[] {
  const printed = textOf(node) ?? ''
  const [, network = 'tcp', rest = ''] = /^(?:([a-z0-9+]+)\/)?(.*)$/s.exec(printed) ?? []
  if (network.startsWith('unix') || network === 'fd') return [{ address: rest, port: 0, scope: 'unix', printed, node }]
  if (network.startsWith('udp')) return []
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+)(?:-(\d+))?)?$/.exec(rest)
  if (!match) return []
  const address = (match[1] ?? match[2] ?? '').toLowerCase()
  const first = Number(match[3] ?? 0)
  const last = Math.min(Number(match[4] ?? first), first + 100)
  const loopback = address === 'localhost' || address.startsWith('127.') || address === '::1'
  const wide = address === '' || address === '0.0.0.0' || /^[0:]+$/.test(address)
  const scope = loopback ? 'loopback' : wide ? 'wildcard' : 'specific'
  return Array.from({ length: Math.max(last - first + 1, 1) }, (_, at) => {
    const port = first + at
    return {
      address,
      port,
      scope,
      printed: wide && address === '' ? `*:${port}` : `${address.includes(':') ? `[${address}]` : address}:${port}`,
      node,
    }
  })
}

/** Names of the host matchers of a server's routes, the outermost ones, which are what automatic HTTPS looks at. */
const hostsOf = (routes: readonly JsonNode[]): readonly string[] => [
  ...new Set(routes.flatMap((route) => items(field(route, 'match')).flatMap((set) => texts(field(set, 'host'))))),
]

/** certmagic.SubjectQualifiesForCert, as far as it keeps names out. */
const qualifies = (host: string): boolean => host.trim() !== '' && !host.startsWith('.') && !host.endsWith('.') && !/[{}]/.test(host)

/**
 * Servers of the HTTP app. TLS: policies that are written, or automatic HTTPS (modules/caddyhttp/autohttps.go, automaticHTTPSPhase1): not where it
 * is disabled or only the HTTP port is used; else for a server on the HTTPS port alone, or one with a name that is not skipped.
 */
export function readServers(config: JsonNode): readonly CaddyServer[] {
  const http = field(config, 'apps', 'http')
  const httpPort = Number(textOf(field(http, 'http_port')) ?? 80)
  const httpsPort = Number(textOf(field(http, 'https_port')) ?? 443)
  return entries(field(http, 'servers')).map(([name, node]) => {
    const listens = items(field(node, 'listen')).flatMap(readListens)
    const hosts = hostsOf(items(field(node, 'routes')))
    const policies = field(node, 'tls_connection_policies')
    const automatic = field(node, 'automatic_https')
    const skipped = texts(field(automatic, 'skip'))
    const only = (port: number) => listens.length > 0 && listens.every((listen) => listen.port === port)
    const wanted = hosts.some((host) => qualifies(host) && !skipped.includes(host))
    const byItself = !isTrue(field(automatic, 'disable')) && !only(httpPort) && (only(httpsPort) || wanted)
    return { name, node, listens, hosts, httpPort, tlsPolicies: items(policies), usesTls: items(policies).length > 0 || byItself }
  })
}

/** Listener wrappers that hand on what came, as plain text or as they decrypt it; the PROXY protocol also changes whose address it comes from. */
const plainWrappers = ['tls', 'http_redirect', 'proxy_protocol']

/** Parts of a server's sockets that are not followed. */
export function beyondListening({ node }: CaddyServer): readonly { readonly node: JsonNode; readonly reason: string }[] {
  const wrappers = items(field(node, 'listener_wrappers')).flatMap((wrapper) => {
    const name = textOf(field(wrapper, 'wrapper')) ?? ''
    return plainWrappers.includes(name)
      ? []
      : [{ node: wrapper, reason: `listener wrapper ${name.slice(0, 40) || 'without a name'} may pass connections on by itself` }]
  })
  const sockets = items(field(node, 'listen')).flatMap((listen) => {
    const written = (textOf(listen) ?? '').slice(0, 60)
    if (written.startsWith('fd'))
      return [{ node: listen, reason: `${written} is a socket that it was given, and which port that is only the host knows` }]
    return readListens(listen).length === 0 ? [{ node: listen, reason: `where it listens is not known (${written})` }] : []
  })
  return [...wrappers, ...sockets]
}

/** Whose connections may say by the PROXY protocol which address they come from (modules/caddyhttp/proxyprotocol); `everybody` where it is believed of all. */
export function proxyProtocolFrom({ node }: CaddyServer): readonly string[] | 'everybody' {
  const wrappers = items(field(node, 'listener_wrappers')).filter((wrapper) => textOf(field(wrapper, 'wrapper')) === 'proxy_protocol')
  const all = wrappers.some((wrapper) => ['USE', 'REQUIRE'].includes(textOf(field(wrapper, 'fallback_policy'))?.toUpperCase() ?? ''))
  return all ? 'everybody' : wrappers.flatMap((wrapper) => texts(field(wrapper, 'allow')))
}

/** Apps that answer nobody themselves: what they do is part of HTTP, of certificates or of the inside. */
const quietApps = ['http', 'tls', 'pki', 'events', 'dynamic_dns', 'crowdsec', 'security', 'cache', 'frankenphp']

/** Apps beside HTTP that may listen and pass on what comes, as `layer4` does. */
export const appsBeyond = (config: JsonNode): readonly { readonly node: JsonNode; readonly reason: string }[] =>
  entries(field(config, 'apps')).flatMap(([name, node]) =>
    quietApps.includes(name) ? [] : [{ node, reason: `app ${name.slice(0, 40)} is not known, and may listen and pass on by itself` }],
  )

/** A server with TLS speaks it at all of its addresses but those of its HTTP port (modules/caddyhttp/app.go, Start). */
export const speaksTls = (server: CaddyServer, listen: CaddyListen): boolean =>
  server.usesTls && listen.scope !== 'unix' && listen.port !== server.httpPort

/** Over UDP beside TLS, unless `protocols` names others (modules/caddyhttp/app.go, Start); `listen_protocols` says so for one address. */
export function speaksHttp3(server: CaddyServer, listen: CaddyListen): boolean {
  if (!speaksTls(server, listen)) return false
  const written = items(field(server.node, 'listen')).indexOf(listen.node)
  const own = texts(items(field(server.node, 'listen_protocols'))[written])
  const protocols = own.length > 0 ? own : texts(field(server.node, 'protocols'))
  return protocols.length === 0 || protocols.includes('h3')
}

/** What a policy looks at besides the name: the client's address, the server's, a pattern. */
const looksFurther = (policy: JsonNode): boolean => entries(field(policy, 'match')).some(([name]) => name !== 'sni')

/** Policies that a handshake for this name may meet: the first that fits, and before it those that look at more than the name. */
function policiesFor({ tlsPolicies }: CaddyServer, host: string): readonly JsonNode[] {
  const found: JsonNode[] = []
  for (const policy of tlsPolicies) {
    const names = field(policy, 'match', 'sni')
    // Caddy closes the connection of whoever meets one that drops.
    if (names && !texts(names).some((name) => matchesHost(name, host))) continue
    if (!isTrue(field(policy, 'drop'))) found.push(policy)
    if (!looksFurther(policy)) break
  }
  return found
}

/** The one of them that decides by the name alone, else any. Undefined when none is written. */
export function policyFor(server: CaddyServer, host: string): JsonNode | undefined {
  const all = policiesFor(server, host)
  return all.find((policy) => !looksFurther(policy)) ?? all[0]
}

/** Files with the authorities that a system trusts by itself: whoever has a certificate of one of these gets in. */
const systemStore =
  /^\/(?:etc\/ssl\/(?:certs\/ca-certificates\.crt|cert\.pem|ca-bundle\.pem)|etc\/pki\/.*|usr\/share\/ca-certificates\/.*|usr\/local\/share\/certs\/.*)$/

/** Does a pool of authorities hold own ones alone? `system` is that of the whole world (modules/caddytls/capools.go). */
function isOwnPool(pool: JsonNode | undefined): boolean {
  if (!pool) return false
  const sources = items(field(pool, 'sources'))
  if (sources.length > 0) return sources.every(isOwnPool)
  return textOf(field(pool, 'provider')) !== 'system' && !texts(field(pool, 'pem_files')).some((file) => systemStore.test(file))
}

/**
 * Is a client certificate demanded that not everybody can have? By authorities, where certificates are verified: with none named Go takes those of
 * the system, public ones, so that `require_and_verify` alone lets in whoever bought a certificate. Or by the certificates themselves, which are
 * looked at in every mode that asks for one. Without a mode it is `require_and_verify` where authorities or certificates are named, else
 * `require`, which takes every certificate (modules/caddytls/connpolicy.go, ConfigureTLSConfig).
 */
function demanded(policy: JsonNode | undefined): JsonNode | undefined {
  const client = field(policy, 'client_authentication')
  if (!client) return undefined
  const files = texts(field(client, 'trusted_ca_certs_pem_files'))
  const pool = field(client, 'ca')
  const own =
    items(field(client, 'trusted_ca_certs')).length > 0 ||
    (files.length > 0 && !files.some((file) => systemStore.test(file))) ||
    isOwnPool(pool)
  const leaves =
    items(field(client, 'trusted_leaf_certs')).length > 0 ||
    items(field(client, 'verifiers')).some((one) => textOf(field(one, 'verifier')) === 'leaf')
  const mode = textOf(field(client, 'mode')) ?? ''
  const asked = ['', 'require', 'require_and_verify'].includes(mode)
  return (asked && leaves) || (own && asked && mode !== 'require') ? client : undefined
}

/**
 * Where such a certificate is demanded of who asks for this name. A request may name another host than its handshake did where
 * `strict_sni_host` is off, which Caddy by itself turns on with client certificates: then the weakest policy holds for all of them.
 */
export function clientCertificate(server: CaddyServer, host: string): JsonNode | undefined {
  const strict = textOf(field(server.node, 'strict_sni_host')) !== 'false'
  const met = strict ? policiesFor(server, host) : server.tlsPolicies.filter((policy) => !isTrue(field(policy, 'drop')))
  return met.every(demanded) ? demanded(met[0]) : undefined
}
