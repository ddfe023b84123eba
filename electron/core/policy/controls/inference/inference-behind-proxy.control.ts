import type { InferenceService } from '#shared/model/inference-service.ts'
import { type Listener, printBind } from '#shared/model/listener.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Network } from '../../../facts/network/network.ts'
import { type ProxiedRoute, proxyRoutesTo } from '../../../facts/nginx/model/routes.ts'
import type { Nginx } from '../../../facts/nginx/nginx.ts'
import { type Citation, defineControl, type Verdict } from '../../control.ts'
import { citeBinds, hintFor, isExposed, noServices, printBinds, serviceName } from './service-words.ts'

/** Proxies whose configuration is not read yet: what they forward is unknown. */
const unmodelled = /^(?:caddy|haproxy|apache2|httpd|traefik|envoy|lighttpd|h2o|oauth2-proxy|cloudflared|tailscaled|ngrok|frpc|pomerium)$/

export default defineControl({
  id: 'inference-behind-proxy',
  item: 'INF-1',
  severity: 'high',
  title: 'Others reach inference servers only through a proxy',
  rationale:
    'The engines speak plain HTTP and have weak or no authentication. A proxy before them is where TLS, log-in, rules per route and the access log live, so it must be the only way in.',
  needs: ['services'],
  uses: ['nginx', 'listeners', 'network'],
  references: ['NIST-800-53:SC-7', 'NIST-800-53:AC-17', 'CIS-8:12.2', 'ISO-27001:A.8.22'],
  evaluate: ({ services, nginx, listeners, network }, { host }) => {
    if (services.length === 0) return noServices
    const running = services.filter((service) => service.running)
    if (running.length === 0) {
      const reason = 'Inference servers are installed, but none runs.'
      return [{ status: 'not-applicable', subject: '', title: 'No inference server runs', reason, cite: [] }]
    }
    const routes = nginx.known && nginx.value.running ? routesOf(nginx.value, running, network, host.address) : []
    return running.map((service) =>
      judge(
        service,
        routes.filter((route) => route.service.id === service.id),
        nginx,
        listeners,
      ),
    )
  },
})

function routesOf(
  nginx: Nginx,
  services: readonly InferenceService[],
  network: FactResult<Network>,
  address: string,
): readonly ProxiedRoute[] {
  const own = network.known ? network.value.addresses.map((one) => one.address) : []
  return proxyRoutesTo(nginx, services, [...own, address]).routes
}

function judge(
  service: InferenceService,
  routes: readonly ProxiedRoute[],
  nginx: FactResult<Nginx>,
  listeners: FactResult<readonly Listener[]>,
): Verdict {
  const name = serviceName(service)
  const base = { subject: service.id }
  const exposed = service.binds.filter(isExposed)
  const first = routes[0]
  const proxyLine: readonly Citation[] = first ? [{ section: 'nginx', line: first.directive.line, token: first.directive.name }] : []
  if (exposed.length > 0 && first) {
    const reason = `nginx forwards to ${name}, but ${printBinds(exposed)} can also be reached past it.`
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
    return { ...base, status: 'not-evaluated', title: 'Its sockets could not be seen', hint: hintFor(service), reason, cite: [] }
  }
  if (first) {
    const reason = `${name} listens on this machine only, and nginx forwards to it.`
    return { ...base, status: 'pass', title: 'Reached only through nginx', reason, cite: [...citeBinds(service.binds), ...proxyLine] }
  }
  const other = otherProxy(listeners)
  if (other) {
    const [program, listener] = other
    const reason = `${name} listens on this machine only. ${program} listens on ${printBind(listener)}; whether it forwards to ${name} is not judged yet.`
    const cite = [{ section: listener.section ?? 'listeners', line: listener.line }]
    return { ...base, status: 'not-evaluated', title: `${program} is not modelled yet`.slice(0, 47), reason, cite }
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
  // Nothing forwards to a server that only this machine reaches: there is no way in that a proxy would have to guard.
  const reason = `${name} listens on this machine only and nothing seen forwards to it, so only local programs use it.`
  return { ...base, status: 'not-applicable', title: 'Only programs of this machine use it', reason, cite: citeBinds(service.binds) }
}

function otherProxy(listeners: FactResult<readonly Listener[]>): readonly [string, Listener] | undefined {
  for (const listener of listeners.known ? listeners.value : []) {
    const process = listener.scope === 'loopback' ? undefined : listener.processes.find(({ name }) => unmodelled.test(name))
    if (process) return [process.name, listener]
  }
  return undefined
}
