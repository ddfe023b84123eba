import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import signed from '#assets/templates/signatures.json' with { type: 'json' }

/** Who vetted the templates of a release: Ed25519 (RFC 8032) over one line for each, so that a changed template takes nothing from the others. */
export interface TemplateSignatures {
  /** Raw public keys, base64url, by id. */
  readonly keys: readonly { readonly id: string; readonly publicKey: string }[]
  readonly signatures: readonly { readonly template: string; readonly key: string; readonly signature: string }[]
}

/** A version of a template, with the digest of its content. */
export interface SignedTemplate {
  readonly id: string
  readonly version: number
  readonly sha256: string
}

const lineOf = ({ id, version, sha256 }: SignedTemplate): Buffer => Buffer.from(`gatehouse-template 1 ${id} ${version} ${sha256}\n`)
const nameOf = ({ id, version }: SignedTemplate): string => `${id} ${version}`

/** Id of the key of a release that signed this very content; null where none did. */
export function signerOf(template: SignedTemplate, { keys, signatures }: TemplateSignatures = signed): string | null {
  const found = signatures.find((one) => one.template === nameOf(template))
  const key = keys.find(({ id }) => id === found?.key)
  if (found === undefined || key === undefined) return null
  const publicKey = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: key.publicKey } })
  return verify(null, lineOf(template), publicKey, Buffer.from(found.signature, 'base64')) ? key.id : null
}

/** What a release brings for its templates, for the release tooling. */
export const signTemplate = (template: SignedTemplate, key: string, privateKey: KeyObject): TemplateSignatures['signatures'][number] => ({
  template: nameOf(template),
  key,
  signature: sign(null, lineOf(template), privateKey).toString('base64'),
})
