import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '../fixtures/app.ts'
import { GatehousePage } from '../pages/gatehouse.page.ts'

/** Hundreds of hosts: what is drawn follows the window's size, never the fleet's; the keyboard reaches every host. */
for (const hosts of [100, 300]) {
  test(`a matrix of ${hosts} hosts draws the columns in view, and the keyboard reaches all`, async ({ gatehouse }) => {
    const it = new GatehousePage(gatehouse)
    const { page } = it
    await it.referenceSize()
    const path = join(gatehouse.userData, 'fleet.yaml')
    const lines = Array.from({ length: hosts }, (_, index) => `  - { name: gpu-${index + 1}, address: 192.0.2.1 }`)
    await writeFile(path, `version: 1\nname: dc1\nidentities: { audit: { user: a } }\nhosts:\n${lines.join('\n')}\n`)
    await it.invoke('fleet:load', { path })
    const grid = page.getByRole('grid')
    await expect(grid).toHaveAttribute('aria-colcount', String(hosts + 1))

    // Columns are drawn a few at a time, so that no turn of the page is long.
    const drawn = () =>
      expect(async () => {
        const columns = await grid.getByRole('columnheader').count()
        expect(columns).toBeLessThanOrEqual(14)
        expect(await grid.locator('.cell').count()).toBe(18 * (columns - 1))
        // Icons, words and frames of a cell: six elements each, and the names of the checks.
        expect(await grid.locator('*').count()).toBeLessThan(columns * 18 * 8 + 400)
      }).toPass({ timeout: 10_000 })
    await drawn()
    await grid.locator('.cell[tabindex="0"]').focus()
    await page.keyboard.press('End')
    await expect(it.cell('INF-1', `gpu-${hosts}`).getByRole('button')).toBeFocused()
    await expect(it.cell('INF-1', `gpu-${hosts}`)).toHaveAttribute('aria-colindex', String(hosts + 1))
    await drawn()
    await page.keyboard.press('PageDown')
    await page.keyboard.press('ArrowLeft')
    await expect(it.cell('OPS-3', `gpu-${hosts - 1}`).getByRole('button')).toBeFocused()
    await page.keyboard.press('Home')
    await expect(it.cell('OPS-3', 'gpu-1').getByRole('button')).toBeFocused()
    await drawn()
  })
}
