import { DAY_MS } from '#shared/day.ts'
import type { Certificate } from '../../../facts/certificates/certificates.ts'
import { covers } from '../../../facts/certificates/pem.ts'
import { isWeakKey } from '../../../facts/certificates/x509.ts'
import type { PolicyContext, Verdict } from '../../control.ts'

export type Served = Omit<Certificate, 'path' | 'line'>

export interface Flaw {
  readonly status: 'fail' | 'warning'
  readonly severity?: Verdict['severity']
  readonly title: string
  readonly reason: string
}

/** All that is wrong with a certificate, for a server that answers to these names. */
export function flawsOf(certificate: Served, names: readonly string[], { now, fleet }: PolicyContext): readonly Flaw[] {
  const flaws: Flaw[] = []
  const left = certificate.notAfter - now
  if (left < 0)
    flaws.push({ status: 'fail', title: `Certificate expired ${days(-left)} ago`, reason: `It ended on ${date(certificate.notAfter)}.` })
  if (certificate.notBefore > now)
    flaws.push({ status: 'fail', title: 'Certificate is not valid yet', reason: `It begins on ${date(certificate.notBefore)}.` })
  if (Number.isNaN(left) || Number.isNaN(certificate.notBefore))
    flaws.push({
      status: 'fail',
      title: 'Certificate has a date nobody can read',
      reason: 'From when and until when it holds cannot be read.',
    })
  if (certificate.otherPurpose)
    flaws.push({
      status: 'fail',
      title: 'Certificate is not one for servers',
      reason: 'Its extendedKeyUsage (or nsCertType) names other purposes than servers, so clients refuse it.',
    })
  if (certificate.isCa)
    flaws.push({
      status: 'fail',
      severity: 'medium',
      title: 'A CA certificate is used for the server',
      reason: `It is marked CA:TRUE${certificate.selfSigned ? ' and self-signed' : ''}: clients that trust it also trust every certificate that the key on this host signs. Expected a server certificate issued by the CA.`,
    })
  if (certificate.signsNoHandshake)
    flaws.push({
      ...(certificate.signsNoHandshake === 'all' ? { status: 'fail' } : { status: 'warning', severity: 'medium' }),
      title: 'Certificate may not sign handshakes',
      reason: `Its keyUsage leaves out digitalSignature, which TLS 1.3 and every exchange with forward secrecy need: ${certificate.signsNoHandshake === 'all' ? 'clients refuse it' : 'browsers refuse it'}.`,
    })
  const missed = names.filter((name) => !coversAny(certificate.names, name))
  if (missed.length > 0)
    flaws.push({
      status: 'fail',
      title: 'Certificate does not cover its name',
      reason: `It names ${certificate.names.join(', ') || 'no host at all'}. Expected ${missed.slice(0, 5).join(', ')}.`,
    })
  else if (certificate.names.length === 0)
    flaws.push({
      status: 'fail',
      title: 'Certificate names no host',
      reason: `It has no subjectAltName, and clients do not look at its subject (${certificate.subject.slice(0, 80)}).`,
    })
  if (isWeakKey(certificate.keyType, certificate.keyBits))
    flaws.push({
      status: 'fail',
      title: 'Certificate has a weak key',
      reason: `${certificate.keyType} with ${certificate.keyBits} bit. Expected RSA 2048 or EC 256.`,
    })
  if (certificate.explicitCurve)
    flaws.push({
      status: 'fail',
      title: 'Certificate writes its curve out',
      reason:
        'Its key gives the numbers of a curve instead of its name, and clients refuse that (RFC 5480, 2.1.1). Expected EC on P-256, by name.',
    })
  else if (certificate.rareKey !== undefined)
    flaws.push({
      status: 'warning',
      severity: 'medium',
      title: 'Browsers do not take this kind of key',
      reason: `Its key is ${certificate.rareKey}: Chrome takes RSA and the curves P-256 and P-384 of servers, and closes the connection for others.`,
    })
  if (certificate.unknownCritical !== undefined)
    flaws.push({
      status: 'fail',
      title: 'Certificate asks for what clients do not know',
      reason: `Its extension ${certificate.unknownCritical.slice(0, 60)} is critical, and clients refuse a certificate with one that they do not understand.`,
    })
  if (certificate.weakSignature && !certificate.selfSigned)
    flaws.push({
      status: 'fail',
      title: `Certificate is signed with ${certificate.weakSignature}`,
      reason: `Signatures over ${certificate.weakSignature} can be forged, and clients refuse them. Expected SHA-256 or better.`,
    })
  const [next, ...above] = certificate.issuers ?? []
  if (next && next.notAfter < now)
    flaws.push({
      status: 'fail',
      title: 'What issued the certificate has expired',
      reason: `${next.subject.slice(0, 80)} ended on ${date(next.notAfter)}, so clients refuse what it signed.`,
    })
  if (next && next.notBefore > now)
    flaws.push({
      status: 'fail',
      title: 'What issued the certificate is not valid yet',
      reason: `${next.subject.slice(0, 80)} begins on ${date(next.notBefore)}, so clients refuse what it signed.`,
    })
  const unfit = [next, ...above].find((one) => one?.flaw !== undefined)
  if (unfit)
    flaws.push({
      status: 'fail',
      title: 'What issued the certificate may not',
      reason: `${unfit.subject.slice(0, 80)} ${unfit.flaw}, so clients refuse what it signed.`,
    })
  const forged = [next, ...above].find((one) => one?.weakSignature !== undefined)
  if (forged)
    flaws.push({
      status: 'fail',
      title: `A chain is signed with ${forged.weakSignature}`,
      reason: `${forged.subject.slice(0, 80)} is signed over ${forged.weakSignature}, which can be forged; clients refuse it.`,
    })
  if (certificate.lacksIssuer)
    flaws.push({
      status: 'warning',
      severity: 'medium',
      title: 'An intermediate certificate is missing',
      reason: `It was issued by ${certificate.issuer.slice(0, 80)}, an intermediate of a public authority, which is not shown: browsers may fetch it, programs refuse. Expected the full chain.`,
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
  const due = renewalDue(certificate, fleet.policy.certificateWarnDays)
  if (left >= 0 && left < due)
    flaws.push({
      status: 'warning',
      title: `Certificate ends in ${days(left)}`,
      reason: `It ends on ${date(certificate.notAfter)}, ${due === fleet.policy.certificateWarnDays * DAY_MS ? `within the ${fleet.policy.certificateWarnDays} days of the policy` : 'with less than a quarter of its time left: what should renew it by itself has not'}.`,
    })
  return flaws
}

/**
 * How long before its end a certificate should have been renewed. Who issues for less than twice the days of the policy has it renewed by a program (ACME's short-lived ones of six days, those
 * of Caddy's own authority for twelve hours), which does so when a third of its time is left (certmagic, RenewalWindowRatio; RFC 9773 for what authorities ask).
 */
function renewalDue({ notBefore, notAfter }: Served, policyDays: number): number {
  const [lifetime, warn] = [notAfter - notBefore, policyDays * DAY_MS]
  return lifetime < 2 * warn ? lifetime / 4 : warn
}

/** What certificates that were shown or found mean together: the loudest flaw leads, all are named. */
export function verdictOn(shown: readonly Served[], flaws: readonly Flaw[]): Pick<Verdict, 'status' | 'severity' | 'title' | 'reason'> {
  const worst = flaws.find((flaw) => flaw.status === 'fail') ?? flaws[0]
  const [leaf] = shown
  if (!worst)
    return {
      status: 'pass',
      title: `Certificate is valid until ${date(leaf?.notAfter ?? 0)}`,
      reason: `Issued by ${leaf?.issuer} for ${leaf?.names.join(', ')}, ${leaf?.keyType} ${leaf?.keyBits} bit.`,
    }
  return {
    status: worst.status,
    // A milder rating holds only while nothing else is as bad.
    ...(worst.severity && flaws.filter((flaw) => flaw.status === worst.status).length === 1 && { severity: worst.severity }),
    title: worst.title,
    reason: [worst, ...flaws.filter((flaw) => flaw !== worst)].map((flaw) => flaw.reason).join(' '),
  }
}

/** `.example.com` stands for the name and everything below it. */
const coversAny = (names: readonly string[], name: string): boolean =>
  name.startsWith('.') ? covers(names, name.slice(1)) && covers(names, `*${name}`) : covers(names, name)

const days = (ms: number): string => {
  const count = Math.floor(ms / DAY_MS)
  return count === 1 ? '1 day' : `${count} days`
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `24 Nov 2026`, UTC. */
export function date(ms: number): string {
  const at = new Date(ms)
  return Number.isNaN(at.getTime()) ? 'an unreadable date' : `${at.getUTCDate()} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()}`
}
