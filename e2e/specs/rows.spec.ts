import { expect, test } from '../fixtures/app.ts'
import { ModelsPage } from '../pages/models.page.ts'

/** Rows of lists: what the mouse marks it also chooses, and what stands in them fits. */
test('a click anywhere in a row chooses it, also where the pane is a sheet', async ({ gatehouse }) => {
  test.setTimeout(120_000)
  const it = new ModelsPage(gatehouse)
  const { page } = it
  await it.lookedAtDemo('v')
  const heading = it.detail.getByRole('heading', { level: 2 })
  await it.row('sdxl-base-1.0').getByText('Differs').click()
  await expect(heading).toHaveText('sdxl-base-1.0')
  await it.row('mistral-small-3.2-24b-instruct').getByText('huggingface.co').click()
  await expect(heading).toHaveText('mistral-small-3.2-24b-instruct')
  // The keyboard goes on from there.
  await expect(page.getByRole('button', { name: 'mistral-small-3.2-24b-instruct' })).toBeFocused()
  await it.choose('all-minilm-l6-v2')
  const tops = await it.detail.locator('dt', { hasText: 'SHA-256' }).evaluate((name) => {
    const top = (element: Element | null | undefined) => element?.getBoundingClientRect().top ?? 0
    return [top(name), top(name.nextElementSibling?.querySelector('button'))]
  })
  expect(Math.abs((tops[0] ?? 0) - (tops[1] ?? 99))).toBeLessThan(8)
  // What can be done with it is in sight, however many files it has, and is not in the way of the focus.
  await expect(it.detail.getByRole('button', { name: 'Verify hash again' })).toBeInViewport({ ratio: 1 })
  await it.isSound('models-foot')

  await page.keyboard.press('Control+7')
  const row = page.getByRole('row', { name: /Others reach inference servers only through a proxy/ })
  await row.getByText('High').click()
  await expect(it.detail.getByRole('heading', { level: 2 })).toHaveText('Others reach inference servers only through a proxy')
  await it.referenceSize(1180, 720)
  await page.keyboard.press('Control+3')
  await it.row('gpt-oss:20b').getByText('Not hashed').click()
  await expect(heading).toHaveText('gpt-oss:20b')
  await expect(heading).toBeInViewport()
})

test('what a tier may do is read on one line, at the reference size and at the least', async ({ gatehouse }) => {
  test.setTimeout(120_000)
  const it = new ModelsPage(gatehouse)
  await it.auditedDemo()
  await it.page.keyboard.press('Control+4')
  const names = it.page.getByRole('region', { name: 'Tiers' }).locator('tbody th')
  for (const [width, height] of [
    [1440, 900],
    [1280, 800],
    [1180, 720],
  ]) {
    await it.referenceSize(width, height)
    await expect(names).toHaveCount(8)
    const heights = await names.evaluateAll((all) =>
      all.map((name) => {
        const range = document.createRange()
        range.selectNodeContents(name)
        return Math.round(range.getBoundingClientRect().height)
      }),
    )
    expect(Math.max(...heights), `${width}`).toBeLessThan(20)
  }
})

test('the jump host is named whole before it was connected, and after', async ({ gatehouse }) => {
  const it = new ModelsPage(gatehouse)
  await it.referenceSize()
  await it.invoke('fleet:demo')
  const place = it.page.getByRole('navigation', { name: 'Main' }).locator('.place').first()
  const cut = () => place.locator('b, .kind > span:first-child').evaluateAll((all) => all.map((one) => one.scrollWidth - one.clientWidth))
  await expect(place).toContainText('Not connected')
  expect(await cut()).toEqual([0, 0])
  await it.auditByKey()
  await expect(place).toContainText(/Connected.* ms/)
  expect(await cut()).toEqual([0, 0])
  await it.isSound('sidebar-jump')
})
