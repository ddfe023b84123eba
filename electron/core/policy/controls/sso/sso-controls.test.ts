import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { AnyControl } from '../../control.ts'
import { outcomes } from '../proxy/proxy-facts.ts'
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
import { ask, facts, unverified } from './sso-facts.testing.ts'

const all = [
  ...[providerVerified, usersRestricted, cookieSecret, cookieFlags, routesNeedLogin, addressesNotTrusted],
  ...[headersFromProxy, behindTls, tokensKept, bearerTokens, logsLogins],
]

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

test('a switch takes no separate word', () => {
  const started = (...words: readonly string[]) => facts(undefined, [...words.map((word) => `=${word}`), '@environment process'])
  expect(outcomes(ask(bearerTokens, started('--skip-jwt-bearer-tokens', 'false')))).toEqual([
    'warning: Bearer tokens of the provider are taken',
  ])
  expect(outcomes(ask(bearerTokens, started('--skip-jwt-bearer-tokens=false')))).toEqual(['pass: Bearer tokens are not taken'])
  expect(outcomes(ask(logsLogins, started('--auth-logging', 'false')))).toEqual(['pass: Logins and requests are logged'])
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
  [cookieSecret, 'typed_shape = "xxxxxxxxxxxxxxxx"', 'fail: The cookie secret is no random value'],
  [cookieSecret, 'typed_shape = "xxxx"', 'fail: The cookie secret has 4 bytes'],
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

test('requests of browsers that ask what they may do need no login where that is so set, and it is said', () => {
  const [verdict] = ask(routesNeedLogin, facts('skip_auth_preflight = true'))
  expect([verdict?.status, verdict?.reason]).toEqual(['pass', expect.stringContaining('OPTIONS')])
})
