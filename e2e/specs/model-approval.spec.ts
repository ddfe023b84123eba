import { expect, test } from '../fixtures/app.ts'
import { ModelsPage } from '../pages/models.page.ts'
import { PushPage } from '../pages/push.page.ts'

/** How a model gets onto a host, and off the list of approved ones: the five steps over the demo fleet, with a real code and real SSH. */

const model = 'all-minilm-l6-v2'

test('requested, reviewed, tested, approved, deployed; stopped and gone on with; then revoked', async ({ gatehouse }) => {
  test.setTimeout(480_000)
  const it = new ModelsPage(gatehouse)
  const native = new PushPage(gatehouse)
  const { page, dialog, detail } = it
  const send = async (button: string, fields: Readonly<Record<string, string>>, picture?: string) => {
    for (const [label, text] of Object.entries(fields)) await dialog.getByLabel(label, { exact: true }).fill(text)
    if (picture !== undefined) await it.isSound(picture)
    await dialog.getByRole('button', { name: button, exact: true }).press('Enter')
  }
  await it.lookedAtDemo('v')
  await expect(it.row(model)).toContainText(/Verified.*Cleared.*Unregistered/s)
  await it.choose(model)

  await detail.getByRole('button', { name: 'Request…' }).click()
  await expect(dialog.getByLabel('Model')).toHaveValue(model)
  const source = 'https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2'
  await send('Request model', { Source: source, Licence: 'Apache-2.0', Purpose: 'Search', 'Requested by': 'Ada' }, 'model-request')
  await expect(detail).toContainText('Requested by Ada')
  await expect(it.row(model)).toContainText('In checks')

  await page.keyboard.press('a')
  await expect(dialog.getByLabel('Host on which it lies')).toHaveValue('gpu-04')
  await send('Record review', { Reviewer: 'Bob' }, 'model-review')
  await expect(detail).toContainText('Reviewed by Bob')

  await page.keyboard.press('a')
  await send('Record passed test', { Where: 'lab-01, no network', Result: '12 of 12 questions', Tester: 'Bob' }, 'model-test')
  await expect(detail).toContainText('Tested, by Bob')

  await native.answerNatively(true)
  await page.keyboard.press('a')
  await dialog.getByRole('checkbox', { name: 'gpu-01' }).check()
  await send('Approve…', { Approver: 'Bob' }, 'model-approve')
  await page.getByRole('button', { name: 'Show the secret…' }).press('Enter')
  await native.enterFirstCode()
  await expect(detail).toContainText('Approved by Bob', { timeout: 20_000 })
  expect((await native.nativeDialogs()).join('\n')).toMatch(/all-minilm-l6-v2.*gpu-01/s)
  await expect(it.row(model)).toContainText('Approved')
  await it.isSound('model-approved')

  // With the code shown, the native dialog alone still stops it.
  const [{ id } = { id: '' }] = ((await it.invoke('registry:list')) as { id: string; model: string }[]).filter((one) => one.model === model)
  await native.answerNatively(false)
  await expect(it.invoke('registry:deploy', { id, hosts: ['gpu-01'], owner: 'vllm' })).rejects.toThrow('prompt.declined')
  await native.answerNatively(true)

  const deploy = async (owner: string, picture?: string) => {
    await page.keyboard.press('a')
    await dialog.getByRole('checkbox', { name: 'gpu-01' }).check()
    await send('Deploy…', { Owner: owner }, picture)
    await expect(dialog).toHaveCount(0, { timeout: 20_000 })
  }
  await deploy('', 'model-deploy')
  await expect(page.getByRole('alert')).toContainText('/srv/models belongs to root', { timeout: 20_000 })
  await it.isSound('model-not-deployed')

  const progress = page.getByRole('list', { name: 'Progress' })
  await it.theme('dark')
  await deploy('vllm')
  await expect(progress).toContainText(/Copying \d+%, .*\/s, .* left/, { timeout: 20_000 })
  await page.screenshot({ path: it.picture('model-deploying-dark') })
  await page.getByRole('button', { name: 'Stop' }).press('Enter')
  await it.lookIsFinished()
  await expect(detail).not.toContainText('Deployed to gpu-01')
  await deploy('vllm')
  await it.theme('light')
  await expect(progress).toContainText(/Copying \d+%, .*\/s, .* left/, { timeout: 20_000 })
  await page.screenshot({ path: it.picture('model-deploying-light') })
  // Said at once, and the host is looked at again by itself.
  await expect(detail).toContainText('Deployed to gpu-01', { timeout: 120_000 })
  await expect(it.row(model)).toHaveCount(2, { timeout: 60_000 })
  await it.lookIsFinished()
  await page.keyboard.press('v')
  // The same bytes on two hosts are one model.
  await expect(it.row(model)).toHaveCount(1, { timeout: 60_000 })
  await expect(it.row(model)).toContainText(/gpu-01 and gpu-04.*Verified.*Cleared.*Approved/s, { timeout: 60_000 })
  await it.lookIsFinished()
  await it.choose(model)
  await it.isSound('model-deployed')

  await page.keyboard.press('x')
  await send('Revoke approval', { 'Decided by': 'Eve', Reason: 'Another one serves' }, 'model-revoke')
  await expect(it.row(model)).toContainText('Revoked')
  await expect(detail).toContainText('Another one serves')
  await it.isSound('model-revoked')
})
