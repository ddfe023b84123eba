import { gpu02 } from '../../electron/testing/demo/hosts/gpu-02.ts'
import { test as alone } from '../fixtures/app.ts'
import { expect, test } from '../fixtures/served-app.ts'
import { GatehousePage } from '../pages/gatehouse.page.ts'

/** Where the keyboard is when a screen begins. */

alone('whoever comes without a fleet opens one with Enter', async ({ gatehouse }) => {
  const it = new GatehousePage(gatehouse)
  await expect(it.page.getByRole('button', { name: 'Open fleet file…' })).toBeFocused()
})

test('a screen that a key leads to has the keyboard, also where the sidebar had it', async ({ openServed }) => {
  test.setTimeout(120_000)
  const { it } = await openServed([gpu02])
  const { page } = it
  await it.auditByKey()
  // Nothing has the focus yet: an arrow leads into the matrix, as the footer says.
  await expect(page.locator('.path-bar')).toContainText('Move')
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('grid').locator('.cell:focus')).toHaveCount(1)
  await page
    .locator('.host-nav')
    .getByRole('button', { name: /gpu-02/ })
    .press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: /gpu-02/ })).toBeVisible()
  await page.keyboard.press('Control+8')
  const flow = page.locator('.network-matrix .cell:focus')
  await expect(flow).toHaveCount(1)
  const before = await flow.getAttribute('aria-label')
  await page.keyboard.press('ArrowRight')
  await expect(flow).not.toHaveAccessibleName(before ?? '')
  // By Enter on the sidebar itself it stays there, so that Tab goes on to the next of its places.
  await page.getByRole('button', { name: 'Access', exact: true }).press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'Access' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Access', exact: true })).toBeFocused()
})
