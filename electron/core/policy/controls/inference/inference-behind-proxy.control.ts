import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Nginx } from '../../../facts/nginx/nginx.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { otherProxiesOf } from '../proxy/other-proxies.ts'
import { pathsOfHost } from '../proxy/paths-of-host.ts'
import type { ProxyPath } from '../proxy/proxy-path.ts'
import { blindTo } from '../proxy/proxy-paths.ts'
import { citeBinds, hintFor, isExposed, noServices, printBinds, runningOf, serviceName } from './service-words.ts'

export default defineControl({
  id: 'inference-behind-proxy',
  item: 'INF-1',
  severity: 'high',
  title: 'Others reach inference servers only through a proxy',
  rationale:
    'The engines speak plain HTTP and have weak or no authentication. A proxy before them is where TLS, log-in, rules per route and the access log live, so it must be the only way in.',
  steps: 'Bind the server to 127.0.0.1, and let a proxy with TLS and a login take its requests.',
  needs: ['services'],
  uses: ['nginx', 'listeners', 'network', 'containers', 'caddy', 'oauth2-proxy', 'processes', 'programs', 'wire', 'firewall'],
  references: ['NIST-800-53:SC-7', 'NIST-800-53:AC-17', 'CIS-8:12.2', 'ISO-27001:A.8.22'],
  evaluate: ({ services, nginx, ...others }, { host }) => {
    if (services.length === 0) return noServices
    const running = runningOf(services)
    if (running.length === 0) {
      const reason = 'Inference servers are installed, but none runs.'
      return [{ status: 'not-applicable', subject: '', title: 'No inference server runs', reason, cite: [] }]
    }
    const seen = nginx.known ? nginx.value : { installed: false, running: false, directives: [] }
    const { paths } = pathsOfHost({ ...others, nginx: seen }, running, host.address)
    const all = otherProxiesOf({ ...others, services: running, nginx: nginx.known ? nginx.value : undefined })
    // A web port without an owner is that of an nginx which could not be read.
    const other = all.find(({ program }) => nginx.known || program !== undefined)
    const blind = blindTo({ ...others, services: running })
    return running.map((service) =>
      judge(
        service,
        paths.filter((path) => path.service.id === service.id),
        nginx,
        other?.verdict,
        blind,
      ),
    )
  },
})

/** `other`: a proxy that is not modelled. `blind`: why one may be there that was not seen. */
function judge(
  service: InferenceService,
  paths: readonly ProxyPath[],
  nginx: FactResult<Nginx>,
  other: Verdict | undefined,
  blind: string | undefined,
): Verdict {
  const name = serviceName(service)
  const base = { subject: service.id }
  const exposed = service.binds.filter(isExposed)
  const first = paths[0]
  const proxyLine: readonly Citation[] = first ? [first.line] : []
  if (exposed.length > 0 && first) {
    const reason = `${first.program} forwards to ${name}, but ${printBinds(exposed)} can also be reached past it.`
    const cite = [...citeBinds(exposed, () => 'Reachable past the proxy. Expected 127.0.0.1.'), ...proxyLine]
    return { ...base, status: 'fail', title: 'The proxy can be bypassed', reason, cite }
  }
  if (exposed.length > 0) {
    const reason = `${name} takes requests on ${printBinds(exposed)} itself. Expected a proxy with TLS and log-in before it.`
    return {
      ...base,
      status: 'fail',
      title: 'No proxy stands before the server',
      reason,
      cite: citeBinds(exposed, () => 'Expected only a proxy here.'),
    }
  }
  if (service.bindUnknown !== undefined) {
    const reason = `Where ${name} listens is not known: ${service.bindUnknown}.`
    return { ...base, status: 'not-evaluated', title: "The server's sockets could not be seen", hint: hintFor(service), reason, cite: [] }
  }
  if (other) {
    const reason = `${name} listens on this machine only. ${other.reason} It may forward to ${name}.`
    return { ...base, status: 'not-evaluated', title: other.title, reason, cite: other.cite }
  }
  if (!nginx.known) {
    const reason = `${name} listens on this machine only. What stands before it is not known: ${nginx.reason}.`
    return {
      ...base,
      status: 'not-evaluated',
      title: 'The proxy could not be read',
      reason,
      hint: nginx.hint,
      cite: citeBinds(service.binds),
    }
  }
  if (first) {
    const reason = `${name} listens on this machine only, and ${first.program} forwards to it.`
    return {
      ...base,
      status: 'pass',
      title: `Reached only through ${first.program}`,
      reason,
      cite: [...citeBinds(service.binds), ...proxyLine],
    }
  }
  if (blind !== undefined) {
    const reason = `${name} listens on this machine only. Nothing seen forwards to it, but not all could be seen: ${blind}.`
    return { ...base, status: 'not-evaluated', title: 'Which proxies run is not known', reason, cite: citeBinds(service.binds) }
  }
  // Nothing forwards to a server that only this machine reaches: there is no way in that a proxy would have to guard.
  const reason = `${name} listens on this machine only and nothing seen forwards to it, so only local programs use it.`
  return { ...base, status: 'not-applicable', title: 'Only programs of this machine use it', reason, cite: citeBinds(service.binds) }
}
