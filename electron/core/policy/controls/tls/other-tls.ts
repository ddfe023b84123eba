import { type Listener, printBind } from '#shared/model/listener.ts'
import { readPem } from '../../../facts/certificates/pem.ts'
import type { Citation } from '../../../facts/citation.ts'
import { speaksAsEngine, tlsVersions, type WireEndpoint, type WireTls } from '../../../facts/wire/wire.ts'
import type { PolicyContext, Verdict } from '../../control.ts'
import { mergeWildcards } from '../network/flows.ts'
import { otherProxiesOf, type Surroundings } from '../proxy/other-proxies.ts'
import { flawsOf, verdictOn } from './certificate-flaws.ts'

/**
 * A port of a proxy whose configuration is not read (HAProxy, Apache, Traefik, …), as connections over the network met it. What it serves under names that
 * were not asked for stays unknown, so a verdict here stands beside the one that says the program is not modelled.
 */
export interface MetPort {
  readonly program: string
  /** `*:443`. */
  readonly subject: string
  readonly endpoint: WireEndpoint
  readonly cite: readonly Citation[]
}

/** Those that a connection came through to; of others nothing is said here. */
export function metPorts(facts: Surroundings): readonly MetPort[] {
  const endpoints = facts.wire.known ? facts.wire.value.endpoints : []
  return otherProxiesOf(facts).flatMap(({ program = 'The program', binds, verdict }) =>
    mergeWildcards(binds.map((bind) => ({ ...bind, cite: verdict.cite }))).flatMap((bind) => {
      const endpoint = endpoints.find((one) => one.tcp === 'connected' && isOf(bind, one))
      return endpoint ? [{ program, subject: printBind(bind), endpoint, cite: verdict.cite }] : []
    }),
  )
}

/** A socket on another address of the host is not the one that was asked. */
const isOf = ({ scope, address, port }: Pick<Listener, 'scope' | 'address' | 'port'>, endpoint: WireEndpoint): boolean =>
  port === endpoint.port && (scope === 'wildcard' || address === endpoint.address)

export type TlsPort = MetPort & { readonly tls: WireTls }

/** Ports where a handshake came as far as to a version or a certificate. */
export const tlsPorts = (met: readonly MetPort[]): readonly TlsPort[] =>
  met.flatMap((port) => {
    const { tls } = port.endpoint
    return tls && (tls.chain.length > 0 || tls.versions.some(({ outcome }) => outcome === 'served')) ? [{ ...port, tls }] : []
  })

/** Versions below the policy of which nobody can say whether they are served: neither a handshake nor a refusal came. */
export const unclearBelow = ({ versions }: WireTls, minimum: string): readonly string[] =>
  tlsVersions.filter((version) => version < minimum && !versions.some((one) => one.version === version && settled.includes(one.outcome)))
const settled: readonly string[] = ['served', 'refused']

const asked = ({ serverName }: WireTls): string => (serverName === undefined ? 'Asked without a name' : `Asked for ${serverName}`)

/** Against `policy.minimumTlsVersion`. Passes only where each older version was refused, not where it went without an answer. */
export function judgeVersions({ program, subject, endpoint: { section }, tls, cite }: TlsPort, { fleet }: PolicyContext): Verdict {
  const minimum = fleet.policy.minimumTlsVersion
  const served = tls.versions.filter(({ outcome }) => outcome === 'served').map(({ version }) => version)
  const list = (versions: readonly string[]) => versions.map((version) => `TLS ${version}`).join(', ')
  const lineOf = (version: string): Citation => ({ section, line: tls.line + tls.versions.findIndex((one) => one.version === version) })
  const old = served.filter((version) => version < minimum)
  const unclear = unclearBelow(tls, minimum)
  if (old.length > 0)
    return {
      status: 'fail',
      subject,
      title: `TLS ${old[0]} is still accepted`,
      reason: `${asked(tls)}, ${program} on ${subject} took ${list(old)}. Expected TLS ${minimum} or newer.`,
      cite: [
        ...old.map((version) => ({ ...lineOf(version), note: `Expected TLS ${minimum} or newer.`, token: `tls ${version}` })),
        ...cite,
      ],
    }
  if (unclear.length > 0)
    return {
      status: 'not-evaluated',
      subject,
      title: 'The accepted TLS versions are not known',
      reason: `${asked(tls)}, ${program} on ${subject} neither took nor refused ${list(unclear)}.`,
      cite: [{ section, line: tls.line }, ...cite],
    }
  return {
    status: 'pass',
    subject,
    title: `Only ${list(served)} ${served.length === 1 ? 'is' : 'are'} accepted`,
    reason: `${asked(tls)}, ${program} on ${subject} refused every handshake below TLS ${minimum}.`,
    cite: [{ section, line: tls.line }, ...cite],
  }
}

/** The certificate of the first handshake that showed one, against the name that was asked for, if one was. */
export function judgeCertificate({ program, subject, endpoint: { section }, tls, cite }: TlsPort, context: PolicyContext): Verdict {
  const certificate = readPem(tls.chain.join('\n'))
  if (certificate === undefined)
    return {
      status: 'not-evaluated',
      subject,
      title: 'No handshake showed its certificate',
      reason: `${asked(tls)}, ${program} on ${subject} ended every handshake before it was complete, as when clients must show a certificate.`,
      cite: [{ section, line: tls.line }, ...cite],
    }
  // Which names clients use is not known; one is held against the certificate only when it was asked for.
  const names = tls.serverName === undefined ? [] : [tls.serverName]
  return { ...verdictOn([certificate], flawsOf(certificate, names, context)), subject, cite: [{ section, line: tls.chainLine }, ...cite] }
}

/** Is the way to it encrypted? A plain answer is held against it only where a model server answered: what else it forwards is not known. */
export function judgeEncryption(met: MetPort): Verdict {
  const { program, subject, endpoint, cite } = met
  const { section, from, answers, line } = endpoint
  const [encrypted] = tlsPorts([met])
  if (encrypted)
    return {
      status: 'pass',
      subject,
      title: 'The proxy serves TLS',
      reason: `${program} on ${subject} speaks TLS, as a handshake from ${from} showed.`,
      cite: [{ section, line: encrypted.tls.line }, ...cite],
    }
  const heard = answers.filter(({ status }) => status !== undefined)
  const away = heard.filter(({ status = 0, headers }) => status >= 300 && status < 400 && /^https:/i.test(headers.location ?? ''))
  if (heard.length > 0 && away.length === answers.length)
    return {
      status: 'pass',
      subject,
      title: 'The port only leads to https',
      reason: `${program} on ${subject} answered every request from ${from} in clear with a redirect to https.`,
      cite: [{ section, line: away[0]?.line ?? line }, ...cite],
    }
  if (speaksAsEngine(endpoint))
    return {
      status: 'fail',
      subject,
      title: 'The proxy forwards plain HTTP',
      reason: `${program} on ${subject} answered requests from ${from} in clear as a model server does. Expected TLS there, or nothing but a redirect to https.`,
      cite: [{ section, line: heard[0]?.line ?? line, note: 'Answered in clear. Expected TLS.' }, ...cite],
    }
  return {
    status: 'not-evaluated',
    subject,
    title: heard.length > 0 ? 'The port answers in clear' : 'What the port speaks is not known',
    reason:
      heard.length > 0
        ? `${program} on ${subject} answered requests from ${from} in clear. Whether a model is behind that is not known.`
        : `${program} on ${subject} took the connection from ${from}, and answered neither a handshake nor a request.`,
    cite: [{ section, line }, ...cite],
  }
}
