import type { ProxiedRoute } from '../../../facts/nginx/model/proxied-route.ts'
import { nearest } from '../../../facts/nginx/model/scope.ts'
import { defaultServer, type HttpModel } from '../../../facts/nginx/model/servers.ts'
import { placeOf } from '../../../facts/nginx/nginx.ts'
import { readNamedCiphers } from './named-ciphers.ts'
import type { SocketTls } from './proxy-path.ts'

const versionOf: Readonly<Record<string, string>> = {
  SSLv2: '2.0 (SSL)',
  SSLv3: '3.0 (SSL)',
  TLSv1: '1.0',
  'TLSv1.1': '1.1',
  'TLSv1.2': '1.2',
  'TLSv1.3': '1.3',
}

/**
 * `ssl_protocols` in effect: of the socket's default server, and without it the default of that release (1.0 and 1.1 were in it
 * until 1.27.3).
 */
export function nginxTls(
  { server, listen, encrypted }: Pick<ProxiedRoute, 'server' | 'listen' | 'encrypted'>,
  model: HttpModel,
  version: string | undefined,
): SocketTls | undefined {
  if (!encrypted) return undefined
  // QUIC has no older TLS (RFC 9001, 4.2).
  if (listen.datagrams) return { setting: 'quic', versions: ['1.3'], lines: [placeOf(listen.directive)], implied: false }
  const ruling = defaultServer(model.streams.includes(server) ? model.streams : model.servers, listen) ?? server
  const directive = nearest(ruling.scope, 'ssl_protocols')
  // Unlike versions, ciphers are those of the server that the client names: OpenSSL asks its context for them after the name (SSL_get_ciphers).
  const list = nearest(server.scope, 'ssl_ciphers')
  const ciphers = list && {
    setting: 'ssl_ciphers',
    named: readNamedCiphers(list.parameters),
    line: { ...placeOf(list), token: 'ssl_ciphers' },
  }
  if (directive)
    return {
      setting: 'ssl_protocols',
      versions: directive.parameters.flatMap((word) => versionOf[word] ?? []),
      lines: [{ ...placeOf(directive), token: 'ssl_protocols' }],
      implied: false,
      ciphers,
    }
  const [major = 0, minor = 0, patch = 0] = (version ?? '').split('.').map(Number)
  const modern = major > 1 || (major === 1 && (minor > 27 || (minor === 27 && patch >= 3)))
  return {
    setting: 'ssl_protocols',
    versions: modern ? ['1.2', '1.3'] : ['1.0', '1.1', '1.2', '1.3'],
    lines: [placeOf(ruling.directive)],
    implied: true,
    ciphers,
  }
}
