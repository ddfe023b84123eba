import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, launchGatehouse, test } from '../fixtures/app.ts'
import { PushPage } from '../pages/push.page.ts'

test('a ledger that somebody changed is said on every screen, nothing is recorded, and a new one begins once it is moved aside', async () => {
  test.setTimeout(240_000)
  const userData = await mkdtemp(join(tmpdir(), 'gatehouse-e2e-'))
  const data = join(userData, 'data')
  const first = await launchGatehouse({ userData })
  const before = new PushPage(first)
  await before.auditedDemo()
  await before.invoke('walkthrough:start', { auditor: 'J. Lindqvist' })
  await first.close()

  const path = join(data, 'ledger.jsonl')
  const whole = await readFile(path, 'utf8')
  const changed = whole.replace('J. Lindqvist', 'J. Lindquist')
  expect(changed).not.toBe(whole)
  await writeFile(path, changed)
  const second = await launchGatehouse({ userData })
  const it = new PushPage(second)
  await it.referenceSize()
  await it.invoke('fleet:demo')
  const notice = it.page.getByRole('alert').filter({ hasText: 'Ledger not whole' })
  await expect(notice).toContainText(
    /ledger\.jsonl: record \d+ .* Nothing is changed or recorded until it and ledger\.head are moved aside/,
  )
  await it.isSound('ledger-broken')
  await it.page.keyboard.press('Control+6')
  await expect(notice).toBeVisible()
  const step = it.page.getByRole('article')
  await step.getByLabel('Not met').check()
  await step.getByLabel('Reviewed by').fill('M. Ito')
  await it.page.keyboard.press('Control+Enter')
  await expect(step.getByRole('alert')).toContainText(/Not recorded The ledger is not whole/)
  await expect(step.getByLabel('Not met')).toBeChecked()
  await notice.getByRole('button', { name: 'Show history' }).press('Enter')
  await expect(it.page.getByRole('button', { name: 'History', exact: true })).toHaveAttribute('aria-pressed', 'true')
  await expect(notice).toHaveCount(1)
  await second.close()

  for (const name of await readdir(data)) if (/^ledger\.(jsonl|head)$/.test(name)) await rename(join(data, name), join(userData, name))
  const third = await launchGatehouse({ userData })
  const after = new PushPage(third)
  await after.invoke('fleet:demo')
  await expect(third.page.getByRole('button', { name: 'Run audit' })).toBeVisible()
  await expect.poll(() => after.invoke('push:open')).toMatchObject({ brokenLedger: null })
  await expect(third.page.getByText('Ledger not whole')).toHaveCount(0)
  await third.close()
  await rm(userData, { recursive: true, force: true })
})
