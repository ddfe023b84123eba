import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seds } from '#testing/installed.ts'
import { parseAlphaConfig } from './alpha-config.ts'
import { withoutAlphaSecrets } from './alpha-mask.ts'
import { type OptionName, optionOf, options } from './options.ts'

// Written from the structure in docs/configuration/alpha-config of oauth2-proxy 7.15; secrets begin with `sk`.
const sample = `---
upstreamConfig:
  proxyRawPath: true
  upstreams:
    - id: ollama
      path: /api/   # all of it
      uri: http://user:sk-1@127.0.0.1:11434
      insecureSkipTLSVerify: true
    - id: ok
      path: /
      static: true
      staticCode: 202
injectRequestHeaders:
  - name: X-Forwarded-User
    values:
      - claim: user
  - name: Authorization
    values:
      - claimSource:
          claim: id_token
          prefix: "Bearer "
  - name: X-Forwarded-Access-Token
    values:
      - claim: access_token
        basicAuthPassword:
          value: c2stMg==sk-2
      - value : sk-3
      - secretSource:
          value: |
            sk-4
            sk-5
server:
  BindAddress: 0.0.0.0:4180
  SecureBindAddress: ":4443"
  TLS:
    MinVersion: TLS1.3
    Cert:
      fromFile: /etc/tls/cert.pem
    Key:
      value: sk-6
metricsServer:
  BindAddress: :44180
  SecureBindAddress: :44181
cookie:
  secret: sk-7sk-7sk-7sk-7sk+7sk/7
  secure: false
  sameSite: lax
# clientSecret: sk-8
providers:
- id: one
  clientID: gatehouse
  clientSecret: 'sk-9 # still'
  provider: keycloak-oidc
  loginURL: https://id.example/auth?kc_idp_hint=ad
  redeemURL: http://u:sk-10@id:8080/token
  profileURL: http://id:8080/userinfo
  validateURL: http://id:8080/userinfo
  allowedGroups: [llm-users, "llm admins"]
  oidcConfig:
    issuerURL: https://id.example/realms/ai
    jwksURL: http://id:8080/certs
    skipDiscovery: true
    emailClaim: upn
    userIDClaim: email
    insecureAllowUnverifiedEmail: true
    insecureSkipIssuerVerification: false
  keycloakConfig:
    groups:
      - /ai
    roles:
      - gateway:user
  githubConfig: { org: sk-flow }
  loginGovConfig:
    jwtKey: |-
      -----BEGIN PRIVATE KEY-----
      skMIIEv+sk/=
      -----END PRIVATE KEY-----
  gitlabConfig:
    group:
    - ai
    projects:
    - us/llm=20
  googleConfig:
    group: [ai]
  bitbucketConfig:
    team: ai
    repository: acme/llm
  azureConfig:
    tenant: one
  microsoftEntraIDConfig:
    allowedTenants: [one]
- id: two
  clientSecret: >
    sk-10
  provider: github
`

const mask = (text: string, [program = '', ...words]: readonly string[] = ['sed']): string =>
  spawnSync(program, [...words, ...withoutAlphaSecrets], { input: text, encoding: 'utf8' }).stdout

const read = (text: string) => {
  const { settings, unread } = parseAlphaConfig(text.split('\n'))
  return { unread, ...Object.fromEntries([...settings].map(([name, { values }]) => [name, values.join(' ')])) }
}

const withoutFlow = sample.replace(
  'githubConfig: { org: sk-flow }',
  'githubConfig:\n    org: acme\n    team: ai\n    repo: acme/llm\n    users: [ada]',
)

describe.runIf(process.platform === 'linux')('on this machine', () => {
  test.each(seds)('%s: no secret leaves, and what is judged does', (...sed) => {
    expect(mask(sample, sed)).not.toMatch(/sk(?!ipDiscovery)/)
    expect(read(mask(withoutFlow, sed))).toEqual({
      unread: undefined,
      provider: 'keycloak-oidc',
      oidc_issuer_url: 'https://id.example/realms/ai',
      ...{ skip_oidc_discovery: 'true', oidc_jwks_url: 'http://id:8080/certs', login_url: 'https://id.example/auth?kc_idp_hint=ad' },
      ...{ redeem_url: 'http://****@id:8080/token', profile_url: 'http://id:8080/userinfo', validate_url: 'http://id:8080/userinfo' },
      insecure_oidc_allow_unverified_email: 'true',
      insecure_oidc_skip_issuer_verification: 'false',
      allowed_groups: 'llm-users llm admins',
      ...{ allowed_roles: 'gateway:user', keycloak_groups: '/ai', github_org: 'acme', github_team: 'ai', github_users: 'ada' },
      ...{ gitlab_groups: 'ai', gitlab_projects: 'us/llm=20', google_groups: 'ai', bitbucket_team: 'ai', entra_id_allowed_tenants: 'one' },
      ...{ cookie_secure: 'false', cookie_httponly: 'true', cookie_samesite: 'lax' },
      ...{ http_address: '0.0.0.0:4180', https_address: ':4443', tls_min_version: 'TLS1.3', tls_cert_file: 'server.TLS.Cert' },
      ...{ github_repo: '****', bitbucket_repository: '****', azure_tenant: 'one' },
      ...{ oidc_email_claim: 'upn', user_id_claim: 'email' },
      metrics_address: ':44180',
      metrics_secure_address: ':44181',
      upstreams: 'http://****@127.0.0.1:11434/api/ static://202',
      ...{ pass_access_token: 'true', pass_authorization_header: 'true', ssl_upstream_insecure_skip_verify: 'true' },
    })
    expect(parseAlphaConfig(mask(withoutFlow, sed).split('\n')).secretShape?.text).toBe('xxxxxxxxxxxxxxxxxxoxxxox')
    expect(parseAlphaConfig(mask(sample, sed).split('\n')).settings.get('http_address')?.offset).toBe(
      sample.split('\n').findIndex((line) => line.includes(' BindAddress')),
    )
  })

  test('every setting that stands there is read', () => {
    const all = (Object.keys(options) as OptionName[]).filter((name) => optionOf(name).alpha && name !== 'cookie_secret_file')
    expect(Object.keys(read(withoutFlow))).toEqual(expect.arrayContaining(all))
  })

  // Forms that the mask cannot follow: nothing of them may be taken for a default.
  test.each([
    ['a flow map', 'providers: [{ id: one, provider: oidc }]'],
    ['quoted keys', 'providers:\n  - "provider": oidc'],
    ['JSON', '{\n "providers": [\n  {"provider": "oidc"}\n ]\n}'],
    ['an anchor', 'providers: &all\n  - provider: oidc'],
    ['a merge', 'providers:\n  - <<: *base\n    provider: oidc'],
    ['a flow map of a provider', sample],
    ['a text over lines', 'providers:\n  - provider: oidc\nserver:\n  BindAddress: "0.0.0.0\n    :4180"'],
    ['an alias', 'providers:\n  - provider: &x oidc\nserver:\n  BindAddress: *y'],
    ['two documents', 'providers:\n  - provider: oidc\n---\nserver:\n  BindAddress: ":4180"'],
  ])('%s: said to be unread', (_, text) => {
    expect(read(mask(text)).unread).toMatch(/unknown form|map of settings|YAML/)
  })

  test('property: a secret is masked wherever it stands', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9+=-]{8,20}$/).map((text) => `q7${text}`)
    const key = fc.constantFrom('clientSecret', 'value', 'secret', 'token', 'jwtKey', 'basicAuthPassword', 'client-secret')
    const form = fc.constantFrom<(name: string, text: string) => string>(
      (name, text) => `${name}: ${text}`,
      (name, text) => `${name}: "${text}" # ${text}`,
      (name, text) => `${name} : '${text}'`,
      (name, text) => `- ${name}: ${text}`,
      (name, text) => `- "${name}": ${text}`,
      (name, text) => `${name}: |\n    ${text}`,
      (name, text) => `${name}:\n    ${text}`,
      (name, text) => `${name}: "a\n   ${text}"`,
      (name, text) => `{ ${name}: ${text} }`,
      (_, text) => `# ${text}`,
      (_, text) => `? ${text}`,
    )
    const all = fc.array(fc.tuple(form, key, secret), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(all, (list) => {
        const text = list.map(([one, name, value]) => `  ${one(name, value)}`).join('\n')
        expect(mask(text)).not.toContain('q7')
      }),
      { numRuns: 40 },
    )
  })
})

const base = 'providers:\n  - provider: oidc\n'
test.each([
  ['nothing', '', {}, /map of settings/],
  ['no provider', 'server:\n  bindaddress: ":1"', { http_address: ':1' }, /names no provider/],
  [
    'cookies of late versions',
    `${base}cookie:\n  insecure: true\n  scriptAccess: Allow`,
    { cookie_secure: 'false', cookie_httponly: 'false' },
    undefined,
  ],
  [
    'cookies of late versions, at their defaults',
    `${base}cookie:\n  sameSite: Lax`,
    { cookie_secure: 'true', cookie_httponly: 'true' },
    undefined,
  ],
  ['cookies with both words', `${base}cookie:\n  secure: true\n  insecure: true`, { cookie_secure: 'false' }, undefined],
  ['a secret in a file', `${base}cookie:\n  secret:\n    fromFile: /run/s`, { cookie_secret_file: '/run/s' }, undefined],
  ['a secret in a file of other versions', `${base}cookie:\n  secretFile: /run/s`, { cookie_secret_file: '/run/s' }, undefined],
  ['listeners off', `${base}server:\n  BindAddress: "-"`, { http_address: '' }, undefined],
  ['a list of upstreams of 7.0', `${base}upstreams:\n  - path: /\n    uri: http://a:1/`, { upstreams: 'http://a:1/' }, undefined],
  ['a variable', `${base}server:\n  BindAddress: \${HOST}:4180`, {}, /line 4 names a variable/],
  ['a masked value', `${base}server:\n  BindAddress: "****"`, {}, /line 4 has an unknown form/],
  ['a pattern as path', `${base}upstreams:\n  - path: ^/x/(.*)$\n    rewriteTarget: /$1\n    uri: http://a:1`, {}, /line 4 rewrites paths/],
  ['a path below the address', `${base}upstreams:\n  - path: /\n    uri: http://a:1/v1`, {}, /rewrites paths/],
  ['a text for a list', `${base}injectRequestHeaders: x`, {}, /unknown form/],
  ['a word for a switch', 'providers:\n  - oidcConfig:\n      insecureAllowUnverifiedEmail: yes', {}, /line 3 has an unknown form/],
  ['a refresh token', `${base}injectRequestHeaders:\n  - values:\n      - claim: refresh_token`, { pass_access_token: 'true' }, undefined],
  ['one key in two cases', `${base}server:\n  bindAddress: a:1\n  BindAddress: b:1`, {}, /unknown form/],
])('%s', (_, text, expected, unread) => {
  const found = read(text)
  expect(found).toMatchObject(expected)
  if (unread) expect(found.unread).toMatch(unread)
  else expect(found.unread).toBeUndefined()
  if (unread) for (const name of ['http_address', 'upstreams']) expect(name in found).toBe(name in expected)
})

test('what nests too deep is unread', () => {
  for (const text of ['['.repeat(900), '[\n'.repeat(60_000), '- '.repeat(60_000), '- '.repeat(450)])
    expect(read(`${base}server:\n ${text}`).unread).toMatch(/nested too deep|YAML|unknown form/)
  expect(read(`${base}server: ${'['.repeat(20)}${']'.repeat(20)}`).unread).toMatch(/unknown form/)
})

test('property: any text is read or refused', () => {
  const piece = fc.constantFrom(
    'providers',
    'server',
    'upstreams',
    ':',
    ' ',
    '\n',
    '- ',
    '  ',
    '"',
    '****',
    '[',
    ']',
    '{',
    '}',
    '&a',
    '*a',
    '|',
    '#',
    '---',
    'x',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const lines = pieces.join('').split('\n')
      const { settings, unread } = parseAlphaConfig(lines)
      expect(settings.size > 0 || unread !== undefined).toBe(true)
      for (const { offset } of settings.values()) expect(lines[offset]).toBeDefined()
    }),
  )
})
