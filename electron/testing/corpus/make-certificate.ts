import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

/** A certificate as PEM, with the private key that no file holds. */
export interface MadeCertificate {
  readonly pem: string
  readonly key: KeyObject
}

interface Wanted {
  readonly name: string
  readonly validFrom: Date
  readonly validTo: Date
  /** Signs it; absent for a CA, which signs itself. */
  readonly issuer?: MadeCertificate & { readonly name: string }
}

/** Makes an X.509 certificate (RFC 5280) with a fresh P-256 key: a CA, or a server certificate for one DNS name. */
export function makeCertificate({ name, validFrom, validTo, issuer }: Wanted): MadeCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const algorithm = sequence(oid(ECDSA_WITH_SHA256))
  const body = sequence(
    der(0xa0, integer(2)),
    der(0x02, Buffer.concat([Buffer.of(0x01), createHash('sha256').update(spki).digest().subarray(0, 15)])),
    algorithm,
    distinguishedName(issuer?.name ?? name),
    sequence(time(validFrom), time(validTo)),
    distinguishedName(name),
    spki,
    der(0xa3, sequence(...extensions(name, issuer === undefined))),
  )
  const signature = sign('sha256', body, issuer?.key ?? privateKey)
  const base64 = sequence(body, algorithm, der(0x03, Buffer.concat([Buffer.of(0), signature]))).toString('base64')
  return { key: privateKey, pem: `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n` }
}

/** Object identifiers, encoded (RFC 5280, 4.2.1; RFC 5758). */
const ECDSA_WITH_SHA256 = '2a8648ce3d040302'
const COMMON_NAME = '550403'
const BASIC_CONSTRAINTS = '551d13'
const KEY_USAGE = '551d0f'
const EXTENDED_KEY_USAGE = '551d25'
const SUBJECT_ALT_NAME = '551d11'
const SERVER_AUTH = '2b06010505070301'

function extensions(name: string, isCa: boolean): readonly Buffer[] {
  const extension = (id: string, value: Buffer) => sequence(oid(id), der(0x01, Buffer.of(0xff)), der(0x04, value))
  const constraints = extension(BASIC_CONSTRAINTS, isCa ? sequence(der(0x01, Buffer.of(0xff))) : sequence())
  // keyCertSign and cRLSign, or digitalSignature.
  if (isCa) return [constraints, extension(KEY_USAGE, der(0x03, Buffer.of(1, 0x06)))]
  return [
    constraints,
    extension(KEY_USAGE, der(0x03, Buffer.of(7, 0x80))),
    extension(EXTENDED_KEY_USAGE, sequence(oid(SERVER_AUTH))),
    extension(SUBJECT_ALT_NAME, sequence(der(0x82, Buffer.from(name)))),
  ]
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 0x80 ? Buffer.of(length) : length < 0x100 ? Buffer.of(0x81, length) : Buffer.of(0x82, length >> 8, length & 0xff)
  return Buffer.concat([Buffer.of(tag), size, content])
}
const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, Buffer.concat(parts))
const integer = (value: number): Buffer => der(0x02, Buffer.of(value))
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'))
const distinguishedName = (name: string): Buffer => sequence(der(0x31, sequence(oid(COMMON_NAME), der(0x0c, Buffer.from(name)))))
/** GeneralizedTime is for 2050 and later (RFC 5280, 4.1.2.5); these end before. */
const time = (date: Date): Buffer => der(0x17, Buffer.from(`${date.toISOString().replace(/^..|[-:T]|\.\d+/g, '')}`))
