import { matchesHost } from '../../../facts/caddy/model/paths.ts'
import type { Certificate, Certificates } from '../../../facts/certificates/certificates.ts'
import type { Citation } from '../../../facts/citation.ts'
import { nearestAll } from '../../../facts/nginx/model/scope.ts'
import type { NginxDirective } from '../../../facts/nginx/nginx.ts'
import { defineControl, type PolicyContext, type Verdict } from '../../control.ts'
import { otherProxiesOf } from '../proxy/other-proxies.ts'
import { type Front, frontsOf, proxyNeeds, proxyUses, rest, withoutTls } from '../proxy/proxy-paths.ts'
import { date, type Flaw, flawsOf, type Served, verdictOn } from './certificate-flaws.ts'
import { judgeCertificate, metPorts, tlsPorts } from './other-tls.ts'
import { namesOf, sameName } from './server-names.ts'

export default defineControl({
  id: 'proxy-certificate-valid',
  item: 'INF-2',
  severity: 'high',
  title: 'The proxy shows a certificate that clients can verify',
  rationale:
    'A certificate that clients cannot verify teaches people and scripts to switch verification off, and then anyone between can pose as the model server.',
  steps:
    'Install a server certificate of your CA that names this host (subjectAltName), with its chain, and reload the proxy. Let it be renewed by itself.',
  needs: [...proxyNeeds, 'certificates'],
  uses: proxyUses,
  references: ['NIST-800-53:SC-12', 'NIST-800-53:SC-23', 'CIS-8:3.10', 'ISO-27001:A.8.24', 'https://www.rfc-editor.org/rfc/rfc9525'],
  evaluate: (facts, context) => {
    const { fronts, picture } = frontsOf(facts, context)
    const encrypted = fronts.filter(({ first }) => first.socket.encrypted)
    if (fronts.length > 0 && encrypted.length + otherProxiesOf(facts).length === 0) return [withoutTls]
    return rest(facts, picture, [
      ...encrypted.map((front) => judge(front, facts.certificates, context)),
      ...tlsPorts(metPorts(facts)).map((port) => judgeCertificate(port, context)),
    ])
  },
})

function judge(front: Front, certificates: Certificates, context: PolicyContext): Verdict {
  const { subject, first } = front
  if (!first.nginx) return judgeShown(front, certificates, context)
  const { server, listen } = first.nginx
  const directives = nearestAll(server.scope, ['ssl_certificate'])
  const endpoint = certificates.endpoints.find(
    ({ port, serverName, served }) => port === listen.port && served && sameName(server, serverName),
  )
  const cite = (note?: string): readonly Citation[] =>
    directives.map(({ line }) => ({ section: 'nginx', line, token: 'ssl_certificate', ...(note && { note }) }))
  const onDisk = directives.map((directive) => ({ directive, certificate: find(certificates, directive) }))
  const missing = onDisk.find(({ certificate }) => certificate === undefined)
  const known = onDisk.flatMap(({ certificate }) => certificate ?? [])
  const shown: readonly Served[] = endpoint?.served ? [endpoint.served] : known
  const [leaf] = shown

  if (!leaf || (missing && !endpoint?.served)) {
    const path = missing?.directive.parameters[0] ?? ''
    const reason = certificates.unreadable.find((one) => samePath(one.path, path))?.reason
    return {
      status: 'not-evaluated',
      subject,
      title: 'The certificate could not be read',
      reason: path === '' ? 'No ssl_certificate is set, and no handshake showed one.' : `${path}: ${reason ?? 'it was not printed'}.`,
      cite: cite(),
    }
  }
  const flaws = shown.flatMap((certificate) => flawsOf(certificate, namesOf(server), context)).concat(reloadNeeded(endpoint?.served, known))
  const verdict = verdictOn(shown, flaws)
  const lines: readonly Citation[] = endpoint?.served
    ? [{ section: endpoint.section, line: endpoint.served.line }, ...cite()]
    : [...known.map(({ line }) => ({ section: 'certificates', line })), ...cite()]
  const cited = verdict.status === 'pass' ? lines : [...cite(verdict.reason), ...lines.filter((line) => line.section !== 'nginx')]
  return { ...verdict, subject, cite: cited }
}

/** Of a proxy whose files are not known, what a handshake shows. */
function judgeShown({ subject, first }: Front, certificates: Certificates, context: PolicyContext): Verdict {
  // Each name of Caddy may have another certificate.
  const { port, host } = first.socket
  const endpoint = certificates.endpoints.find(
    (one) => one.port === port && one.served && (host === undefined || one.serverName === '' || matchesHost(host, one.serverName)),
  )
  if (endpoint?.served === undefined)
    return {
      status: 'not-evaluated',
      subject,
      title: 'The certificate was not looked at',
      reason: `${first.program} serves TLS on ${first.socket.printed}, and no handshake${host === undefined ? '' : ' under its name'} showed its certificate.`,
      cite: [first.socket.line],
    }
  const names = endpoint.serverName === '' ? [] : [endpoint.serverName]
  return {
    ...verdictOn([endpoint.served], flawsOf(endpoint.served, names, context)),
    subject,
    cite: [{ section: endpoint.section, line: endpoint.served.line }, first.socket.line],
  }
}

/** nginx resolves relative paths against its configuration folder, and so did the probe. */
const samePath = (full: string, written: string): boolean => full === written || (!written.startsWith('/') && full.endsWith(`/${written}`))

const find = ({ certificates }: Certificates, directive: NginxDirective): Certificate | undefined =>
  certificates.find(({ path }) => samePath(path, directive.parameters[0] ?? ''))

/** A renewed file counts only once nginx has read it. */
const reloadNeeded = (served: Served | undefined, known: readonly Certificate[]): readonly Flaw[] =>
  served && known.length > 0 && known.every((file) => file.notAfter !== served.notAfter || file.subject !== served.subject)
    ? [
        {
          status: 'warning',
          title: 'nginx serves another certificate',
          reason: `The file ends on ${date(known[0]?.notAfter ?? 0)}, the served one on ${date(served.notAfter)}: nginx was not reloaded.`,
        },
      ]
    : []
