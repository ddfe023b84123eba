/**
 * What a configuration says of the ciphers up to TLS 1.2. `sound`: nothing but suites with forward secrecy and authenticated encryption is named. `broken`: a broken
 * one is. `static`: one without forward secrecy is, by its whole name. `unknown`: what the words mean depends on the library and on the certificate.
 */
export type NamedCiphers = 'sound' | 'broken' | 'static' | 'unknown'

/** `ECDHE-RSA-AES128-GCM-SHA256`, `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`, `EECDH+AESGCM`; suites of TLS 1.3 are all sound. */
const sound =
  /^(?:TLS_(?:AES|CHACHA20)_\w+|(?:TLS_)?(?:ECDHE|DHE)[-_](?:RSA|ECDSA)[-_].*(?:GCM|CHACHA20[-_]POLY1305|CCM).*|(?:ECDHE|EECDH|DHE|EDH)(?:\+[a-z]?(?:RSA|ECDSA))?\+(?:AESGCM|CHACHA20|AESCCM)(?:\+[a-z]?(?:RSA|ECDSA))?)$/

/** Words that only add broken ones, and names of them (ciphers(1)). */
const broken =
  /^(?:[ae]?NULL|EXP(?:ORT)?\d*|LOW|RC4|RC2|3?DES|IDEA|ADH|AECDH|kECDHE_anon)$|(?:^|[-_])(?:NULL|EXP\d*|EXPORT|RC4|RC2|DES|3DES|CBC3|IDEA|anon)(?:[-_]|$)|^A(?:EC)?DH-/

/** Names of those whose key exchange is that of the certificate. */
const fixed = /^(?:AES|CAMELLIA|ARIA|SEED)\d*-|^TLS_RSA_WITH_/

/** Reads a list as OpenSSL does (ciphers(1)): `!` and `-` take away, `+` in front only moves, `@` sets something else. */
export function readNamedCiphers(list: readonly string[]): NamedCiphers {
  const words = list.flatMap((word) => word.split(/[:, ]+/)).filter((word) => word !== '')
  const removed = new Set(words.filter((word) => word.startsWith('!')).map((word) => word.slice(1)))
  const added = words.filter((word) => /^[A-Za-z0-9]/.test(word) && !removed.has(word))
  // A list that cannot be split into words, such as a profile of the system, names nothing.
  if (added.length === 0) return 'unknown'
  if (added.every((word) => sound.test(word))) return 'sound'
  if (added.some((word) => broken.test(word))) return 'broken'
  return added.some((word) => fixed.test(word)) ? 'static' : 'unknown'
}
