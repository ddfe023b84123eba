import { gpu02 } from '../../electron/testing/demo/hosts/gpu-02.ts'
import { expect, test } from '../fixtures/served-app.ts'
import { GatehousePage, screens } from '../pages/gatehouse.page.ts'

/** What the path bar says: of the keys only those that do something there, of the jump host what the sidebar says of it. */

/** Of the controls there is always a list. */
const nothingToDo = { Models: [], Access: [], 'Config push': [], Audit: [], Controls: ['Next control', 'Filter'], Network: [] }

/** The words of the hints on each screen, those aside that act on all of them. */
async function hintsOf(it: GatehousePage): Promise<Record<string, readonly string[]>> {
  const found: Record<string, readonly string[]> = {}
  for (const [digit, title] of screens) {
    await it.page.keyboard.press(`Control+${digit}`)
    await expect(it.page.getByRole('heading', { level: 1, name: title })).toBeVisible()
    await expect(it.page.locator('[aria-busy=true]')).toHaveCount(0)
    found[title] = await wordsOf(it)
  }
  return found
}

/** A chord is drawn in caps of its own; the words after them are the last text of a hint. */
const wordsOf = async ({ page }: GatehousePage): Promise<string[]> =>
  (await page.locator('.path-bar .key-hint').evaluateAll((hints) => hints.map((hint) => hint.lastChild?.textContent ?? ''))).filter(
    (words) => words !== 'Back' && words !== 'All keys',
  )

test('without a fleet no key is hinted at that does nothing', async ({ gatehouse }) => {
  const it = new GatehousePage(gatehouse)
  await expect(it.page.getByRole('heading', { name: 'Open a fleet to begin' })).toBeVisible()
  expect(await wordsOf(it)).toEqual(['All commands', 'Open fleet file'])
  expect(await hintsOf(it)).toEqual(nothingToDo)
})

test('before an audit no key is hinted at that does nothing, and after it those that do', async ({ openServed }) => {
  const { it } = await openServed([gpu02])
  const { page } = it
  await expect(page.getByRole('button', { name: 'Run audit' })).toBeVisible()
  expect(await hintsOf(it)).toEqual(nothingToDo)
  await expect(page.getByRole('button', { name: 'Filter' })).toHaveCount(0)
  await it.isSound('network-not-audited')
  await page.keyboard.press('Control+Shift+1')
  await expect(page.getByRole('heading', { name: /was not measured yet/ })).toBeVisible()
  expect(await wordsOf(it)).toEqual([])
  await page.getByRole('tab', { name: 'GPUs' }).click()
  expect(await wordsOf(it)).toEqual([])

  await page.keyboard.press('Control+1')
  await it.auditByKey()
  await page.keyboard.press('Control+4')
  await expect.poll(() => wordsOf(it)).toEqual(['Move', 'Next mismatch', 'Filter'])
  await page.keyboard.press('Control+8')
  await expect.poll(() => wordsOf(it)).toEqual(['Move', 'Open the finding', 'Filter'])
  await page.keyboard.press('Control+Shift+1')
  await expect.poll(() => wordsOf(it)).toEqual(expect.arrayContaining(['Next finding', 'Fix…', 'Waive…', 'Copy evidence', 'Filter']))
  // Letters can be switched off (WCAG 2.1.4).
  await it.invoke('settings:set', { theme: 'dark', letterKeys: false })
  await expect.poll(() => wordsOf(it)).toEqual([])
})

test('of a jump host that is connected before the first audit the footer says no less than the sidebar', async ({ openServed }) => {
  const { it } = await openServed([gpu02])
  await it.page.keyboard.press('Control+3')
  await it.page.getByRole('button', { name: 'List models' }).click()
  await expect(it.page.locator('.sidebar-foot .place').first()).toContainText('Connected')
  await it.page.keyboard.press('Control+1')
  await expect(it.page.getByRole('button', { name: 'Run audit' })).toBeVisible()
  await expect(it.page.locator('.path-bar .status')).toHaveText('Jump host connected')
  await it.isSound('fleet-jump-connected')
})

test('Ctrl F filters what is listed, also where single letters are turned off', async ({ gatehouse }) => {
  const it = new GatehousePage(gatehouse)
  const { page } = it
  await it.invoke('settings:set', { theme: 'dark', letterKeys: false })
  await page.keyboard.press('Control+7')
  await expect(page.locator('.row-name').first()).toBeVisible()
  await page.keyboard.press('/')
  await expect(page.getByLabel('Filter controls')).toHaveCount(0)
  await page.keyboard.press('Control+f')
  await expect(page.getByLabel('Filter controls')).toBeFocused()
})
