import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuditRepo } from '../../electron/core/store/audit.repo.ts'
import { openDatabase } from '../../electron/core/store/database.ts'
import { openDemoServices } from '../../electron/testing/demo/demo-services.testing.ts'
import { gpu03 } from '../../electron/testing/demo/hosts/gpu-03.ts'
import { expect, launchGatehouse, test } from '../fixtures/app.ts'
import { NetworkPage } from '../pages/network.page.ts'

const HOSTS = 100
const names = Array.from({ length: HOSTS }, (_, index) => `gpu-${String(index + 1).padStart(3, '0')}`)

/** A hundred hosts, each with what a real audit of one found, stored as if they had been looked at. */
async function storedFleet(folder: string): Promise<string> {
  const data = join(folder, 'demo')
  const services = await openDemoServices([gpu03], { clock: { now: () => Date.now() }, data })
  const { hosts } = await services.audits.start(services.fleet.require(), services.transport()).done
  await services.close()
  const [audit] = [...hosts]
  if (audit === undefined) throw new Error('the demo was not audited')
  const { database } = openDatabase(join(folder, 'data'), Date.now())
  const repo = createAuditRepo(database)
  repo.begin({ id: 'a', fleet: 'many', startedAt: audit.startedAt, gatehouse: 'test' })
  for (const name of names) repo.saveHost('a', 'many', { ...audit, name }, [])
  repo.finish('a', audit.finishedAt, 'complete')
  database.close()
  const path = join(folder, 'fleet.yaml')
  const lines = names.map((name, index) => `  - { name: ${name}, address: 10.20.4.${index + 1} }\n`).join('')
  await writeFile(path, `version: 1\nname: many\nidentities:\n  audit: { user: a }\nhosts:\n${lines}`)
  return path
}

test('of a hundred hosts those near the window are drawn, and the keyboard reaches the last', async () => {
  test.setTimeout(180_000)
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-network-'))
  const path = await storedFleet(folder)
  const running = await launchGatehouse({ userData: folder })
  try {
    const it = new NetworkPage(running)
    const { page } = it
    await it.referenceSize()
    await it.invoke('fleet:load', { path })
    await expect(page.getByRole('grid', { name: /18 checks by 100 hosts/ })).toBeVisible()
    const longest = await page.evaluateHandle(() => {
      const seen = { ms: 0 }
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) seen.ms = Math.max(seen.ms, duration)
      }).observe({ type: 'longtask' })
      return seen
    })
    await page.keyboard.press('Control+8')
    const grid = page.getByRole('grid')
    await expect(grid).toHaveAttribute('aria-rowcount', String(HOSTS + 2))
    await expect(it.flow('Anyone else to gpu-001')).toHaveAccessibleName(/: Excess/)
    expect(await it.rows.count()).toBeLessThan(60)
    const opened = await longest.evaluate((seen) => seen.ms)

    await it.flow('Anyone else to gpu-001').focus()
    await page.keyboard.press('Control+End')
    await expect(grid.locator('tr.cross')).toHaveAttribute('aria-rowindex', String(HOSTS + 2))
    await expect(grid.locator('.cell:focus')).toBeInViewport()
    await it.isSound('network-many')
    await page.keyboard.press('PageUp')
    await page.keyboard.press('ArrowUp')
    await expect(grid.locator('.cell:focus')).toBeInViewport()
    // Not beneath the head, which stays.
    for (let step = 0; step < 30; step++) await page.keyboard.press('ArrowUp')
    const [head, cell] = [await grid.locator('thead').boundingBox(), await grid.locator('.cell:focus').boundingBox()]
    expect(cell?.y).toBeGreaterThanOrEqual((head?.y ?? 0) + (head?.height ?? 0))
    expect(await it.rows.count()).toBeLessThan(60)
    const longestOf = await longest.evaluate((seen) => seen.ms)
    test.info().annotations.push({ type: 'measured', description: `longest task: opened ${opened} ms, in all ${longestOf} ms` })
  } finally {
    await running.close()
    await rm(folder, { recursive: true, force: true })
  }
})
