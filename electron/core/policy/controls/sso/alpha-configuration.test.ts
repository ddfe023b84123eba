import { expect, test } from 'vitest'
import type { AnyControl } from '../../control.ts'
import { outcomes } from '../proxy/proxy-facts.ts'
import cookieFlags from './oauth2-proxy-cookie-flags-set.control.ts'
import cookieSecret from './oauth2-proxy-cookie-secret-strong.control.ts'
import behindTls from './oauth2-proxy-listens-behind-tls.control.ts'
import providerVerified from './oauth2-proxy-provider-verified.control.ts'
import tokensKept from './oauth2-proxy-tokens-kept.control.ts'
import usersRestricted from './oauth2-proxy-users-restricted.control.ts'
import { ask, facts, unverified } from './sso-facts.testing.ts'

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

test('what an alpha configuration serves beside TLS', () => {
  const both = ['server:', '  bindAddress: 0.0.0.0:4180', '  secureBindAddress: 0.0.0.0:4443', '  tls:', '    cert:', '      fromFile: /c']
  expect(outcomes(ask(behindTls, alphaFile(...both)))).toEqual(['fail: Plain HTTP beyond this machine'])
  const metrics = ['metricsServer:', '  secureBindAddress: 0.0.0.0:44180']
  expect(outcomes(ask(behindTls, alphaFile(...metrics)))).toEqual(['warning: Metrics beyond this machine'])
})

test.each([
  ['shape: xxxxxxxxxxxxxxxx', [], 'pass: The cookie secret has 16 bytes'],
  ['typedShape: xxxxxxxxxxxxxxxx', [], 'fail: The cookie secret is no random value'],
  ['shape: xxxxxxxxxxxxxxx', [], 'fail: The cookie secret has 15 bytes'],
  ['secret: "****"', ['@secret alpha 32 32 other'], 'not-evaluated: Settings of oauth2-proxy could not be read'],
  ['secretFile: /run/s', ['@secret alpha 32 32 other'], 'pass: The cookie secret has 32 bytes'],
  ['sameSite: lax', ['@secret file 32 32 other'], 'not-evaluated: Settings of oauth2-proxy could not be read'],
])('the cookie secret of an alpha configuration: %s', (line, more, expected) => {
  const alpha = ['providers:', '- provider: oidc', 'cookie:', `  ${line}`].map((text) => `:${text}`)
  const given = facts(undefined, ['=--alpha-config=/a.yaml', '@environment process', '@alpha read /a.yaml', ...alpha, ...more])
  expect(outcomes(ask(cookieSecret, given))).toEqual([expected])
})
