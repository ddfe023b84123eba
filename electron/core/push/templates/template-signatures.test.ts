import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { signerOf, signTemplate, type TemplateSignatures } from './template-signatures.ts'

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const x = publicKey.export({ format: 'jwk' }).x ?? expect.fail()
const template = { id: 'a', version: 2, sha256: 'ab'.repeat(32) }
const key = { id: 'release', publicKey: x }
const signed: TemplateSignatures = { keys: [key], signatures: [signTemplate(template, 'release', privateKey)] }
const [one] = signed.signatures

test('what a key of the release signed has its name', () => expect(signerOf(template, signed)).toBe('release'))

test.each([
  ['another content', { ...template, sha256: 'ba'.repeat(32) }, signed],
  ['another version', { ...template, version: 3 }, signed],
  ['a signature under the name of another', { ...template, id: 'b' }, { ...signed, signatures: [{ ...one, template: 'b 2' }] }],
  ['a key that nobody knows', template, { ...signed, keys: [] }],
  [
    'another key of that name',
    template,
    { ...signed, keys: [{ id: 'release', publicKey: generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x ?? '' }] },
  ],
  ['no signature', template, { ...signed, signatures: [] }],
  ['something else than one', template, { ...signed, signatures: [{ ...one, signature: 'AAAA' }] }],
] as [string, typeof template, TemplateSignatures][])('%s has none', (_, of, by) => expect(signerOf(of, by)).toBeNull())
