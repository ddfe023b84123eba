import type { KeyObject, X509Certificate } from 'node:crypto'
import type { Certificate } from './certificates.ts'

/** By names and key identifiers (X509_check_issued); the signature itself is not tried. */
export const isSelfSigned = (one: X509Certificate): boolean => one.subject === one.issuer && one.checkIssued(one)

/** serverAuth, as node:crypto tells it. For anyExtendedKeyUsage alone OpenSSL and Firefox take no server. */
export const serverPurposes = ['1.3.6.1.5.5.7.3.1']

/** Distinguished names come one attribute a line. */
export const oneLine = (name: string | undefined): string => (name ?? '').split('\n').join(', ')

/** Type and size in bits; of a curve the size of its field. 0 bits where the library does not know the key. */
export function keyOf(certificate: X509Certificate): Pick<Certificate, 'keyType' | 'keyBits'> {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = keyObjectOf(certificate) ?? {}
  return { keyType: type ?? 'unknown', keyBits: type ? (details?.modulusLength ?? curveBits(type, details?.namedCurve)) : 0 }
}

/** Undefined for a curve that this build of the library does not know. */
function keyObjectOf(certificate: X509Certificate): KeyObject | undefined {
  try {
    return certificate.publicKey
  } catch {
    return undefined
  }
}

/** Keys that Chrome takes of a server: RSA for any padding, and two curves (BoringSSL, kVerifySignatureAlgorithms). Of others their name. */
export function rareKey(certificate: X509Certificate): string | undefined {
  const { asymmetricKeyType: type = 'unknown', asymmetricKeyDetails: details } = keyObjectOf(certificate) ?? {}
  const curve = details?.namedCurve ?? 'unknown'
  if (type === 'rsa' || (type === 'ec' && ['prime256v1', 'secp384r1'].includes(curve))) return undefined
  return type === 'ec' ? `EC on the curve ${curve}` : type
}

/** Curves are named by their size, as prime256v1, brainpoolP384r1 and sect163k1 are. */
const curveBits = (type: string | undefined, curve: string | undefined): number =>
  type === 'ed25519' ? 256 : type === 'ed448' ? 456 : Number(/\d{3}/.exec(curve ?? '')?.[0] ?? (curve === 'SM2' ? 256 : 0))

/** Below what clients take: RSA 2048, EC of 224 bit. */
export const isWeakKey = (type: string, bits: number): boolean =>
  (type.startsWith('rsa') && bits < 2048) || (type === 'ec' && bits > 0 && bits < 224) || type === 'dsa'
