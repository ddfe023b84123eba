import { day } from '../../renderer/ui/time.ts'
import { expect, test } from '../fixtures/app.ts'
import { PushPage } from '../pages/push.page.ts'

/** A quarterly review from its first decision to the push that closes an account, and what it leaves for the next one. */
test('a review to its end: decided, signed, pushed, due again', async ({ gatehouse }) => {
  test.setTimeout(300_000)
  const it = new PushPage(gatehouse)
  const { page } = it
  await it.auditedDemo()
  await it.answerNatively(true)
  await page.keyboard.press('Control+4')
  const review = page.getByRole('region', { name: 'Access review' })
  const detail = page.getByRole('article', { name: 'Account' })
  const heading = detail.getByRole('heading', { level: 2 })
  await page.getByRole('button', { name: 'Start review' }).click()

  const next = page.getByRole('button', { name: 'Next undecided' })
  const sign = page.getByRole('button', { name: 'Sign review' })
  await expect(next).toBeVisible()
  for (let decided = 0; await next.isVisible(); decided++) {
    expect(decided).toBeLessThan(40)
    await next.click()
    if (/ on lab-01$/.test((await heading.textContent()) ?? '')) await expect(detail).toContainText('kept, it is recorded so')
    const gone = /^(?:backup|lund) /.test((await heading.textContent()) ?? '')
    if (gone) await detail.getByLabel('Note').fill('Left in October')
    await detail.getByRole('button', { name: gone ? 'Remove' : 'Keep', exact: true }).click()
    await expect(review).toContainText(new RegExp(`${decided + 1} of \\d+ decided|Sign`))
  }
  await it.isSound('access-review-decided')
  await page.getByLabel('Who signs').fill('Ada Okafor')
  await sign.click()
  await page.getByRole('button', { name: 'Show the secret…' }).press('Enter')
  await expect(page.getByRole('img', { name: 'QR code of the secret' })).toBeVisible()
  await it.enterFirstCode()
  const due = new Date(Date.now() + 92 * 86_400_000).toISOString().slice(0, 10)
  await expect(review).toContainText(`by Ada Okafor, without lab-01. The next review is due by ${day(due)}.`)
  await expect(review).toContainText('2 to be removed since the last review.')
  await it.isSound('access-review-signed')
  // Item 18 holds by the review, but not on the host whose rules of sudo nobody could read.
  const latest = (await it.invoke('audit:latest', { since: null })) as {
    hosts: {
      name: string
      findings: { control: string; status: string; title: string; attestation?: { name: string; endsOn: string } }[]
    }[]
  }
  const reviewed = latest.hosts.map(({ findings }) => findings.find(({ control }) => control === 'access-reviewed-within-quarter'))
  expect(reviewed).toEqual(
    latest.hosts.map(({ name }) =>
      expect.objectContaining(
        name === 'lab-01'
          ? { status: 'needs-attestation', title: 'What was stated leaves this host out' }
          : { status: 'pass', attestation: expect.objectContaining({ name: 'Ada Okafor', endsOn: due }) },
      ),
    ),
  )

  await page.getByRole('button', { name: 'Plan removals on gpu-02…' }).click()
  await expect(page.getByLabel('Accounts to close')).toHaveValue('backup')
  await page.keyboard.press('Control+Enter')
  // It could lock everybody out, so the name of the host is typed.
  await page.getByLabel('Type gpu-02').fill('gpu-02', { timeout: 30_000 })
  await page.getByRole('button', { name: 'Push to gpu-02…' }).press('Enter', { timeout: 30_000 })
  await it.verdict('Committed and proven')
  await it.auditIsFinished()

  await page.keyboard.press('Control+4')
  await expect(review).toContainText('1 to be removed since the last review.')
  await expect(page.getByRole('button', { name: 'Plan removals on gpu-03…' })).toBeVisible()
  // What was not done comes first in the next one.
  await page.getByRole('button', { name: 'Start review' }).click()
  await next.click()
  await expect(heading).toHaveText('lund on gpu-03')
  await expect(detail).toContainText('It was to be removed, and is still there.')
  await it.isSound('access-review-next')
  await detail.getByRole('button', { name: 'Keep', exact: true }).click()
  await expect(review).toContainText(/1 of \d+ decided/)
  await next.click()
  await expect(detail).toContainText('As at the last review.')
})
