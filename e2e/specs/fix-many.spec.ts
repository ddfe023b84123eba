import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, launchGatehouse, test } from '../fixtures/app.ts'
import { storedFleet } from '../fixtures/stored-fleet.ts'
import { GatehousePage } from '../pages/gatehouse.page.ts'

test('what many hosts have is fixed on all of them: one plan for each, made at once', async () => {
  test.setTimeout(120_000)
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-fix-'))
  const path = await storedFleet(folder, 12)
  const running = await launchGatehouse({ userData: folder })
  try {
    const it = new GatehousePage(running)
    const { page } = it
    await it.referenceSize()
    await it.invoke('fleet:load', { path })
    const entry = page
      .getByRole('complementary', { name: 'Attention' })
      .getByRole('listitem')
      .filter({ hasText: 'Inference port is open to the network' })
    const fix = entry.getByRole('button', { name: 'Fix on 12 hosts…' })
    await expect(fix).toBeVisible()
    await it.isSound('fleet-fix-many')
    // No word of a link is cut.
    expect(await entry.getByRole('button').evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).length)).toBe(0)
    await fix.press('Enter')
    await expect(page.getByLabel('Template', { exact: true })).toHaveValue('ollama-loopback')
    await expect(page.getByText('And 11 more hosts', { exact: true })).toBeVisible()
    await expect(page.getByRole('button', { name: 'Make 12 plans' })).toBeVisible()
    await it.isSound('push-fix-many')
  } finally {
    await running.close()
    await rm(folder, { recursive: true, force: true })
  }
})
