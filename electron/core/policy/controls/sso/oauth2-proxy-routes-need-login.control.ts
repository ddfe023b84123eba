import { type EngineRoute, printRoute, routesOf } from '#shared/model/engine-routes.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import type { OAuth2Proxy, Setting } from '../../../facts/oauth2-proxy/oauth2-proxy.ts'
import { effective, isTrue } from '../../../facts/oauth2-proxy/options.ts'
import { opens, opensByQuery, type SkipRule, skipRules } from '../../../facts/oauth2-proxy/skip-rules.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { listed } from '../proxy/proxy-paths.ts'
import { citeSetting, documentation, eachProxy, type Flaw, type Get, notKnown, verdictFor } from './sso-verdicts.ts'
import { isBefore, versionSaid } from './versions.ts'

export default defineControl({
  id: 'oauth2-proxy-routes-need-login',
  item: 'INF-3',
  severity: 'critical',
  title: 'No rule lets routes of the model server past the login',
  rationale:
    'skip_auth_routes and skip_auth_regex are patterns that fit anywhere in a path, so a rule meant for a health check opens the API. Before 7.11.0 the query counted too (CVE-2025-54576), and before 7.15.2 a header or fragment of the client could choose a skipped path (CVE-2026-40575, CVE-2026-41059).',
  steps:
    'Take skip_auth_routes and skip_auth_regex out, or let a rule fit its health check alone (GET=^/health$), and run oauth2-proxy 7.15.2 or newer.',
  needs: ['oauth2-proxy', 'services'],
  references: ['NIST-800-53:AC-14', 'NIST-800-53:IA-2', 'CIS-8:6.3', 'ISO-27001:A.8.5', 'OWASP-LLM:LLM10', documentation],
  evaluate: ({ 'oauth2-proxy': proxies, services }) => eachProxy(proxies, (proxy) => judge(proxy, services)),
})

function judge(proxy: OAuth2Proxy, services: readonly InferenceService[]): Verdict {
  const routes = effective(proxy, 'skip_auth_routes')
  const patterns = effective(proxy, 'skip_auth_regex')
  const rules = skipRules(routes, patterns)
  const known = new Map(services.flatMap((service) => routesOf(service).map((route) => [printRoute(route), route] as const)))
  const settingOf = (rule: SkipRule): Setting => ({ values: [rule.text], source: 'config', line: rule.line })
  const opened = rules.map((rule) => ({
    rule,
    routes: [...known.values()].filter((route) => opens(rule, route.method, route.path) === true),
  }))
  const grave = opened.filter(({ routes: all }) => all.some((route) => route.class !== 'health'))
  const base = { subject: proxy.id }
  if (grave.length > 0) {
    const names = (all: readonly EngineRoute[]) => listed(all.filter((route) => route.class !== 'health').map(printRoute), 8)
    const count = new Set(grave.flatMap(({ routes: all }) => all)).size
    const rated = grave.flatMap(({ routes: all }) => all).every((route) => route.class === 'health' || route.class === 'metadata')
    return {
      ...base,
      status: 'fail',
      ...(rated && { severity: 'high' as const }),
      title: `Skip rules open ${count} ${count === 1 ? 'route' : 'routes'} of the engine`,
      reason: grave.map(({ rule, routes: all }) => `"${rule.text.slice(0, 80)}" lets in without a login: ${names(all)}.`).join(' '),
      cite: grave.map(({ rule }) =>
        citeSetting(proxy, settingOf(rule), 'Opens routes of the model server. Expected ^/exact-path$ of a health check.'),
      ),
    }
  }
  const unclear = rules.find((rule) => [...known.values()].some((route) => opens(rule, route.method, route.path) === undefined))
  if (unclear)
    return {
      ...notKnown(proxy, `What "${unclear.text.slice(0, 80)}" opens is not known: its pattern cannot be run by Gatehouse.`),
      title: 'What a skip rule opens is not known',
      cite: [citeSetting(proxy, settingOf(unclear))],
    }
  const loose = rules.filter((rule) => !rule.negated && !/^(?:\(\?[a-z]+\))?(?:\^|\\A)/.test(rule.source))
  const byQuery = isBefore(proxy, '7.11.0')
  const queried = rules.filter(
    (rule) =>
      byQuery !== false &&
      (byQuery === true || !loose.includes(rule)) &&
      [...known.values()].some((route) => route.class !== 'health' && opensByQuery(rule, route.method, route.path)),
  )
  return verdictFor(
    proxy,
    ['skip_auth_routes', 'skip_auth_regex', 'skip_auth_preflight', 'ping_user_agent', 'gcp_healthchecks'],
    (get) => [
      ...queried.slice(0, 3).map(
        (rule): Flaw => ({
          ...(byQuery === true
            ? { status: 'fail', title: 'A query opens routes of the engine' }
            : { status: 'warning', severity: 'high', title: 'A query may open routes of the engine' }),
          reason: `Before 7.11.0 "${rule.text.slice(0, 80)}" is run over path and query, so a client opens routes of the model server by what it writes after "?" (CVE-2025-54576). ${versionSaid(proxy)}`,
          setting: settingOf(rule),
          note: 'Expected ^/exact-path$ without what fits anything.',
        }),
      ),
      ...loose.slice(0, 3).map(
        (rule): Flaw => ({
          status: 'warning',
          severity: 'medium',
          title: 'A skip rule fits anywhere in a path',
          reason: `"${rule.text.slice(0, 80)}" has no ^ at its start, so every path that holds it passes without a login.`,
          setting: settingOf(rule),
          note: 'Expected ^ and $ around the path.',
        }),
      ),
      ...healthChecks(proxy, get),
    ],
    (get) => ({
      title: rules.length === 0 ? 'No skip rules' : 'Skip rules open no route of the engine',
      reason: [
        rules.length === 0 ? 'Every request needs a login' : `${rules.length} rules open health checks or nothing that the engine answers`,
        ...(isTrue(get('skip_auth_preflight'))
          ? ['OPTIONS needs none (skip_auth_preflight), and no engine answers that with a model']
          : []),
      ]
        .join('. ')
        .concat('.'),
    }),
  )
}

/** Whoever writes that name in User-Agent is told 200, whatever he asks for; a proxy that asks by auth_request takes it for a login. Since 7.15.2 only on the paths of the check. */
function healthChecks(proxy: OAuth2Proxy, get: Get): readonly Flaw[] {
  const old = isBefore(proxy, '7.15.2')
  const [agent, google] = [get('ping_user_agent'), get('gcp_healthchecks')]
  const named = agent && (agent.values[0] ?? '') !== '' ? agent : google && isTrue(google) ? google : undefined
  if (!named || old === false) return []
  return [
    {
      ...(old === true ? { status: 'fail' } : { status: 'warning', severity: 'high' }),
      title: 'A name in a header passes as a health check',
      reason: `${named === agent ? 'ping_user_agent is set' : 'gcp_healthchecks is on'}: before 7.15.2 whoever sends that User-Agent is told 200 for every path, and a proxy that asks here by auth_request lets him in (CVE-2026-34457). ${versionSaid(proxy)}`,
      setting: named,
      note: 'Expected no name of a health check; ping_path is enough.',
    },
  ]
}
