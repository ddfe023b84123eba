import { accounts } from '../../electron/testing/demo/hosts/baseline.ts'
import { gpu03 } from '../../electron/testing/demo/hosts/gpu-03.ts'
import { expect, test } from '../fixtures/served-app.ts'

const MANY = 10_000
const people = Array.from({ length: MANY }, (_, index) => {
  const name = `u${String(index + 1).padStart(5, '0')}`
  return { name, uid: 20_000 + index, gid: 100, home: `/home/${name}`, shell: '/bin/bash', password: 'usable' as const }
})

/** A host of a directory: each of its accounts can be reached by keyboard and by mouse, while only what is near the window is drawn. */
test('ten thousand accounts are all reached', async ({ openServed }) => {
  test.setTimeout(300_000)
  const { it } = await openServed([
    { ...gpu03, accounts: accounts(...people), sshd: gpu03.sshd.filter((line) => !line.startsWith('allowgroups')) },
  ])
  const { page } = it
  await it.auditByKey()
  const started = Date.now()
  await page.keyboard.press('Control+4')
  const grid = page.getByRole('grid')
  const detail = page.getByRole('article', { name: 'Account' })
  const cell = (name: string) => grid.getByRole('button', { name: `${name} on gpu-03:` })
  await expect(grid).toHaveAttribute('aria-rowcount', /^100\d\d$/, { timeout: 60_000 })
  const drawnAfter = Date.now() - started
  expect(await grid.getByRole('rowheader').count()).toBeLessThan(60)
  await it.isSound('access-many')

  const rows = Number(await grid.getAttribute('aria-rowcount')) - 1
  await grid.locator('.cell[tabindex="0"]').focus()
  await page.keyboard.press('Control+End')
  await expect(grid.locator('tr.cross')).toHaveAttribute('aria-rowindex', String(rows + 1))
  await expect(grid.locator('.cell:focus')).toBeInViewport()
  await page.keyboard.press('Control+Home')
  await expect(grid.locator('tr.cross')).toHaveAttribute('aria-rowindex', '2')
  await page.keyboard.press('PageDown')
  await page.keyboard.press('ArrowDown')
  const at = Number(await grid.locator('tr.cross').getAttribute('aria-rowindex'))
  expect(at).toBeGreaterThan(6)
  await expect(grid.locator('.cell:focus')).toBeInViewport()

  // By wheel: what was chosen is scrolled away, and stays chosen.
  const chosen = await detail.getByRole('heading', { level: 2 }).textContent()
  const box = page.getByRole('region', { name: 'Accounts by hosts' })
  await box.evaluate((element) => element.scrollTo(0, element.scrollHeight / 2))
  await expect(cell('u05008')).toBeInViewport()
  expect((await grid.getByRole('row').nth(5).boundingBox())?.height).toBe(41)
  await expect(detail.getByRole('heading', { level: 2 })).toHaveText(chosen ?? '')
  await cell('u05008').click()
  await expect(detail).toContainText('u05008:x:25007')
  expect(await grid.getByRole('rowheader').count()).toBeLessThan(60)
  await it.isSound('access-many-middle')

  // By filter, whose answer is whole at once.
  await page.keyboard.press('/')
  const typed = Date.now()
  await page.keyboard.type('u0999')
  await expect(grid.getByRole('rowheader')).toHaveCount(10)
  const filteredAfter = Date.now() - typed
  const heap = await page.evaluate(() => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize)
  test
    .info()
    .annotations.push({ type: 'measured', description: `drawn ${drawnAfter} ms, filtered ${filteredAfter} ms, heap ${heap >> 20} MiB` })
})
