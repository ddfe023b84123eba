import { expect, test } from 'vitest'
import certificateValid from '../tls/proxy-certificate-valid.control.ts'
import sendsHsts from '../tls/proxy-sends-hsts.control.ts'
import servesTls from '../tls/proxy-serves-tls.control.ts'
import tlsVersions from '../tls/proxy-tls-versions.control.ts'
import { given, site, toOllama } from './caddy-sites.testing.ts'
import { ask, facts, outcomes, service } from './proxy-facts.ts'

test.each<[string, unknown, readonly string[]]>([
  ['a name on 443', site([{ handle: [toOllama] }]), ['pass: The proxy serves TLS']],
  ['port 443 without a name', site([{ handle: [toOllama] }], {}, null), ['pass: The proxy serves TLS']],
  [
    'another port with a name',
    site([{ handle: [toOllama] }], { listen: [':8443'] }),
    ['pass: The proxy serves TLS', 'pass: The proxy serves TLS'],
  ],
  ['another port without a name', site([{ handle: [toOllama] }], { listen: [':8080'] }, null), ['fail: The proxy forwards plain HTTP']],
  ['port 80', site([{ handle: [toOllama] }], { listen: [':80'] }), ['fail: The proxy forwards plain HTTP']],
  [
    'a skipped name',
    site([{ handle: [toOllama] }], { listen: [':8080'], automatic_https: { skip: ['ai.example'] } }),
    ['fail: The proxy forwards plain HTTP'],
  ],
  ['switched off', site([{ handle: [toOllama] }], { automatic_https: { disable: true } }), ['fail: The proxy forwards plain HTTP']],
])('TLS of Caddy: %s', (_, config, expected) => {
  expect(outcomes(ask(servesTls, given(config))).slice(0, 1)).toEqual(expected.slice(0, 1))
})

test('versions and HSTS', () => {
  const versions = (config: unknown) => outcomes(ask(tlsVersions, given(config)))
  expect(versions(site([{ handle: [toOllama] }]))).toEqual(['pass: The configuration allows TLS 1.2, TLS 1.3 only'])
  expect(versions(site([{ handle: [toOllama] }], { tls_connection_policies: [{ protocol_min: 'tls1.0' }] }))).toEqual([
    'fail: protocol_min allows TLS 1.0',
  ])
  const header = { handler: 'headers', response: { set: { 'Strict-Transport-Security': ['max-age=1'] } } }
  expect(outcomes(ask(sendsHsts, given(site([{ handle: [header, toOllama] }]))))).toEqual(['pass: Strict-Transport-Security is sent'])
  expect(outcomes(ask(sendsHsts, given(site([{ match: [{ path: ['/api/*'] }], handle: [header] }, { handle: [toOllama] }]))))).toEqual([
    'warning: Some routes send no HSTS header',
  ])
  const taken = { handler: 'headers', response: { set: { 'Strict-Transport-Security': ['max-age=0; includeSubDomains'] } } }
  expect(outcomes(ask(sendsHsts, given(site([{ handle: [taken, toOllama] }]))))).toEqual(['warning: No Strict-Transport-Security is sent'])
  const nginx = (more: string) =>
    facts(`server { listen 443 ssl; ${more} location / { proxy_pass http://127.0.0.1:11434; } }`, [service('ollama')])
  expect(outcomes(ask(sendsHsts, nginx('add_header Strict-Transport-Security "max-age=1";')))).toEqual([
    'pass: Strict-Transport-Security is sent',
  ])
  expect(outcomes(ask(sendsHsts, nginx('add_header Strict-Transport-Security "max-age=0";')))).toEqual([
    'warning: No Strict-Transport-Security is sent',
  ])
  expect(outcomes(ask(sendsHsts, nginx('')))).toEqual(['warning: No Strict-Transport-Security is sent'])
})

test('a site of Caddy is judged by the certificate of its own name', () => {
  const config = site([{ handle: [toOllama] }])
  const served = {
    subject: 'CN=x',
    issuer: 'CN=ca',
    names: ['ai.example'],
    notBefore: Date.UTC(2026, 0, 1),
    notAfter: Date.UTC(2028, 0, 1),
    isCa: false,
    selfSigned: false,
    keyType: 'ec',
    keyBits: 256,
    chainLength: 2,
    chainInOrder: true,
    line: 3,
  }
  const shown = (serverName: string, versions = ['1.2', '1.3'], names = [serverName]) => ({
    ...{ port: 443, serverName, versions, untested: [], served: { ...served, names }, section: 'wire-tls-443', line: 2 },
  })
  const judged = (control: typeof certificateValid, ...endpoints: readonly object[]) =>
    outcomes(ask(control, { ...given(config), certificates: { certificates: [], unreadable: [], endpoints } } as never))
  const valid = 'pass: Certificate is valid until 1 Jan 2028'
  expect(judged(certificateValid, shown('other.example'), shown('ai.example'))).toEqual([valid])
  expect(judged(certificateValid, shown('other.example'))).toEqual(['not-evaluated: The certificate was not looked at'])
  expect(judged(certificateValid, shown('', [], ['ai.example']))).toEqual([valid])
  expect(judged(tlsVersions, shown('other.example', ['1.0', '1.2']), shown('ai.example'))).toEqual([
    'pass: Only TLS 1.2, TLS 1.3 are accepted',
  ])
})
