import { isTrue } from '../../../facts/oauth2-proxy/options.ts'
import { defineControl } from '../../control.ts'
import { isInClear } from './addresses.ts'
import { leadsToStrangers } from './open-domains.ts'
import { documentation, eachProxy, type Flaw, type Get, verdictFor } from './sso-verdicts.ts'

/** Where the provider is asked, beside its issuer. */
const endpoints = ['login_url', 'redeem_url', 'profile_url', 'validate_url', 'oidc_jwks_url'] as const

const names = [
  'provider',
  'oidc_issuer_url',
  'skip_oidc_discovery',
  ...endpoints,
  'ssl_insecure_skip_verify',
  'insecure_oidc_allow_unverified_email',
  'insecure_oidc_skip_issuer_verification',
  'entra_id_allowed_tenants',
  'oidc_email_claim',
  'user_id_claim',
  'email_domains',
  'whitelist_domains',
] as const

/** Claims that people choose themselves at providers where they may register or edit what they are called. Their providers look at claims. */
const chosenClaims = /^(?:preferred_username|user_?name|nick_?name|name|login|given_name|family_name|profile|website)$/i
const byClaims = ['oidc', 'keycloak-oidc', 'gitlab', 'cidaas']
/** Those that verify tokens. With discovery they ask where the issuer says, whatever else is set (providers/provider_data.go, newProviderDataFromConfig). */
const byTokens = ['adfs', 'azure', 'entra-id', ...byClaims]

export default defineControl({
  id: 'oauth2-proxy-provider-verified',
  item: 'INF-3',
  severity: 'high',
  title: 'The provider that names users is verified by oauth2-proxy',
  rationale:
    'Whoever can pose as the provider names himself any user. Without certificate checks, over plain HTTP, or with addresses that the provider never verified, a stranger logs in as an administrator. Where a link may lead on to any host after the login, a copy of its page asks for the password once more.',
  needs: ['oauth2-proxy'],
  remediation: { template: 'oauth2-proxy-oidc' },
  references: ['NIST-800-53:IA-2', 'NIST-800-53:IA-8', 'CIS-8:6.7', 'ISO-27001:A.8.5', documentation],
  evaluate: ({ 'oauth2-proxy': proxies }) =>
    eachProxy(proxies, (proxy) =>
      verdictFor(proxy, names, flaws, (get) => ({
        title: `Users come from provider ${get('provider').values[0] ?? ''}`.slice(0, 47),
        reason: `Certificates of ${get('oidc_issuer_url').values[0] ?? 'the provider'} are checked, and none of its checks is switched off.`,
      })),
    ),
})

function flaws(get: Get): readonly Flaw[] {
  const found: Flaw[] = []
  const on = (name: (typeof names)[number]) => {
    const setting = get(name)
    return setting && isTrue(setting) ? setting : undefined
  }
  const skip = on('ssl_insecure_skip_verify')
  if (skip)
    found.push({
      status: 'fail',
      title: 'Certificates of the provider are not checked',
      reason: 'ssl_insecure_skip_verify is on, so whoever sits between this host and the provider decides who users are.',
      setting: skip,
      note: 'Expected false; provider_ca_files for a CA of your own.',
    })
  const asked = [get('oidc_issuer_url'), ...(looksElsewhere(get) ? endpoints.map(get) : [])]
  const inClear = asked.find((one) => isInClear(one?.values[0] ?? ''))
  if (inClear)
    found.push({
      status: 'fail',
      title: 'The provider is asked over plain HTTP',
      reason: `Keys and users come from ${(inClear.values[0] ?? '').slice(0, 120)} in clear.`,
      setting: inClear,
      note: 'Expected https.',
    })
  const unverified = on('insecure_oidc_allow_unverified_email')
  if (unverified)
    found.push({
      status: 'fail',
      severity: 'medium',
      title: 'Unverified addresses are taken for users',
      reason: 'insecure_oidc_allow_unverified_email is on: who may choose his address at the provider chooses who he is here.',
      setting: unverified,
      note: 'Expected false.',
    })
  const anyIssuer = on('insecure_oidc_skip_issuer_verification')
  // Of several tenants the issuers differ; those that are named are compared instead (docs, providers/ms_entra_id).
  const tenants = get('provider')?.values[0] === 'entra-id' ? get('entra_id_allowed_tenants') : { values: [] }
  if (anyIssuer && tenants?.values.length === 0)
    found.push({
      status: 'warning',
      severity: 'medium',
      title: 'The issuer of tokens is not compared',
      reason: 'insecure_oidc_skip_issuer_verification is on: tokens of any tenant that shares the keys are taken.',
      setting: anyIssuer,
      note: 'Expected false, and the issuer of one tenant.',
    })
  return [...found, ...byAnotherClaim(get), ...leadsAway(get)]
}

/** `/oauth2/start?rd=https://…` of a link sends on whoever logs in (pkg/app/redirect/validator.go). */
function leadsAway(get: Get): readonly Flaw[] {
  const allowed = get('whitelist_domains')
  const strange = allowed?.values.find(leadsToStrangers)
  if (!allowed || strange === undefined) return []
  return [
    {
      status: 'warning',
      severity: 'medium',
      title: 'A login may lead on to hosts of strangers',
      reason: `whitelist_domains has "${strange.slice(0, 80)}", so a link to this login with rd= sends who follows it to a host of its writer, which may look like the provider.`,
      setting: allowed,
      note: 'Expected names of your own domain.',
    },
  ]
}

/** Do the endpoints that are set count? */
function looksElsewhere(get: Get): boolean {
  const [provider, skips] = [get('provider'), get('skip_oidc_discovery')]
  return (provider !== undefined && !byTokens.includes(provider.values[0] ?? '')) || (skips !== undefined && isTrue(skips))
}

/**
 * What is compared with email_domains is what stands in this claim; that it is verified is asked of `email` alone (providers/provider_data.go,
 * buildSessionFromClaims). The older name counts where the newer one is at its default.
 */
function byAnotherClaim(get: Get): readonly Flaw[] {
  const [newer, older] = [get('oidc_email_claim'), get('user_id_claim')]
  const claim = newer?.values[0] === 'email' ? older : newer
  const domains = get('email_domains')?.values ?? ['*']
  // At Microsoft the names are given by the tenant.
  const given = /^https:\/\/login\.microsoftonline\.com\//i.test(get('oidc_issuer_url')?.values[0] ?? '')
  if (!claim || !chosenClaims.test(claim.values[0] ?? '') || domains.includes('*') || given) return []
  if (!byClaims.includes(get('provider')?.values[0] ?? '')) return []
  return [
    {
      status: 'warning',
      severity: 'medium',
      title: 'A name that people choose stands for addresses',
      reason: `What is compared with ${domains.length > 0 ? 'email_domains' : 'the file of addresses'} is ${claim.values[0]}, and nothing asks whether the provider verified it: who may choose it there, chooses who he is here.`,
      setting: claim,
      note: 'Expected email, which oauth2-proxy takes only verified.',
    },
  ]
}
