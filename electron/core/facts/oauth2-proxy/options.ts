import type { OAuth2Proxy, Setting } from './oauth2-proxy.ts'

interface Option {
  /** Flag without dashes, where it is not the name with dashes for underscores: lists are plural in files and variables. */
  readonly flag?: string
  /** Its name in files and variables of earlier versions; some take both. */
  readonly before?: string
  readonly list?: true
  readonly default?: string
  /** Set in the alpha configuration where there is one; then the classic setting counts for nothing. Cookies stand there in late versions only. */
  readonly alpha?: true | 'in-late-versions'
}

/** Settings that are judged, by their name in the file (oauth2-proxy pkg/apis/options, docs/configuration/overview). */
export const options = {
  provider: { default: 'google', alpha: true },
  oidc_issuer_url: { alpha: true },
  skip_oidc_discovery: { default: 'false', alpha: true },
  login_url: { alpha: true },
  redeem_url: { alpha: true },
  profile_url: { alpha: true },
  validate_url: { alpha: true },
  oidc_jwks_url: { alpha: true },
  ssl_insecure_skip_verify: { default: 'false' },
  insecure_oidc_allow_unverified_email: { default: 'false', alpha: true },
  insecure_oidc_skip_issuer_verification: { default: 'false', alpha: true },
  oidc_email_claim: { default: 'email', alpha: true },
  user_id_claim: { default: 'email', alpha: true },
  acr_values: {},
  email_domains: { flag: 'email-domain', list: true },
  authenticated_emails_file: {},
  htpasswd_file: {},
  htpasswd_user_groups: { flag: 'htpasswd-user-group', list: true },
  allowed_groups: { flag: 'allowed-group', list: true, alpha: true },
  allowed_roles: { flag: 'allowed-role', list: true, alpha: true },
  github_org: { alpha: true },
  github_team: { alpha: true },
  github_repo: { alpha: true },
  github_users: { flag: 'github-user', list: true, alpha: true },
  gitlab_groups: { flag: 'gitlab-group', before: 'gitlab_group', list: true, alpha: true },
  gitlab_projects: { flag: 'gitlab-project', list: true, alpha: true },
  google_groups: { flag: 'google-group', before: 'google_group', list: true, alpha: true },
  keycloak_groups: { flag: 'keycloak-group', before: 'keycloak_group', list: true, alpha: true },
  bitbucket_team: { alpha: true },
  bitbucket_repository: { alpha: true },
  azure_tenant: { default: 'common', alpha: true },
  entra_id_allowed_tenants: { flag: 'entra-id-allowed-tenant', list: true, alpha: true },
  cookie_secure: { default: 'true', alpha: 'in-late-versions' },
  cookie_httponly: { default: 'true', alpha: 'in-late-versions' },
  cookie_samesite: { default: '', alpha: 'in-late-versions' },
  cookie_secret_file: { alpha: 'in-late-versions' },
  skip_auth_routes: { flag: 'skip-auth-route', list: true },
  skip_auth_regex: { flag: 'skip-auth-regex', list: true },
  skip_auth_preflight: { default: 'false' },
  skip_jwt_bearer_tokens: { default: 'false' },
  extra_jwt_issuers: { list: true },
  trusted_ips: { flag: 'trusted-ip', list: true },
  reverse_proxy: { default: 'false' },
  real_client_ip_header: { default: 'X-Real-IP' },
  trusted_proxy_ips: { flag: 'trusted-proxy-ip', list: true },
  http_address: { default: '127.0.0.1:4180', alpha: true },
  https_address: { default: ':443', alpha: true },
  metrics_address: { default: '', alpha: true },
  metrics_secure_address: { default: '', alpha: true },
  tls_cert_file: { alpha: true },
  tls_min_version: { default: 'TLS1.2', alpha: true },
  upstreams: { flag: 'upstream', list: true, alpha: true },
  ssl_upstream_insecure_skip_verify: { default: 'false', alpha: true },
  whitelist_domains: { flag: 'whitelist-domain', list: true },
  proxy_prefix: { default: '/oauth2' },
  ping_path: { default: '/ping' },
  ready_path: { default: '/ready' },
  ping_user_agent: { default: '' },
  gcp_healthchecks: { default: 'false' },
  pass_access_token: { default: 'false', alpha: true },
  pass_authorization_header: { default: 'false', alpha: true },
  auth_logging: { default: 'true' },
  request_logging: { default: 'true' },
} as const satisfies Readonly<Record<string, Option>>

export type OptionName = keyof typeof options

/** How an option is written, how it was before, whether it is a list, and what it is where nobody sets it. */
export const optionOf = (name: OptionName): Option => options[name]

/** As on the command line, without the dashes. */
export const flagOf = (name: OptionName): string => optionOf(name).flag ?? name.replaceAll('_', '-')

/** A setting in effect, or why it is not known. */
export type Effective = ({ readonly known: true } & Setting) | { readonly known: false; readonly why: string }

/** What rules: a flag, else the environment, else the file, else the default. Unknown when something unread may say more. */
export function effective(proxy: OAuth2Proxy, name: OptionName): Effective {
  const option = optionOf(name)
  const alpha = option.alpha ? proxy.alphaConfig : undefined
  const found = (alpha ?? proxy).settings.get(name)
  if (found) return { known: true, ...found }
  if (alpha && option.alpha === 'in-late-versions')
    return { known: false, why: `late versions take cookies from the alpha configuration ${alpha.path}, which names none that was read` }
  const unread = alpha ? alpha.unread : proxy.unread
  if (unread !== undefined) return { known: false, why: unread }
  return { known: true, values: option.default === undefined ? [] : [option.default], source: 'default', line: 0 }
}

/** Go's strconv.ParseBool. */
export const isTrue = (setting: Setting): boolean => /^(?:1|t|true)$/i.test(setting.values[0] ?? '')

/**
 * Is plain HTTP served? Of the classic settings a certificate switches it off, whatever http_address says; the alpha configuration has both (legacy_server.go,
 * convert). Undefined where it is not known.
 */
export const servesPlainHttp = (certificate: Setting | undefined): boolean | undefined =>
  certificate && (certificate.source === 'alpha' || certificate.values.join('') === '')
