import { matchesHost } from '../../../facts/caddy/model/paths.ts'
import type { Certificates } from '../../../facts/certificates/certificates.ts'
import { defineControl, type PolicyContext, type Verdict } from '../../control.ts'
import { otherProxiesOf } from '../proxy/other-proxies.ts'
import { type Front, frontsOf, proxyNeeds, proxyUses, rest, withoutTls } from '../proxy/proxy-paths.ts'
import { judgeVersions, metPorts, tlsPorts } from './other-tls.ts'

export default defineControl({
  id: 'proxy-tls-versions',
  item: 'INF-2',
  severity: 'medium',
  title: 'The proxy accepts no TLS version below the policy',
  rationale:
    'TLS 1.0 and 1.1 are broken by design and were retired in 2021 (RFC 8996). nginx takes the versions of a socket from its default server, so a strict value in another server block may have no effect.',
  needs: [...proxyNeeds, 'certificates'],
  uses: proxyUses,
  remediation: { template: 'nginx-ollama', otherEngines: 'nginx-openai', also: ['caddy-ollama', 'oauth2-proxy-nginx'] },
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
    const encrypted = fronts.filter(({ first }) => first.socket.encrypted)
    if (fronts.length > 0 && encrypted.length + otherProxiesOf(facts).length === 0) return [withoutTls]
    return rest(facts, picture, [
      ...encrypted.map((front) => judge(front, facts, context)),
      ...tlsPorts(metPorts(facts)).map((port) => judgeVersions(port, context)),
    ])
  },
})

const name = (version: string): string => (version.endsWith('(SSL)') ? `SSL ${version.split(' ')[0]}` : `TLS ${version}`)

function judge({ subject, first }: Front, { certificates }: { readonly certificates: Certificates }, { fleet }: PolicyContext): Verdict {
  const minimum = fleet.policy.minimumTlsVersion
  const below = (versions: readonly string[]) => versions.filter((version) => version.endsWith('(SSL)') || version < minimum)
  const config = first.socket.tls ?? { setting: 'the configuration', versions: [], implied: true, lines: [first.socket.line] }
  const { port: asked, host } = first.socket
  const met = certificates.endpoints.filter(({ port, versions, untested }) => port === asked && versions.length + untested.length > 0)
  // Caddy has versions for each name, nginx for each port.
  const measured = met.find(({ serverName }) => host !== undefined && matchesHost(host, serverName)) ?? met[0]
  const seen = measured && { section: measured.section, line: measured.line }
  const served = measured ? below(measured.versions) : []
  const list = (versions: readonly string[]) => versions.map(name).join(', ')

  if (served.length > 0 && seen)
    return {
      status: 'fail',
      subject,
      title: `${name(served[0] ?? '')} is still accepted`,
      reason: `Port ${first.socket.port} completed handshakes with ${list(served)}. Expected TLS ${minimum} or newer.`,
      cite: [{ ...seen, note: `Accepted ${list(served)}. Expected TLS ${minimum} or newer.` }, ...config.lines],
    }
  const open = measured ? below(measured.untested) : ['1.0', '1.1']
  if (measured && measured.versions.length > 0 && open.length === 0) {
    const written = below(config.versions)
    if (written.length > 0 && !config.implied)
      return {
        status: 'warning',
        severity: 'low',
        subject,
        title: `${config.setting} still names ${name(written[0] ?? '')}`,
        reason: `Port ${first.socket.port} refuses ${list(written)} today only because the TLS library does.`,
        cite: config.lines.map((line) => ({ ...line, note: `Expected TLS ${minimum} or newer only.` })),
      }
    return {
      status: 'pass',
      subject,
      title: `Only ${list(measured.versions)} ${measured.versions.length === 1 ? 'is' : 'are'} accepted`,
      reason: `Port ${first.socket.port} refused every handshake below TLS ${minimum}.`,
      cite: seen ? [seen, ...config.lines] : config.lines,
    }
  }
  const written = below(config.versions)
  if (written.length > 0 && !config.implied)
    return {
      status: 'fail',
      subject,
      title: `${config.setting} allows ${name(written[0] ?? '')}`,
      reason: `The server that rules port ${first.socket.port} allows ${list(written)}. Expected TLS ${minimum} or newer.`,
      cite: config.lines.map((line) => ({ ...line, note: `Allows ${list(written)}. Expected TLS ${minimum} or newer.` })),
    }
  if (written.length === 0)
    return {
      status: 'pass',
      subject,
      title: `The configuration allows ${list(config.versions)} only`,
      reason: `No handshake below TLS ${minimum} could be tried on port ${first.socket.port}; the server that rules it allows ${list(config.versions)}.`,
      cite: config.lines,
    }
  return {
    status: 'not-evaluated',
    subject,
    title: 'The accepted TLS versions are not known',
    reason: `${certificates.notAsked ?? `No handshake with port ${first.socket.port} told anything`}, and ${first.program} sets no ${config.setting}, whose default depends on the build.`,
    hint: `Set ${config.setting} to TLS ${minimum} and newer for port ${first.socket.port}.`,
    cite: config.lines,
  }
}
