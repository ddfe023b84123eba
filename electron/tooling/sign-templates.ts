import { createPrivateKey, createPublicKey } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { signTemplate } from '#core/push/templates/template-signatures.ts'
import { shippedTemplates } from '#core/push/templates/templates.ts'

/**
 * Signs every template as it stands: `node electron/tooling/sign-templates.ts KEY.pem KEY-ID` before a release is built. The key is Ed25519
 * (PKCS 8); its public half is written beside the signatures. It never lies in the repository.
 */
const [keyFile, keyId] = process.argv.slice(2)
if (keyFile === undefined || keyId === undefined) {
  process.stderr.write('usage: sign-templates KEY.pem KEY-ID\n')
  process.exit(2)
}
const privateKey = createPrivateKey(readFileSync(keyFile))
const publicKey = createPublicKey(privateKey).export({ format: 'jwk' }).x
const signatures = shippedTemplates().map(({ manifest: { id, version }, sha256 }) =>
  signTemplate({ id, version, sha256 }, keyId, privateKey),
)
const note = 'Raw Ed25519 public keys, base64url, and what each signed: one line of id, version and SHA-256 for each template.'
const file = fileURLToPath(new URL('../../assets/templates/signatures.json', import.meta.url))
writeFileSync(file, `${JSON.stringify({ note, keys: [{ id: keyId, publicKey }], signatures }, null, 2)}\n`)
process.stdout.write(`${signatures.length} templates signed with ${keyId}\n`)
