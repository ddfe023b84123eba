import { expect, test } from '../fixtures/app.ts'
import { PushPage } from '../pages/push.page.ts'

test('at twice the size the window alone scrolls a plan up and down, to its button', async ({ gatehouse }) => {
  test.setTimeout(120_000)
  const it = new PushPage(gatehouse)
  const { page } = it
  await it.referenceSize(1180, 720)
  await gatehouse.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(2))
  await expect.poll(() => page.evaluate(() => window.innerWidth)).toBe(590)
  const scrolled = () =>
    page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('body *')].flatMap((element) =>
        /auto|scroll/.test(getComputedStyle(element).overflowY) && element.scrollHeight > element.clientHeight + 1
          ? [element.className]
          : [],
      ),
    )
  await it.planLoopback()
  await it.isSoundInTheDark('zoomed-push-plan')
  expect(await scrolled()).toEqual([])
  const push = page.getByRole('button', { name: 'Push to gpu-03…' })
  await push.focus()
  await expect(push).toBeInViewport({ ratio: 1 })
  // Nothing is cut off at the right.
  const rights = await page.locator('.push-body, .push-body *').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().right))
  expect(Math.max(...rights)).toBeLessThanOrEqual(await page.evaluate(() => document.documentElement.clientWidth))
  await it.leavePicture('zoomed-push-plan-end')
  await page.getByRole('button', { name: 'Change the plan' }).press('Enter')
  await expect(page.getByLabel('Port on the loopback address')).toBeVisible()
  await it.isSoundInTheDark('zoomed-push-form')
  expect(await scrolled()).toEqual([])
})
