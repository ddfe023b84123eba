import type { Certificates } from '../../../facts/certificates/certificates.ts'
import type { ProxyPicture } from '../../../facts/nginx/model/routes.ts'
import { nearest } from '../../../facts/nginx/model/scope.ts'
import { defaultServer } from '../../../facts/nginx/model/servers.ts'
import type { Nginx } from '../../../facts/nginx/nginx.ts'
import { type Citation, defineControl, type PolicyContext, type Verdict } from '../../control.ts'
import { type Front, frontsOf, proxyNeeds, proxyUses, rest, withoutTls } from '../proxy/proxy-paths.ts'

export default defineControl({
  id: 'proxy-tls-versions',
  item: 'INF-2',
  severity: 'medium',
  title: 'The proxy accepts no TLS version below the policy',
  rationale:
    'TLS 1.0 and 1.1 are broken by design and were retired in 2021 (RFC 8996). nginx takes the versions of a socket from its default server, so a strict value in another server block may have no effect.',
  needs: [...proxyNeeds, 'certificates'],
  uses: proxyUses,
  references: [
    'NIST-800-53:SC-8(1)',
    'NIST-800-53:SC-13',
    'CIS-8:3.10',
    'ISO-27001:A.8.24',
    'https://www.rfc-editor.org/rfc/rfc8996',
    'https://nginx.org/en/docs/http/ngx_http_ssl_module.html#ssl_protocols',
  ],
  evaluate: (facts, context) => {
    const { fronts, picture } = frontsOf(facts, context)
    const encrypted = fronts.filter(({ first }) => first.encrypted)
    if (fronts.length > 0 && encrypted.length === 0) return [withoutTls]
    return rest(
      facts,
      picture,
      encrypted.map((front) => judge(front, picture, facts, context)),
    )
  },
})

const versionOf: Readonly<Record<string, string>> = {
  SSLv2: '2.0 (SSL)',
  SSLv3: '3.0 (SSL)',
  TLSv1: '1.0',
  'TLSv1.1': '1.1',
  'TLSv1.2': '1.2',
  'TLSv1.3': '1.3',
}
const name = (version: string): string => (version.endsWith('(SSL)') ? `SSL ${version.split(' ')[0]}` : `TLS ${version}`)

/** `ssl_protocols` in effect, and without it the default of that release: 1.0 and 1.1 were in it until 1.27.3. */
function configured(
  front: Front,
  picture: ProxyPicture,
  nginx: Nginx,
): { readonly versions: readonly string[]; readonly cite: readonly Citation[]; readonly implied: boolean } {
  const servers =
    front.first.server.directive.block && picture.model.streams.includes(front.first.server) ? picture.model.streams : picture.model.servers
  const ruling = defaultServer(servers, front.first.listen) ?? front.first.server
  const directive = nearest(ruling.scope, 'ssl_protocols')
  if (directive)
    return {
      versions: directive.parameters.flatMap((word) => versionOf[word] ?? []),
      cite: [{ section: 'nginx', line: directive.line, token: 'ssl_protocols' }],
      implied: false,
    }
  const [major = 0, minor = 0, patch = 0] = (nginx.version ?? '').split('.').map(Number)
  const modern = major > 1 || (major === 1 && (minor > 27 || (minor === 27 && patch >= 3)))
  return {
    versions: modern ? ['1.2', '1.3'] : ['1.0', '1.1', '1.2', '1.3'],
    cite: [{ section: 'nginx', line: ruling.directive.line }],
    implied: true,
  }
}

function judge(
  front: Front,
  picture: ProxyPicture,
  facts: { readonly nginx: Nginx; readonly certificates: Certificates },
  { fleet }: PolicyContext,
): Verdict {
  const { subject, first } = front
  const minimum = fleet.policy.minimumTlsVersion
  const below = (versions: readonly string[]) => versions.filter((version) => version.endsWith('(SSL)') || version < minimum)
  const config = configured(front, picture, facts.nginx)
  const measured = facts.certificates.endpoints.find(
    ({ port, versions, untested }) => port === first.listen.port && versions.length + untested.length > 0,
  )
  const seen = measured && { section: measured.section, line: measured.line }
  const served = measured ? below(measured.versions) : []
  const list = (versions: readonly string[]) => versions.map(name).join(', ')

  if (served.length > 0 && seen)
    return {
      status: 'fail',
      subject,
      title: `${name(served[0] ?? '')} is still accepted`,
      reason: `Port ${first.listen.port} completed handshakes with ${list(served)}. Expected TLS ${minimum} or newer.`,
      cite: [{ ...seen, note: `Accepted ${list(served)}. Expected TLS ${minimum} or newer.` }, ...config.cite],
    }
  const open = measured ? below(measured.untested) : ['1.0', '1.1']
  if (measured && measured.versions.length > 0 && open.length === 0) {
    const written = below(config.versions)
    if (written.length > 0 && !config.implied)
      return {
        status: 'warning',
        severity: 'low',
        subject,
        title: `ssl_protocols still names ${name(written[0] ?? '')}`,
        reason: `Port ${first.listen.port} refuses ${list(written)} today only because the TLS library does.`,
        cite: config.cite.map((line) => ({ ...line, note: `Expected TLS ${minimum} or newer only.` })),
      }
    return {
      status: 'pass',
      subject,
      title: `Only ${list(measured.versions)} ${measured.versions.length === 1 ? 'is' : 'are'} accepted`,
      reason: `Port ${first.listen.port} refused every handshake below TLS ${minimum}.`,
      cite: seen ? [seen, ...config.cite] : config.cite,
    }
  }
  const written = below(config.versions)
  if (written.length > 0 && !config.implied)
    return {
      status: 'fail',
      subject,
      title: `ssl_protocols allows ${name(written[0] ?? '')}`,
      reason: `The server that rules port ${first.listen.port} allows ${list(written)}. Expected TLS ${minimum} or newer.`,
      cite: config.cite.map((line) => ({ ...line, note: `Allows ${list(written)}. Expected TLS ${minimum} or newer.` })),
    }
  if (written.length === 0)
    return {
      status: 'pass',
      subject,
      title: `The configuration allows ${list(config.versions)} only`,
      reason: `No handshake below TLS ${minimum} could be tried on port ${first.listen.port}; the server that rules it allows ${list(config.versions)}.`,
      cite: config.cite,
    }
  return {
    status: 'not-evaluated',
    subject,
    title: 'The accepted TLS versions are not known',
    reason: `${facts.certificates.notAsked ?? `No handshake with port ${first.listen.port} told anything`}, and nginx sets no ssl_protocols, whose default depends on the build.`,
    hint: `Set ssl_protocols TLSv1.2 TLSv1.3 in the default server of port ${first.listen.port}.`,
    cite: config.cite,
  }
}
