import { expect, test } from '../fixtures/app.ts'
import { GatehousePage } from '../pages/gatehouse.page.ts'

/** The Access page: tiers left, accounts by hosts right, over the demo fleet. */
test('from nothing to the line that proves it, by keyboard', async ({ gatehouse }) => {
  test.setTimeout(180_000)
  const it = new GatehousePage(gatehouse)
  const { page } = it
  const cell = (sentence: string) => page.getByRole('grid').getByRole('button', { name: `${sentence}:` })
  const detail = page.getByRole('article', { name: 'Account' })
  await it.referenceSize()
  await page.keyboard.press('Control+4')
  await expect(page.getByRole('heading', { name: 'No fleet is open' })).toBeVisible()
  await it.invoke('fleet:demo')
  await expect(page.getByRole('heading', { name: 'No host was looked at yet' })).toBeVisible()
  await it.isSound('access-not-audited')
  await page.keyboard.press('r')
  await it.auditIsFinished()

  await expect(page.getByRole('region', { name: 'Tiers' })).toContainText('backup on gpu-02, lund on gpu-03')
  await expect(cell('okafor on gpu-01')).toHaveAccessibleName(/: Match/)
  await expect(cell('reyes on gpu-04')).toHaveAccessibleName(/: Above tier/)
  await expect(cell('backup on gpu-02')).toHaveAccessibleName(/: No tier/)
  await expect(cell('lund on gpu-03')).toHaveAccessibleName(/: Still active/)
  // sudo refused there: that is no match.
  await expect(cell('reyes on lab-01')).toHaveAccessibleName(/: Unknown/)

  await cell('reyes on gpu-03').focus()
  await page.keyboard.press('ArrowRight')
  await expect(cell('reyes on gpu-04')).toBeFocused()
  await expect(detail).toContainText('reyes ALL=(ALL) NOPASSWD: ALL')
  await it.isSound('access')
  await page.getByRole('button', { name: 'Start review' }).click()
  const review = page.getByRole('region', { name: 'Access review' })
  await expect(review).toContainText(/0 of \d+ decided/)
  await page.getByRole('button', { name: 'Next undecided' }).click()
  await detail.getByRole('button', { name: 'Keep' }).click()
  await expect(review).toContainText(/1 of \d+ decided/)
  await expect(detail.getByRole('button', { name: 'Keep' })).toHaveAttribute('aria-pressed', 'true')
  // A note that is changed after the choice is kept with it.
  await detail.getByLabel('Note').fill('Asked Okafor')
  await page.keyboard.press('Shift+Tab')
  await expect
    .poll(() => it.invoke('access:review'))
    .toMatchObject({
      entries: expect.arrayContaining([expect.objectContaining({ decision: expect.objectContaining({ note: 'Asked Okafor' }) })]),
    })
  await expect(page.getByRole('button', { name: 'Save removal plan' })).toBeHidden()
  await cell('backup on gpu-02').focus()
  await detail.getByRole('button', { name: 'Remove' }).click()
  await expect(page.getByRole('button', { name: 'Save removal plan' })).toBeVisible()
  await it.isSound('access-review')
  await page.getByRole('button', { name: /^Undecided/ }).click()
  await expect(page.getByRole('rowheader', { name: /backup/ })).toBeHidden()
  await page.getByRole('button', { name: /^All/ }).click()
  await cell('reyes on gpu-04').focus()
  await page.keyboard.press('m')
  await expect(detail.getByRole('heading', { level: 2 })).not.toHaveText('reyes on gpu-04')
  await page.getByRole('button', { name: /^Mismatches/ }).click()
  await expect(page.getByRole('rowheader', { name: /okafor/ })).toBeHidden()
  await page.keyboard.press('/')
  await page.keyboard.type('nobody')
  await expect(page.getByRole('heading', { name: 'No account matches' })).toBeVisible()
  await it.referenceSize(1200, 720)
  await page.getByRole('button', { name: 'Clear the filter' }).click()
  await it.isSound('access-narrow')

  await it.referenceSize()
  await page.getByRole('button', { name: 'Plan removals on gpu-02…' }).click()
  await expect(page.getByLabel('Accounts to close')).toHaveValue('backup')
  await page.getByRole('button', { name: 'Make the plan' }).click()
  await expect(page.getByRole('cell', { name: 'backup: its password locked, the account expired since 1970-01-02' })).toBeVisible({
    timeout: 30_000,
  })
  await it.isSound('access-removals')
})
