import { gpu03 } from '../../electron/testing/demo/hosts/gpu-03.ts'
import { expect, test } from '../fixtures/served-app.ts'

const HOSTS = 18

/** As on the fleet's page: what is drawn follows the window, not the fleet, and the keyboard reaches every host. */
test('of the accounts of eighteen hosts the columns in view are drawn, and each is reached', async ({ openServed }) => {
  test.setTimeout(240_000)
  const named = (index: number) => `gpu-${String(index + 1).padStart(2, '0')}`
  const { it } = await openServed(
    Array.from({ length: HOSTS }, (_, index) => ({ ...gpu03, name: named(index), address: `10.20.4.${index + 100}` })),
  )
  const { page } = it
  await it.auditByKey()
  await page.keyboard.press('Control+4')
  const grid = page.getByRole('grid')
  const heads = grid.getByRole('columnheader')
  const focused = grid.locator('.cell:focus')
  await expect(grid).toHaveAttribute('aria-colcount', String(HOSTS + 2))
  const isDrawnInPart = () => expect.poll(() => heads.count()).toBeLessThan(HOSTS - 4)
  await isDrawnInPart()

  await grid.locator('.cell[tabindex="0"]').focus()
  const account = (await focused.getAttribute('aria-label'))?.split(' on ')[0]
  await page.keyboard.press('End')
  await expect(focused).toHaveAccessibleName(new RegExp(`^${account} on ${named(HOSTS - 1)}:`))
  await expect(focused).toBeInViewport({ ratio: 1 })
  await expect(grid.locator('td.cross')).toHaveAttribute('aria-colindex', String(HOSTS + 2))
  await isDrawnInPart()
  // Free of the names, which stay where they are.
  for (let times = 0; times < 6; times += 1) await page.keyboard.press('ArrowLeft')
  await expect(focused).toHaveAccessibleName(new RegExp(` on ${named(HOSTS - 7)}:`))
  const [cell, name] = await Promise.all([focused.boundingBox(), grid.getByRole('rowheader').first().boundingBox()])
  expect(cell?.x).toBeGreaterThanOrEqual((name?.x ?? 0) + (name?.width ?? 0))
  await it.isSound('access-wide-end')

  // What a key chooses elsewhere comes into sight sideways, too; and Tab leads back to a cell that is drawn.
  await page.keyboard.press('Home')
  await expect(focused).toHaveAccessibleName(new RegExp(` on ${named(0)}:`))
  await page.getByRole('region', { name: 'Accounts by hosts' }).evaluate((box) => box.scrollTo(box.scrollWidth, 0))
  await expect(heads.last()).toHaveText(named(HOSTS - 1))
  await expect(grid.locator('.cell[tabindex="0"]')).toHaveCount(1)
})
