import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { SectionOutput } from '../../probe/section.ts'
import { type FactSources, known, unknown } from '../fact.ts'
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
      section: (id: string) => ({ id, command: 'x', state: 'ok', stdout: '', stderr: '', durationMs: 1, bytes: 0, ...change }),
      fact: () => nginx,
    } as unknown as FactSources)
  expect(read(unknown('sudo refused', ['nginx'], 'add a line'))).toMatchObject({ known: false, hint: 'add a line' })
  expect(read(known({ installed: false, running: false, directives: [] }))).toMatchObject({ known: true, value: { certificates: [] } })
  expect(read(known({ installed: true, running: true, directives: [] }), { state: 'timed-out' })).toMatchObject({ known: false })
})
