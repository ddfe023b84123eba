import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { signingBundle } from '../../electron/core/models/expected/signing-bundle.testing.ts'
import { expect, test } from '../fixtures/app.ts'
import { ModelsPage } from '../pages/models.page.ts'
import { PushPage } from '../pages/push.page.ts'

/** Published hashes in the window: a document is read, shown against what was found, recorded, and withdrawn. */

const model = 'whisper-large-v3'
const weights = `${model}.bin`

test('no digests, other digests, a signature that must fit, recorded and withdrawn', async ({ gatehouse }) => {
  test.setTimeout(180_000)
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-documents-'))
  const write = (name: string, text: string | Buffer) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const it = new ModelsPage(gatehouse)
  const native = new PushPage(gatehouse)
  const { dialog, detail } = it
  await it.lookedAtDemo('v')
  await it.choose(model)
  await expect(detail).toContainText('Nobody has recorded what its files must be')

  await detail.getByRole('button', { name: 'Record hashes…' }).click()
  await dialog.getByLabel('Read by').fill('Ada')
  await dialog.getByRole('button', { name: 'Record hashes' }).click()
  await expect(dialog.getByRole('alert')).toHaveText('Choose the document first.')
  await it.isSound('expected-none')

  const choose = dialog.getByRole('button', { name: /^Choose/ })
  await native.opens(null)
  await choose.click()
  await native.opens(write('README.md', 'A model.'))
  await choose.click()
  await expect(dialog.getByRole('alert')).toContainText('This document states no digests')
  await it.isSound('expected-no-digests')

  const other = 'b'.repeat(64)
  await native.opens(write('SHA256SUMS', `${other}  ${weights}\n${other}  tokenizer.json\nnonsense\n`))
  await choose.click()
  const digests = dialog.getByRole('table')
  await expect(digests.getByRole('row', { name: weights })).toContainText('Differs')
  await expect(digests.getByRole('row', { name: 'tokenizer.json' })).toContainText('No such file')
  await expect(dialog).toContainText('Will count as missing: tokenizer.json')
  await expect(dialog).toContainText('Left out, no digest that can be used: nonsense')
  await it.isSound('expected-preview')

  // A bundle that an identity signed: nobody named, another one, the right one. The trusted root comes from a native dialog.
  const recorded = (name: string) => fileURLToPath(new URL(`../../electron/core/models/expected/__fixtures__/${name}`, import.meta.url))
  const verify = dialog.getByRole('button', { name: 'Verify with a trusted root…' })
  await native.opens(recorded('model-rekor2.sig.json'))
  await choose.click()
  await expect(dialog).toContainText('No identity was given; it is signed by one')
  await verify.click()
  await expect(dialog).toContainText('Identity is missing.')
  await dialog.getByLabel('Identity').fill('https://github.com/example/models/.github/workflows/release.yml@refs/heads/main')
  await dialog.getByLabel('Issuer').fill('https://accounts.google.com')
  await native.opens(recorded('trusted-root-rekor2.json'))
  await verify.click()
  await expect(dialog.getByRole('alert')).toContainText('whom https://token.actions.githubusercontent.com vouches for')
  await it.isSound('expected-other-identity')
  await dialog.getByLabel('Issuer').fill('https://token.actions.githubusercontent.com')
  await verify.click()
  await expect(dialog).toContainText('Signature verified')
  await expect(verify).toHaveCount(0)
  await it.isSound('expected-identity')

  // One that is signed with a key: by another key, then by the right one.
  const [publisher, stranger] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')]
  const pem = (key: typeof publisher) => key.publicKey.export({ type: 'spki', format: 'pem' })
  const files = (await it.invoke('models:files', { host: 'gpu-04', model: `/srv/models/${weights}` })) as { name: string; digest: string }[]
  const found = files.map(({ name, digest }) => ({ name, digest, algorithm: 'sha256' }))
  await native.opens(write('model.sig', signingBundle(found, publisher.privateKey, null)))
  await choose.click()
  await expect(dialog).toContainText('Not verified')
  await native.opens(write('stranger.pem', pem(stranger)))
  await dialog.getByRole('button', { name: 'Verify with a key…' }).click()
  await expect(dialog.getByRole('alert')).toContainText('No signature of the bundle is by the given key')
  await native.opens(write('publisher.pem', pem(publisher)))
  await dialog.getByRole('button', { name: 'Verify with a key…' }).click()
  await expect(dialog).toContainText('Signature verified')
  await expect(digests.getByRole('row', { name: weights })).toContainText('As found')
  await it.isSound('expected-signed')
  await dialog.getByRole('button', { name: 'Record hashes' }).click()
  await expect(dialog).toHaveCount(0)
  await expect(it.row(model)).toContainText('Verified')
  await expect(detail).toContainText('Recorded for 1 file')
  await it.isSound('expected-recorded')

  await detail.getByRole('button', { name: 'Withdraw…' }).click()
  await dialog.getByRole('button', { name: 'Withdraw hashes' }).click()
  await expect(dialog).toContainText('Reason is missing.')
  await dialog.getByLabel('Reason').fill('Read on the wrong page')
  await it.isSound('expected-withdraw')
  await dialog.getByRole('button', { name: 'Withdraw hashes' }).click()
  await expect(it.row(model)).toContainText('Nothing expected')
  rmSync(folder, { recursive: true })
})
