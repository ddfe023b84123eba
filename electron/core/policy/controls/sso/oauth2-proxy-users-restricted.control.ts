import { anyTenant, publicIssuerNamed, tenantIn } from '#shared/model/public-issuers.ts'
import { type NginxDirective, placeOf } from '../../../facts/nginx/nginx.ts'
import type { Setting } from '../../../facts/oauth2-proxy/oauth2-proxy.ts'
import { inEffect, restricting } from '../../../facts/oauth2-proxy/restrictions.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { asksForNamed } from './asked-for-named.ts'
import { isTopLevel } from './open-domains.ts'
import { documentation, eachProxy, type Flaw, type Get, verdictFor } from './sso-verdicts.ts'

const publicProviders = ['google', 'github', 'gitlab', 'facebook', 'linkedin', 'bitbucket', 'digitalocean', 'login.gov']

/** Whose accounts these are, where the provider gives them to everybody. */
function publicName(provider: string, get: Get): string | undefined {
  const issuer = get('oidc_issuer_url')?.values[0] ?? ''
  // Tokens of other tenants than that of the issuer are refused, whatever the login page asks for.
  if (provider === 'azure' && issuer === '')
    return anyTenant.includes(get('azure_tenant')?.values[0]?.toLowerCase() ?? '?') ? 'Microsoft' : undefined
  const issued = publicIssuerNamed(issuer)
  // A GitLab of one's own has its own issuer. What speaks as GitHub does, Gitea or its Enterprise Server, takes the code where redeem_url says.
  const redeemed = get('redeem_url')?.values[0] ?? ''
  const own =
    (provider === 'gitlab' && issuer !== '') ||
    (provider === 'github' && redeemed !== '' && !/^https?:\/\/(?:[\w-]+\.)?github\.com(?:[:/]|$)/i.test(redeemed))
  return issued ?? (publicProviders.includes(provider) && !own ? provider : undefined)
}

/**
 * The setting that lets in accounts of any tenant of Microsoft. Who has a tenant of his own writes the addresses of its accounts himself, and what is in the
 * token is taken as it is (learn.microsoft.com, claims that are not to be used for authorization).
 */
function anyTenantOf(get: Get): Setting | undefined {
  const [provider, tenant, issuer] = (['provider', 'azure_tenant', 'oidc_issuer_url'] as const).map((name) => get(name))
  const url = issuer?.values[0] ?? ''
  if (['common', 'organizations'].includes(tenantIn(url))) return issuer
  const ofAzure = provider?.values[0] === 'azure' && issuer !== undefined && url === ''
  return ofAzure && ['', 'common', 'organizations'].includes(tenant?.values[0]?.toLowerCase() ?? '?') ? tenant : undefined
}

const isAnything = (domain: string): boolean => domain === '*' || isTopLevel(domain)

/** Domains in which everybody gets an address. */
const mailForAll =
  /^(?:g(?:oogle)?mail\.com|(?:outlook|hotmail|live|msn)\.[a-z.]+|yahoo\.[a-z.]+|icloud\.com|me\.com|aol\.com|gmx\.[a-z]+|web\.de|t-online\.de|freenet\.de|proton\.me|protonmail\.com|pm\.me|tuta(?:nota)?\.com|posteo\.de|mailbox\.org|mail\.com|mail\.ru|yandex\.[a-z]+|qq\.com|1(?:63|26)\.com|fastmail\.com|zoho\.com|hey\.com|orange\.fr|free\.fr|laposte\.net|libero\.it|seznam\.cz|wp\.pl)$/i

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
  uses: ['nginx', 'caddy'],
  evaluate: ({ 'oauth2-proxy': proxies, ...askers }) =>
    eachProxy(proxies, (proxy) => {
      const named = asksForNamed(proxy, askers)
      const names = ['email_domains', 'provider', 'azure_tenant', 'oidc_issuer_url', 'redeem_url', ...restricting, ...passwords] as const
      const verdict = verdictFor(
        proxy,
        names,
        (get) => [...(named ? [] : flaws(get)), ...pastTheProvider(get)],
        (get) => {
          const domains = get('email_domains').values
          const by = inEffect(get).filter((name) => get(name).values.join('') !== '')
          return domains.some(isAnything)
            ? { title: 'Only named groups may log in', reason: `Any address, but ${by.join(', ')} must fit.` }
            : {
                title: 'Only named domains or addresses may log in',
                reason: `email_domains: ${domains.join(', ') || 'none, addresses of a file only'}.`,
              }
        },
      )
      return named && verdict.status === 'pass' ? { ...verdict, ...namedBy(named) } : verdict
    }),
})

const namedBy = (lines: readonly NginxDirective[]): Pick<Verdict, 'title' | 'reason' | 'cite'> => ({
  title: 'nginx asks for named groups or addresses',
  reason: 'Whoever has an account may log in, and each auth_request of nginx lets in those alone whom the query of its question names.',
  cite: lines.slice(0, 6).map(placeOf),
})

const passwords = ['htpasswd_file', 'htpasswd_user_groups'] as const

/**
 * Users of a file of passwords have no address, so nothing compares it with email_domains; groups they have as the settings say (pkg/middleware/basic_session.go,
 * ProviderData.Authorize).
 */
function pastTheProvider(get: Get): readonly Flaw[] {
  const file = get('htpasswd_file')
  if (!file || file.values.join('') === '') return []
  const [asked, given] = [get('allowed_groups'), get('htpasswd_user_groups')]
  if (asked && given && asked.values.join('') !== '' && given.values.join('') === '') return []
  return [
    {
      status: 'warning',
      title: 'A file of passwords lets past the provider',
      reason: `Who has a password in ${file.values[0]?.slice(0, 120)} comes in without the provider and its second factor, and email_domains is not asked of him.`,
      setting: file,
      note: 'Expected no htpasswd_file, or the accounts of programs alone in it.',
    },
  ]
}

function flaws(get: Get): readonly Flaw[] {
  const domains = get('email_domains')
  const provider = get('provider')?.values[0] ?? ''
  const open = publicName(provider, get)
  const all = domains?.values.find(isAnything) ?? (open ? domains?.values.find((domain) => mailForAll.test(domain)) : undefined)
  const tenants = anyTenantOf(get)
  if (!domains || (all === undefined && !tenants)) return []
  // Something unread may restrict users after all.
  if (inEffect(get).some((name) => get(name) === undefined || get(name)?.values.join('') !== '')) return []
  if (all === undefined && tenants)
    return [
      {
        status: 'fail',
        severity: 'critical',
        title: 'Any Microsoft tenant can state such an address',
        reason: `Accounts of every tenant of Microsoft may log in, and no group or tenant is named that provider ${provider} looks at. Who has a tenant of his own gives its accounts whatever address he likes, one of ${domains.values.join(', ').slice(0, 100) || 'the file'}, too.`,
        setting: tenants,
        note: 'Expected the tenant of your own, allowed_groups, or entra_id_allowed_tenants.',
      },
    ]
  if (all === undefined) return []
  const named = all === '*' ? '' : ', where everybody gets an address'
  return [
    {
      status: 'fail',
      ...(open && { severity: 'critical' as const }),
      title: open
        ? `Anyone with ${/^[aeiou]/i.test(open) ? 'an' : 'a'} ${open} account may log in`
        : 'Every account of the provider may log in',
      reason: `email_domains is "${all}"${named} and no group, role or organisation is named that provider ${provider} looks at${open ? `: ${open} gives accounts to everybody` : ''}.`,
      setting: domains,
      note: 'Expected your domains, or allowed_groups.',
    },
  ]
}
