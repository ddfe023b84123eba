import type { InferenceService } from '#shared/model/inference-service.ts'
import { printBind } from '#shared/model/listener.ts'
import type { CaddyAccessLog } from '../../../facts/caddy/model/access-log.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { ProxiedRoute } from '../../../facts/nginx/model/proxied-route.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { serviceName } from '../inference/service-words.ts'
import { exposedBinds, frontsOf, proxyNeeds, proxyUses, rest } from '../proxy/proxy-paths.ts'
import { accessLogsOf, caddyLogOf, citeCaddy, isStream, nginxRoutes, notModelled } from './access-logs.ts'

export default defineControl({
  id: 'proxy-access-log-on',
  item: 'MON-1',
  severity: 'high',
  title: 'The proxy logs every request to a model server',
  rationale:
    'Without the log nobody can say who pulled a model, tried passwords or sent a million tokens. A location with access_log off is where an intruder works.',
  needs: proxyNeeds,
  uses: proxyUses,
  remediation: { template: 'nginx-ollama', otherEngines: 'nginx-openai', also: ['caddy-ollama', 'oauth2-proxy-nginx'] },
  references: [
    'NIST-800-53:AU-2',
    'NIST-800-53:AU-12',
    'CIS-8:8.2',
    'ISO-27001:A.8.15',
    'https://nginx.org/en/docs/http/ngx_http_log_module.html#access_log',
    'https://caddyserver.com/docs/caddyfile/directives/log',
  ],
  evaluate: (facts, context) => {
    const { fronts, picture } = frontsOf(facts, context)
    const judged = fronts.map((front): Verdict => {
      const caddy = caddyLogOf(front)
      if (caddy) return ofCaddy(front.subject, caddy)
      const routes = nginxRoutes(front)
      if (routes.length === 0) return notModelled(front)
      const stream = routes.find(isStream)
      if (stream) return ofStream(front.subject, stream)
      const logs = routes.map((route) => ({ route, logs: accessLogsOf(route) }))
      const off = logs.filter(
        (one) => one.logs.some(({ target }) => target === undefined) || one.logs.every(({ target }) => target === '/dev/null'),
      )
      // Without any access_log nginx writes to the file that it was built with.
      const silent = off.filter((one) => one.logs.length > 0)
      const partial = logs.filter((one) => one.logs.length > 0 && one.logs.every(({ condition }) => condition !== undefined))
      const cite = (all: typeof logs, note?: string): readonly Citation[] =>
        [...new Set(all.flatMap((one) => one.logs.map(({ directive }) => directive)))]
          .slice(0, 4)
          .map((directive) => ({ section: 'nginx', line: directive.line, token: 'access_log', note }))
      if (silent.length > 0)
        return {
          status: 'fail',
          subject: front.subject,
          title: 'Requests are not logged',
          reason: `${front.subject} writes no log for ${list(silent.map(({ route }) => route.clientPath))}.`,
          cite: cite(silent, 'Expected a log file.'),
        }
      if (partial.length > 0)
        return {
          status: 'warning',
          subject: front.subject,
          title: 'Only some requests are logged',
          reason: `${front.subject} logs requests to ${list(partial.map(({ route }) => route.clientPath))} only under a condition.`,
          cite: cite(partial, 'if= leaves requests out.'),
        }
      const named = [...new Set(logs.flatMap((one) => one.logs.map(({ target }) => target ?? '')))]
      return {
        status: 'pass',
        subject: front.subject,
        title: 'Every request is logged',
        reason: `${front.subject} logs to ${named.slice(0, 3).join(', ') || 'the default file of nginx'}.`,
        cite: named.length > 0 ? cite(logs) : [front.first.line],
      }
    })
    const all = rest(facts, picture, judged)
    const unlogged = facts.services.filter((service) => service.running && exposedBinds(service).length > 0).map(unproxied)
    return unlogged.length > 0 && all.every(({ status }) => status === 'not-applicable') ? unlogged : all
  },
})

function ofStream(subject: string, route: ProxiedRoute): Verdict {
  const logs = accessLogsOf(route).filter(({ target }) => target !== undefined && target !== '/dev/null')
  return {
    status: logs.length > 0 ? 'warning' : 'fail',
    subject,
    title: logs.length > 0 ? 'Connections are logged, requests are not' : 'Requests are not logged',
    reason: `nginx passes bytes on at ${subject} (stream) and knows no requests${logs.length > 0 ? '' : ', and no access_log is named there'}. Expected a server of http with a log.`,
    cite: [
      { section: 'nginx', line: route.directive.line },
      ...logs.slice(0, 3).map(({ directive }): Citation => ({ section: 'nginx', line: directive.line, token: 'access_log' })),
    ],
  }
}

function ofCaddy(subject: string, { logs, skips, node }: CaddyAccessLog): Verdict {
  const kept = logs.filter(({ to }) => to !== 'none')
  const whole = kept.find(({ partial }) => !partial)
  if (kept.length === 0)
    return {
      status: 'fail',
      subject,
      title: 'Requests are not logged',
      reason: `Caddy writes no access log for ${subject}. Expected the log directive in its site.`,
      cite: [...logs.map((log) => citeCaddy(log.node)), citeCaddy(node, 'Expected logs.')].slice(0, 4),
    }
  if (!whole || skips)
    return {
      status: 'warning',
      subject,
      title: 'Only some requests are logged',
      reason: whole
        ? `Caddy leaves some routes of ${subject} out of its log.`
        : `The log of ${subject} keeps only what is above its level, or a sample.`,
      cite: [whole && skips ? citeCaddy(skips, 'Leaves requests out.') : citeCaddy((kept[0] ?? { node }).node)],
    }
  const reason = `Caddy logs ${subject} to ${kept.map(({ name, path, to }) => path ?? `${name} (${to})`).join(', ')}.`
  return { status: 'pass', subject, title: 'Every request is logged', reason, cite: [citeCaddy(node), citeCaddy(whole.node)] }
}

/** No engine writes an access log with user, time and status of its own. */
const unproxied = (service: InferenceService): Verdict => ({
  status: 'fail',
  subject: service.id,
  title: 'Requests reach the engine unlogged',
  reason: `${serviceName(service)} listens on ${exposedBinds(service).map(printBind).join(', ')} with no proxy before it, so no access log says who asked for what.`,
  cite: exposedBinds(service).map(({ section, line }) => ({ section, line, note: 'No proxy stands before it. Expected one that logs.' })),
})

const list = (paths: readonly string[]): string => {
  const unique = [...new Set(paths)]
  return unique.length <= 4 ? unique.join(', ') : `${unique.slice(0, 4).join(', ')} and ${unique.length - 4} more`
}
