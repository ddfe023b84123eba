import { isTrue } from '../../../facts/oauth2-proxy/options.ts'
import { defineControl } from '../../control.ts'
import { isInClear } from './addresses.ts'
import { documentation, eachProxy, type Flaw, type Get, verdictFor } from './sso-verdicts.ts'

const names = ['skip_jwt_bearer_tokens', 'extra_jwt_issuers'] as const

export default defineControl({
  id: 'oauth2-proxy-bearer-tokens-checked',
  item: 'INF-3',
  severity: 'medium',
  title: 'Bearer tokens do not stand in for a login',
  rationale:
    'With skip_jwt_bearer_tokens any token of the issuer with the right audience is a session. A token without an address is not compared with email_domains, and the token of another application of the same issuer may fit.',
  steps: 'Set skip_jwt_bearer_tokens = false. Where programs need tokens, name an audience that is theirs alone, and fetch keys by https.',
  needs: ['oauth2-proxy'],
  references: ['NIST-800-53:IA-5', 'NIST-800-53:AC-3', 'CIS-8:6.3', 'ISO-27001:A.8.5', documentation],
  evaluate: ({ 'oauth2-proxy': proxies }) =>
    eachProxy(proxies, (proxy) =>
      verdictFor(proxy, names, flaws, () => ({ title: 'Bearer tokens are not taken', reason: 'skip_jwt_bearer_tokens is off.' })),
    ),
})

function flaws(get: Get): readonly Flaw[] {
  const skip = get('skip_jwt_bearer_tokens')
  if (!skip || !isTrue(skip)) return []
  const extra = get('extra_jwt_issuers')
  const issuers = extra?.values ?? []
  const inClear = issuers.find(isInClear)
  if (extra && inClear !== undefined)
    return [
      {
        status: 'fail',
        severity: 'high',
        title: 'Keys of bearer tokens come in clear',
        reason: `skip_jwt_bearer_tokens is on, and the keys of ${inClear.slice(0, 120)} are asked for over plain HTTP: whoever sits in between makes tokens of any user.`,
        setting: extra,
        note: 'Expected https.',
      },
    ]
  return [
    {
      status: 'warning',
      ...(issuers.length === 0 && { severity: 'low' as const }),
      title: issuers.length === 0 ? 'Bearer tokens of the provider are taken' : 'Bearer tokens of other issuers are taken',
      reason: `skip_jwt_bearer_tokens is on${issuers.length > 0 ? `, also for ${issuers.slice(0, 4).join(', ')}` : ''}: programs come in without a login.`,
      setting: skip,
      note: 'Expected false, or allowed_groups that such tokens must name.',
    },
  ]
}
