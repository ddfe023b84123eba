import { gpu01 } from '../../electron/testing/demo/hosts/gpu-01.ts'
import { gpu03 } from '../../electron/testing/demo/hosts/gpu-03.ts'
import { expect, test } from '../fixtures/served-app.ts'
import { HostPage } from '../pages/host.page.ts'

/** A jump host that asks for a code. What it refuses, the hosts behind it did not. */
test('a code is declined, then wrong three times: the jump host is named, and no host is said to have refused', async ({ openServed }) => {
  test.setTimeout(120_000)
  const { it } = await openServed([gpu01, gpu03], { logins: { jumpCode: '123456' } })
  const { page } = it
  const notices = page.locator('.notice')
  const run = page.getByRole('button', { name: 'Run audit' })
  await run.click()
  await expect(it.dialog.locator('input')).toBeFocused()
  await page.keyboard.press('Escape')
  await it.auditIsFinished()
  await expect(notices).toHaveText([
    /^Jump host ?bastion-01 could not be used\. The prompt was declined.*2 hosts behind it were not asked\./,
  ])
  await expect(page.locator('.host-nav')).not.toContainText(/Declined|Unreachable/)

  // Whoever begins something else, or again, is asked again, at once.
  await it.invoke('models:look', { hosts: ['gpu-03'], scan: false, hash: false })
  await expect(it.dialog.locator('input')).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(it.dialog).toHaveCount(0)
  const plan = it.invoke('push:plan', { host: 'gpu-03', template: 'ollama-loopback', parameters: {} }).catch(String)
  await expect(it.dialog.locator('input')).toBeFocused()
  await page.keyboard.press('Escape')
  expect(await plan).toContain('prompt.declined')
  await run.click()
  await expect(it.dialog.locator('input')).toBeFocused()
  for (const attempt of [1, 2, 3]) {
    await expect(it.dialog.getByText(`attempt ${attempt}`)).toHaveCount(attempt === 1 ? 0 : 1)
    await expect(it.dialog.locator('input')).toHaveValue('')
    await it.dialog.locator('input').fill('000000')
    await page.keyboard.press('Enter')
  }
  await it.auditIsFinished()
  await expect(it.dialog).toHaveCount(0)
  await expect(notices).toHaveText([
    /^Jump host ?bastion-01 could not be used\. Every way to log in was refused.*2 hosts behind it were not asked\./,
  ])
  await expect(page.locator('.host-nav')).not.toContainText('Login refused')
  await it.isSound('fleet-jump-refused')
  await new HostPage(it).open('gpu-03')
  await expect(notices).toContainText('bastion-01 could not be used, so gpu-03 was not asked.')
})
