import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { known, unknown } from '../../../facts/fact.ts'
import { parseOAuth2Proxies } from '../../../facts/oauth2-proxy/parse.ts'
import type { AnyControl, Control } from '../../control.ts'
import { outcomes, policyContext, facts as proxyFacts, service } from '../proxy/proxy-facts.ts'
import { readBindAddress } from './addresses.ts'
import addressesNotTrusted from './oauth2-proxy-addresses-not-trusted.control.ts'
import bearerTokens from './oauth2-proxy-bearer-tokens-checked.control.ts'
import cookieFlags from './oauth2-proxy-cookie-flags-set.control.ts'
import cookieSecret from './oauth2-proxy-cookie-secret-strong.control.ts'
import headersFromProxy from './oauth2-proxy-headers-from-proxy-only.control.ts'
import behindTls from './oauth2-proxy-listens-behind-tls.control.ts'
import logsLogins from './oauth2-proxy-logs-logins.control.ts'
import providerVerified from './oauth2-proxy-provider-verified.control.ts'
import routesNeedLogin from './oauth2-proxy-routes-need-login.control.ts'
import tokensKept from './oauth2-proxy-tokens-kept.control.ts'
import usersRestricted from './oauth2-proxy-users-restricted.control.ts'

const all = [
  ...[providerVerified, usersRestricted, cookieSecret, cookieFlags, routesNeedLogin, addressesNotTrusted],
  ...[headersFromProxy, behindTls, tokensKept, bearerTokens, logsLogins],
]
const container = 'ab'.repeat(32)

function facts(
  config: string | undefined,
  more: readonly string[] = ['@environment process'],
  cgroup = '/system.slice/oauth2-proxy.service',
) {
  const file = config === undefined ? [] : ['@config read /etc/oauth2-proxy.cfg', ...config.split('\n').map((line) => `:${line}`)]
  const rows = [`@process 7 ${cgroup}`, '@argv', '=/usr/bin/oauth2-proxy', ...more, ...file, '@end']
  return {
    'oauth2-proxy': parseOAuth2Proxies(rows.join('\n')) ?? [],
    services: [service('ollama')],
    containers: unknown('docker', []),
    network: unknown('no', []),
    processes: unknown('no', []),
    nginx: unknown('no', []),
    caddy: unknown('no', []),
  }
}

const ask = (control: AnyControl, given: object) => (control as unknown as Control).evaluate(given as never, policyContext())

const sample = (name: string) => readFileSync(new URL(`./__fixtures__/${name}.cfg`, import.meta.url), 'utf8').trimEnd()

test('a sound configuration passes everything', () => {
  const given = facts(sample('good'))
  expect(all.flatMap((control) => outcomes(ask(control, given)))).toEqual([
    'pass: Users come from provider oidc',
    'pass: Only named domains or addresses may log in',
    'pass: The cookie secret has 32 bytes',
    'pass: Secure, HttpOnly, SameSite=lax',
    'pass: No skip rules',
    'pass: No address is trusted',
    'pass: Only the proxy can send user headers',
    'pass: Plain HTTP on this machine only',
    'pass: No token is passed on',
    'pass: Bearer tokens are not taken',
    'pass: Logins and requests are logged',
  ])
})

test('a bad configuration fails everything that it gets wrong, each with its line', () => {
  const given = facts(sample('bad'))
  const verdicts = all.flatMap((control) => ask(control, given))
  expect(outcomes(verdicts)).toEqual([
    'fail: Certificates of the provider are not checked',
    'fail: Anyone with a google account may log in',
    'fail: The cookie secret has 5 bytes',
    'fail: Session cookies are sent over plain HTTP',
    'fail: Skip rules open 22 routes of the engine',
    'fail: A header of the client can pass the login',
    'fail: Clients can send the headers of the proxy',
    'fail: Plain HTTP beyond this machine',
    'pass: No token is passed on',
    'pass: Bearer tokens are not taken',
    'fail: Requests are not logged',
  ])
  for (const { status, cite } of verdicts)
    if (status === 'fail') for (const { line, note } of cite) expect([line > 0, note !== undefined]).toEqual([true, true])
})

test('what could not be read is never passed', () => {
  const given = facts(undefined, ['@environment process', '@config unreadable /etc/oauth2-proxy.cfg'])
  for (const control of all) expect(ask(control, given).map(({ status }) => status)).toEqual(['not-evaluated'])
  const alpha = facts('', ['=--alpha-config=/etc/a.yaml', '@environment process'])
  for (const control of [providerVerified, behindTls, tokensKept])
    expect(ask(control, alpha).map(({ status }) => status)).toEqual(['not-evaluated'])
})

const away = 'warning: A login may lead on to hosts of strangers'
const unverified = 'warning: Certificates of upstreams are not checked'
test.each<[AnyControl, string, string]>([
  ...['.com', '*.co.uk', '.', '*.:*', '.github.io', '.trycloudflare.com:*'].map((domain): [AnyControl, string, string] => [
    providerVerified,
    `whitelist_domains = ["ai.example.com", "${domain}"]`,
    away,
  ]),
  ...['*', '.example.com', '*.internal', '.corp.co.uk:*', 'github.io'].map((domain): [AnyControl, string, string] => [
    providerVerified,
    `whitelist_domains = "${domain}"`,
    'pass: Users come from provider oidc',
  ]),
  [tokensKept, 'ssl_upstream_insecure_skip_verify = true\nupstreams = ["https://gpu-2:8443/"]', unverified],
  [tokensKept, 'ssl_upstream_insecure_skip_verify = true\nupstreams = ["https://localhost.example/"]', unverified],
  [tokensKept, 'ssl_upstream_insecure_skip_verify = true\nupstreams = ["https://127.0.0.1:8443/"]', 'pass: No token is passed on'],
  [tokensKept, 'ssl_upstream_insecure_skip_verify = true\nupstreams = ["http://gpu-2:8000/"]', 'pass: No token is passed on'],
])('%#: %j', (control, rows, expected) => {
  expect(outcomes(ask(control, facts(`provider = "oidc"\noidc_issuer_url = "https://id.example/"\n${rows}`)))).toEqual([expected])
})

const alphaFile = (...rows: readonly string[]) =>
  facts('email_domains = ["*"]', [
    ...['=--alpha-config=/etc/a.yaml', '@environment process', '@alpha read /etc/a.yaml', ':providers:', ':  - provider: oidc'],
    ...rows.map((row) => `:${row}`),
  ])

test.each<[AnyControl, readonly string[], string]>([
  [providerVerified, [], 'pass: Users come from provider oidc'],
  [providerVerified, ['    oidcConfig:', '      issuerURL: http://id.example'], 'fail: The provider is asked over plain HTTP'],
  [providerVerified, ['    oidcConfig:', '      issuerURL: "****"'], 'not-evaluated: Settings of oauth2-proxy could not be read'],
  [usersRestricted, ['    allowedGroups:', '      - llm'], 'pass: Only named groups may log in'],
  [usersRestricted, [], 'fail: Every account of the provider may log in'],
  [behindTls, [], 'pass: Plain HTTP on this machine only'],
  [behindTls, ['server:', '  BindAddress: 0.0.0.0:4180'], 'fail: Plain HTTP beyond this machine'],
  [behindTls, ['server: "****"'], 'not-evaluated: Settings of oauth2-proxy could not be read'],
  [cookieFlags, [], 'not-evaluated: Settings of oauth2-proxy could not be read'],
  [cookieFlags, ['cookie:', '  sameSite: lax'], 'pass: Secure, HttpOnly, SameSite=lax'],
  [tokensKept, ['injectRequestHeaders:', '- values:', '  - claim: access_token'], 'pass: No token is passed on'],
  [
    tokensKept,
    [
      ...['upstreamConfig:', '  upstreams:', '  - path: /', '    uri: http://127.0.0.1:11434'],
      ...['injectRequestHeaders:', '- values:', '  - claim: access_token'],
    ],
    'warning: Upstreams get the access token of users',
  ],
  [
    tokensKept,
    ['upstreamConfig:', '  upstreams:', '  - path: /', '    uri: https://gpu-2:8443', '    insecureSkipTLSVerify: true'],
    unverified,
  ],
])('alpha configuration: %# %j', (control, rows, expected) => {
  expect(outcomes(ask(control, alphaFile(...rows)))).toEqual([expected])
})

test('a switch takes no separate word', () => {
  const started = (...words: readonly string[]) => facts(undefined, [...words.map((word) => `=${word}`), '@environment process'])
  expect(outcomes(ask(bearerTokens, started('--skip-jwt-bearer-tokens', 'false')))).toEqual([
    'warning: Bearer tokens of the provider are taken',
  ])
  expect(outcomes(ask(bearerTokens, started('--skip-jwt-bearer-tokens=false')))).toEqual(['pass: Bearer tokens are not taken'])
  expect(outcomes(ask(logsLogins, started('--auth-logging', 'false')))).toEqual(['pass: Logins and requests are logged'])
})

test('of the alpha configuration names count that are not printed', () => {
  const of = (line: string) => {
    const given = ['=--alpha-config=/etc/a.yaml', '@environment process', '@alpha read /etc/a.yaml', ':providers:', ':  - provider: github']
    return outcomes(ask(usersRestricted, facts('email_domains = ["*"]', [...given, ':    githubConfig:', `:  ${line}`])))
  }
  expect(of('    repo: "****"')).toEqual(['pass: Only named groups may log in'])
  expect(of('    org: ""')).toEqual(['fail: Anyone with a github account may log in'])
})

test('the alpha configuration is named where it decides', () => {
  const [verdict] = ask(behindTls, alphaFile('server:', '  BindAddress: 0.0.0.0:4180'))
  expect(verdict?.reason).toContain('alpha configuration /etc/a.yaml')
  expect(verdict?.cite[0]?.line).toBe(10)
})

describe('whom nginx asks it for (`allowed_groups` in the query of /oauth2/auth)', () => {
  const everybody = 'provider = "oidc"\nemail_domains = "*"\nupstreams = "static://202"'
  const open = 'fail: Every account of the provider may log in'
  const named = 'pass: nginx asks for named groups or addresses'
  const asks = (query: string, more = '') =>
    `server { location / { auth_request /auth; proxy_pass http://127.0.0.1:11434; } location = /auth { proxy_pass http://127.0.0.1:4180/oauth2/auth${query}; } ${more} }`
  test.each<[string, string, string, string]>([
    ['a group', everybody, asks('?allowed_groups=llm,admins'), named],
    ['addresses', everybody, asks('?x=1&allowed_emails=a@corp.example'), named],
    ['nobody by name', everybody, asks(''), open],
    ['an empty group', everybody, asks('?allowed_groups='), open],
    ['any domain', everybody, asks('?allowed_email_domains=*'), open],
    ['a group that the client names', everybody, asks('?allowed_groups=$arg_group'), open],
    ['a group, but not everywhere', everybody, asks('?allowed_groups=llm', 'location /v1 { auth_request /all; }'), open],
    ['a group of another program', everybody.replace('static', 'http'), asks('?allowed_groups=llm'), open],
    ['a group, where others may ask as well', `${everybody}\nhttp_address = ":4180"`, asks('?allowed_groups=llm'), open],
    [
      'a group, beside a file of passwords',
      `${everybody}\nhtpasswd_file = "/h"`,
      asks('?allowed_groups=llm'),
      'warning: A file of passwords lets past the provider',
    ],
  ])('%s', (_, config, http, expected) => {
    const { nginx } = proxyFacts(http, [])
    const given = { ...facts(config), nginx: known(nginx), caddy: known({ instances: [] }) }
    expect(outcomes(ask(usersRestricted, given))).toEqual([expected])
  })
})

test('no oauth2-proxy: nothing applies', () => {
  for (const control of all)
    expect(outcomes(ask(control, { ...facts(''), 'oauth2-proxy': [] }))).toEqual(['not-applicable: No oauth2-proxy runs here'])
})

const anyMicrosoft = 'fail: Anyone with a Microsoft account may log in'

test.each<[AnyControl, string, string]>([
  [providerVerified, 'provider = "oidc"\noidc_issuer_url = "http://id.example/"', 'fail: The provider is asked over plain HTTP'],
  [providerVerified, 'oidc_issuer_url = "http://127.0.0.1:8080/"', 'pass: Users come from provider google'],
  // With discovery what the issuer names counts, whatever else is written (providers/provider_data.go, newProviderDataFromConfig).
  ...(
    [
      ['oidc', 'skip_oidc_discovery = true\noidc_jwks_url = "http://id:8080/certs"', 'fail: The provider is asked over plain HTTP'],
      ['keycloak-oidc', 'skip_oidc_discovery = true\nredeem_url = "http://id:8080/t"', 'fail: The provider is asked over plain HTTP'],
      ['oidc', 'skip_oidc_discovery = true\noidc_jwks_url = "http://127.0.0.1:8080/c"', 'pass: Users come from provider oidc'],
      ['oidc', 'redeem_url = "http://id:8080/t"', 'pass: Users come from provider oidc'],
      ['github', 'validate_url = "http://git.example/api/v3"', 'fail: The provider is asked over plain HTTP'],
      ['keycloak', 'profile_url = "http://id:8080/userinfo"', 'fail: The provider is asked over plain HTTP'],
    ] as const
  ).map(([provider, lines, expected]): [AnyControl, string, string] => [
    providerVerified,
    `provider = "${provider}"\noidc_issuer_url = "https://id.example/"\n${lines}`,
    expected,
  ]),
  [providerVerified, 'insecure_oidc_allow_unverified_email = true', 'fail: Unverified addresses are taken for users'],
  [providerVerified, 'insecure_oidc_skip_issuer_verification = true', 'warning: The issuer of tokens is not compared'],
  ...(
    [
      ['entra-id', 'https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0', '"outlook.com"', anyMicrosoft],
      ['oidc', 'https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0', '"*"', anyMicrosoft],
      ['oidc', 'https://login.microsoftonline.us/common/v2.0', '"example.com"', 'fail: Any Microsoft tenant can state such an address'],
      ['oidc', 'https://sts.windows.net/organizations/', '"example.com"', 'fail: Any Microsoft tenant can state such an address'],
      [
        'oidc',
        'https://login.microsoftonline.com:443/common/v2.0',
        '"example.com"',
        'fail: Any Microsoft tenant can state such an address',
      ],
      ['azure', 'https://sts.windows.net/1b2c/', '"*"', 'fail: Every account of the provider may log in'],
      ['oidc', 'https://appleid.apple.com', '"icloud.com"', 'fail: Anyone with an Apple account may log in'],
      ['oidc', 'https://slack.com', '"gmail.com"', 'fail: Anyone with a Slack account may log in'],
      ['login.gov', '', '"gmail.com"', 'fail: Anyone with a login.gov account may log in'],
      ['oidc', 'https://sso.example.com', '".co.uk"', 'fail: Every account of the provider may log in'],
      ['oidc', 'https://sso.example.com', '"*.us"', 'fail: Every account of the provider may log in'],
      ['oidc', 'https://sso.example.com', '".corp"', 'pass: Only named domains or addresses may log in'],
      ['oidc', 'https://sso.example.com', '".example.co.uk"', 'pass: Only named domains or addresses may log in'],
    ] as const
  ).map(([provider, issuer, domains, expected]): [AnyControl, string, string] => [
    usersRestricted,
    `provider = "${provider}"\noidc_issuer_url = "${issuer}"\nemail_domains = [${domains}]`,
    expected,
  ]),
  [usersRestricted, 'email_domains = "*"\nprovider = "oidc"', 'fail: Every account of the provider may log in'],
  // Gitea, Forgejo and GitHub Enterprise Server are asked as github is.
  [
    usersRestricted,
    'email_domains = ["*"]\nprovider = "github"\nredeem_url = "https://git.example.com/login/oauth/access_token"',
    'fail: Every account of the provider may log in',
  ],
  [
    usersRestricted,
    'email_domains = ["*"]\nprovider = "github"\nredeem_url = "https://github.com/login/oauth/access_token"',
    'fail: Anyone with a github account may log in',
  ],
  [usersRestricted, 'email_domains = ["*"]\nallowed_groups = ["llm"]', 'pass: Only named groups may log in'],
  [usersRestricted, 'email_domains = ["*"]\nprovider = "github"\ngithub_org = "us"', 'pass: Only named groups may log in'],
  [usersRestricted, 'email_domains = ["*"]\ngithub_org = ""\nprovider="github"', 'fail: Anyone with a github account may log in'],
  [usersRestricted, 'email_domains = ["*"]\nprovider = "oidc"\ngithub_org = "us"', 'fail: Every account of the provider may log in'],
  // Without an organisation nobody looks at the team (providers/github.go, hasOrgAndTeamAccess).
  [usersRestricted, 'email_domains = ["*"]\nprovider = "github"\ngithub_team = "ai"', 'fail: Anyone with a github account may log in'],
  [
    usersRestricted,
    'email_domains = ["*"]\nprovider = "github"\ngithub_org = "us"\ngithub_team = "ai"',
    'pass: Only named groups may log in',
  ],
  // Names of earlier versions.
  [usersRestricted, 'email_domains = ["*"]\ngoogle_group = ["ai@us.com"]', 'pass: Only named groups may log in'],
  [usersRestricted, 'email_domains = ["*"]\nprovider = "keycloak"\nkeycloak_group = "/ai"', 'pass: Only named groups may log in'],
  [usersRestricted, 'email_domains = ["*"]\nprovider = "gitlab"\ngitlab_group = "ai"', 'pass: Only named groups may log in'],
  // Who has a tenant of his own writes what stands for an address there.
  ...[
    ['provider = "azure"', 'fail: Any Microsoft tenant can state such an address'],
    ['provider = "azure"\nazure_tenant = "organizations"', 'fail: Any Microsoft tenant can state such an address'],
    ['provider = "azure"\nazure_tenant = "1b2c"', 'pass: Only named domains or addresses may log in'],
    ['provider = "azure"\nallowed_groups = ["0f1e"]', 'pass: Only named domains or addresses may log in'],
    [
      'provider = "azure"\noidc_issuer_url = "https://login.microsoftonline.com/1b2c/v2.0"',
      'pass: Only named domains or addresses may log in',
    ],
    [
      'provider = "oidc"\noidc_issuer_url = "https://login.microsoftonline.com/common/v2.0"',
      'fail: Any Microsoft tenant can state such an address',
    ],
    [
      'provider = "entra-id"\noidc_issuer_url = "https://login.microsoftonline.com/organizations/v2.0"',
      'fail: Any Microsoft tenant can state such an address',
    ],
    [
      'provider = "entra-id"\noidc_issuer_url = "https://login.microsoftonline.com/common/v2.0"\nentra_id_allowed_tenants = ["1b2c"]',
      'pass: Only named domains or addresses may log in',
    ],
  ].map(([lines = '', expected = '']): [AnyControl, string, string] => [usersRestricted, `email_domains = ["us.com"]\n${lines}`, expected]),
  // `email_verified` is asked for of the claim `email` alone.
  ...[
    ['provider = "oidc"\noidc_email_claim = "preferred_username"', 'warning: A name that people choose stands for addresses'],
    ['provider = "keycloak-oidc"\nuser_id_claim = "nickname"', 'warning: A name that people choose stands for addresses'],
    ['provider = "oidc"\noidc_email_claim = "sub"', 'pass: Users come from provider oidc'],
    [
      'provider = "oidc"\noidc_issuer_url = "https://login.microsoftonline.com/1b2c/v2.0"\noidc_email_claim = "preferred_username"',
      'pass: Users come from provider oidc',
    ],
    ['provider = "github"\noidc_email_claim = "preferred_username"', 'pass: Users come from provider github'],
  ].map(([lines = '', expected = '']): [AnyControl, string, string] => [
    providerVerified,
    `email_domains = ["us.com"]\n${lines}`,
    expected,
  ]),
  [
    providerVerified,
    'email_domains = ["*"]\nprovider = "oidc"\noidc_email_claim = "preferred_username"',
    'pass: Users come from provider oidc',
  ],
  [usersRestricted, 'email_domains = ["*"]\nprovider = "gitlab"\ngoogle_groups = ["us"]', 'fail: Anyone with a gitlab account may log in'],
  [usersRestricted, 'email_domains = ["*"]\nprovider = "gitlab"\ngitlab_projects = ["us/llm=20"]', 'pass: Only named groups may log in'],
  [usersRestricted, 'email_domains = ["example.com", "gmail.com"]', 'fail: Anyone with a google account may log in'],
  [usersRestricted, 'email_domains = ["us.com"]\nhtpasswd_file = "/etc/p"', 'warning: A file of passwords lets past the provider'],
  [usersRestricted, 'email_domains = ["*"]\nhtpasswd_file = "/etc/p"', 'fail: Anyone with a google account may log in'],
  [usersRestricted, 'email_domains = ["*"]\nallowed_groups = "llm"\nhtpasswd_file = "/etc/p"', 'pass: Only named groups may log in'],
  [
    usersRestricted,
    'email_domains = ["*"]\nallowed_groups = "llm"\nhtpasswd_file = "/etc/p"\nhtpasswd_user_groups = "llm"',
    'warning: A file of passwords lets past the provider',
  ],
  [usersRestricted, 'email_domains = ["*.com"]\nprovider = "oidc"', 'fail: Every account of the provider may log in'],
  [usersRestricted, 'email_domains = [".corp"]\nprovider = "oidc"', 'pass: Only named domains or addresses may log in'],
  [
    usersRestricted,
    'email_domains = ["gmail.com"]\nprovider = "oidc"\noidc_issuer_url = "https://id.example.com"',
    'pass: Only named domains or addresses may log in',
  ],
  [
    usersRestricted,
    'email_domains = ["gmail.com"]\nprovider = "oidc"\noidc_issuer_url = "https://accounts.google.com"',
    'fail: Anyone with a google account may log in',
  ],
  [
    usersRestricted,
    'email_domains = ["outlook.com"]\ngoogle_groups = ["llm@example.com"]',
    'pass: Only named domains or addresses may log in',
  ],
  [usersRestricted, 'email_domains = ["*"]\nprovider = "azure"', 'fail: Anyone with a Microsoft account may log in'],
  [usersRestricted, 'email_domains = ["*"]\nprovider = "azure"\nazure_tenant = "1b2c"', 'fail: Every account of the provider may log in'],
  [usersRestricted, 'email_domains = ["*"]\nprovider = "github"\ngithub_repo = "us/llm"', 'pass: Only named groups may log in'],
  [usersRestricted, 'email_domains = ["*"]\nprovider = "bitbucket"\nbitbucket_repository = "us/llm"', 'pass: Only named groups may log in'],
  [
    usersRestricted,
    'email_domains = ["*"]\nprovider = "gitlab"\noidc_issuer_url = "https://gitlab.example.com"',
    'fail: Every account of the provider may log in',
  ],
  // The example of the documentation for personal accounts (providers/ms_entra_id).
  ...['"9188040d-6c67-4c5b-b112-36a304b66dad", "1b2c"', '"1b2c"'].map((tenants, at): [AnyControl, string, string] => [
    usersRestricted,
    `provider = "entra-id"\noidc_issuer_url = "https://login.microsoftonline.com/common/v2.0"\ninsecure_oidc_skip_issuer_verification = true\nentra_id_allowed_tenants = [${tenants}]\nemail_domains = "*"`,
    at === 0 ? 'fail: Anyone with a Microsoft account may log in' : 'pass: Only named groups may log in',
  ]),
  [
    providerVerified,
    'provider = "entra-id"\ninsecure_oidc_skip_issuer_verification = true\nentra_id_allowed_tenants = ["1b2c"]',
    'pass: Users come from provider entra-id',
  ],
  [
    providerVerified,
    'provider = "entra-id"\ninsecure_oidc_skip_issuer_verification = true',
    'warning: The issuer of tokens is not compared',
  ],
  [behindTls, 'http_address = "fd:3"', 'not-evaluated: Settings of oauth2-proxy could not be read'],
  [routesNeedLogin, 'ping_user_agent = "kube-probe"', 'warning: A name in a header passes as a health check'],
  [routesNeedLogin, 'gcp_healthchecks = true', 'warning: A name in a header passes as a health check'],
  [cookieSecret, 'cookie_secret_shape = "xxxxxxxxxxxxxxxx"', 'pass: The cookie secret has 16 bytes'],
  [cookieSecret, 'cookie_secure = true', 'not-evaluated: Settings of oauth2-proxy could not be read'],
  [cookieFlags, 'cookie_httponly = false', 'fail: Scripts can read session cookies'],
  [cookieFlags, '', 'warning: Session cookies have no SameSite flag'],
  [cookieFlags, 'cookie_samesite = "none"', 'warning: Session cookies have no SameSite flag'],
  [routesNeedLogin, 'skip_auth_routes = ["GET=^/api/version$"]', 'pass: Skip rules open no route of the engine'],
  [routesNeedLogin, 'skip_auth_routes = ["GET=^/api/tags$"]', 'fail: Skip rules open 1 route of the engine'],
  [routesNeedLogin, 'skip_auth_regex = ["/healthz"]', 'warning: A skip rule fits anywhere in a path'],
  [routesNeedLogin, 'skip_auth_routes = ["^/.*[.]css$"]', 'warning: A query may open routes of the engine'],
  [routesNeedLogin, 'skip_auth_routes = ["POST=^/api/.*/public$"]', 'warning: A query may open routes of the engine'],
  [routesNeedLogin, 'skip_auth_routes = ["!=^/(api/.*|v1/.*|)$"]', 'pass: Skip rules open no route of the engine'],
  [routesNeedLogin, 'skip_auth_routes = ["POST!=^/api/[a-z/-]+$"]', 'fail: Skip rules open 11 routes of the engine'],
  [routesNeedLogin, 'skip_auth_routes = ["DELETE!=^/api/[A-Za-z0-9/-]+$"]', 'warning: A query may open routes of the engine'],
  [routesNeedLogin, 'skip_auth_regex = ["^/static/", "^/static/.*[.]css$"]', 'pass: Skip rules open no route of the engine'],
  [routesNeedLogin, 'skip_auth_routes = ["(?R)"]', 'not-evaluated: What a skip rule opens is not known'],
  [addressesNotTrusted, 'trusted_ips = ["127.0.0.1"]', 'fail: Every client of a local proxy is let in'],
  [addressesNotTrusted, 'trusted_ips = ["10.0.0.0/8"]', 'fail: Some addresses need no login'],
  [
    addressesNotTrusted,
    'trusted_ips = ["10.0.0.0/8"]\nreverse_proxy = true\ntrusted_proxy_ips = ["127.0.0.1"]',
    'fail: Some addresses need no login',
  ],
  [headersFromProxy, 'reverse_proxy = true\ntrusted_proxy_ips = ["0.0.0.0/0"]', 'fail: Headers of everybody are trusted'],
  [
    headersFromProxy,
    'reverse_proxy = true\nhttps_address = "0.0.0.0:443"\ntls_cert_file = "/etc/c.pem"',
    'fail: Clients can send the headers of the proxy',
  ],
  [headersFromProxy, 'reverse_proxy = true\nhttps_address = "0.0.0.0:443"', 'pass: Only the proxy can send user headers'],
  [
    headersFromProxy,
    'reverse_proxy = true\nhttp_address = ":4180"\nhttps_address = "127.0.0.1:443"\ntls_cert_file = "/c.pem"',
    'pass: Only the proxy can send user headers',
  ],
  [
    headersFromProxy,
    'reverse_proxy = true\nhttp_address = ":4180"\ntrusted_proxy_ips = ["10.0.0.2"]',
    'pass: Only the proxy can send user headers',
  ],
  [headersFromProxy, 'http_address = ":4180"', 'pass: Forwarded headers are ignored'],
  [behindTls, 'http_address = "unix:///run/o.sock"', 'pass: Plain HTTP on this machine only'],
  [behindTls, 'http_address = "[::]:4180"', 'fail: Plain HTTP beyond this machine'],
  [tokensKept, 'pass_access_token = true\nupstreams = ["http://127.0.0.1:11434"]', 'warning: Upstreams get the access token of users'],
  [tokensKept, 'pass_access_token = true\nupstreams = ["static://202"]', 'pass: No token is passed on'],
  [bearerTokens, 'skip_jwt_bearer_tokens = true', 'warning: Bearer tokens of the provider are taken'],
  [
    bearerTokens,
    'skip_jwt_bearer_tokens = true\nextra_jwt_issuers = ["https://x=y", "http://id:8080/r=y"]',
    'fail: Keys of bearer tokens come in clear',
  ],
  [
    bearerTokens,
    'skip_jwt_bearer_tokens = true\nextra_jwt_issuers = "http://127.0.0.1:8080=y"',
    'warning: Bearer tokens of other issuers are taken',
  ],
  [bearerTokens, 'extra_jwt_issuers = "http://id:8080=y"', 'pass: Bearer tokens are not taken'],
  [bearerTokens, 'skip_jwt_bearer_tokens = true\nextra_jwt_issuers = "https://x=y"', 'warning: Bearer tokens of other issuers are taken'],
  [logsLogins, 'auth_logging = false', 'fail: Logins are not logged'],
])('%# %j', (control, config, expected) => {
  expect(outcomes(ask(control, facts(config)))).toEqual([expected])
})

// GHSA-7rh7-c77v-6434, GHSA-5hvv-m4w4-gf6v: fixed in 7.11.0 and 7.15.2.
test.each([
  ['skip_auth_routes = ["^/.*[.]css$"]', '7.10.0', 'fail: A query opens routes of the engine'],
  ['skip_auth_regex = ["/healthz"]', '7.10.0', 'fail: A query opens routes of the engine'],
  ['skip_auth_routes = ["^/.*[.]css$"]', '7.11.0', 'pass: Skip rules open no route of the engine'],
  ['skip_auth_routes = ["^/healthz$"]', '7.10.0', 'pass: Skip rules open no route of the engine'],
  ['gcp_healthchecks = true', '7.15.1', 'fail: A name in a header passes as a health check'],
  ['gcp_healthchecks = true', '7.15.2', 'pass: No skip rules'],
])('%j in version %s', (config, version, expected) => {
  const program = ['@program current /usr/bin/oauth2-proxy', `=oauth2-proxy v${version} (built with go1.24.0)`]
  expect(outcomes(ask(routesNeedLogin, facts(config, [...program, '@environment process'])))).toEqual([expected])
})

test('a secret on the command line', () => {
  const given = facts('', ['=--cookie-secret=****', '@secret flag 44 43 url', '@environment process'])
  expect(outcomes(ask(cookieSecret, given))).toEqual(['fail: The cookie secret is on the command line'])
})

// Its letters are read by root alone. Of a running oauth2-proxy it is one that its start took.
test.each([
  [43, 'pass: The cookie secret has 32 bytes'],
  [44, 'pass: The cookie secret has 32 bytes'],
  [22, 'pass: The cookie secret has 16 bytes'],
  [33, 'pass: The cookie secret has 24 bytes'],
  [32, 'pass: The cookie secret has 32 bytes'],
  [31, 'fail: The cookie secret has 31 bytes'],
  [46, 'fail: The cookie secret has 46 bytes'],
])('a file of %i bytes with the cookie secret', (size, expected) => {
  const given = facts('', ['=--cookie-secret-file=/run/s', `@secret file ${size} ${size} other`, '@environment process'])
  expect(outcomes(ask(cookieSecret, given))).toEqual([expected])
})

test('in a container, what is published decides', () => {
  const given = facts(undefined, ['=--http-address=0.0.0.0:4180', '@environment process'], `/system.slice/docker-${container}.scope`)
  expect(outcomes(ask(behindTls, given))).toEqual(['not-evaluated: Published ports of oauth2-proxy are not known'])
  const published = (hostAddress: string, hostNetwork = false, more = {}) => {
    const one = {
      id: container,
      name: 'sso',
      line: 2,
      hostNetwork,
      ports: [{ hostAddress, hostPort: 4180, containerPort: 4180, protocol: 'tcp' }],
    }
    return { ...given, containers: known({ runtimes: ['docker'], containers: [{ ...one, ...more }] }) }
  }
  expect(outcomes(ask(behindTls, published('127.0.0.1')))).toEqual(['pass: Published on this machine only'])
  expect(outcomes(ask(behindTls, published('0.0.0.0')))).toEqual(['warning: oauth2-proxy publishes ports to the network'])
  expect(outcomes(ask(behindTls, published('127.0.0.1', true)))).toEqual(['fail: Plain HTTP beyond this machine'])
  const shared = { ports: [], portsUnknown: 'it shares the network of another container' }
  expect(outcomes(ask(behindTls, published('', false, shared)))).toEqual(['not-evaluated: Published ports of oauth2-proxy are not known'])
})

test.each<[string, string, string, string?]>([
  ['a bridge of the host', '010011AC', 'pass: Published on this machine only'],
  ['macvlan, with the router of the network', '0104140A', 'not-evaluated: Published ports of oauth2-proxy are not known'],
  ['ipvlan of layer 3, with a route without gateway', '00000000', 'not-evaluated: Published ports of oauth2-proxy are not known'],
  ['a bridge, and a macvlan beside it', '010011AC', 'not-evaluated: Published ports of oauth2-proxy are not known', '10.20.4.128'],
])('in a container that publishes nothing: %s', (_, gateway, expected, own = '172.17.0.2') => {
  const given = facts(undefined, [`@gateway 7 ${gateway}`, '@environment process'], `/system.slice/docker-${container}.scope`)
  const one = { id: container, name: 'sso', line: 2, hostNetwork: false, ports: [] }
  const addresses = ['10.20.4.11', '172.17.0.1'].map((address) => ({ interface: `to-${address}`, address, prefixLength: 24, line: 1 }))
  const network = known({ addresses, routes: [], defaultRoute: true })
  const processes = known([{ pid: 7, cgroup: `/system.slice/docker-${container}.scope`, addresses: ['172.17.0.2', own] }])
  expect(
    outcomes(ask(behindTls, { ...given, network, processes, containers: known({ runtimes: ['docker'], containers: [one] }) })),
  ).toEqual([expected])
})

test.each([
  ['127.0.0.1:4180', { kind: 'tcp', loopback: true, port: 4180 }],
  ['http://[::1]:4180', { kind: 'tcp', loopback: true }],
  [':4180', { kind: 'tcp', loopback: false }],
  ['https://0.0.0.0:443', { kind: 'tcp', loopback: false }],
  ['', { kind: 'local' }],
  ['fd:3', { kind: 'unknown' }],
  ['4180', { kind: 'unknown' }],
])('address %j', (text, expected) => {
  expect(readBindAddress(text)).toMatchObject(expected)
})

test.each([
  ['of another service name', '=--http-address=0.0.0.0:http', 'not-evaluated: Settings of oauth2-proxy could not be read'],
  ['metrics to all', '=--metrics-address=:44180', 'warning: Metrics beyond this machine'],
  ['metrics on loopback', '=--metrics-address=127.0.0.1:44180', 'pass: Plain HTTP on this machine only'],
  ['metrics to all by TLS', '=--metrics-secure-address=:44180', 'warning: Metrics beyond this machine'],
  // With a certificate only TLS is spoken, whatever http_address says (legacy_server.go, convert).
  ['a port that is not served', '=--http-address=:4180 --tls-cert-file=/c.pem', 'pass: Plain HTTP on this machine only'],
])('listeners, %s', (_, flags, expected) => {
  expect(
    outcomes(ask(behindTls, facts('', [...flags.split(' ').map((flag) => flag.replace(/^=?/, '=')), '@environment process']))),
  ).toEqual([expected])
})

test('a port that may not be served: what nobody read may hold a certificate', () => {
  const unread = ['=--http-address=:4180', '@environment none']
  expect(outcomes(ask(behindTls, facts(undefined, unread)))).toEqual(['not-evaluated: Settings of oauth2-proxy could not be read'])
})

test('what an alpha configuration serves beside TLS', () => {
  const both = ['server:', '  bindAddress: 0.0.0.0:4180', '  secureBindAddress: 0.0.0.0:4443', '  tls:', '    cert:', '      fromFile: /c']
  expect(outcomes(ask(behindTls, alphaFile(...both)))).toEqual(['fail: Plain HTTP beyond this machine'])
  const metrics = ['metricsServer:', '  secureBindAddress: 0.0.0.0:44180']
  expect(outcomes(ask(behindTls, alphaFile(...metrics)))).toEqual(['warning: Metrics beyond this machine'])
})

test('requests of browsers that ask what they may do need no login where that is so set, and it is said', () => {
  const [verdict] = ask(routesNeedLogin, facts('skip_auth_preflight = true'))
  expect([verdict?.status, verdict?.reason]).toEqual(['pass', expect.stringContaining('OPTIONS')])
})

test.each([
  ['secret: xxxxxxxxxxxxxxxx', [], 'pass: The cookie secret has 16 bytes'],
  ['secret: xxxxxxxxxxxxxxx', [], 'fail: The cookie secret has 15 bytes'],
  ['secret: "****"', ['@secret alpha 32 32 other'], 'not-evaluated: Settings of oauth2-proxy could not be read'],
  ['secretFile: /run/s', ['@secret alpha 32 32 other'], 'pass: The cookie secret has 32 bytes'],
  ['sameSite: lax', ['@secret file 32 32 other'], 'not-evaluated: Settings of oauth2-proxy could not be read'],
])('the cookie secret of an alpha configuration: %s', (line, more, expected) => {
  const alpha = ['providers:', '- provider: oidc', 'cookie:', `  ${line}`].map((text) => `:${text}`)
  const given = facts(undefined, ['=--alpha-config=/a.yaml', '@environment process', '@alpha read /a.yaml', ...alpha, ...more])
  expect(outcomes(ask(cookieSecret, given))).toEqual([expected])
})
