import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Citation } from '../../../facts/citation.ts'
import { matchTarget, readTarget } from '../../../facts/nginx/model/target.ts'
import type { OAuth2Proxy } from '../../../facts/oauth2-proxy/oauth2-proxy.ts'
import { effective, isTrue } from '../../../facts/oauth2-proxy/options.ts'
import { opens, skipRules } from '../../../facts/oauth2-proxy/skip-rules.ts'
import { readBindAddress } from '../sso/addresses.ts'
import type { Authenticated } from './proxy-path.ts'

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
  const binds = [
    { setting: plain, encrypted: false },
    ...(certificate.known && certificate.values.join('') !== '' ? [{ setting: secure, encrypted: true }] : []),
  ].flatMap(({ setting, encrypted }) => {
    const bind = setting.known ? readBindAddress(setting.values[0] ?? '') : undefined
    return setting.known && bind?.kind === 'tcp' ? [{ ...bind, encrypted, line: at(setting.line) }] : []
  })
  const urls = effective(proxy, 'upstreams')
  const unknown = [plain, urls].find((setting) => !setting.known)
  let uncertain = unknown && !unknown.known ? unknown.why : undefined
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

/** Does oauth2-proxy ask this request for a login? */
export function loginAt({ proxy }: Gateway, method: string, path: string): Authenticated {
  const routes = effective(proxy, 'skip_auth_routes')
  const patterns = effective(proxy, 'skip_auth_regex')
  const opened = skipRules(routes, patterns).map((rule) => opens(rule, method, path))
  if (opened.includes(true)) return 'no'
  const trusted = effective(proxy, 'trusted_ips')
  if (!routes.known || !patterns.known || !trusted.known || opened.includes(undefined)) return 'unknown'
  return trusted.values.length > 0 ? 'partly' : 'yes'
}

/** What a program says that a proxy asks about a client, before the request `method path` is passed on. */
export function askedProgram(
  asked: { readonly host: string; readonly port: number; readonly path: string | undefined },
  request: { readonly method: string; readonly path: string },
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
    const behind = effective(proxy, 'reverse_proxy')
    const forwarded = path === `${prefix}/auth` && (!behind.known || isTrue(behind))
    return { login: forwarded ? loginAt(gateway, request.method, request.path) : loginAt(gateway, 'GET', path), by: 'oauth2-proxy' }
  }
  // An engine answers everybody: asking it who somebody is proves nothing.
  if (local && services.some((service) => service.apiKey === 'none' && service.binds.some((bind) => bind.port === port)))
    return { login: 'no' }
  const known = identityPrograms.find((one) => one.path.test(path ?? '') && (one.port === undefined || one.port === port))?.name
  // Whoever answers 2xx lets everybody in: of a program that nobody knows, nothing says when it does.
  return known ? { login: 'yes', by: known } : { login: 'unknown', by: `${UNKNOWN_PROGRAM}${asked.host}:${port}` }
}

const UNKNOWN_PROGRAM = 'what answers on '
/** Those of the programs asked for the login that nobody knows. */
export const unknownPrograms = (loginBy: readonly string[]): readonly string[] => loginBy.filter((by) => by.startsWith(UNKNOWN_PROGRAM))

/**
 * Programs whose business is to say who somebody is, by the route that their documentation has proxies ask. Their own settings are not read. Vouch
 * and Pomerium have words for it that anybody may use, so their port counts as well.
 */
const identityPrograms: readonly { readonly name: string; readonly path: RegExp; readonly port?: number }[] = [
  { name: 'oauth2-proxy', path: /^\/oauth2\/auth(?:\?|$)/ },
  { name: 'Authelia', path: /^\/api\/(?:verify|authz\/(?:auth-request|forward-auth|ext-authz))(?:[/?]|$)/ },
  { name: 'authentik', path: /^\/outpost\.goauthentik\.io\/auth\/(?:nginx|caddy|traefik|envoy)(?:[/?]|$)/ },
  { name: 'Tinyauth', path: /^\/api\/auth\/(?:nginx|caddy|traefik)(?:[/?]|$)/ },
  { name: 'Vouch Proxy', path: /^\/validate(?:\?|$)/, port: 9090 },
  { name: 'Pomerium', path: /^\/verify(?:\?|$)/, port: 5443 },
]
