import crypto, { type KeyObject } from 'node:crypto'

/**
 * Runs a synchronous verification of sigstore-js where keys have no hash of their own: it names none for signatures of logs and of envelopes,
 * OpenSSL then takes SHA-256 for ECDSA and RSA, and BoringSSL, which Electron has, refuses (NO_DEFAULT_DIGEST). Nothing else runs meanwhile.
 */
export function withDefaultDigest<T>(verification: () => T): T {
  const { verify } = crypto
  const named = (...[algorithm, data, key, signature]: Parameters<typeof verify>) =>
    verify(algorithm ?? digestOf(key as KeyObject), data, key, signature)
  crypto.verify = named as typeof verify
  try {
    return verification()
  } finally {
    crypto.verify = verify
  }
}

const digestOf = ({ asymmetricKeyType }: KeyObject): string | null =>
  asymmetricKeyType === 'ec' || asymmetricKeyType === 'rsa' ? 'sha256' : null
