import type { InferenceService } from '#shared/model/inference-service.ts'
import { printBind } from '#shared/model/listener.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { exposedBinds, type Front, frontsOf, listed, proxyNeeds, proxyUses, rest, serviceName } from '../proxy/proxy-paths.ts'

export default defineControl({
  id: 'proxy-serves-tls',
  item: 'INF-2',
  severity: 'high',
  title: 'Every way to an inference server from the network is encrypted',
  rationale:
    'Prompts, answers and the passwords of basic authentication cross the network in clear, and whoever sits between reads and changes them. One plain listener beside an encrypted one is enough.',
  needs: proxyNeeds,
  uses: proxyUses,
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
    return rest(facts, picture, [...fronts.map(judge), ...facts.services.flatMap(direct)])
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

/** Engines that can speak TLS themselves, and the flag that makes them. */
const tlsFlags: Partial<Record<InferenceService['engine'], readonly string[]>> = {
  vllm: ['--ssl-certfile'],
  'llama.cpp': ['--ssl-cert-file'],
}

/** A port that is open beyond loopback is reached without any proxy. */
function direct(service: InferenceService): readonly Verdict[] {
  const exposed = exposedBinds(service)
  if (exposed.length === 0) return []
  const where = listed(exposed.map(printBind))
  const flags = tlsFlags[service.engine] ?? []
  const speaksTls =
    flags.some((flag) => service.argv.some((word) => word === flag || word.startsWith(`${flag}=`))) ||
    (service.engine === 'llama.cpp' && Boolean(service.environment?.LLAMA_ARG_SSL_CERT_FILE))
  if (speaksTls)
    return [
      {
        status: 'not-evaluated',
        subject: service.id,
        title: 'The engine serves TLS by itself',
        reason: `${serviceName(service)} listens on ${where} with TLS of its own, which is not looked at yet.`,
        cite: exposed.map(({ section, line }) => ({ section, line })),
      },
    ]
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
