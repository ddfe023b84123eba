import type { OptionName } from '../../../facts/oauth2-proxy/options.ts'
import { defineControl } from '../../control.ts'
import { documentation, eachProxy, type Flaw, type Get, verdictFor } from './sso-verdicts.ts'

/** Settings that name who may log in beside the domain of an address. */
const restrictions = [
  'allowed_groups',
  'allowed_roles',
  'github_org',
  'github_team',
  'github_users',
  'gitlab_groups',
  'google_groups',
  'keycloak_groups',
  'bitbucket_team',
  'entra_id_allowed_tenants',
] as const satisfies readonly OptionName[]

export default defineControl({
  id: 'oauth2-proxy-users-restricted',
  item: 'INF-3',
  severity: 'high',
  title: 'Only named domains or groups come through oauth2-proxy',
  rationale:
    'With email_domains "*" every account of the provider is a user of the model. At a public provider that is everybody on earth with an account; at your own it includes contractors and service accounts.',
  needs: ['oauth2-proxy'],
  remediation: { template: 'oauth2-proxy-oidc' },
  references: ['NIST-800-53:AC-2', 'NIST-800-53:AC-3', 'CIS-8:6.8', 'ISO-27001:A.5.15', documentation],
  evaluate: ({ 'oauth2-proxy': proxies }) =>
    eachProxy(proxies, (proxy) => {
      const names = ['email_domains', 'provider', ...restrictions] as const
      return verdictFor(proxy, names, flaws, (get) => {
        const domains = get('email_domains').values
        const by = restrictions.filter((name) => get(name).values.join('') !== '')
        return domains.includes('*')
          ? { title: 'Only named groups may log in', reason: `Any address, but ${by.join(', ')} must fit.` }
          : {
              title: 'Only named domains or addresses may log in',
              reason: `email_domains: ${domains.join(', ') || 'none, addresses of a file only'}.`,
            }
      })
    }),
})

function flaws(get: Get): readonly Flaw[] {
  const domains = get('email_domains')
  if (!domains?.values.includes('*')) return []
  // Something unread may restrict users after all.
  if (restrictions.some((name) => get(name) === undefined || get(name)?.values.join('') !== '')) return []
  const provider = get('provider')?.values[0] ?? ''
  const open = ['google', 'github', 'gitlab', 'facebook', 'linkedin', 'bitbucket', 'digitalocean'].includes(provider)
  return [
    {
      status: 'fail',
      ...(open && { severity: 'critical' as const }),
      title: open ? `Anyone with a ${provider} account may log in` : 'Every account of the provider may log in',
      reason: `email_domains is "*" and no group, role or organisation is named${open ? `: ${provider} gives accounts to everybody` : ''}.`,
      setting: domains,
      note: 'Expected your domains, or allowed_groups.',
    },
  ]
}
