import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { failureOf } from '#shared/errors.ts'
import { type Fleet, fleetSchema } from '#shared/model/fleet.ts'
import { createExpectedService } from './expected-service.ts'
import { signingBundle } from './signing-bundle.testing.ts'

const A = 'a'.repeat(64)
const fleet: Fleet = fleetSchema.parse({
  version: 1,
  name: 'dc1',
  identities: { audit: { user: 'ro' } },
  hosts: [{ name: 'gpu-01', address: '10.0.0.1' }],
})
let folder: string
let said: string[]
let brokenLedger: boolean
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-expected-'))
  said = []
  brokenLedger = false
})
afterEach(() => rmSync(folder, { recursive: true }))

const service = () =>
  createExpectedService({
    ledger: {
      append: (entry) => {
        if (brokenLedger) throw new Error('ledger')
        said.push(`${entry.action} ${entry.subject}: ${entry.detail}`)
        return {} as never
      },
    },
    models: {
      expect: (_, model, stated) => {
        said.push(`expect ${model} ${stated.digests.length}`)
        return []
      },
      withdrawExpected: (_, model) => {
        said.push(`gone ${model}`)
        return 3
      },
    },
  })
const write = (name: string, text: string | Buffer) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const codeOf = (run: () => unknown) =>
  Promise.resolve()
    .then(run)
    .then(String, (error) => failureOf(error).code)
const origin = { model: 'm', url: '', readBy: 'Ada', readOn: '2026-11-26' }

test('what a document states is shown, then recorded: in the ledger before it stands', async () => {
  const it = service()
  const document = await it.open(write('SHA256SUMS', `${A}  model.safetensors\nnonsense\n`))
  expect(document).toMatchObject({
    name: 'SHA256SUMS',
    form: 'sha256sums',
    digests: [{ file: 'model.safetensors', digest: A }],
    skipped: ['nonsense'],
  })
  expect(said).toEqual([])
  it.record(fleet, { ...origin, document: document.sha256 })
  expect(said).toEqual(['model.expected m: 1 digests read by Ada on 2026-11-26 in SHA256SUMS, nobody said where', 'expect m 1'])
  brokenLedger = true
  expect(() => it.record(fleet, { ...origin, document: document.sha256 })).toThrow('ledger')
  expect(() => it.withdraw(fleet, { model: 'm', reason: 'r' })).toThrow('ledger')
  expect(said).toHaveLength(2)
})

test('only the document that was looked at is recorded', async () => {
  const it = service()
  const first = await it.open(write('one', `${A}  a\n`))
  await it.open(write('two', `${A}  b\n`))
  expect(await codeOf(() => it.record(fleet, { ...origin, document: first.sha256 }))).toBe('models.no-digests')
  expect(await codeOf(() => service().record(fleet, { ...origin, document: first.sha256 }))).toBe('models.no-digests')
  expect(said).toEqual([])
})

test('withdrawn with a reason', () => {
  expect(service().withdraw(fleet, { model: 'm', reason: 'Read on the wrong page' })).toBe(3)
  expect(said).toEqual(['model.expected-withdraw m: Read on the wrong page', 'gone m'])
})

test('a pointer is about the file that it is named after', async () => {
  const text = `version https://git-lfs.github.com/spec/v1\noid sha256:${A}\nsize 3\n`
  expect((await service().open(write('model.safetensors', text))).digests).toMatchObject([{ file: 'model.safetensors', digest: A }])
})

test.each([
  ['no document of digests', 'README', 'hello'],
  ['an empty file', 'empty', ''],
  ['one that no list is as long as', 'large', Buffer.alloc(17 * 1_048_576)],
])('%s', async (_, name, text) => {
  expect(await codeOf(() => service().open(write(name, text)))).toBe('models.no-digests')
})

test('what is no file is not read', async () => {
  expect(await codeOf(() => service().open(folder))).toBe('models.unreadable')
  expect(await codeOf(() => service().open(join(folder, 'gone')))).toBe('models.unreadable')
})

test('a key that did not sign it, and what is no key, leave the document as it was', async () => {
  const it = service()
  const { sha256 } = await it.open(write('SHA256SUMS', `${A}  a\n`))
  const key = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' })
  expect(await codeOf(() => it.verify(sha256, { keyPath: write('key.pem', key) }))).toBe('models.signature')
  expect(await codeOf(() => it.verify(sha256, { keyPath: write('no-key', 'hello') }))).toBe('models.signature')
  it.record(fleet, { ...origin, document: sha256 })
  expect(said).toHaveLength(2)
})

test('a bundle is verified with the key that signed it, and recorded as verified', async () => {
  const it = service()
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const text = signingBundle([{ name: 'a', algorithm: 'sha256', digest: A }], privateKey, null)
  const { sha256, signature } = await it.open(write('model.sig', text))
  expect(signature).toBe('not-verified')
  const key = write('publisher.pem', publicKey.export({ type: 'spki', format: 'pem' }))
  expect(await it.verify(sha256, { keyPath: key })).toMatchObject({ sha256, signature: 'verified', digests: [{ file: 'a', digest: A }] })
  it.record(fleet, { ...origin, document: sha256 })
  expect(said.at(-1)).toBe('expect m 1')
})

test('a bundle with a certificate says so, and is verified against an identity with a trusted root', async () => {
  const it = service()
  const recorded = (name: string) => readFileSync(new URL(`__fixtures__/${name}`, import.meta.url), 'utf8')
  const opened = await it.open(write('model.sig', recorded('model-rekor2.sig.json')))
  expect(opened).toMatchObject({ signature: 'not-verified', signedBy: 'certificate' })
  const identity = 'https://github.com/example/models/.github/workflows/release.yml@refs/heads/main'
  const signer = { identity, issuer: 'https://token.actions.githubusercontent.com' }
  const rootPath = write('trusted_root.json', recorded('trusted-root-rekor2.json'))
  expect(await codeOf(() => it.verify(opened.sha256, { ...signer, issuer: 'https://accounts.google.com', rootPath }))).toBe(
    'models.signature',
  )
  expect(await codeOf(() => it.verify(opened.sha256, { ...signer, rootPath: write('root', '{}') }))).toBe('models.signature')
  expect(await it.verify(opened.sha256, { ...signer, rootPath })).toMatchObject({ signature: 'verified', sha256: opened.sha256 })
})
