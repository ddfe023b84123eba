import { expect, test } from '../fixtures/app.ts'
import { PushPage } from '../pages/push.page.ts'

test('a plan is there again after a look elsewhere, and is changed from what it was made of', async ({ gatehouse }) => {
  const it = new PushPage(gatehouse)
  const { page } = it
  await it.referenceSize()
  await it.planLoopback()
  const push = page.getByRole('button', { name: 'Push to gpu-03…' })
  await page.getByRole('button', { name: 'Templates', exact: true }).press('Enter')
  await expect(push).toHaveCount(0)
  await page.getByRole('button', { name: 'Change', exact: true }).press('Enter')
  await expect(push).toBeVisible()
  await page.keyboard.press('Control+1')
  await expect(page.getByRole('heading', { level: 1, name: 'Fleet' })).toBeVisible()
  await page.keyboard.press('Control+5')
  await expect(push).toBeVisible()

  await page.getByRole('button', { name: 'Change the plan' }).press('Enter')
  await expect(page.getByLabel('Port on the loopback address')).toHaveValue('12000')
  // What is not wanted any more does not come back.
  await page.keyboard.press('Control+1')
  await page.keyboard.press('Control+5')
  await expect(page.getByLabel('Host', { exact: true })).toHaveValue('')
})

test('plans for many hosts are there again after a look elsewhere, and are changed from what they were made of', async ({ gatehouse }) => {
  const it = new PushPage(gatehouse)
  const { page } = it
  await it.auditedDemo()
  await page.keyboard.press('Control+5')
  await page.getByLabel('Host', { exact: true }).selectOption('gpu-03')
  await page.getByLabel('Template', { exact: true }).selectOption('services-masked')
  await page.getByText('More hosts', { exact: true }).click()
  await page.getByRole('checkbox', { name: 'gpu-02' }).press('Space')
  const field = page.getByLabel('Services to switch off', { exact: true })
  await field.fill('cups')
  await page.getByRole('button', { name: 'Make 2 plans' }).press('Enter')
  const push = page.getByRole('button', { name: 'Push to 2 hosts…' })
  await expect(push).toBeVisible({ timeout: 20_000 })
  await page.keyboard.press('Control+1')
  await expect(page.getByRole('heading', { level: 1, name: 'Fleet' })).toBeVisible()
  await page.keyboard.press('Control+5')
  await expect(push).toBeVisible()

  await page.getByRole('button', { name: 'Change the plans' }).press('Enter')
  await expect(page.getByLabel('Host', { exact: true })).toHaveValue('gpu-03')
  await expect(page.getByLabel('Template', { exact: true })).toHaveValue('services-masked')
  await expect(page.getByText('And gpu-02', { exact: true })).toBeVisible()
  await expect(field).toHaveValue('cups')
  // And it is for both once more, not for each what it has of its own.
  await page.getByRole('button', { name: 'Make 2 plans' }).press('Enter')
  await expect(push).toBeVisible({ timeout: 20_000 })
  await expect(page.getByRole('article', { name: 'Push to gpu-03' })).toContainText('cups')
  await expect(page.getByRole('article', { name: 'Push to gpu-03' })).not.toContainText('avahi')
  await page.getByRole('button', { name: 'Change the plans' }).press('Enter')
  await expect(page.getByRole('button', { name: 'Make 2 plans' })).toBeVisible()
  // What is not wanted any more does not come back.
  await page.keyboard.press('Control+1')
  await page.keyboard.press('Control+5')
  await expect(page.getByLabel('Host', { exact: true })).toHaveValue('')
})
