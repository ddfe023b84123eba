import { X509Certificate } from 'node:crypto'
import type { Certificate } from './certificates.ts'
import { weakSignature } from './weak-signature.ts'

const MAX_CHAIN = 20
const block = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g

/** Reads a PEM file as TLS servers do: the first certificate is the server's own. Undefined when there is none that can be read. */
export function readPem(text: string): Omit<Certificate, 'path' | 'line'> | undefined {
  const chain: X509Certificate[] = []
  for (const [, body] of [...text.matchAll(block)].slice(0, MAX_CHAIN)) {
    try {
      chain.push(new X509Certificate(Buffer.from((body ?? '').replace(/\s/g, ''), 'base64')))
    } catch {
      return undefined
    }
  }
  const [leaf] = chain
  if (!leaf) return undefined
  const key = keyOf(leaf)
  const weak = weakSignature(leaf.raw)
  return {
    subject: oneLine(leaf.subject),
    issuer: oneLine(leaf.issuer),
    notBefore: Date.parse(leaf.validFrom),
    notAfter: Date.parse(leaf.validTo),
    names: alternativeNames(leaf.subjectAltName ?? ''),
    isCa: leaf.ca,
    selfSigned: leaf.subject === leaf.issuer && leaf.checkIssued(leaf),
    ...key,
    ...(weak && { weakSignature: weak }),
    chainLength: chain.length,
    chainInOrder: chain.every((certificate, index) => {
      const next = chain[index + 1]
      return next === undefined || certificate.checkIssued(next)
    }),
  }
}

/** Distinguished names come one attribute a line. */
const oneLine = (name: string | undefined): string => (name ?? '').split('\n').join(', ')

function keyOf(certificate: X509Certificate): Pick<Certificate, 'keyType' | 'keyBits'> {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey
    return {
      keyType: asymmetricKeyType ?? 'unknown',
      keyBits: asymmetricKeyDetails?.modulusLength ?? curveBits(asymmetricKeyType, asymmetricKeyDetails?.namedCurve),
    }
  } catch {
    // A curve that this build of the library does not know.
    return { keyType: 'unknown', keyBits: 0 }
  }
}

const curveSizes: Readonly<Record<string, number>> = {
  prime256v1: 256,
  secp256k1: 256,
  secp384r1: 384,
  secp521r1: 521,
  secp224r1: 224,
  prime192v1: 192,
}

const curveBits = (type: string | undefined, curve: string | undefined): number =>
  type === 'ed25519' ? 256 : type === 'ed448' ? 456 : (curveSizes[curve ?? ''] ?? 0)

/** `DNS:a.example, IP Address:10.0.0.1`; entries with odd characters are printed as JSON strings (CVE-2021-44532). */
const alternativeNames = (text: string): readonly string[] =>
  [...text.matchAll(/(?:^|, )(DNS|IP Address):("(?:[^"\\]|\\.)*"|[^,]*)/g)].map(([, , name]) => (name ?? '').trim())

/**
 * Does the certificate cover this server name, as browsers and TLS libraries decide (RFC 6125, RFC 9525): exact, or `*.` for exactly one
 * label. The common name does not count. `name` may itself be a wildcard of nginx.
 */
export function covers(names: readonly string[], name: string): boolean {
  const wanted = name.toLowerCase().replace(/\.$/, '')
  return names.some((entry) => {
    const offered = entry.toLowerCase().replace(/\.$/, '')
    if (offered === wanted) return true
    if (!offered.startsWith('*.') || wanted.startsWith('*.')) return false
    const dot = wanted.indexOf('.')
    return dot > 0 && wanted.slice(dot) === offered.slice(1)
  })
}
