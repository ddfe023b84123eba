import { routesOf } from '#shared/model/engine-routes.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Citation } from '../../../facts/citation.ts'
import { type AddressBlock, addressBlock, within } from '../../../facts/network/address-block.ts'
import { matchTarget, readTarget } from '../../../facts/nginx/model/target.ts'
import type { OAuth2Proxy } from '../../../facts/oauth2-proxy/oauth2-proxy.ts'
import { effective, isTrue, servesPlainHttp } from '../../../facts/oauth2-proxy/options.ts'
import { opens, opensByDetour, opensByQuery, skipRules } from '../../../facts/oauth2-proxy/skip-rules.ts'
import { readBindAddress } from '../sso/addresses.ts'
import { isBefore } from '../sso/versions.ts'
import type { Authenticated, Told } from './proxy-path.ts'

/** An oauth2-proxy as a step on the way to an engine, or as the program that a proxy asks who somebody is. */
export interface Gateway {
  readonly proxy: OAuth2Proxy
  readonly binds: readonly {
    readonly address: string
    readonly port: number
    readonly loopback: boolean
    readonly encrypted: boolean
    readonly line: Citation
  }[]
  /** Engines behind it, each with the part of its paths that is passed on. */
  readonly upstreams: readonly { readonly service: InferenceService; readonly mount: string; readonly line: Citation }[]
  /** Why it may pass requests to more than `upstreams` says. */
  readonly unknown?: string | undefined
}

/** What oauth2-proxy on this host leads to and asks for; those in containers are left out, whose loopback is another. */
export function gatewaysOf(
  proxies: readonly OAuth2Proxy[],
  services: readonly InferenceService[],
  localAddresses: readonly string[],
): readonly Gateway[] {
  return proxies.filter(({ container }) => !container).map((proxy) => gatewayOf(proxy, services, localAddresses))
}

function gatewayOf(proxy: OAuth2Proxy, services: readonly InferenceService[], localAddresses: readonly string[]): Gateway {
  const at = (line: number): Citation => ({ section: 'oauth2-proxy', line: line > 0 ? line : proxy.line })
  const plain = effective(proxy, 'http_address')
  const secure = effective(proxy, 'https_address')
  const certificate = effective(proxy, 'tls_cert_file')
  const served = servesPlainHttp(certificate.known ? certificate : undefined) !== false
  const binds = [
    ...(served ? [{ setting: plain, encrypted: false }] : []),
    ...(certificate.known && certificate.values.join('') !== '' ? [{ setting: secure, encrypted: true }] : []),
  ].flatMap(({ setting, encrypted }) => {
    const bind = setting.known ? readBindAddress(setting.values[0] ?? '') : undefined
    return setting.known && bind?.kind === 'tcp' ? [{ ...bind, encrypted, line: at(setting.line) }] : []
  })
  const urls = effective(proxy, 'upstreams')
  const unknown = [plain, urls].find((setting) => !setting.known)
  let uncertain = unknown && !unknown.known ? unknown.why : undefined
  const strange = plain.known ? (plain.values[0] ?? '') : ''
  if (readBindAddress(strange).kind === 'unknown') uncertain = `where it listens is not known (${strange.slice(0, 80)})`
  const upstreams = (urls.known ? urls.values : []).flatMap((url) => {
    const target = /^https?:/i.test(url) ? readTarget(url) : undefined
    if (!target) return []
    const match = matchTarget(target, new Map(), services, localAddresses)
    if (match.uncertain) uncertain = `only the host knows what ${url.slice(0, 80)} means`
    return match.services.map((service) => ({ service, mount: target.uri ?? '/', line: at(urls.known ? urls.line : 0) }))
  })
  return { proxy, binds, upstreams, ...(uncertain !== undefined && { unknown: uncertain }) }
}

/** A mount that ends in a slash takes all below it, another one only itself (pkg/upstream, gorilla mux). */
export const mounted = (mount: string, path: string): boolean => (mount.endsWith('/') ? path.startsWith(mount) : path === mount)

/** Does oauth2-proxy ask this request for a login? `through`: undefined for clients that get there themselves. */
export function loginAt({ proxy }: Gateway, method: string, path: string, through?: Told): Authenticated {
  const routes = effective(proxy, 'skip_auth_routes')
  const patterns = effective(proxy, 'skip_auth_regex')
  const rules = skipRules(routes, patterns).filter((rule) => rule.method === '' || rule.method === method)
  // The path that rules look at may be the one of a header (pkg/requests/util, GetRequestPath), which a client writes where no proxy does.
  const believes = believesHeaders(proxy, through)
  const told = through?.sets.includes(URI_HEADER) ? through : undefined
  if (rules.length > 0 && believes === true && told === undefined) return 'no'
  const looked = told === undefined || believes === false ? [path] : believes === true ? [told.seen] : [path, told.seen]
  const opened = rules.flatMap((rule) => looked.map((one) => opens(rule, method, one)))
  const around = told?.resolved && told.asSent.includes(URI_HEADER) && rules.some((rule) => opensByDetour(rule, method, told.seen))
  const chosen = opened.includes(true) || (around === true && believes !== false)
  if (chosen && looked.length === 1) return 'no'
  const trusted = trustedAt(proxy, through)
  if (trusted === 'no') return 'no'
  if (!routes.known || !patterns.known || opened.includes(undefined) || chosen) return 'unknown'
  if (rules.length > 0 && believes === undefined && told === undefined) return 'unknown'
  const queried = rules.some((rule) => looked.some((one) => opensByQuery(rule, method, one))) ? isBefore(proxy, '7.11.0') : false
  return queried === undefined ? 'unknown' : queried ? 'no' : trusted
}

const URI_HEADER = 'x-forwarded-uri'

const loopback = ['127.0.0.0/8', '::1'].flatMap((text) => addressBlock(text) ?? [])
const isLocal = (block: AddressBlock): boolean => loopback.some((one) => within(one, block) || within(block, one))

/**
 * Does oauth2-proxy believe what headers say? With `reverse_proxy` those that `trusted_proxy_ips` sends, which is everybody where nothing is set
 * (CVE-2026-76835): clients at its own port as well, and a proxy of this machine passes on what it does not set.
 */
function believesHeaders(proxy: OAuth2Proxy, through: Told | undefined): boolean | undefined {
  const [behind, proxies] = [effective(proxy, 'reverse_proxy'), effective(proxy, 'trusted_proxy_ips')]
  if (behind.known && !isTrue(behind)) return false
  if (!behind.known || !proxies.known) return undefined
  const blocks = proxies.values.flatMap((text) => addressBlock(text) ?? [])
  if (proxies.values.length === 0 || blocks.some(({ prefixLength }) => prefixLength === 0)) return true
  if (through === undefined) return false
  return blocks.some(isLocal) || undefined
}

/** Whom `trusted_ips` lets in: some addresses, or everybody, as all clients of a proxy of this machine have its address unless a header says another one. */
function trustedAt(proxy: OAuth2Proxy, through: Told | undefined): Authenticated {
  const trusted = effective(proxy, 'trusted_ips')
  if (!trusted.known) return 'unknown'
  const blocks = trusted.values.flatMap((text) => addressBlock(text) ?? [])
  if (blocks.some(({ prefixLength }) => prefixLength === 0)) return 'no'
  const [behind, header] = [effective(proxy, 'reverse_proxy'), effective(proxy, 'real_client_ip_header')]
  if (through !== undefined && behind.known && !isTrue(behind) && blocks.some(isLocal)) return 'no'
  const stated = header.known && !through?.sets.includes((header.values[0] ?? '').toLowerCase())
  if (blocks.length > 0 && stated && believesHeaders(proxy, through) === true) return 'no'
  return trusted.values.length > 0 ? 'partly' : 'yes'
}

/** A program that a proxy asks about a client. */
interface AskedProgram extends Told {
  readonly host: string
  /** Path of a unix socket, which has no port. */
  readonly socket?: string | undefined
  readonly port: number
  readonly method: string
  readonly path: string | undefined
}

/** Does it prove who a client is (`auth_request`, `forward_auth`)? `unknown` of any program whose answer nothing here can tell. */
export function askedProgram(
  asked: AskedProgram,
  gateways: readonly Gateway[],
  services: readonly InferenceService[],
): { readonly login: Authenticated; readonly by?: string } {
  const { port, path } = asked
  const local = asked.host === 'localhost' || asked.host.startsWith('127.') || asked.host === '::1'
  const gateway = local ? gateways.find(({ binds }) => binds.some((bind) => bind.port === port)) : undefined
  if (gateway && path !== undefined) {
    const { proxy } = gateway
    const text = (name: 'proxy_prefix' | 'ping_path' | 'ready_path') => {
      const setting = effective(proxy, name)
      return setting.known ? (setting.values[0] ?? '') : undefined
    }
    const prefix = text('proxy_prefix')
    // Answered with 200 to everybody: the proxy then lets everybody in.
    if ([text('ping_path'), text('ready_path'), '/robots.txt', prefix && `${prefix}/sign_in`].includes(path))
      return { login: 'no', by: 'oauth2-proxy' }
    const login = loginAt(gateway, asked.method, path, asked)
    const named = asked.sets.includes('user-agent') ? false : takesHealthChecks(proxy)
    return { login: named === true ? 'no' : login === 'yes' && named === undefined ? 'unknown' : login, by: 'oauth2-proxy' }
  }
  // An engine answers everybody on its routes: asking it who somebody is proves nothing. Elsewhere it may say 404, which turns everybody away.
  const engine = local && services.find(({ apiKey, binds }) => apiKey === 'none' && binds.some((bind) => bind.port === port))
  if (engine) return { login: path === undefined || routesOf(engine).some((route) => route.path === path) ? 'no' : 'unknown' }
  const known = identityPrograms.find((one) => one.path.test(path ?? '') && (one.port === undefined || one.port === port))
  // Whoever answers 2xx lets everybody in: of a program that nobody knows, nothing says when it does.
  if (known === undefined) return { login: 'unknown', by: `${UNKNOWN_PROGRAM}${asked.socket ?? `${asked.host}:${port}`}` }
  // Its rules may let everybody in at another address, and a client says that he is there.
  const missing = known.judges?.map((headers) => headers.find((header) => !asked.sets.includes(header.toLowerCase())))
  const written = missing?.includes(undefined) ? undefined : missing?.[0]
  return written === undefined ? { login: 'yes', by: known.name } : { login: 'unknown', by: `${known.name}${MISLED}${written}` }
}

const MISLED = ', for a URL that clients write in '
/** Those of the programs asked for the login whose rules are for a URL that clients write themselves, and the header for it. */
export const misledPrograms = (loginBy: readonly string[]): readonly { readonly name: string; readonly header: string }[] =>
  loginBy.flatMap((by) => {
    const [name = '', header] = by.split(MISLED)
    return header === undefined ? [] : [{ name, header }]
  })

/** Who writes the name of a health check is told 200 for any path, before 7.15.2 (GHSA-5hvv-m4w4-gf6v). Undefined where its version is not known. */
function takesHealthChecks(proxy: OAuth2Proxy): boolean | undefined {
  const [agent, google] = [effective(proxy, 'ping_user_agent'), effective(proxy, 'gcp_healthchecks')]
  const named = (agent.known && (agent.values[0] ?? '') !== '') || (google.known && isTrue(google))
  return named ? isBefore(proxy, '7.15.2') : false
}

/** Who is asked where its certificate is all that somebody needs. */
export const CONTENT_NETWORK = 'a content network, which shows its certificate for whoever asks by it'

const UNKNOWN_PROGRAM = 'what answers on '
/** Those of the programs asked for the login that nobody knows. */
export const unknownPrograms = (loginBy: readonly string[]): readonly string[] => loginBy.filter((by) => by.startsWith(UNKNOWN_PROGRAM))

/**
 * Programs whose business is to say who somebody is, by the route that their documentation has proxies ask. Their own settings are not read. Vouch
 * and Pomerium have words for it that anybody may use, so their port counts as well. `judges`: the headers with the URL that their rules look at, which the
 * proxy has to set; where there are several such lists, each release looks at one of them. Authelia below a path stands, as SWAG has it, below its own name (`server.address: tcp://:9091/authelia`).
 */
const identityPrograms: readonly {
  readonly name: string
  readonly path: RegExp
  readonly port?: number
  readonly judges?: readonly (readonly string[])[]
}[] = [
  { name: 'oauth2-proxy', path: /^\/oauth2\/auth(?:\?|$)/ },
  { name: 'Authelia', path: /^(?:\/authelia)?\/api\/(?:verify|authz\/auth-request)(?:[/?]|$)/, judges: [['X-Original-URL']] },
  { name: 'Authelia', path: /^(?:\/authelia)?\/api\/authz\/forward-auth(?:[/?]|$)/, judges: [['X-Forwarded-Host', 'X-Forwarded-Uri']] },
  { name: 'Authelia', path: /^(?:\/authelia)?\/api\/authz\/ext-authz(?:[/?]|$)/ },
  { name: 'authentik', path: /^\/outpost\.goauthentik\.io\/auth\/nginx(?:[/?]|$)/, judges: [['X-Original-URL']] },
  {
    name: 'authentik',
    path: /^\/outpost\.goauthentik\.io\/auth\/(?:caddy|traefik)(?:[/?]|$)/,
    judges: [['X-Forwarded-Host', 'X-Forwarded-Uri']],
  },
  { name: 'authentik', path: /^\/outpost\.goauthentik\.io\/auth\/envoy(?:[/?]|$)/ },
  { name: 'Tinyauth', path: /^\/api\/auth\/nginx(?:[/?]|$)/, judges: [['X-Forwarded-Host', 'X-Forwarded-Uri'], ['X-Original-URL']] },
  { name: 'Tinyauth', path: /^\/api\/auth\/(?:caddy|traefik)(?:[/?]|$)/, judges: [['X-Forwarded-Host', 'X-Forwarded-Uri']] },
  { name: 'Vouch Proxy', path: /^\/validate(?:\?|$)/, port: 9090 },
  { name: 'Pomerium', path: /^\/verify(?:\?|$)/, port: 5443 },
]
