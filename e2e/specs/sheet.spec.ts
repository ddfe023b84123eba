import type { Locator } from '@playwright/test'
import { gpu01 } from '../../electron/testing/demo/hosts/gpu-01.ts'
import { gpu03 } from '../../electron/testing/demo/hosts/gpu-03.ts'
import { expect, test } from '../fixtures/served-app.ts'
import { HostPage } from '../pages/host.page.ts'

/** In a narrow window the right pane is a sheet over the content: opened by choosing, closed by Escape, the focus comes back. */

test('at 1180: models, network, controls', async ({ openServed }) => {
  test.setTimeout(180_000)
  const { it } = await openServed([gpu01, gpu03])
  const { page } = it
  await it.auditByKey()
  await it.referenceSize(1180, 720)

  const sheet = page.locator('.sheet')
  const overTheContent = async (row: Locator, list: Locator, words: string, picture: string) => {
    await expect(row).toBeVisible()
    await expect(page.getByRole('article')).toHaveCount(0)
    const before = await list.boundingBox()
    await row.focus()
    await page.keyboard.press('Enter')
    await expect(page.getByRole('article')).toContainText(words)
    await expect(sheet).toBeFocused()
    expect(await list.boundingBox()).toEqual(before)
    await it.isSound(picture)
    await page.keyboard.press('Escape')
    await expect(sheet).toHaveCount(0)
    await expect(row).toBeFocused()
    await page.keyboard.press('Control+i')
    await expect(sheet).toBeFocused()
    await page.keyboard.press('Control+i')
    await expect(row).toBeFocused()
  }

  await page.keyboard.press('Control+3')
  await expect(page.getByText('No model directory was looked at yet')).toBeVisible()
  await page.keyboard.press('l')
  await overTheContent(
    page.getByRole('button', { name: 'gpt-oss:20b', exact: true }),
    page.getByRole('region', { name: 'Models', exact: true }),
    'gpt-oss:20b',
    'models-1180',
  )
  await page.keyboard.press('Control+8')
  await overTheContent(
    page.getByRole('button', { name: /^Applications to gpu-03:/ }),
    page.getByRole('region', { name: 'Hosts by segments' }),
    'Applications to gpu-03',
    'network-1180',
  )
  await page.keyboard.press('Control+7')
  await overTheContent(
    page.getByRole('button', { name: /^Inference servers listen only on this machine/ }),
    page.getByRole('region', { name: 'Controls' }),
    'Inference servers listen only on this machine',
    'controls-1180',
  )

  // The row that is current when it closes has the focus then, and a filter stays that Escape did not mean.
  const first = page.locator('.row-name[aria-current]')
  await first.press('Enter')
  await page.keyboard.press('j')
  await expect(sheet).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(page.locator('.row-name[aria-current]')).toBeFocused()
  await page.keyboard.press('/')
  await page.keyboard.type('inference')
  await page.locator('.row-name').first().click()
  await page.keyboard.press('Escape')
  await expect(sheet).toHaveCount(0)
  await expect(page.getByLabel('Filter controls')).toHaveValue('inference')
})

test('at 1180: the tabs of a host', async ({ openServed }) => {
  test.setTimeout(180_000)
  const { it } = await openServed([gpu03])
  const { page } = it
  await it.auditByKey()
  await it.referenceSize(1180, 720)
  await page.keyboard.press('Control+Shift+1')
  const sheet = page.locator('.sheet')
  for (const name of ['Services', 'Hardening', 'GPUs', 'Packages']) {
    await page.getByRole('tab', { name, exact: true }).click()
    const row = page.locator('.row-name').first()
    await row.click()
    await expect(sheet.getByRole('complementary', { name: /^Details of/ })).toBeVisible()
    await page.keyboard.press('j')
    await expect(sheet).toBeFocused()
    await it.isSound(`host-${name.toLowerCase()}-1180`)
    await page.keyboard.press('Escape')
    await expect(sheet).toHaveCount(0)
    await expect(page.locator('.row-name[aria-current]')).toBeFocused()
  }
  await page.getByRole('tab', { name: 'Exposure', exact: true }).click()
  await page.locator('.pick').first().click()
  await expect(sheet.getByRole('complementary', { name: 'Details' })).toBeVisible()
  await it.isSound('host-exposure-1180')
  await page.keyboard.press('Escape')
  await expect(sheet).toHaveCount(0)
  const host = new HostPage(it)
  await host.fitsSideways()
  await it.referenceSize()
  await host.fitsSideways()
})

test('at 1180: the step of a walkthrough has the height, what comes of it lies over it', async ({ openServed }) => {
  test.setTimeout(180_000)
  const { it } = await openServed([gpu03])
  const { page } = it
  await it.auditByKey()
  await it.referenceSize(1180, 720)
  await page.keyboard.press('Control+6')
  const progress = page.getByRole('button', { name: 'Progress' })
  await expect(page.getByLabel('Auditor')).toBeVisible()
  await expect(progress).toHaveCount(0)
  await page.getByLabel('Auditor').fill('J. Lindqvist')
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('Met', { exact: true })).toBeInViewport()
  // By keyboard from step to step: the next key acts in the step.
  const title = page.getByRole('article').getByRole('heading', { level: 2 })
  await expect(title).toBeFocused()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Control+ArrowDown')
  await expect(title).toHaveText('TLS with a valid certificate on the proxy')
  await expect(title).toBeFocused()
  await page.keyboard.press('Control+ArrowUp')
  const sheet = page.locator('.sheet')
  await expect(page.getByText('of 18 steps recorded')).toHaveCount(0)
  await progress.press('Enter')
  await expect(sheet).toContainText('0 of 18 steps recorded')
  await expect(sheet).toBeFocused()
  await it.isSound('audit-1180')
  await page.keyboard.press('Escape')
  await expect(sheet).toHaveCount(0)
  await expect(progress).toBeFocused()
  await page.getByRole('button', { name: 'History' }).click()
  await expect(progress).toHaveCount(0)
  await page.keyboard.press('Control+i')
  await expect(sheet).toHaveCount(0)
})

test('at 1440 and less: the summary of the fleet and five hosts of the Access page are whole', async ({ openServed }) => {
  test.setTimeout(180_000)
  const { it } = await openServed(['gpu-01', 'gpu-02', 'gpu-03', 'gpu-04', 'gpu-05'].map((name) => ({ ...gpu03, name })))
  const { page } = it
  const areWhole = async () => {
    for (const [width, height] of [
      [1440, 900],
      [1320, 800],
      [1280, 800],
      [1240, 800],
      [1180, 720],
    ] as const) {
      await it.referenceSize(width, height)
      for (const [key, place] of [
        ['Control+1', '.strip'],
        ['Control+4', '.access-list'],
      ] as const) {
        await page.keyboard.press(key)
        await expect(page.locator(place)).toBeVisible()
        const cut = () => page.locator(place).evaluate((one) => one.scrollWidth - one.clientWidth)
        await expect.poll(cut).toBe(0)
      }
    }
  }
  await it.auditByKey()
  await areWhole()
  // Longer names and more states.
  await it.invoke('fleet:demo')
  await page.keyboard.press('Control+1')
  await it.auditByKey()
  await areWhole()
  await it.isSound('access-1180')
})

test('at twice the size of text a sheet begins below both rows of the toolbar, and at the top once that is out of sight', async ({
  openServed,
}) => {
  test.setTimeout(120_000)
  const { it, running } = await openServed([gpu03])
  const { page } = it
  await it.auditByKey()
  await it.referenceSize(1180, 720)
  await running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(2))
  await expect.poll(() => page.evaluate(() => window.innerWidth)).toBe(590)
  await page.keyboard.press('Control+i')
  const sheet = page.locator('.sheet')
  await expect(sheet).toBeFocused()
  const end = async (place: string) => page.locator(place).evaluate((one) => one.getBoundingClientRect().bottom)
  const start = () => sheet.evaluate((one) => one.getBoundingClientRect().top)
  expect(await end('.toolbar')).toBeGreaterThan(80)
  await expect.poll(start).toBe(await end('.toolbar'))
  await it.isSound('fleet-sheet-200')
  await page.evaluate(() => scrollTo(0, 300))
  await expect.poll(start).toBe(0)
})

test('text that is cut says all of itself in a tooltip, text that fits says nothing twice', async ({ openServed }) => {
  test.setTimeout(120_000)
  const { it } = await openServed([gpu03])
  const { page } = it
  await it.auditByKey()
  await it.referenceSize(1180, 720)
  await page.keyboard.press('Control+Shift+1')
  const subjects = page.locator('.finding .sub')
  await expect(subjects.first()).toBeVisible()
  const cut = await subjects.evaluateAll((all) => all.map((one) => one.scrollWidth > one.clientWidth))
  expect(cut).toContain(true)
  expect(cut).toContain(false)
  const long = subjects.nth(cut.indexOf(true))
  await long.hover()
  await expect(long).toHaveAttribute('title', (await long.textContent()) ?? '')
  const short = subjects.nth(cut.indexOf(false))
  await short.hover()
  await expect(short).not.toHaveAttribute('title')
})
