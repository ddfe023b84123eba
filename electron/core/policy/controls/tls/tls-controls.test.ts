import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Certificate, TlsEndpoint } from '../../../facts/certificates/certificates.ts'
import { known } from '../../../facts/fact.ts'
import { readTranscript } from '../../../facts/wire/transcript.ts'
import { ask, facts, outcomes, policyContext, service } from '../proxy/proxy-facts.ts'
import { date } from './certificate-flaws.ts'
import proxyCertificateValid from './proxy-certificate-valid.control.ts'
import proxyServesTls from './proxy-serves-tls.control.ts'
import proxyTlsCiphers from './proxy-tls-ciphers.control.ts'
import proxyTlsVersions from './proxy-tls-versions.control.ts'

const toOllama = 'location / { proxy_pass http://127.0.0.1:11434; }'
const tls = 'listen 443 ssl; server_name ai.example; ssl_certificate tls/a.crt; ssl_certificate_key tls/a.key;'
const day = 86_400_000
const hour = day / 24
const now = policyContext().now

test.each<[name: string, configuration: string, expected: readonly string[]]>([
  ['TLS', `server { ${tls} ${toOllama} }`, ['pass: The proxy serves TLS']],
  ['plain', `server { listen 80; ${toOllama} }`, ['fail: The proxy forwards plain HTTP']],
  ['no listen at all means port 80', `server { ${toOllama} }`, ['fail: The proxy forwards plain HTTP']],
  ['plain on 443', `server { listen 443; ${toOllama} }`, ['fail: The proxy forwards plain HTTP']],
  ['both in one server', `server { listen 80; ${tls} ${toOllama} }`, ['fail: The proxy forwards plain HTTP', 'pass: The proxy serves TLS']],
  [
    'redirect beside it',
    `server { listen 80; return 301 https://$host$request_uri; } server { ${tls} ${toOllama} }`,
    ['pass: The proxy serves TLS'],
  ],
  [
    'redirect by condition, as certbot writes it',
    `server { listen 80; server_name ai.example; if ($host = ai.example) { return 301 https://$host$request_uri; } return 404; } server { ${tls} ${toOllama} }`,
    ['pass: The proxy serves TLS'],
  ],
  [
    'redirect unless already encrypted',
    `server { listen 80; ${tls} if ($scheme = http) { return 301 https://$host$request_uri; } ${toOllama} }`,
    ['pass: The proxy serves TLS'],
  ],
  [
    'ssl on another server of the socket',
    `server { listen 443 ssl; ssl_certificate b.crt; } server { listen 443; server_name ai.example; ${toOllama} }`,
    ['pass: The proxy serves TLS'],
  ],
  ['old "ssl on"', `server { listen 443; ssl on; ssl_certificate a.crt; ${toOllama} }`, ['pass: The proxy serves TLS']],
  [
    'loopback only',
    `server { listen 127.0.0.1:80; listen [::1]:80; listen unix:/run/x.sock; ${toOllama} }`,
    ['not-applicable: No proxy forwards to the model server'],
  ],
  [
    'another name, shadowed',
    `server { listen 80; server_name a; return 404; } server { listen 80; server_name a; ${toOllama} }`,
    ['not-applicable: No proxy forwards to the model server'],
  ],
])('encrypted on the way: %s', (_, configuration, expected) => {
  expect(outcomes(ask(proxyServesTls, facts(configuration, [service('ollama')])))).toEqual(expected)
})

test('bytes passed on by a stream server count too', () => {
  const dump = '# configuration file /etc/nginx/nginx.conf:\nstream { server { listen 9000; proxy_pass 127.0.0.1:11434; } }\n'
  expect(outcomes(ask(proxyServesTls, facts(dump, [service('ollama')])))).toEqual(['fail: The proxy forwards plain HTTP'])
})

test('a port open beyond loopback passes by the proxy', () => {
  expect(outcomes(ask(proxyServesTls, facts('', [service('ollama', { address: '::' })])))).toEqual([
    'fail: The inference port speaks plain HTTP',
  ])
  const own = service('vllm', { address: '0.0.0.0', argv: ['vllm', 'serve', 'm', '--ssl-certfile=/x'] })
  expect(outcomes(ask(proxyServesTls, facts('', [own])))).toEqual(['not-evaluated: The TLS of the engine was not seen'])
  const tls = { versions: [], line: 2, chain: ['pem'], chainLine: 3, ciphers: [] }
  const seen = { address: '10.0.3.7', port: 8000, from: 'bastion', tcp: 'connected', tls, answers: [], section: 'wire-tls-8000', line: 1 }
  const given = facts('', [own], { wire: { known: true, value: { endpoints: [seen] } } })
  expect(outcomes(ask(proxyServesTls, given))).toEqual(['pass: The engine serves TLS by itself'])
})

const certificate = (change: Partial<Certificate> = {}): Certificate => ({
  path: '/etc/nginx/tls/a.crt',
  subject: 'CN=ai.example',
  issuer: 'CN=Example CA',
  notBefore: now - 30 * day,
  notAfter: now + 300 * day,
  names: ['ai.example'],
  isCa: false,
  selfSigned: false,
  keyType: 'rsa',
  keyBits: 2048,
  chainLength: 2,
  chainInOrder: true,
  line: 1,
  ...change,
})

const endpoint = (change: Partial<TlsEndpoint> = {}): TlsEndpoint => ({
  port: 443,
  serverName: 'ai.example',
  versions: ['1.2', '1.3'],
  untested: [],
  section: 'certificates',
  line: 30,
  ...change,
})

const withCertificates = (configuration: string, certificates: object) =>
  facts(configuration, [service('ollama')], { certificates: { certificates: [], unreadable: [], endpoints: [], ...certificates } })

test.each<[name: string, change: Partial<Certificate>, expected: string]>([
  ['sound', {}, 'pass: Certificate is valid until 18 Sep 2027'],
  ['a wildcard of a top level', { names: ['*.example'] }, 'fail: Certificate does not cover its name'],
  ['no date', { notAfter: Number.NaN }, 'fail: Certificate has a date nobody can read'],
  ['for clients', { otherPurpose: true }, 'fail: Certificate is not one for servers'],
  ['RSA-PSS', { keyType: 'rsa-pss', keyBits: 1024 }, 'fail: Certificate has a weak key'],
  ['expired', { notAfter: now - 12 * day }, 'fail: Certificate expired 12 days ago'],
  ['early', { notBefore: now + day }, 'fail: Certificate is not valid yet'],
  ['ends soon', { notBefore: now - 300 * day, notAfter: now + 12.5 * day }, 'warning: Certificate ends in 12 days'],
  [
    'was issued for twelve hours, five are left',
    { notBefore: now - 7 * hour, notAfter: now + 5 * hour },
    `pass: Certificate is valid until ${date(now + 5 * hour)}`,
  ],
  [
    'was issued for twelve hours, two are left',
    { notBefore: now - 10 * hour, notAfter: now + 2 * hour },
    'warning: Certificate ends in 0 days',
  ],
  [
    'was issued for 47 days, 15 are left',
    { notBefore: now - 32 * day, notAfter: now + 15 * day },
    `pass: Certificate is valid until ${date(now + 15 * day)}`,
  ],
  [
    'was issued for 90 days, 29 are left',
    { notBefore: now - 61 * day, notAfter: now + 29.5 * day },
    'warning: Certificate ends in 29 days',
  ],
  ['ends tomorrow', { notAfter: now + 1.5 * day }, 'warning: Certificate ends in 1 day'],
  ['other name', { names: ['other.example'] }, 'fail: Certificate does not cover its name'],
  ['no names, common name only', { names: [] }, 'fail: Certificate does not cover its name'],
  ['CA', { isCa: true }, 'fail: A CA certificate is used for the server'],
  ['self-signed', { selfSigned: true }, 'warning: Certificate is self-signed'],
  ['short key', { keyBits: 1024 }, 'fail: Certificate has a weak key'],
  ['EC key', { keyType: 'ec', keyBits: 256 }, 'pass: Certificate is valid until 18 Sep 2027'],
  ['chain', { chainInOrder: false }, 'warning: Certificate chain is out of order'],
  ['no handshake signed', { signsNoHandshake: 'some' }, 'warning: Certificate may not sign handshakes'],
])('certificate: %s', (_, change, expected) => {
  const given = withCertificates(`server { ${tls} ${toOllama} }`, { certificates: [certificate(change)] })
  expect(outcomes(ask(proxyCertificateValid, given))).toEqual([expected])
})

test('a certificate without a name helps no client, whatever the server calls itself', () => {
  const given = withCertificates(`server { ${tls.replace(/server_name [^;]*;/, '')} ${toOllama} }`, {
    certificates: [certificate({ names: [] })],
  })
  expect(outcomes(ask(proxyCertificateValid, given))).toEqual(['fail: Certificate names no host'])
})

test('a warning is as loud as it says', () => {
  const given = withCertificates(`server { ${tls} ${toOllama} }`, { certificates: [certificate({ lacksIssuer: true })] })
  expect(ask(proxyCertificateValid, given)[0]).toMatchObject({ status: 'warning', severity: 'medium' })
})

test('the certificate that is served counts before the file', () => {
  const old = endpoint({ served: certificate({ notAfter: now - day }) })
  const given = withCertificates(`server { ${tls} ${toOllama} }`, { certificates: [certificate()], endpoints: [old] })
  const [verdict] = ask(proxyCertificateValid, given)
  expect(verdict?.title).toBe('Certificate expired 1 day ago')
  expect(verdict?.reason).toContain('nginx was not reloaded')
})

test('what has expired is not also about to end', () => {
  const given = withCertificates(`server { ${tls} ${toOllama} }`, { certificates: [certificate({ notAfter: now - day })] })
  expect(ask(proxyCertificateValid, given)[0]?.reason).toBe('It ended on 21 Nov 2026.')
})

test('what could not be read is not judged', () => {
  const unreadable = [{ path: '/etc/nginx/tls/a.crt', reason: 'it is missing, or the audit account may not read it', line: 2 }]
  const given = withCertificates(`server { ${tls} ${toOllama} }`, { unreadable })
  const [verdict] = ask(proxyCertificateValid, given)
  expect(outcomes([...ask(proxyCertificateValid, given)])).toEqual(['not-evaluated: The certificate could not be read'])
  expect(verdict?.reason).toContain('audit account')
  for (const control of [proxyCertificateValid, proxyTlsVersions])
    expect(outcomes(ask(control, facts(`server { listen 80; ${toOllama} }`, [service('ollama')])))).toEqual([
      'not-applicable: The proxy serves no TLS here',
    ])
})

test.each<[name: string, configuration: string, measured: TlsEndpoint | undefined, expected: string]>([
  [
    'QUIC, which has TLS 1.3 only, says nothing of the socket beside it',
    `server { listen 443 quic; ${tls} ssl_protocols TLSv1 TLSv1.3; ${toOllama} }`,
    undefined,
    'fail: ssl_protocols allows TLS 1.0',
  ],
  [
    'QUIC alone',
    `server { listen 443 quic; server_name ai.example; ssl_protocols TLSv1 TLSv1.3; ${toOllama} }`,
    undefined,
    'pass: The configuration allows TLS 1.3 only',
  ],
  ['measured well', `server { ${tls} ${toOllama} }`, endpoint(), 'pass: Only TLS 1.2, TLS 1.3 are accepted'],
  ['measured badly', `server { ${tls} ${toOllama} }`, endpoint({ versions: ['1.0', '1.1', '1.2'] }), 'fail: TLS 1.0 is still accepted'],
  [
    'refused by the library only',
    `server { ${tls} ssl_protocols TLSv1 TLSv1.2; ${toOllama} }`,
    endpoint({ versions: ['1.2'] }),
    'warning: ssl_protocols still names TLS 1.0',
  ],
  [
    'not offered by the client, allowed in the file',
    `server { ${tls} ssl_protocols TLSv1 TLSv1.2; ${toOllama} }`,
    endpoint({ versions: ['1.2'], untested: ['1.0', '1.1'] }),
    'fail: ssl_protocols allows TLS 1.0',
  ],
  [
    'not measured, sound file',
    `server { ${tls} ssl_protocols TLSv1.2 TLSv1.3; ${toOllama} }`,
    undefined,
    'pass: The configuration allows TLS 1.2, TLS 1.3 only',
  ],
  ['not measured, default of 1.22', `server { ${tls} ${toOllama} }`, undefined, 'not-evaluated: The accepted TLS versions are not known'],
  [
    'the default server rules',
    `server { listen 443 ssl default_server; ssl_certificate d.crt; ssl_protocols TLSv1.1 TLSv1.2; return 444; } server { ${tls} ssl_protocols TLSv1.3; ${toOllama} }`,
    undefined,
    'fail: ssl_protocols allows TLS 1.1',
  ],
])('TLS versions: %s', (_, configuration, measured, expected) => {
  const given = withCertificates(configuration, { endpoints: measured ? [measured] : [] })
  expect(outcomes(ask(proxyTlsVersions, given))).toEqual([expected])
})

/** A certificate of a CA: the recorded one of another test is enough to be read. */
const pem = readFileSync(new URL('../../../facts/certificates/__fixtures__/leaf-chain.pem', import.meta.url), 'utf8')
const haproxy = (address = '*') => ({
  ...{ protocol: 'tcp', address, port: 443, scope: address === '*' ? 'wildcard' : 'specific' },
  ...{ processes: [{ name: 'haproxy', pid: 9 }], line: 4 },
})
const met = (lines: readonly string[], listener = haproxy(), nginx = '') => {
  const text = ['tcp 10.0.3.7 port 443 from bastion: connected', ...lines].join('\n')
  return facts(nginx, [service('ollama')], {
    listeners: known([listener]),
    wire: known({ endpoints: [readTranscript('wire-tls-443', text)] }),
  })
}
const shows = (...versions: readonly string[]) => ['tls name (none)', ...versions, ...pem.trim().split('\n')]
const modern = ['tls 1.0: refused (x)', 'tls 1.1: refused (x)', 'tls 1.2: served (X)', 'tls 1.3: served (Y)']
const notModelled = 'not-evaluated: HAProxy is not modelled yet'

test.each<[name: string, lines: readonly string[], versions: string | undefined, certificate: string | undefined]>([
  ['sound', shows(...modern), 'pass: Only TLS 1.2, TLS 1.3 are accepted', 'pass: Certificate is valid until 1 Jan 2027'],
  [
    'old versions',
    shows('tls 1.0: served (X)', 'tls 1.1: served (X)', 'tls 1.2: served (X)'),
    'fail: TLS 1.0 is still accepted',
    'pass: Certificate is valid until 1 Jan 2027',
  ],
  [
    'a version that could not be offered',
    shows('tls 1.0: not asked (x)', ...modern.slice(1)),
    'not-evaluated: The accepted TLS versions are not known',
    'pass: Certificate is valid until 1 Jan 2027',
  ],
  [
    'an answer cut short',
    ['tls name (none)', 'tls 1.2: served (X)'],
    'not-evaluated: The accepted TLS versions are not known',
    'not-evaluated: No handshake showed its certificate',
  ],
  ['no TLS', ['GET /: 401'], undefined, undefined],
  ['nothing came', ['tls name (none)', 'tls 1.0: unclear (x)', 'tls 1.2: unclear (x)'], undefined, undefined],
])('a proxy that is not modelled is judged by its handshakes: %s', (_, lines, versions, shown) => {
  const given = met(lines)
  expect(outcomes(ask(proxyTlsVersions, given))).toEqual([...(versions ? [versions] : []), notModelled])
  expect(outcomes(ask(proxyCertificateValid, given))).toEqual([...(shown ? [shown] : []), notModelled])
  for (const [verdict] of [ask(proxyTlsVersions, given), ask(proxyCertificateValid, given)])
    expect(verdict?.subject).toBe(versions ? '*:443' : 'haproxy')
})

const tried = (broken: string, fixed: string, best = 'ECDHE-RSA-AES128-GCM-SHA256') => [
  ...shows('tls 1.0: refused (x)', `tls 1.2: served (${best})`),
  `broken ciphers: ${broken}`,
  `static ciphers: ${fixed}`,
]
const nginxOn443 = { ...haproxy(), processes: [{ name: 'nginx', pid: 9 }] }
const no = 'refused (alert handshake failure)'
test.each<[name: string, lines: readonly string[], expected: string]>([
  ['sound', tried(no, no), 'pass: Weak ciphers are refused'],
  ['TLS 1.3 alone', tried('refused (alert protocol version)', 'refused (alert protocol version)'), 'pass: Weak ciphers are refused'],
  ['RC4', tried('served (TLS_RSA_WITH_RC4_128_SHA by TLS 1.2)', no), 'fail: A broken cipher is accepted'],
  ['RC4, the other unclear', tried('served (TLS_RSA_WITH_RC4_128_SHA by TLS 1.2)', 'unclear (x)'), 'fail: A broken cipher is accepted'],
  ['static RSA', tried(no, 'served (TLS_RSA_WITH_AES_128_CBC_SHA by TLS 1.2)'), 'warning: A cipher without forward secrecy is taken'],
  ['CBC alone', tried(no, no, 'ECDHE-RSA-AES256-SHA384'), 'warning: Best cipher of TLS 1.2 is of CBC mode'],
  ['not to its end', tried(no, no, 'ECDHE-RSA-AES128-SHA, not to its end'), 'warning: Best cipher of TLS 1.2 is of CBC mode'],
  ['ChaCha', tried(no, no, 'ECDHE-RSA-CHACHA20-POLY1305'), 'pass: Weak ciphers are refused'],
  ['closed without a word', tried('unclear (the connection was closed)', no), 'not-evaluated: Whether it takes weak ciphers is not known'],
  ['the other closed', tried(no, 'unclear (the connection was closed)'), 'not-evaluated: Whether it takes weak ciphers is not known'],
  ['recorded before', shows(...modern), 'not-evaluated: Whether it takes weak ciphers is not known'],
])('weak ciphers: %s', (_, lines, expected) => {
  expect(outcomes(ask(proxyTlsCiphers, met(lines)))).toEqual([expected, notModelled])
  const nginx = met(
    lines.map((line) => line.replace('tls name (none)', 'tls name ai.example')),
    nginxOn443,
    `server { ${tls} ${toOllama} }`,
  )
  expect(outcomes(ask(proxyTlsCiphers, nginx))).toEqual([expected])
  const own = service('vllm', { address: '0.0.0.0', argv: ['vllm', 'serve', 'm', '--ssl-certfile=/x'] })
  const { wire } = met(lines) as { readonly wire: { readonly value: { readonly endpoints: readonly object[] } } }
  const endpoints = wire.value.endpoints.map((one) => ({ ...one, port: 8000 }))
  expect(outcomes(ask(proxyTlsCiphers, facts('', [own], { wire: known({ endpoints }) })))).toEqual([expected])
})

test('weak ciphers of what was not met over the network', () => {
  const unmet = (configuration: string, more = {}) => outcomes(ask(proxyTlsCiphers, facts(configuration, [service('ollama')], more)))
  const open = 'not-evaluated: Whether it takes weak ciphers is not known'
  expect(unmet(`server { ${tls} ${toOllama} }`)).toEqual([open])
  const refused = { wire: { known: false, reason: 'the jump host does not forward', sections: [] } }
  expect(unmet(`server { ${tls} ${toOllama} }`, refused)).toEqual([open])
  expect(unmet(`server { ${tls} ssl_protocols TLSv1.3; ${toOllama} }`, refused)).toEqual(['pass: TLS 1.3 has none of them'])
  const named = (list: string, rest = '') => unmet(`${rest} server { ${tls} ssl_ciphers ${list}; ${toOllama} }`)[0]
  const sound = 'pass: Only sound ciphers are set'
  const weak = 'warning: ssl_ciphers names a broken cipher'
  for (const [list, expected] of [
    ['ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES256-GCM-SHA384', sound],
    ['EECDH+AESGCM:EDH+AESGCM', sound],
    ['ECDHE+CHACHA20:ECDHE+AESGCM:!aNULL:!MD5:@SECLEVEL=2', sound],
    ['"TLS_AES_128_GCM_SHA256 ECDHE-RSA-AES128-GCM-SHA256"', sound],
    ['ECDHE-RSA-AES128-GCM-SHA256:DES-CBC3-SHA', weak],
    ['ECDHE-RSA-AES128-GCM-SHA256:RC4-SHA:HIGH', weak],
    ['ECDHE-RSA-AES128-GCM-SHA256:ADH-AES128-SHA', weak],
    ['EECDH+AESGCM:3DES', weak],
    ['EECDH+AESGCM:3DES:!3DES', sound],
    ['HIGH:!aNULL:!MD5', open],
    ['ECDHE-RSA-AES128-GCM-SHA256:AES128-GCM-SHA256', 'warning: ssl_ciphers names one without forward secrecy'],
    ['ECDHE-RSA-AES128-SHA', open],
    ['ECDHE+AES', open],
    ['PROFILE=SYSTEM', open],
    ['!aNULL', open],
  ] as const)
    expect([list, named(list)]).toEqual([list, expected])
  // The server that is named rules, as the real nginx does.
  expect(named('EECDH+AESGCM', 'server { listen 443 ssl default_server; ssl_certificate d.crt; ssl_ciphers RC4; return 444; }')).toBe(sound)
  // What is served to one who asks for that very name counts before what is set.
  const rc4 = tried('served (TLS_RSA_WITH_RC4_128_SHA by TLS 1.2)', no)
  const served = (name: string) => {
    const lines = rc4.map((line) => line.replace('tls name (none)', `tls name ${name}`))
    return outcomes(ask(proxyTlsCiphers, met(lines, nginxOn443, `server { ${tls} ssl_ciphers EECDH+AESGCM; ${toOllama} }`)))
  }
  expect(served('ai.example')).toEqual(['fail: A broken cipher is accepted'])
  expect(served('other.example')).toEqual([sound])
  expect(unmet(`server { listen 80; ${toOllama} }`)).toEqual(['not-applicable: The proxy serves no TLS here'])
  expect(unmet('')).toEqual(['not-applicable: No proxy forwards to the model server'])
})

const json = (path: string) => [`GET ${path}: 200`, '  content-type: application/json']
const away = (path: string, to: string) => [`GET ${path}: 301`, `  location: ${to}`]
test.each<[name: string, lines: readonly string[], expected: string]>([
  ['TLS', shows(...modern), 'pass: The proxy serves TLS'],
  ['a model in clear', [...json('/api/tags'), ...json('/api/ps')], 'fail: The proxy forwards plain HTTP'],
  [
    'a redirect',
    [...away('/', 'https://ai.example/'), ...away('/api/tags', 'https://ai.example/api/tags')],
    'pass: The port only leads to https',
  ],
  ['a redirect that stays', away('/', 'http://ai.example/'), 'not-evaluated: The port answers in clear'],
  ['a redirect of one route', [...away('/', 'https://ai.example/'), 'GET /api/tags: 404'], 'not-evaluated: The port answers in clear'],
  ['and silence', [...away('/', 'https://ai.example/'), 'GET /api/tags: no answer (closed)'], 'not-evaluated: The port answers in clear'],
  ['a login in clear', ['GET /: 401'], 'not-evaluated: The port answers in clear'],
  ['nothing', ['GET /: no answer (closed)'], 'not-evaluated: What the port speaks is not known'],
])('encrypted on the way through a proxy that is not modelled: %s', (_, lines, expected) => {
  expect(outcomes(ask(proxyServesTls, met(lines)))).toEqual([expected, notModelled])
})

test('handshakes with another address, and a plain nginx beside it', () => {
  const elsewhere = met(shows(...modern), haproxy('10.0.9.9'))
  expect(outcomes(ask(proxyTlsVersions, elsewhere))).toEqual([notModelled])
  const beside = met(shows('tls 1.0: served (X)'), haproxy(), `server { listen 80; ${toOllama} }`)
  expect(outcomes(ask(proxyTlsVersions, beside))).toEqual(['fail: TLS 1.0 is still accepted', notModelled])
  const unmet = facts(`server { listen 80; ${toOllama} }`, [service('ollama')], { listeners: known([haproxy()]) })
  expect(outcomes(ask(proxyTlsVersions, unmet))).toEqual([notModelled])
})

test('the policy may ask for TLS 1.3', () => {
  const given = withCertificates(`server { ${tls} ${toOllama} }`, { endpoints: [endpoint()] })
  expect(outcomes(ask(proxyTlsVersions, given, policyContext({}, { minimumTlsVersion: '1.3' })))).toEqual([
    'fail: TLS 1.2 is still accepted',
  ])
})
