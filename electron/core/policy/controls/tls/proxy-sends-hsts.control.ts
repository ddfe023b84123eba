import { printRoute } from '#shared/model/engine-routes.ts'
import { defineControl } from '../../control.ts'
import type { ProxyPath } from '../proxy/proxy-path.ts'
import { citeRoutes, frontsOf, proxyNeeds, proxyUses, rest, withoutTls } from '../proxy/proxy-paths.ts'

/** A route that several ways or sockets lead to is one. */
const distinct = (paths: readonly ProxyPath[]): number =>
  new Set(paths.map(({ service, route }) => `${service.id} ${printRoute(route)}`)).size

export default defineControl({
  id: 'proxy-sends-hsts',
  item: 'INF-2',
  severity: 'low',
  title: 'The proxy tells browsers to come back by TLS only',
  rationale:
    'Without Strict-Transport-Security a browser that is sent to http:// first can be kept there by whoever sits between, who then reads session cookies and prompts.',
  needs: proxyNeeds,
  uses: proxyUses,
  remediation: { template: 'nginx-ollama', otherEngines: 'nginx-openai', also: ['caddy-ollama', 'oauth2-proxy-nginx'] },
  references: ['NIST-800-53:SC-8', 'NIST-800-53:SC-23', 'CIS-8:3.10', 'ISO-27001:A.8.24', 'https://www.rfc-editor.org/rfc/rfc6797'],
  evaluate: (facts, context) => {
    const { fronts, picture } = frontsOf(facts, context)
    const encrypted = fronts.filter(({ first }) => first.socket.encrypted)
    if (fronts.length > 0 && encrypted.length === 0) return [withoutTls]
    return rest(
      facts,
      picture,
      encrypted.map(({ subject, routes }) => {
        const without = routes.filter(({ hsts }) => !hsts)
        if (without.length === 0) {
          const reason = `All ${distinct(routes)} routes answer with Strict-Transport-Security.`
          return { status: 'pass', subject, title: 'Strict-Transport-Security is sent', reason, cite: citeRoutes(routes, '') }
        }
        return {
          status: 'warning',
          subject,
          title: without.length === routes.length ? 'No Strict-Transport-Security is sent' : 'Some routes send no HSTS header',
          reason: `${distinct(without)} of ${distinct(routes)} forwarded routes answer without it. A header written in an inner block replaces those of the outer ones.`,
          cite: citeRoutes(without, 'Expected Strict-Transport-Security with a max-age here.'),
        }
      }),
    )
  },
})
