import { speaksTls } from '#shared/model/engine-tls.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { readPem } from '../../../facts/certificates/pem.ts'
import type { WireEndpoint } from '../../../facts/wire/wire.ts'
import { defineControl, type PolicyContext, type Verdict } from '../../control.ts'
import { serviceName } from '../inference/service-words.ts'
import { exposedBinds, hidesSockets, socketsNotSeen } from '../proxy/proxy-paths.ts'
import { flawsOf, verdictOn } from '../tls/certificate-flaws.ts'
import { unclearBelow } from '../tls/other-tls.ts'

export default defineControl({
  id: 'engine-certificate-valid',
  item: 'INF-2',
  severity: 'high',
  title: 'An engine that serves TLS itself shows a sound certificate and new versions only',
  rationale:
    'An engine with TLS of its own has no proxy to keep its certificate fresh or its versions strict. A certificate that clients cannot verify teaches them not to.',
  steps: 'Let a proxy end TLS before the engine, or give the engine a new certificate of your CA for its name.',
  needs: ['services'],
  uses: ['wire'],
  references: ['NIST-800-53:SC-8(1)', 'NIST-800-53:SC-12', 'CIS-8:3.10', 'ISO-27001:A.8.24', 'https://www.rfc-editor.org/rfc/rfc8996'],
  evaluate: ({ services, wire }, context) => {
    const encrypted = services.filter(speaksTls)
    const own = encrypted.filter((service) => exposedBinds(service).length > 0)
    const hidden = encrypted.filter(hidesSockets)
    if (own.length + hidden.length === 0)
      return [
        {
          status: 'not-applicable',
          subject: '',
          title: 'No engine offers TLS of its own',
          reason: 'No inference server was started with a certificate and listens beyond this host.',
          cite: [],
        },
      ]
    return [...own.map((service) => judge(service, wire.known ? wire.value.endpoints : [], context)), ...hidden.map(socketsNotSeen)]
  },
})

function judge(service: InferenceService, endpoints: readonly WireEndpoint[], context: PolicyContext): Verdict {
  const subject = service.id
  const ports = exposedBinds(service).map(({ port }) => port)
  const endpoint = endpoints.find(({ port, tls }) => ports.includes(port) && tls)
  const certificate = endpoint?.tls && readPem(endpoint.tls.chain.join('\n'))
  if (!endpoint?.tls || !certificate)
    return {
      status: 'not-evaluated',
      subject,
      title: 'No handshake showed its certificate',
      reason: `${serviceName(service)} serves TLS, but no handshake from the jump host came to an end.`,
      cite: exposedBinds(service).map(({ section, line }) => ({ section, line })),
    }
  const { section, tls } = endpoint
  const minimum = context.fleet.policy.minimumTlsVersion
  const old = tls.versions.filter(({ version, outcome }) => outcome === 'served' && version < minimum)
  const [first] = old
  if (first)
    return {
      status: 'fail',
      subject,
      title: `TLS ${first.version} is still accepted`,
      reason: `Handshakes with TLS ${old.map(({ version }) => version).join(', ')} came to an end. Expected TLS ${minimum} or newer.`,
      cite: old.map(({ version }) => ({
        section,
        line: tls.line + tls.versions.findIndex((one) => one.version === version),
        note: `Expected TLS ${minimum} or newer.`,
        token: `tls ${version}`,
      })),
    }
  const unclear = unclearBelow(tls, minimum)
  // Clients reach it by its address, which certificates seldom name: a name is held against it only when one was asked for.
  const names = tls.serverName === undefined ? [] : [tls.serverName]
  const verdict = verdictOn([certificate], flawsOf(certificate, names, context))
  if (verdict.status === 'pass' && unclear.length > 0)
    return {
      status: 'not-evaluated',
      subject,
      title: 'The accepted TLS versions are not known',
      reason: `Its certificate is sound, but TLS ${unclear.join(', ')} ${unclear.length === 1 ? 'was' : 'were'} neither taken nor refused.`,
      cite: [{ section, line: tls.line }],
    }
  return { ...verdict, subject, cite: [{ section, line: tls.chainLine }] }
}
