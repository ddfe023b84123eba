import fc from 'fast-check'
import { expect, test } from 'vitest'
import { printTranscript, readTranscript, type Said } from './transcript.ts'

const printable = fc.string({ unit: fc.constantFrom(...' ~:()|/aZ09\u00b7'), maxLength: 30 })
const said: fc.Arbitrary<Said> = fc.record({
  address: fc.constantFrom('10.0.0.1', 'gpu-01.example', 'fd00::1'),
  port: fc.integer({ min: 1, max: 65_535 }),
  from: fc.constantFrom('bastion-01', 'this workstation'),
  tcp: fc.constantFrom('connected' as const, 'refused' as const, 'no-answer' as const, 'not-forwarded' as const),
  reason: fc.option(printable, { nil: undefined }),
  answers: fc.array(
    fc.oneof(
      fc.record({
        method: fc.constant('GET'),
        path: fc.constantFrom('/', '/v1/models'),
        status: fc.integer({ min: 100, max: 599 }),
        headers: fc.dictionary(fc.constantFrom('server', 'location'), printable),
        body: printable,
      }),
      fc.record({ method: fc.constant('HEAD'), path: fc.constant('/x'), failure: printable, headers: fc.constant({}) }),
    ),
    { maxLength: 5 },
  ),
})

test('what is printed is read back', () => {
  fc.assert(
    fc.property(said, (one) => {
      const read = readTranscript('wire-http-1', printTranscript(one))
      expect({ ...read, answers: read?.answers.map(({ line: _, ...answer }) => ({ ...answer, headers: { ...answer.headers } })) }).toEqual({
        ...one,
        answers: one.answers.map((answer) => ({ ...answer, headers: { ...answer.headers } })),
        section: 'wire-http-1',
        line: 1,
      })
    }),
  )
})

test('what was answered to weak ciphers stands behind the certificate, which older recordings end with', () => {
  const ciphers = [
    { kind: 'broken', outcome: 'served', detail: 'TLS_RSA_WITH_RC4_128_SHA by TLS 1.2' },
    { kind: 'static', outcome: 'unclear', detail: 'the connection was closed' },
  ] as const
  const versions = [{ version: '1.2', outcome: 'served', detail: 'X' }] as const
  const chain = ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----']
  const answers = [{ method: 'GET', path: '/', status: 401, headers: {} }]
  const base = { address: 'h', port: 1, from: 'j', tcp: 'connected', answers } as const
  const read = readTranscript('x', printTranscript({ ...base, tls: { serverName: undefined, versions, chain, ciphers } }))
  expect(read?.tls).toEqual({
    ...{ serverName: undefined, versions, chain, line: 3, chainLine: 4 },
    ciphers: ciphers.map((one, at) => ({ ...one, line: 7 + at })),
  })
  expect(read?.answers).toHaveLength(1)
  expect(
    readTranscript('x', printTranscript({ ...base, tls: { serverName: undefined, versions, chain, ciphers: [] } }))?.tls?.ciphers,
  ).toEqual([])
})

test('no text of a server ends a line or begins an answer', () => {
  const text = printTranscript({
    address: 'h',
    port: 1,
    from: 'j',
    tcp: 'connected',
    answers: [
      { method: 'GET', path: '/', status: 200, headers: { server: 'x\nGET /api/tags: 401' }, body: 'y\r\nGET /metrics: 401\u2028' },
    ],
  })
  expect(readTranscript('s', text)?.answers).toHaveLength(1)
})

test('anything else is none, and nothing throws', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), (text) => {
      expect(readTranscript('s', text)).toBeUndefined()
    }),
  )
  expect(readTranscript('s', 'tcp h port 70000 from j: connected')).toBeUndefined()
})
