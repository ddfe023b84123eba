import type { OptionName } from '../../../facts/oauth2-proxy/options.ts'
import { defineControl } from '../../control.ts'
import { documentation, eachProxy, type Flaw, type Get, verdictFor } from './sso-verdicts.ts'

/** Settings that name who may log in beside the domain of an address, and the providers that look at them: none other does. */
const restrictions = {
  allowed_groups: undefined,
  allowed_roles: ['keycloak-oidc'],
  github_org: ['github'],
  github_team: ['github'],
  github_users: ['github'],
  gitlab_groups: ['gitlab'],
  gitlab_projects: ['gitlab'],
  google_groups: ['google'],
  keycloak_groups: ['keycloak'],
  bitbucket_team: ['bitbucket'],
  entra_id_allowed_tenants: ['entra-id'],
} as const satisfies Partial<Record<OptionName, readonly string[] | undefined>>
const restricting = Object.keys(restrictions) as (keyof typeof restrictions)[]

/** Those that count; all of them while the provider is not known. */
function inEffect(get: Get): readonly (keyof typeof restrictions)[] {
  const provider = get('provider')?.values[0]
  return restricting.filter((name) => {
    const by: readonly string[] | undefined = restrictions[name]
    return by === undefined || provider === undefined || by.includes(provider)
  })
}

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
      const names = ['email_domains', 'provider', ...restricting] as const
      return verdictFor(proxy, names, flaws, (get) => {
        const domains = get('email_domains').values
        const by = inEffect(get).filter((name) => get(name).values.join('') !== '')
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
  if (inEffect(get).some((name) => get(name) === undefined || get(name)?.values.join('') !== '')) return []
  const provider = get('provider')?.values[0] ?? ''
  const open = ['google', 'github', 'gitlab', 'facebook', 'linkedin', 'bitbucket', 'digitalocean'].includes(provider)
  return [
    {
      status: 'fail',
      ...(open && { severity: 'critical' as const }),
      title: open ? `Anyone with a ${provider} account may log in` : 'Every account of the provider may log in',
      reason: `email_domains is "*" and no group, role or organisation is named that provider ${provider} looks at${open ? `: ${provider} gives accounts to everybody` : ''}.`,
      setting: domains,
      note: 'Expected your domains, or allowed_groups.',
    },
  ]
}
