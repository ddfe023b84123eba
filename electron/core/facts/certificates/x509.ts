import type { X509Certificate } from 'node:crypto'
import type { Certificate } from './certificates.ts'

export const isSelfSigned = (one: X509Certificate): boolean => one.subject === one.issuer && one.checkIssued(one)

/** serverAuth and anyExtendedKeyUsage (RFC 5280, 4.2.1.12), as node:crypto tells them. */
export const serverPurposes = ['1.3.6.1.5.5.7.3.1', '2.5.29.37.0']

/** Distinguished names come one attribute a line. */
export const oneLine = (name: string | undefined): string => (name ?? '').split('\n').join(', ')

export function keyOf(certificate: X509Certificate): Pick<Certificate, 'keyType' | 'keyBits'> {
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

/** Curves are named by their size, as prime256v1, brainpoolP384r1 and sect163k1 are. */
const curveBits = (type: string | undefined, curve: string | undefined): number =>
  type === 'ed25519' ? 256 : type === 'ed448' ? 456 : Number(/\d{3}/.exec(curve ?? '')?.[0] ?? (curve === 'SM2' ? 256 : 0))

/** Below what clients take: RSA 2048, EC of 224 bit. */
export const isWeakKey = (type: string, bits: number): boolean =>
  (type.startsWith('rsa') && bits < 2048) || (type === 'ec' && bits > 0 && bits < 224) || type === 'dsa'
