import type { Certificate, Certificates } from '../../../facts/certificates/certificates.ts'
import { covers } from '../../../facts/certificates/pem.ts'
import { nearestAll } from '../../../facts/nginx/model/scope.ts'
import type { Server } from '../../../facts/nginx/model/servers.ts'
import type { NginxDirective } from '../../../facts/nginx/nginx.ts'
import { type Citation, defineControl, type PolicyContext, type Verdict } from '../../control.ts'
import { type Front, frontsOf, proxyNeeds, proxyUses, rest, withoutTls } from '../proxy/proxy-paths.ts'

const DAY_MS = 86_400_000

export default defineControl({
  id: 'proxy-certificate-valid',
  item: 'INF-2',
  severity: 'high',
  title: 'The proxy shows a certificate that clients can verify',
  rationale:
    'A certificate that clients cannot verify teaches people and scripts to switch verification off, and then anyone between can pose as the model server.',
  needs: [...proxyNeeds, 'certificates'],
  uses: proxyUses,
  references: ['NIST-800-53:SC-12', 'NIST-800-53:SC-23', 'CIS-8:3.10', 'ISO-27001:A.8.24', 'https://www.rfc-editor.org/rfc/rfc9525'],
  evaluate: (facts, context) => {
    const { fronts, picture } = frontsOf(facts, context)
    const encrypted = fronts.filter(({ first }) => first.socket.encrypted)
    if (fronts.length > 0 && encrypted.length === 0) return [withoutTls]
    return rest(
      facts,
      picture,
      encrypted.map((front) => judge(front, facts.certificates, context)),
    )
  },
})

interface Flaw {
  readonly status: 'fail' | 'warning'
  readonly severity?: Verdict['severity']
  readonly title: string
  readonly reason: string
}

type Served = Omit<Certificate, 'path'>

function judge({ subject, first }: Front, certificates: Certificates, context: PolicyContext): Verdict {
  if (!first.nginx)
    return {
      status: 'not-evaluated',
      subject,
      title: 'The certificate was not looked at',
      reason: `${first.program} serves TLS on ${first.socket.printed}, and no handshake showed its certificate.`,
      cite: [first.socket.line],
    }
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
  const flaws = shown.flatMap((certificate) => flawsOf(certificate, server, context)).concat(reloadNeeded(endpoint?.served, known))
  const worst = flaws.find((flaw) => flaw.status === 'fail') ?? flaws[0]
  const lines: readonly Citation[] = endpoint?.served
    ? [{ section: 'certificates', line: endpoint.served.line }, ...cite()]
    : [...known.map(({ line }) => ({ section: 'certificates', line })), ...cite()]
  if (!worst)
    return {
      status: 'pass',
      subject,
      title: `Certificate is valid until ${date(leaf.notAfter)}`,
      reason: `Issued by ${leaf.issuer} for ${leaf.names.join(', ')}, ${leaf.keyType} ${leaf.keyBits} bit.`,
      cite: lines,
    }
  return {
    status: worst.status,
    subject,
    // A milder rating holds only while it is the only failure.
    ...(worst.severity && flaws.filter((flaw) => flaw.status === 'fail').length === 1 && { severity: worst.severity }),
    title: worst.title,
    reason: [worst, ...flaws.filter((flaw) => flaw !== worst)].map((flaw) => flaw.reason).join(' '),
    cite: [...cite(worst.reason), ...lines.filter((line) => line.section === 'certificates')],
  }
}

/** nginx resolves relative paths against its configuration folder, and so did the probe. */
const samePath = (full: string, written: string): boolean => full === written || (!written.startsWith('/') && full.endsWith(`/${written}`))

const find = ({ certificates }: Certificates, directive: NginxDirective): Certificate | undefined =>
  certificates.find(({ path }) => samePath(path, directive.parameters[0] ?? ''))

const namesOf = (server: Server): readonly string[] =>
  server.names.filter((name) => name !== '' && name !== '_' && !name.startsWith('~') && !name.endsWith('.*'))

const sameName = (server: Server, asked: string): boolean => {
  const names = namesOf(server)
  return names.length === 0 ? asked === '' : names.some((name) => name.replace(/^\*\./, 'gatehouse-probe.') === asked)
}

function flawsOf(certificate: Served, server: Server, { now, fleet }: PolicyContext): readonly Flaw[] {
  const flaws: Flaw[] = []
  const left = certificate.notAfter - now
  if (left < 0)
    flaws.push({ status: 'fail', title: `Certificate expired ${days(-left)} ago`, reason: `It ended on ${date(certificate.notAfter)}.` })
  if (certificate.notBefore > now)
    flaws.push({ status: 'fail', title: 'Certificate is not valid yet', reason: `It begins on ${date(certificate.notBefore)}.` })
  if (certificate.isCa)
    flaws.push({
      status: 'fail',
      severity: 'medium',
      title: 'A CA certificate is used for the server',
      reason: `It is marked CA:TRUE${certificate.selfSigned ? ' and self-signed' : ''}: clients that trust it also trust every certificate that the key on this host signs. Expected a server certificate issued by the CA.`,
    })
  const missed = namesOf(server).filter((name) => !coversAny(certificate.names, name))
  if (missed.length > 0)
    flaws.push({
      status: 'fail',
      title: 'Certificate does not cover its name',
      reason: `It names ${certificate.names.join(', ') || 'no host at all'}. Expected ${missed.slice(0, 5).join(', ')}.`,
    })
  if (
    (certificate.keyType === 'rsa' && certificate.keyBits < 2048) ||
    (certificate.keyType === 'ec' && certificate.keyBits > 0 && certificate.keyBits < 224) ||
    certificate.keyType === 'dsa'
  )
    flaws.push({
      status: 'fail',
      title: 'Certificate has a weak key',
      reason: `${certificate.keyType} with ${certificate.keyBits} bit. Expected RSA 2048 or EC 256.`,
    })
  if (certificate.selfSigned && !certificate.isCa)
    flaws.push({
      status: 'warning',
      title: 'Certificate is self-signed',
      reason: 'Clients can verify it only when each was given this very certificate.',
    })
  else if (!certificate.selfSigned && !certificate.chainInOrder)
    flaws.push({
      status: 'warning',
      title: 'Certificate chain is out of order',
      reason: 'Each certificate must be followed by the one that issued it.',
    })
  if (left >= 0 && left < fleet.policy.certificateWarnDays * DAY_MS)
    flaws.push({
      status: 'warning',
      title: `Certificate ends in ${days(left)}`,
      reason: `It ends on ${date(certificate.notAfter)}, within the ${fleet.policy.certificateWarnDays} days of the policy.`,
    })
  return flaws
}

/** `.example.com` stands for the name and everything below it. */
const coversAny = (names: readonly string[], name: string): boolean =>
  name.startsWith('.') ? covers(names, name.slice(1)) && covers(names, `*${name}`) : covers(names, name)

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

const days = (ms: number): string => {
  const count = Math.floor(ms / DAY_MS)
  return count === 1 ? '1 day' : `${count} days`
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `24 Nov 2026`, UTC. */
function date(ms: number): string {
  const at = new Date(ms)
  return Number.isNaN(at.getTime()) ? 'an unreadable date' : `${at.getUTCDate()} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()}`
}
