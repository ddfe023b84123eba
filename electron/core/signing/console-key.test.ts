import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keyIdOf, openConsoleKey, publicKeyOf } from './console-key.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-key-'))
})
afterEach(() => rmSync(folder, { recursive: true }))
const at = (name: string) => join(folder, name)

test('it is made once, for its owner alone, and signs for its public half', () => {
  const key = openConsoleKey(folder)
  const again = openConsoleKey(folder)
  expect([again.publicKeyPem, again.keyId]).toEqual([key.publicKeyPem, key.keyId])
  expect(readFileSync(at('console-key.pub.pem'), 'utf8')).toBe(key.publicKeyPem)
  expect(statSync(at('console-key.pem')).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder).sort()).toEqual(['console-key.pem', 'console-key.pub.pem'])
  const signature = again.sign(Buffer.from('what was done'))
  const publicKey = createPublicKey(key.publicKeyPem)
  expect(keyIdOf(publicKey)).toBe(key.keyId)
  expect([signature.length, verify(null, Buffer.from('what was done'), publicKey, signature)]).toEqual([64, true])
  expect(verify(null, Buffer.from('what was not'), publicKey, signature)).toBe(false)
})

test('its public half is written anew when it alone is gone', () => {
  const { publicKeyPem } = openConsoleKey(folder)
  rmSync(at('console-key.pub.pem'))
  expect(openConsoleKey(folder).publicKeyPem).toBe(publicKeyPem)
  expect(readFileSync(at('console-key.pub.pem'), 'utf8')).toBe(publicKeyPem)
})

const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' })
const cases: readonly [string, () => void, RegExp][] = [
  ['the private half is gone', () => rmSync(at('console-key.pem')), /is gone/],
  ['others may read it', () => chmodSync(at('console-key.pem'), 0o640), /others/],
  ['it is no key', () => writeFileSync(at('console-key.pem'), 'x'), /no private key/],
  ['it is another kind of key', () => writeFileSync(at('console-key.pem'), rsa()), /no Ed25519/],
  ['the public half is of another', () => writeFileSync(at('console-key.pub.pem'), 'x'), /not the public half/],
]
test.each(cases)('%s: refused, and nothing is made anew', (_, harm, reason) => {
  openConsoleKey(folder)
  harm()
  expect(() => openConsoleKey(folder)).toThrow(reason)
  expect(() => openConsoleKey(folder)).toThrow(reason)
})

test('only an Ed25519 public key is taken', () => {
  expect(() => publicKeyOf('x', 'a.pem')).toThrow(/no public key/)
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  expect(() => publicKeyOf(publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'a.pem')).toThrow(/no Ed25519/)
})
