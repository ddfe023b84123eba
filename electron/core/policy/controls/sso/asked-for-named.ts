import { type Caddy, readCaddies, unreadCaddies } from '../../../facts/caddy/caddy.ts'
import type { FactResult } from '../../../facts/fact.ts'
import { readTarget } from '../../../facts/nginx/model/target.ts'
import { directivesNamed } from '../../../facts/nginx/named-directives.ts'
import type { Nginx, NginxDirective } from '../../../facts/nginx/nginx.ts'
import type { OAuth2Proxy } from '../../../facts/oauth2-proxy/oauth2-proxy.ts'
import { effective } from '../../../facts/oauth2-proxy/options.ts'
import { readBindAddress } from './addresses.ts'

/** What may ask an oauth2-proxy of this machine. */
export interface Askers {
  readonly nginx: FactResult<Nginx>
  readonly caddy: FactResult<Caddy>
}

/**
 * The lines by which nginx asks it for named groups or addresses (`/oauth2/auth?allowed_groups=…`; oauthproxy.go, AuthOnly), where each `auth_request` does and
 * nobody else gets something by its word: it passes nothing on, listens on loopback, and no other proxy is there. Undefined where one of these is not so.
 */
export function asksForNamed(proxy: OAuth2Proxy, { nginx, caddy }: Askers): readonly NginxDirective[] | undefined {
  const port = alone(proxy)
  const only = nginx.known && nginx.value.running && (nginx.value.contained ?? []).length === 0
  if (port === undefined || !only || !caddy.known || readCaddies(caddy).length + unreadCaddies(caddy).length > 0) return undefined
  const { directives } = nginx.value
  const asks = directivesNamed(directives, 'auth_request').flatMap(({ parameters: [uri = ''] }) => (uri === 'off' ? [] : [uri]))
  const locations = directivesNamed(directives, 'location')
  const lines = asks.map((uri) => locations.filter(({ parameters }) => parameters.at(-1) === uri).map((one) => namedIn(one, proxy, port)))
  const found = lines.flat().flatMap((line) => line ?? [])
  return lines.length > 0 && lines.every((all) => all.length > 0 && !all.includes(undefined)) ? found : undefined
}

/** Its port, where it answers this machine only and passes nothing on. */
function alone(proxy: OAuth2Proxy): number | undefined {
  const [listens, certificate, upstreams] = [
    effective(proxy, 'http_address'),
    effective(proxy, 'tls_cert_file'),
    effective(proxy, 'upstreams'),
  ]
  const bind = listens.known ? readBindAddress(listens.values[0] ?? '') : undefined
  const plain = certificate.known && certificate.values.join('') === ''
  const keeps = upstreams.known && upstreams.values.every((url) => url.startsWith('static:'))
  return !proxy.container && plain && keeps && bind?.kind === 'tcp' && bind.loopback ? bind.port : undefined
}

/** Parameters that say whom to let in. What a client chooses, and what takes everybody, is none. */
const naming = /[?&]allowed_(?:groups|emails|email_domains)=[^&$*]+(?:&|$)/

function namedIn({ block = [] }: NginxDirective, proxy: OAuth2Proxy, port: number): NginxDirective | undefined {
  const prefix = effective(proxy, 'proxy_prefix')
  return block.find(({ name, parameters: [to = ''] }) => {
    const target = name === 'proxy_pass' ? readTarget(to) : undefined
    const local = target?.host === 'localhost' || target?.host === '::1' || target?.host.startsWith('127.')
    const path = target?.uri?.split('?')[0]
    return local && target?.port === port && prefix.known && path === `${prefix.values[0]}/auth` && naming.test(target.uri ?? '')
  })
}
