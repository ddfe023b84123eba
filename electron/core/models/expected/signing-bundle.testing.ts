import { createHash, type KeyObject, sign } from 'node:crypto'

interface SignedFile {
  readonly name: string
  readonly algorithm: string
  readonly digest: string
}

/**
 * A bundle as model_signing 1.x writes it (sigstore/model-transparency, `_signing/signing.py`, `sign_ec_key.py`); made here with keys of our own.
 * `hash` is that of the signature, null for Ed25519. `change` is made before it is signed.
 */
export function signingBundle(
  files: readonly SignedFile[],
  key: KeyObject,
  hash: string | null,
  change: (statement: Record<string, unknown>) => void = () => undefined,
): string {
  const resources = files.map((file) => ({ ...file }))
  const root = createHash('sha256')
  for (const { digest } of resources) root.update(Buffer.from(digest, 'hex'))
  const statement: Record<string, unknown> = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'sample', digest: { sha256: root.digest('hex') } }],
    predicateType: 'https://model_signing/signature/v1.0',
    predicate: { serialization: { method: 'files', hash_type: 'sha256' }, resources },
  }
  change(statement)
  const payload = Buffer.from(JSON.stringify(statement))
  const type = 'application/vnd.in-toto+json'
  const signed = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload])
  return JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: 'x' }, tlogEntries: [] },
    dsseEnvelope: {
      payload: payload.toString('base64'),
      payloadType: type,
      signatures: [{ sig: sign(hash, signed, key).toString('base64'), keyid: '' }],
    },
  })
}
