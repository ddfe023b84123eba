import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { SectionOutput } from '../../probe/section.ts'
import { printed } from '../../probe/section-output.testing.ts'
import { known, unknown } from '../fact.ts'
import type { FactSources } from '../fact-definition.ts'
import { certificatesFact } from './certificates.fact.ts'
import { parseCertificates } from './parse.ts'
import { covers, readPem } from './pem.ts'

const fixture = (name: string) => readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url), 'utf8')

describe('certificates read from PEM', () => {
  test.each([
    [
      'leaf-chain.pem',
      {
        names: ['ai.example', '*.ai.example', '10.0.3.7'],
        isCa: false,
        selfSigned: false,
        keyType: 'ec',
        keyBits: 256,
        chainLength: 2,
        chainInOrder: true,
      },
    ],
    ['chain-reversed.pem', { isCa: true, chainLength: 2, chainInOrder: false }],
    [
      'self-signed.pem',
      {
        subject: 'O=Example, CN=ai.example',
        issuer: 'O=Example, CN=ai.example',
        names: [],
        isCa: false,
        selfSigned: true,
        keyType: 'rsa',
        keyBits: 2048,
      },
    ],
    ['ca-as-server.pem', { isCa: true, selfSigned: true, chainLength: 1 }],
    ['short-key.pem', { keyType: 'rsa', keyBits: 1024 }],
    ['ed25519.pem', { keyType: 'ed25519', keyBits: 256 }],
  ])('%s', (name, expected) => {
    expect(readPem(fixture(name))).toMatchObject(expected)
  })

  test('dates are milliseconds', () => {
    const certificate = readPem(fixture('leaf-chain.pem'))
    expect([certificate?.notBefore, certificate?.notAfter].map((at) => new Date(at ?? 0).toISOString())).toEqual([
      '2026-01-01T00:00:00.000Z',
      '2027-01-01T00:00:00.000Z',
    ])
  })

  test.each(['', 'no pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', '-----BEGIN CERTIFICATE-----\nMIIB'])(
    '%j is none',
    (text) => {
      expect(readPem(text)).toBeUndefined()
    },
  )
})

test.each([
  [['ai.example'], 'AI.example.', true],
  [['*.example.com'], 'a.example.com', true],
  [['*.example.com'], 'a.b.example.com', false],
  [['*.example.com'], 'example.com', false],
  [['*.example.com'], '*.example.com', true],
  [['a.example.com'], '*.example.com', false],
  [['10.0.3.7'], '10.0.3.7', true],
  [[], 'a', false],
])('%j covers %s: %s', (names, name, expected) => {
  expect(covers(names, name)).toBe(expected)
})

test('a recorded section: files, a file that also holds its key, versions, what was served', () => {
  const text = fixture('section-two-ports.txt')
  const read = parseCertificates(text)
  expect(text).not.toContain('PRIVATE KEY')
  expect(read.certificates.map(({ path, line }) => [path.replace(/.*\//, ''), line])).toEqual([
    ['a.crt', 1],
    ['comb.pem', 22],
  ])
  expect(
    read.endpoints.map(({ port, serverName, versions, untested, served }) => [port, serverName, versions, untested, served?.selfSigned]),
  ).toEqual([
    [19443, 'ai.internal.example', ['1.0', '1.1', '1.2'], [], true],
    [19444, 'other.example', ['1.2'], [], true],
    [19444, 'gatehouse-probe.w.example', [], [], true],
  ])
})

test.each(['debian-11', 'debian-13'])('%s (OpenSSL 1.1.1, 3.5): a CA certificate is served with TLS 1.3 and refused for the rest', (os) => {
  const read = parseCertificates(fixture(`${os}-lab.txt`))
  expect(read).toMatchObject({
    certificates: [{ path: '/etc/ssl/certs/internal-ca.crt' }],
    endpoints: [{ port: 443, serverName: 'ai.internal.yourcompany.com', versions: ['1.3'], untested: [], served: { selfSigned: true } }],
  })
})

const none = 'New, (NONE), Cipher is (NONE)'
test.each<[string, 'refused' | 'untested']>([
  [`4A:error:0A000410:SSL routines:ssl3_read_bytes:ssl/tls alert handshake failure:x ${none}`, 'refused'],
  [`1:error:1409442E:SSL routines:ssl3_read_bytes:tlsv1 alert protocol version:../ssl/x:1571:SSL alert number 70 ${none}`, 'refused'],
  [`4A:error:0A000102:SSL routines:ssl_choose_client_version:unsupported protocol:x ${none}`, 'refused'],
  [`4A:error:0A000126:SSL routines:ssl3_read_n:unexpected eof while reading:x ${none}`, 'refused'],
  [`write:errno=104 ${none}`, 'refused'],
  [`4A:error:0A00014D:SSL routines:tls_process_ske_dhe:legacy sigalg disallowed or unsupported:x ${none}`, 'untested'],
  [`4A:error:0A0000B5:SSL routines:tls_construct_client_hello:no ciphers available:x ${none}`, 'untested'],
  [`4A:error:0A000117:SSL routines:future_function:words that nobody knows yet:x ${none}`, 'untested'],
  [none, 'untested'],
  ['connect:errno=111', 'untested'],
  ['s_client: Option unknown option -tls1', 'untested'],
])('%s: %s', (answer, expected) => {
  const [endpoint] = parseCertificates(`#version 443 a tls1 ${answer} \n`).endpoints
  expect(endpoint).toMatchObject({ versions: [], untested: expected === 'refused' ? [] : ['1.0'] })
})

test.each<[name: string, text: string, expected: object]>([
  ['a file that may not be read', '#certificate /a\n#unreadable /a\n', { certificates: [], unreadable: [{ path: '/a', line: 2 }] }],
  ['a file without a certificate', '#certificate /a b\n#empty /a b\n', { unreadable: [{ path: '/a b' }] }],
  ['no openssl', '#no-openssl\n', { notAsked: 'openssl is not installed on the host', endpoints: [] }],
  [
    'a client that may not offer 1.0',
    '#version 443 - tls1 4A:error:0A0000BF:SSL routines:tls_setup_handshake:no protocols available:x New, (NONE), Cipher is (NONE)\n',
    { endpoints: [{ serverName: '', versions: [], untested: ['1.0'] }] },
  ],
  [
    'a server that refuses 1.0',
    '#version 443 - tls1 4A:error:0A00042E:SSL routines:ssl3_read_bytes:tlsv1 alert protocol version:x New, (NONE), Cipher is (NONE)\n',
    { endpoints: [{ versions: [], untested: [] }] },
  ],
  ['no answer at all', '#version 443 - tls1_2 \n', { endpoints: [{ versions: [], untested: ['1.2'] }] }],
  ['rubbish', '#version\n#version x y z\n#served\n#certificate\n\n-----BEGIN', { certificates: [], endpoints: [] }],
])('%s', (_, text, expected) => {
  expect(parseCertificates(text)).toMatchObject(expected)
})

test('the fact follows nginx: unknown when it is, empty when there is none', () => {
  const read = (nginx: unknown, change: Partial<SectionOutput> = {}) =>
    certificatesFact.read({
      section: (id: string) => printed(id, '', change),
      fact: (id: string) => (id === 'wire' ? unknown('not asked', []) : nginx),
    } as unknown as FactSources)
  expect(read(unknown('sudo refused', ['nginx'], 'add a line'))).toMatchObject({ known: false, hint: 'add a line' })
  expect(read(known({ installed: false, running: false, directives: [] }))).toMatchObject({ known: true, value: { certificates: [] } })
  expect(read(known({ installed: true, running: true, directives: [] }), { state: 'timed-out' })).toMatchObject({ known: false })
})
