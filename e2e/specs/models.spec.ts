import { expect, test } from '../fixtures/app.ts'
import { ModelsPage } from '../pages/models.page.ts'
import { PushPage } from '../pages/push.page.ts'

/** The Models screen over the demo fleet: real SSH and SFTP, simulated disks. */

test('from nothing to verified: no fleet, nothing listed, listed and scanned, hashed with progress, what differs', async ({
  gatehouse,
}) => {
  test.setTimeout(180_000)
  const it = new ModelsPage(gatehouse)
  const { page } = it
  await it.referenceSize()
  await page.keyboard.press('Control+3')
  await expect(page.getByRole('heading', { level: 1, name: 'Models' })).toBeVisible()
  await expect(page.getByRole('heading', { name: 'No fleet is open' })).toBeVisible()
  await it.isSound('models-no-fleet')
  await it.invoke('fleet:demo')
  await expect(page.getByText('No model directory was looked at yet')).toBeVisible()
  await it.isSound('models-not-listed')

  await page.keyboard.press('l')
  await it.lookIsFinished()
  await expect(it.row('whisper-large-v3')).toContainText('Dangerous')
  await expect(it.row('llama-3.1-8b-instruct')).toContainText('Not hashed')
  await it.isSound('models-listed')

  await page.keyboard.press('v')
  await expect(page.getByRole('list', { name: 'Progress' })).toContainText('Hashing')
  await page.screenshot({ path: 'e2e/results/screens/models-hashing.png' })
  await it.lookIsFinished()
  await expect(it.row('llama-3.1-8b-instruct')).toContainText('Verified')
  await expect(it.row('sdxl-base-1.0')).toContainText('Differs')
  await expect(it.row('gpt-oss:20b')).toContainText('Not hashed')

  await it.choose('llama3:latest')
  await expect(it.detail).toContainText('The tag was moved or its manifest edited since')
  await it.isSound('models')
  await it.choose('whisper-large-v3')
  await expect(it.detail).toContainText('posix.system')
  await it.isSound('models-dangerous')
  await it.choose('gpt-oss:20b')
  await expect(it.detail).toContainText('setfacl -m u:gatehouse-ro:x /root')
  await expect(it.detail.getByRole('button', { name: 'Copy the command that allows it' })).toBeVisible()
  await it.choose('llama-3.1-8b-instruct')
  await expect(it.detail).toContainText('Expected')
  await expect(it.row('llama-3.1-8b-instruct')).toContainText('Approved')
  await expect(it.detail).toContainText('Deployed to gpu-01')
  await it.isSound('models-verified')
})

test('the board: asked for, refused by what was measured, rejected', async ({ gatehouse }) => {
  test.setTimeout(180_000)
  const it = new ModelsPage(gatehouse)
  const { page } = it
  await it.referenceSize()
  await it.invoke('fleet:demo')
  await page.keyboard.press('Control+3')
  await it.choose('mistral-small-3.2-24b-instruct')
  await expect(it.detail).toContainText('Review due')
  await it.isSound('models-requested')

  await page.keyboard.press('n')
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByLabel('Model')).toBeFocused()
  await page.keyboard.type('qwen3-8b')
  await dialog.getByRole('button', { name: 'Request model' }).click()
  await expect(dialog).toContainText('Licence is missing.')
  await expect(dialog.getByLabel('Source')).toBeFocused()
  await it.isSound('models-request')
  for (const [label, text] of [
    ['Model', 'qwen3-8b'],
    ['Source', 'https://huggingface.co/Qwen/Qwen3-8B'],
    ['Licence', 'Apache-2.0'],
    ['Purpose', 'Search'],
    ['Requested by', 'Ada'],
  ] as const)
    await dialog.getByLabel(label).fill(text)
  await dialog.getByRole('button', { name: 'Request model' }).click()
  await it.choose('qwen3-8b')
  await expect(it.detail).toContainText('Requested by Ada')

  await page.keyboard.press('a')
  await dialog.getByLabel('Host on which it lies').fill('gpu-01')
  await dialog.getByLabel('Reviewer').fill('Bob')
  await dialog.getByRole('button', { name: 'Record review' }).click()
  await expect(dialog.getByRole('alert')).toContainText('no model named qwen3-8b was listed there')
  await page.keyboard.press('Escape')
  await page.keyboard.press('x')
  await dialog.getByLabel('Decided by').fill('Bob')
  await dialog.getByLabel('Reason').fill('Another one serves')
  await dialog.getByRole('button', { name: 'Reject model' }).click()
  await expect(page.getByRole('button', { name: 'qwen3-8b', exact: true })).toHaveCount(0)
})

test('stopped in the middle, by keyboard, filtered, by host', async ({ gatehouse }) => {
  test.setTimeout(180_000)
  const it = new ModelsPage(gatehouse)
  const { page } = it
  await it.referenceSize(1200, 720)
  await it.invoke('fleet:demo')
  await page.keyboard.press('Control+3')
  await page.getByRole('button', { name: 'Verify hashes' }).click()
  await expect(page.getByRole('list', { name: 'Progress' })).toContainText('Hashing', { timeout: 30_000 })
  await page.keyboard.press('Escape')
  await it.lookIsFinished()
  await expect(it.row('llama-3.1-8b-instruct')).toContainText('Not hashed')

  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await expect(it.detail).toHaveCount(0)
  await page.keyboard.press('Control+i')
  await expect(it.detail.getByRole('heading', { level: 2 })).not.toBeEmpty()
  await page.keyboard.press('Escape')
  await expect(it.detail).toHaveCount(0)
  await page.getByRole('button', { name: 'By host' }).click()
  await expect(page.getByRole('rowheader', { name: /^gpu-02/ })).toBeVisible()
  await it.isSound('models-by-host')
  await page.keyboard.press('/')
  await page.keyboard.type('nowhere')
  await expect(page.getByRole('heading', { name: 'No model matches' })).toBeVisible()
  await it.isSound('models-no-match')
  await page.getByRole('button', { name: 'Clear the filter' }).click()
  await expect(it.row('sdxl-base-1.0')).toBeVisible()

  // What was asked for and lies on no host is counted and found as well.
  await page.getByRole('button', { name: 'By state' }).click()
  await expect(it.row('mistral-small-3.2-24b-instruct')).toBeVisible()
  const models = page
    .getByRole('region', { name: 'Models' })
    .getByRole('row')
    .filter({ has: page.getByRole('button') })
  await expect(page.getByRole('button', { name: /^All / })).toHaveText(`All ${await models.count()}`)
  await page.keyboard.press('/')
  await page.keyboard.type('mistralai small')
  await expect(it.row('mistral-small-3.2-24b-instruct')).toBeVisible()
  await expect(models).toHaveCount(1)
})

test('a dangerous file: into quarantine with a code and a native confirmation, out of the list, and back', async ({ gatehouse }) => {
  test.setTimeout(180_000)
  const it = new ModelsPage(gatehouse)
  const native = new PushPage(gatehouse)
  const { page } = it
  await it.lookedAtDemo('l')
  await it.choose('whisper-large-v3')

  await native.answerNatively(true)
  const request = { host: 'gpu-04', path: '/srv/models/whisper-large-v3.bin', reason: 'it runs code' }
  await expect(it.invoke('quarantine:take', request)).rejects.toThrow('step-up.needed')
  await it.detail.getByRole('button', { name: 'Quarantine…' }).first().press('Enter')
  await it.dialog.getByLabel('Reason').fill('it runs code')
  await it.isSound('models-quarantine')
  await it.dialog.getByRole('button', { name: 'Quarantine…' }).press('Enter')
  await page.getByRole('button', { name: 'Show the secret…' }).press('Enter')
  await native.enterFirstCode()
  const putBack = page.locator('.notice').getByRole('button', { name: 'Put back…' })
  await expect(putBack).toBeVisible({ timeout: 20_000 })
  expect((await native.nativeDialogs()).join('\n')).toMatch(/gpu-04.*whisper-large-v3\.bin/s)
  await it.isSound('models-quarantined')

  // The host is looked at again by itself. Only the request for it is left.
  await expect(it.row('whisper-large-v3')).not.toContainText('gpu-04', { timeout: 20_000 })
  // With the code shown, the native dialog alone still stops it.
  await native.answerNatively(false)
  const [held] = (await it.invoke('quarantine:list')) as { id: string }[]
  await expect(it.invoke('quarantine:release', { id: held?.id })).rejects.toThrow('prompt.declined')
  await native.answerNatively(true)
  await putBack.press('Enter')
  await expect(putBack).toHaveCount(0, { timeout: 20_000 })
  await expect(it.row('whisper-large-v3')).toContainText('Dangerous', { timeout: 20_000 })
})
