import { createHash, type KeyObject } from 'node:crypto'

/** Full SHA-256 of a public key as DER, as `openssl pkey -pubin -outform DER | sha256sum` prints it. */
export const keyDigestOf = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
