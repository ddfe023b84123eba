import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gpu01 } from '../../electron/testing/demo/hosts/gpu-01.ts'
import { gpu02 } from '../../electron/testing/demo/hosts/gpu-02.ts'
import { gpu03 } from '../../electron/testing/demo/hosts/gpu-03.ts'
import { expect, test } from '../fixtures/served-app.ts'
import { GatehousePage } from '../pages/gatehouse.page.ts'

/** Every screen and state in both themes, over the real engine and real SSH. */

test('the way of a new admin: nothing open, the demo fleet, an audit, a finding with its proof', async ({ gatehouse }) => {
  test.setTimeout(180_000)
  const it = new GatehousePage(gatehouse)
  const { page } = it
  await it.referenceSize()
  await expect(page.getByRole('heading', { name: 'Open a fleet to begin' })).toBeVisible()
  await it.isSound('fleet-empty')

  await page.getByRole('button', { name: 'Start the demo fleet' }).click()
  await expect(page.getByRole('grid', { name: /18 checks by 5 hosts/ })).toBeVisible()
  // Named before anything was connected.
  await expect(page.getByRole('region', { name: 'Summary' })).toContainText(/bastion-01\s*Not connected/)
  await it.isSound('fleet-not-audited')

  await page.getByRole('button', { name: 'Run audit' }).click()
  await it.auditIsFinished()
  for (const item of ['INF-1', 'INF-2', 'INF-3', 'INF-4', 'INF-5', 'INF-6', 'INF-7'])
    await expect(it.cell(item, 'gpu-01')).toHaveAccessibleName(/: Pass/)
  await expect(it.cell('INF-1', 'gpu-03')).toHaveAccessibleName(/: Fail/)
  await expect(it.cell('INF-4', 'gpu-02')).toHaveAccessibleName(/: Fail/)
  await expect(it.cell('INF-4', 'lab-01')).toHaveAccessibleName(/: Not evaluated/)
  for (const item of ['OPS-2', 'OPS-3']) await expect(it.cell(item, 'gpu-01')).toHaveAccessibleName(/: Needs attestation/)
  // Its models were not verified yet.
  await expect(it.cell('SUP-3', 'gpu-01')).toHaveAccessibleName(/: Not evaluated/)
  await it.isSound('fleet')

  await it.cell('INF-4', 'gpu-02').getByRole('button').focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: /gpu-02/ })).toBeVisible()
  await it.isSound('host')

  await page.getByRole('tab', { name: 'Findings' }).focus()
  await page.keyboard.press('ArrowRight')
  const lane = page.getByRole('region', { name: 'nginx, ai.internal.yourcompany.com:443' })
  await expect(lane).toContainText('Management for every user')
  await lane.getByRole('button', { name: /Model management/ }).click()
  await expect(page.getByRole('complementary', { name: 'Details' })).toContainText('POST /api/create')
  await it.isSound('host-exposure')
  await page.getByRole('button', { name: /8 management routes open to every user/ }).click()
  await expect(page.getByRole('tab', { name: 'Findings' })).toHaveAttribute('aria-selected', 'true')
  await expect(page.getByRole('heading', { name: '8 management routes open to every user' })).toBeVisible()

  await page.getByRole('button', { name: 'Full output' }).first().click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await it.isSound('host-output')
  await page.keyboard.press('Escape')

  await page.keyboard.press('Control+k')
  await expect(page.getByRole('dialog')).toBeVisible()
  await it.isSound('palette')
  await page.keyboard.press('Escape')

  await page.keyboard.press('?')
  await expect(page.getByRole('dialog')).toBeVisible()
  await it.isSound('keys')
  await page.keyboard.press('Escape')

  await page.getByRole('button', { name: /Settings/ }).click()
  await expect(page.getByText('gatehouse-ro ALL=(root) NOPASSWD:').first()).toBeVisible()
  await it.isSound('settings')
})

test('everything by keyboard: from nothing to a finding and back without the mouse', async ({ gatehouse }) => {
  const it = new GatehousePage(gatehouse)
  const { page } = it
  await it.referenceSize()
  await page.getByRole('button', { name: 'Start the demo fleet' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('grid', { name: /18 checks by 5 hosts/ })).toBeVisible()
  await it.auditByKey()
  await it.cell('INF-1', 'gpu-01').getByRole('button').focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await expect(it.cell('INF-1', 'gpu-03').getByRole('button')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: /gpu-03/ })).toBeVisible()
  await page.keyboard.press('j')
  await page.keyboard.press('Control+1')
  await expect(page.getByRole('grid', { name: /18 checks/ })).toBeVisible()
})

test('an audit that runs shows where each host stands, fills column by column, and can be stopped', async ({ openServed }) => {
  test.setTimeout(120_000)
  const { it } = await openServed([gpu01, { ...gpu02, fault: 'hang-section' }, gpu03])
  await it.page.getByRole('button', { name: 'Run audit' }).click()
  await expect(it.cell('INF-1', 'gpu-03')).toHaveAccessibleName(/: Fail/)
  await expect(it.cell('INF-1', 'gpu-02')).toHaveAccessibleName(/Running/)
  await it.isSound('fleet-loading')
  await it.page.keyboard.press('Escape')
  await it.auditIsFinished()
  await expect(it.cell('INF-1', 'gpu-01')).toHaveAccessibleName(/: Pass/)
})

test('an unknown host key asks before anything is sent; the answer is remembered', async ({ openServed }) => {
  test.setTimeout(120_000)
  const { it } = await openServed([gpu01], { unknown: ['gpu-01'] })
  await it.page.getByRole('button', { name: 'Run audit' }).click()
  const dialog = it.dialog
  await expect(dialog).toContainText(/SHA256:[A-Za-z0-9+/]{43}/)
  await expect(dialog).toContainText('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')
  await it.isSound('host-key-unknown')
  await dialog.getByRole('button', { name: /^Trust/ }).click()
  await it.auditIsFinished()
  await expect(it.cell('INF-1', 'gpu-01')).toHaveAccessibleName(/: Pass/)
  await it.auditByKey()
  await expect(dialog).toBeHidden()
})

test('a changed host key stops that host alone, shows both keys, and offers no way around', async ({ openServed }) => {
  test.setTimeout(120_000)
  const { it } = await openServed([gpu01, gpu02], { changed: ['gpu-02'] })
  await it.page.getByRole('button', { name: 'Run audit' }).click()
  await it.auditIsFinished()
  await expect(it.cell('INF-1', 'gpu-01')).toHaveAccessibleName(/: Pass/)
  await expect(it.cell('INF-1', 'gpu-02')).toHaveAccessibleName(/: Not evaluated/)
  await it.isSound('fleet-error')
  await it.page.getByRole('button', { name: 'Compare keys…' }).first().click()
  const dialog = it.dialog
  await expect(dialog.getByText(/SHA256:/)).toHaveCount(2)
  await expect(dialog.getByRole('button', { name: /trust/i })).toHaveCount(0)
  await it.isSound('host-key-changed')
  await it.page.keyboard.press('Escape')
  await it.page
    .locator('.host-nav')
    .getByRole('button', { name: /gpu-02/ })
    .press('Enter')
  await expect(it.page.locator('.host-facts')).toContainText(/Engine\s*Not read/)
  // No advice that would not help.
  await expect(it.page.getByText('What stopped the audit stands above.')).toBeVisible()
})

test('a passphrase is asked, a wrong one again, and the right one opens the fleet', async ({ openServed }) => {
  test.setTimeout(120_000)
  const { it } = await openServed([gpu01], { passphrase: 'correct horse' })
  await it.page.getByRole('button', { name: 'Run audit' }).click()
  const dialog = it.dialog
  await expect(dialog.locator('input')).toBeVisible()
  await it.isSound('prompt-passphrase')
  await dialog.locator('input').fill('wrong')
  await it.page.keyboard.press('Enter')
  await expect(dialog.locator('input')).toHaveValue('')
  await dialog.locator('input').fill('correct horse')
  await it.page.keyboard.press('Enter')
  await it.auditIsFinished()
  await expect(it.cell('INF-1', 'gpu-01')).toHaveAccessibleName(/: Pass/)
})

test('a fleet file with mistakes is shown with line and column, and the app stays usable', async ({ gatehouse }) => {
  const it = new GatehousePage(gatehouse)
  await it.referenceSize()
  const path = join(gatehouse.userData, 'broken.yaml')
  await writeFile(path, 'version: 1\nname: dc1\nidentities: { audit: { user: a } }\nhosts:\n  - { name: gpu-01, addres: 10.0.0.1 }\n')
  await it.invoke('fleet:load', { path })
  await expect(it.page.getByText('did you mean "address"?', { exact: false })).toBeVisible()
  await it.isSound('fleet-problems')
  // Elsewhere all is empty: why, and the way back.
  await it.page.keyboard.press('Control+4')
  await expect(it.page.getByRole('heading', { name: 'No fleet is open' })).toBeVisible()
  await expect(it.page.getByRole('alert')).toContainText('has 2 mistakes, the first in line 5')
  await it.page.getByRole('button', { name: 'Show mistakes' }).click()
  await expect(it.page.getByText('did you mean "address"?', { exact: false })).toBeVisible()
  await it.invoke('fleet:demo')
  await expect(it.page.getByRole('grid', { name: /18 checks by 5 hosts/ })).toBeVisible()
})
