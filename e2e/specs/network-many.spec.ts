import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, launchGatehouse, test } from '../fixtures/app.ts'
import { storedFleet } from '../fixtures/stored-fleet.ts'
import { NetworkPage } from '../pages/network.page.ts'

const HOSTS = 100

test('of a hundred hosts those near the window are drawn, and the keyboard reaches the last', async () => {
  test.setTimeout(180_000)
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-network-'))
  const path = await storedFleet(folder, HOSTS)
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
    const atTheEnd = await longest.evaluate((seen) => seen.ms)
    await it.isSound('network-many')
    // What looks for flaws takes the window for seconds itself.
    await longest.evaluate((seen) => {
      seen.ms = 0
    })
    await page.keyboard.press('PageUp')
    await page.keyboard.press('ArrowUp')
    await expect(grid.locator('.cell:focus')).toBeInViewport()
    // Not beneath the head, which stays.
    for (let step = 0; step < 30; step++) await page.keyboard.press('ArrowUp')
    const [head, cell] = [await grid.locator('thead').boundingBox(), await grid.locator('.cell:focus').boundingBox()]
    expect(cell?.y).toBeGreaterThanOrEqual((head?.y ?? 0) + (head?.height ?? 0))
    expect(await it.rows.count()).toBeLessThan(60)
    const moved = Math.max(atTheEnd, await longest.evaluate((seen) => seen.ms))
    test
      .info()
      .annotations.push({ type: 'measured', description: `longest task: opened ${opened} ms, in all ${Math.max(opened, moved)} ms` })
  } finally {
    await running.close()
    await rm(folder, { recursive: true, force: true })
  }
})
