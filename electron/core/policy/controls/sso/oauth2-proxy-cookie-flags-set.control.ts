import { isTrue } from '../../../facts/oauth2-proxy/options.ts'
import { defineControl } from '../../control.ts'
import { documentation, eachProxy, type Flaw, type Get, verdictFor } from './sso-verdicts.ts'

const names = ['cookie_secure', 'cookie_httponly', 'cookie_samesite'] as const

export default defineControl({
  id: 'oauth2-proxy-cookie-flags-set',
  item: 'INF-3',
  severity: 'medium',
  title: 'Session cookies are Secure, HttpOnly and SameSite',
  rationale:
    'The cookie is the login. Without Secure it crosses the network in clear, without HttpOnly a script in a chat answer can read it, and without SameSite another page can use it.',
  needs: ['oauth2-proxy'],
  remediation: { template: 'oauth2-proxy-oidc' },
  references: ['NIST-800-53:SC-23', 'CIS-8:16.11', 'ISO-27001:A.8.5', 'OWASP-LLM:LLM05', documentation],
  evaluate: ({ 'oauth2-proxy': proxies }) =>
    eachProxy(proxies, (proxy) =>
      verdictFor(proxy, names, flaws, (get) => ({
        title: `Secure, HttpOnly, SameSite=${get('cookie_samesite').values[0] ?? ''}`,
        reason: 'Session cookies carry all three flags.',
      })),
    ),
})

function flaws(get: Get): readonly Flaw[] {
  const found: Flaw[] = []
  const [secure, httpOnly, sameSite] = names.map(get)
  if (secure && !isTrue(secure))
    found.push({
      status: 'fail',
      severity: 'high',
      title: 'Session cookies are sent over plain HTTP',
      reason: 'cookie_secure is off: browsers send the login in clear as well.',
      setting: secure,
      note: 'Expected true.',
    })
  if (httpOnly && !isTrue(httpOnly))
    found.push({
      status: 'fail',
      title: 'Scripts can read session cookies',
      reason: 'cookie_httponly is off.',
      setting: httpOnly,
      note: 'Expected true.',
    })
  if (sameSite && !/^(?:lax|strict)$/i.test(sameSite.values[0] ?? ''))
    found.push({
      status: 'warning',
      severity: 'low',
      title: 'Session cookies have no SameSite flag',
      reason: `cookie_samesite is ${sameSite.values[0] ? `"${sameSite.values[0]}"` : 'not set'}, so it depends on the browser whether other pages can use a session.`,
      setting: sameSite,
      note: 'Expected lax or strict.',
    })
  return found
}
