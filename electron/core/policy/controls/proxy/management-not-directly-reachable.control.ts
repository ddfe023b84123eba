import { type EngineRoute, isManagement, printRoute, routesOf } from '#shared/model/engine-routes.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { defineControl, type Verdict } from '../../control.ts'
import type { DirectWaySources } from '../inference/direct-way.ts'
import { judgeRunning, serviceName } from '../inference/service-words.ts'
import { atEngine } from './authentication.ts'
import { judgeOwnPort } from './own-port.ts'
import { exposedBinds, listed } from './proxy-paths.ts'

export default defineControl({
  id: 'management-not-directly-reachable',
  item: 'INF-4',
  severity: 'critical',
  title: 'Management routes are not reachable past the proxy',
  rationale:
    'On its own port an engine answers management requests from anyone who gets there: models are replaced, deleted or pushed to a stranger’s registry. Rules in a proxy do not help when the port itself is open.',
  steps: 'Bind the server to 127.0.0.1, and let the proxy forward management routes for model administrators only.',
  needs: ['services'],
  uses: ['os', 'processes', 'firewall', 'network'],
  references: ['NIST-800-53:AC-3', 'NIST-800-53:CM-7(1)', 'CIS-8:4.8', 'ISO-27001:A.8.2', 'OWASP-LLM:LLM03'],
  evaluate: ({ services, ...uses }) => judgeRunning(services, (service) => judge(service, uses)),
})

const judge = (service: InferenceService, uses: DirectWaySources): Verdict =>
  judgeOwnPort(service, uses, {
    local: (binds) => ({
      title: 'The management port is local only',
      reason: `${serviceName(service)} listens on ${binds}, so management requests come from this host or through its proxy.`,
    }),
    judgeAt,
  })

/** Where others reach it. */
function judgeAt(service: InferenceService, where: string): Verdict {
  const base = { subject: service.id }
  const exposed = exposedBinds(service)
  const cite = (note?: string) =>
    (exposed.length > 0 ? exposed : service.binds).map(({ section, line }) => ({ section, line, ...(note && { note }) }))
  const routes = routesOf(service).filter(isManagement)
  if (routes.length === 0)
    return {
      ...base,
      status: 'pass',
      title: 'The engine offers no management routes',
      reason: `${serviceName(service)} listens on ${where}, started without anything that manages models.`,
      cite: cite(),
    }
  const of = (wanted: ReturnType<typeof atEngine>): readonly EngineRoute[] => routes.filter((route) => atEngine(service, route) === wanted)
  const open = of('no')
  if (open.length > 0)
    return {
      ...base,
      status: 'fail',
      title: 'Management routes are open to the network',
      reason: `${serviceName(service)} listens on ${where} and answers ${service.apiKey === 'placeholder' ? 'to a key that everybody knows' : 'without a key'}: ${listed(open.map(printRoute), 10)}.`,
      cite: cite('Reachable beyond this host. Expected 127.0.0.1.'),
    }
  if (of('unknown').length > 0)
    return {
      ...base,
      status: 'not-evaluated',
      title: 'Who may manage models is not known',
      reason: `${serviceName(service)} listens on ${where}. Whether a key protects ${listed(of('unknown').map(printRoute))} is not known.`,
      cite: cite(),
    }
  return {
    ...base,
    status: 'warning',
    title: 'Any key holder can manage models',
    reason: `${serviceName(service)} listens on ${where}. One key is all that stands before ${listed(routes.map(printRoute))}, from any address.`,
    cite: cite('Reachable beyond this host. Expected 127.0.0.1.'),
  }
}
