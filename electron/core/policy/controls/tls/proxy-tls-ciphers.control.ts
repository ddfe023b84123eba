import { speaksTls } from '#shared/model/engine-tls.ts'
import { printBind } from '#shared/model/listener.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { CiphersTried, WeakCiphers, Wire, WireEndpoint } from '../../../facts/wire/wire.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { serviceName } from '../inference/service-words.ts'
import { otherProxiesOf } from '../proxy/other-proxies.ts'
import { exposedBinds, type Front, frontsOf, proxyNeeds, proxyUses, rest, withoutTls } from '../proxy/proxy-paths.ts'
import { metPorts, tlsPorts } from './other-tls.ts'
import { sameName } from './server-names.ts'

export default defineControl({
  id: 'proxy-tls-ciphers',
  item: 'INF-2',
  severity: 'medium',
  title: 'What serves TLS before a model takes no weak ciphers',
  rationale:
    'A server that takes RC4, 3DES, NULL, EXPORT or anonymous suites can be led to them by a client that is old or set up badly, and then what goes through can be read. Without forward secrecy, who gets the key of the server one day reads what was recorded before. Which suite two modern programs agree on shows none of that, so nothing but weak ones is offered.',
  steps:
    'Let the proxy take suites of ECDHE with GCM or ChaCha20-Poly1305 only (ssl_ciphers of nginx, cipher_suites of Caddy), and TLS 1.3.',
  needs: proxyNeeds,
  uses: proxyUses,
  references: [
    'NIST-800-53:SC-8(1)',
    'NIST-800-53:SC-13',
    'CIS-8:3.10',
    'ISO-27001:A.8.24',
    'https://www.rfc-editor.org/rfc/rfc9325',
    'https://nginx.org/en/docs/http/ngx_http_ssl_module.html#ssl_ciphers',
  ],
  evaluate: (facts, context) => {
    const { fronts, picture } = frontsOf(facts, context)
    const encrypted = fronts.filter(({ first }) => first.socket.encrypted)
    const engines = facts.services.filter((service) => speaksTls(service) && exposedBinds(service).length > 0)
    if (fronts.length > 0 && encrypted.length + otherProxiesOf(facts).length + engines.length === 0) return [withoutTls]
    return rest(facts, picture, [
      ...encrypted.map((front) => judgeFront(front, facts.wire)),
      ...tlsPorts(metPorts(facts)).map(({ program, subject, endpoint, cite }) =>
        judge(`${program} on ${subject}`, subject, endpoint, cite),
      ),
      ...engines.map((service) => {
        const cite = exposedBinds(service).map(({ section, line }) => ({ section, line }))
        const ports = exposedBinds(service).map(({ port }) => port)
        return met(`${serviceName(service)} on ${exposedBinds(service).map(printBind).join(', ')}`, service.id, ports, cite, facts.wire)
      }),
    ])
  },
})

function judgeFront({ subject, first: { socket, program, nginx } }: Front, wire: FactResult<Wire>): Verdict {
  const { versions = [], lines = [socket.line], ciphers } = socket.tls ?? {}
  const port = `${program} on port ${socket.port}`
  if (versions.length > 0 && versions.every((version) => version === '1.3'))
    return {
      status: 'pass',
      subject,
      title: 'TLS 1.3 has none of them',
      reason: `${port} is set to serve TLS 1.3 alone, which has no weak suites.`,
      cite: lines,
    }
  const own = ({ tls }: WireEndpoint): boolean => nginx === undefined || sameName(nginx.server, tls?.serverName ?? '')
  const verdict = met(port, subject, [socket.port], ciphers ? [ciphers.line] : lines, wire, own)
  // Caddy has a list for each name, and which of them was met is not told.
  const settled = verdict.status !== 'not-evaluated' && (nginx !== undefined || verdict.status !== 'pass' || ciphers?.named === 'sound')
  if (settled || !ciphers) return verdict
  if (ciphers.named === 'sound')
    return {
      status: 'pass',
      subject,
      title: 'Only sound ciphers are set',
      reason: `${verdict.reason} ${ciphers.setting} has nothing but suites with forward secrecy and authenticated encryption.`,
      cite: verdict.cite,
    }
  const note = 'Expected ECDHE with GCM or ChaCha20-Poly1305 only.'
  if (ciphers.named === 'broken')
    return {
      status: 'warning',
      subject,
      title: `${ciphers.setting} names a broken cipher`,
      reason: `${verdict.reason} ${ciphers.setting} names a broken cipher, which the TLS library of the host may still have.`,
      cite: [{ ...ciphers.line, note }],
    }
  if (ciphers.named === 'static')
    return {
      status: 'warning',
      severity: 'low',
      subject,
      title: `${ciphers.setting} names one without forward secrecy`,
      reason: `${verdict.reason} ${ciphers.setting} names a cipher without forward secrecy, which is taken where the certificate has an RSA key.`,
      cite: [{ ...ciphers.line, note }],
    }
  return {
    ...notKnown(subject, '', [ciphers.line]),
    reason: `${verdict.reason} What ${ciphers.setting} allows depends on the TLS library and the certificate.`,
    hint: 'Name suites of ECDHE with GCM or ChaCha20-Poly1305 one by one, or let the jump host connect to the port.',
  }
}

function met(
  where: string,
  subject: string,
  ports: readonly number[],
  cite: readonly Citation[],
  wire: FactResult<Wire>,
  own: (endpoint: WireEndpoint) => boolean = () => true,
): Verdict {
  const endpoint = (wire.known ? wire.value.endpoints : []).find((one) => ports.includes(one.port) && one.tls && own(one))
  if (endpoint) return judge(where, subject, endpoint, cite)
  return notKnown(subject, `${where} was not met over the network under its name${wire.known ? '' : `: ${wire.reason}`}.`, cite)
}

const notKnown = (subject: string, reason: string, cite: readonly Citation[]): Verdict => ({
  status: 'not-evaluated',
  subject,
  title: 'Whether it takes weak ciphers is not known',
  reason,
  cite,
})

/** What it chose when better ones were offered first: of CBC mode, without authenticated encryption (RFC 9325, 4.1). */
const ofCbcMode = (name: string): boolean => /-SHA(?:256|384)?\b/.test(name) && !/GCM|CCM|POLY1305|NULL|RC4/.test(name)

function judge(where: string, subject: string, { section, tls, from }: WireEndpoint, cite: readonly Citation[]): Verdict {
  const tried = (kind: WeakCiphers) => tls?.ciphers.find((one) => one.kind === kind)
  const at = (one: { readonly line: number }, note: string): readonly Citation[] => [{ section, line: one.line, note }, ...cite]
  const [broken, fixed] = [tried('broken'), tried('static')]
  const suite = ({ detail }: CiphersTried): string => detail.split(' ')[0] ?? ''
  if (broken?.outcome === 'served')
    return {
      status: 'fail',
      subject,
      title: 'A broken cipher is accepted',
      reason: `Offered nothing but broken ciphers from ${from}, ${where} chose ${broken.detail}. Expected a refusal.`,
      cite: at(broken, `Took ${suite(broken)}. Expected a refusal.`),
    }
  if (!broken || !fixed) return notKnown(subject, `No handshake offered weak ciphers to ${where}.`, cite)
  if (broken.outcome === 'unclear')
    return notKnown(
      subject,
      `${where} neither chose nor refused broken ciphers (${broken.detail}).`,
      at(broken, 'Neither chosen nor refused.'),
    )
  if (fixed.outcome === 'served')
    return {
      status: 'warning',
      severity: 'low',
      subject,
      title: 'A cipher without forward secrecy is taken',
      reason: `Offered nothing else from ${from}, ${where} chose ${fixed.detail}: who gets its key later reads what was recorded. Expected ECDHE or TLS 1.3 only.`,
      cite: at(fixed, `Took ${suite(fixed)}. Expected a refusal.`),
    }
  const best = tls?.versions.find(({ version, outcome, detail }) => version === '1.2' && outcome === 'served' && ofCbcMode(detail))
  if (tls && best)
    return {
      status: 'warning',
      severity: 'low',
      subject,
      title: 'Best cipher of TLS 1.2 is of CBC mode',
      reason: `Offered better ones before it, ${where} chose ${best.detail}. Expected one of GCM or ChaCha20-Poly1305.`,
      cite: at({ line: tls.line + tls.versions.indexOf(best) }, 'Expected GCM or ChaCha20-Poly1305.'),
    }
  if (fixed.outcome === 'unclear')
    return notKnown(
      subject,
      `${where} neither chose nor refused ciphers without forward secrecy (${fixed.detail}).`,
      at(fixed, 'Neither chosen nor refused.'),
    )
  return {
    status: 'pass',
    subject,
    title: 'Weak ciphers are refused',
    reason: `Offered nothing but broken ciphers, and nothing but ciphers without forward secrecy, ${where} refused both.`,
    cite: [{ section, line: broken.line }, { section, line: fixed.line }, ...cite],
  }
}
