import { isTrue } from '../../../facts/oauth2-proxy/options.ts'
import { defineControl } from '../../control.ts'
import { documentation, eachProxy, type Flaw, type Get, verdictFor } from './sso-verdicts.ts'

const names = ['auth_logging', 'request_logging'] as const

export default defineControl({
  id: 'oauth2-proxy-logs-logins',
  item: 'MON-2',
  severity: 'medium',
  title: 'Logins and requests are logged by oauth2-proxy',
  rationale: 'Its log is the only place that says which person sent which request. Without it a stolen session leaves no trace.',
  needs: ['oauth2-proxy'],
  remediation: { template: 'oauth2-proxy-oidc' },
  references: ['NIST-800-53:AU-2', 'NIST-800-53:AU-12', 'CIS-8:8.5', 'ISO-27001:A.8.15', documentation],
  evaluate: ({ 'oauth2-proxy': proxies }) =>
    eachProxy(proxies, (proxy) =>
      verdictFor(proxy, names, flaws, () => ({
        title: 'Logins and requests are logged',
        reason: 'auth_logging and request_logging are on.',
      })),
    ),
})

const flaws = (get: Get): readonly Flaw[] =>
  names.flatMap((name): Flaw[] => {
    const setting = get(name)
    if (!setting || isTrue(setting)) return []
    const what = name === 'auth_logging' ? 'Logins' : 'Requests'
    return [{ status: 'fail', title: `${what} are not logged`, reason: `${name} is off.`, setting, note: 'Expected true.' }]
  })
