import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { base32, enrolmentOf } from './enrolment.ts'
import { codeOf, counterAt, counterOfCode } from './totp.ts'

const secret = Buffer.from('12345678901234567890')

// RFC 6238, Appendix B, SHA-1: eight digits there, whose last six are the code of six digits.
test.each([
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
])('at second %d the code ends like %s', (second, code) => {
  expect(codeOf(secret, counterAt(second * 1000))).toBe(code.slice(2))
})

// RFC 4226, Appendix D.
test('counters from 0 give the codes of HOTP', () => {
  expect(Array.from({ length: 10 }, (_, counter) => codeOf(secret, counter))).toEqual(
    '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' '),
  )
})

test('a code counts one step early and one late, not two, and not up to the last one taken', () => {
  const nowMs = 1_111_111_111_000
  const now = counterAt(nowMs)
  const taken = (counter: number, last = -1) => counterOfCode(secret, codeOf(secret, counter), nowMs, last)
  expect([-2, -1, 0, 1, 2].map((step) => taken(now + step))).toEqual([undefined, now - 1, now, now + 1, undefined])
  expect([taken(now, now), taken(now - 1, now), taken(now + 1, now)]).toEqual([undefined, undefined, now + 1])
})

test('what is no code is none', () => {
  const texts = ['', '28708', '2870822', 'abcdef', '２８７０８２', '-28708']
  expect(texts.map((text) => counterOfCode(secret, text, 59_000, -1))).toEqual(texts.map(() => undefined))
})

// RFC 4648, 10.
test.each([
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
])('base32 of %j is %s', (text, coded) => expect(base32(Buffer.from(text))).toBe(coded))

test('base32 can be read back', () => {
  const decoded = (text: string) => {
    const bits = [...text].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('')
    return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      expect(decoded(base32(Buffer.from(bytes)))).toEqual(Buffer.from(bytes))
    }),
  )
})

test('an app is told account, secret and parameters, whatever the account is called', () => {
  const { uri, secret: text, qr } = enrolmentOf(secret, 'm. okafor&x=1/?#')
  const url = new URL(uri)
  expect([url.protocol, url.host, decodeURIComponent(url.pathname)]).toEqual(['otpauth:', 'totp', '/Gatehouse:m. okafor&x=1/?#'])
  expect(Object.fromEntries(url.searchParams)).toEqual({
    secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
    issuer: 'Gatehouse',
    algorithm: 'SHA1',
    digits: '6',
    period: '30',
  })
  expect(text).toBe('GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ')
  expect(qr.every((row) => row.length === qr.length)).toBe(true)
  // The three finder patterns (ISO/IEC 18004, 6.3.3) and, against a slip in the axes, the whole: jsQR 1.4.0 read this one as the URI.
  const finder = ['1111111', '1000001', '1011101', '1011101', '1011101', '1000001', '1111111']
  const corner = (top: number, left: number) => qr.slice(top, top + 7).map((row) => row.slice(left, left + 7))
  expect([corner(0, 0), corner(0, qr.length - 7), corner(qr.length - 7, 0)]).toEqual([finder, finder, finder])
  expect(createHash('sha256').update(qr.join('')).digest('hex')).toBe('1bbf0521e1039cdda09ce165ba296cedf51477f2275fa4f85b5bd5093d46a430')
})
