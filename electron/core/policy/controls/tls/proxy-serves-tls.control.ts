import { speaksTls } from '#shared/model/engine-tls.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { printBind } from '#shared/model/listener.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Wire } from '../../../facts/wire/wire.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { serviceName } from '../inference/service-words.ts'
import { exposedBinds, type Front, frontsOf, listed, proxyNeeds, proxyUses, rest } from '../proxy/proxy-paths.ts'
import { judgeEncryption, metPorts } from './other-tls.ts'

export default defineControl({
  id: 'proxy-serves-tls',
  item: 'INF-2',
  severity: 'high',
  title: 'Every way to an inference server from the network is encrypted',
  rationale:
    'Prompts, answers and the passwords of basic authentication cross the network in clear, and whoever sits between reads and changes them. One plain listener beside an encrypted one is enough.',
  needs: proxyNeeds,
  uses: [...proxyUses, 'wire'],
  remediation: { template: 'nginx-ollama', otherEngines: 'nginx-openai', also: ['caddy-ollama', 'oauth2-proxy-nginx'] },
  references: [
    'NIST-800-53:SC-8',
    'NIST-800-53:SC-8(1)',
    'CIS-8:3.10',
    'ISO-27001:A.8.24',
    'OWASP-LLM:LLM02',
    'https://nginx.org/en/docs/http/configuring_https_servers.html',
  ],
  evaluate: (facts, context) => {
    const { fronts, picture } = frontsOf(facts, context)
    return rest(facts, picture, [
      ...fronts.map(judge),
      ...metPorts(facts).map(judgeEncryption),
      ...facts.services.flatMap((service) => direct(service, facts.wire)),
    ])
  },
})

function judge({ subject, routes, first }: Front): Verdict {
  const plain = routes.filter(({ socket }) => !socket.encrypted)
  const base = { subject }
  const [open] = plain
  const services = listed(routes.map((route) => serviceName(route.service)))
  if (!open)
    return {
      ...base,
      status: 'pass',
      title: 'The proxy serves TLS',
      reason: `${first.program} speaks TLS on ${first.socket.printed} before it forwards to ${services}.`,
      cite: [first.socket.line],
    }
  return {
    ...base,
    status: 'fail',
    title: 'The proxy forwards plain HTTP',
    reason: `${open.program} has no TLS on ${open.socket.printed} and forwards to ${services}. Expected TLS there, or nothing but a redirect to https.`,
    cite: [
      { ...open.socket.line, note: 'No TLS on this socket. Expected TLS.' },
      { ...open.line, note: 'Forwards what came in clear.' },
    ],
  }
}

/** A port that is open beyond loopback is reached without any proxy. */
function direct(service: InferenceService, wire: FactResult<Wire>): readonly Verdict[] {
  const exposed = exposedBinds(service)
  if (exposed.length === 0) return []
  const where = listed(exposed.map(printBind))
  if (speaksTls(service)) return [ownTls(service, where, wire)]
  return [
    {
      status: 'fail',
      subject: service.id,
      title: 'The inference port speaks plain HTTP',
      reason: `${serviceName(service)} listens on ${where} without TLS, so clients can pass by the proxy in clear.`,
      cite: exposed.map(({ section, line }) => ({
        section,
        line,
        note: 'Reachable beyond this host, without TLS. Expected 127.0.0.1 behind a proxy.',
      })),
    },
  ]
}

/** The flag says that it means to; a handshake says that it does. */
function ownTls(service: InferenceService, where: string, wire: FactResult<Wire>): Verdict {
  const subject = service.id
  const cite = exposedBinds(service).map(({ section, line }) => ({ section, line }))
  const ports = exposedBinds(service).map(({ port }) => port)
  const seen = wire.known ? wire.value.endpoints.find(({ port, tls }) => ports.includes(port) && tls?.chain.length) : undefined
  if (seen?.tls)
    return {
      status: 'pass',
      subject,
      title: 'The engine serves TLS by itself',
      reason: `${serviceName(service)} listens on ${where}, and a handshake from ${seen.from} came to an end.`,
      cite: [{ section: seen.section, line: seen.tls.line }, ...cite],
    }
  return {
    status: 'not-evaluated',
    subject,
    title: 'The TLS of the engine was not seen',
    reason: `${serviceName(service)} listens on ${where} with a certificate of its own, but no handshake from the jump host came to an end.`,
    cite,
  }
}
