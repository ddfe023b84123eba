import { entries, field, isTrue, items, type JsonNode, textOf, texts } from '../json-lines.ts'
import { matchesHost } from './paths.ts'

export interface CaddyListen {
  /** Empty for every interface. */
  readonly address: string
  readonly port: number
  readonly scope: 'loopback' | 'wildcard' | 'specific' | 'unix'
  /** As written. */
  readonly printed: string
  readonly node: JsonNode
}

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

/** The policy that a handshake for this name meets: the first that fits. Undefined when none is written. */
export const policyFor = ({ tlsPolicies }: CaddyServer, host: string): JsonNode | undefined =>
  tlsPolicies.find((policy) => {
    const match = field(policy, 'match')
    if (!match || entries(match).length === 0) return true
    const names = texts(field(match, 'sni'))
    return names.some((name) => matchesHost(name, host))
  })

/**
 * Is a verified client certificate demanded? `require_and_verify`, or no mode where certificates to verify against are named: without any the
 * default is `require`, which takes every certificate (modules/caddytls/connpolicy.go).
 */
function demanded(policy: JsonNode | undefined): JsonNode | undefined {
  const client = field(policy, 'client_authentication')
  if (!client) return undefined
  const mode = textOf(field(client, 'mode')) ?? ''
  const trusted = ['trusted_ca_certs', 'trusted_ca_certs_pem_files', 'trusted_leaf_certs', 'ca', 'verifiers'].some(
    (name) => field(client, name) !== undefined,
  )
  return mode === 'require_and_verify' || (mode === '' && trusted) ? client : undefined
}

/**
 * Where a verified client certificate is demanded of who asks for this name. A request may name another host than its handshake did where
 * `strict_sni_host` is off, which Caddy by itself turns on with client certificates: then the weakest policy holds for all of them.
 */
export function clientCertificate(server: CaddyServer, host: string): JsonNode | undefined {
  const strict = textOf(field(server.node, 'strict_sni_host')) !== 'false'
  return strict || server.tlsPolicies.every(demanded) ? demanded(policyFor(server, host)) : undefined
}
