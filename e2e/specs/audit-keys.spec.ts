import { expect, test } from '../fixtures/app.ts'
import { PushPage } from '../pages/push.page.ts'

/** All 18 steps without a mouse, in the smallest window. */
test('the walkthrough from its first to its last step by keyboard, and closed', async ({ gatehouse }) => {
  test.setTimeout(240_000)
  const it = new PushPage(gatehouse)
  const { page } = it
  await it.auditedDemo()
  await it.referenceSize(1180, 720)
  await page.keyboard.press('Control+6')
  await expect(page.getByLabel('Auditor')).toBeFocused()
  await page.keyboard.type('J. Lindqvist')
  await page.keyboard.press('Enter')
  const step = page.getByRole('article')
  const title = step.getByRole('heading', { level: 2 })
  await expect(title).toBeFocused()

  // The list goes along where keys lead out of sight.
  const list = page.getByRole('navigation', { name: 'Checklist steps' })
  for (let times = 0; times < 17; times += 1) await page.keyboard.press('Control+ArrowDown')
  await expect(step.getByText('Step 18 of 18')).toBeVisible()
  const chosen = list.getByRole('button', { name: /Quarterly access/ })
  await expect(chosen).toBeInViewport({ ratio: 1 })
  // Nor does it leave the sight where the window becomes smaller.
  await it.referenceSize()
  await it.referenceSize(1180, 720)
  await expect(chosen).toBeInViewport({ ratio: 1 })
  for (let times = 0; times < 17; times += 1) await page.keyboard.press('Control+ArrowUp')
  await expect(list.getByRole('button', { name: /Inference bound/ })).toBeInViewport({ ratio: 1 })

  const focused = () => page.evaluate(() => (document.activeElement as HTMLInputElement | null)?.labels?.[0]?.textContent)
  const tabTo = async (label: string) => {
    for (let times = 0; times < 60; times += 1) {
      await page.keyboard.press('Tab')
      if ((await focused()) === label) return
    }
    throw new Error(`Tab does not lead to ${label}`)
  }
  for (let number = 1; number <= 18; number += 1) {
    await expect(step.getByText(`Step ${number} of 18`)).toBeVisible()
    await tabTo('Met')
    for (let times = 0; times < 2; times += 1) await page.keyboard.press('ArrowRight')
    await expect(step.getByLabel('Not met')).toBeChecked()
    // Who answers is typed once.
    await expect(step.getByLabel('Reviewed by')).toHaveValue(number === 1 ? '' : 'M. Ito')
    if (number === 1) {
      await tabTo('Reviewed by')
      await page.keyboard.type('M. Ito')
    }
    await page.keyboard.press('Control+Enter')
    await expect(page.getByRole('button', { name: `steps recorded: ${number}/18` })).toBeVisible()
  }
  await expect(step.getByText('All 18 steps are recorded.')).toBeVisible()

  // A pack that cannot be written is said until somebody has read it.
  await it.savesTo(`${gatehouse.userData}/none/q4.zip`)
  await page.getByRole('button', { name: 'Build evidence pack…' }).press('Enter')
  const refused = page.getByText('The evidence pack cannot be written')
  await expect(refused).toBeVisible({ timeout: 30_000 })
  await it.isSound('audit-pack-refused')
  await page.getByRole('button', { name: 'Close', exact: true }).press('Enter')
  await expect(refused).toBeHidden()

  await page.keyboard.press('Control+i')
  await page.getByRole('button', { name: 'Close the walkthrough' }).press('Enter')
  await expect(page.getByRole('button', { name: 'Start another…' })).toBeFocused()
  await it.isSound('audit-closed')
  await page.keyboard.press('Escape')
  await expect(step.getByLabel('Reviewed by')).toHaveCount(0)
})
