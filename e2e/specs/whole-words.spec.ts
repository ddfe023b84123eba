import { expect, test } from '../fixtures/app.ts'
import { HostPage } from '../pages/host.page.ts'
import { PushPage } from '../pages/push.page.ts'

/** Words for which there is room on another line are read whole: a tooltip is for whoever has a mouse. */
test('titles of findings, steps, states of flows and controls of a plan are not cut', async ({ gatehouse }) => {
  test.setTimeout(240_000)
  const it = new PushPage(gatehouse)
  const { page } = it
  await it.auditedDemo()
  /** Of these texts those of which a part only is seen. */
  const cut = (selector: string) =>
    page
      .locator(selector)
      .evaluateAll((texts) =>
        texts
          .filter(({ scrollWidth, clientWidth, scrollHeight, clientHeight }) => scrollWidth > clientWidth || scrollHeight > clientHeight)
          .map(({ textContent }) => textContent),
      )
  await new HostPage(it).open('gpu-02')
  await expect(page.locator('.finding b').first()).toBeVisible()
  expect(await cut('.finding b')).toEqual([])

  await page.keyboard.press('Control+6')
  await page.getByLabel('Auditor').fill('J. Lindqvist')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('navigation', { name: 'Checklist steps' })).toBeVisible()
  expect(await cut('.walk-steps button > :nth-child(2)')).toEqual([])
  await it.isSound('audit-steps')

  await it.planLoopback()
  expect(await cut('.push-turns .which, .push-files nav span')).toEqual([])
  await it.isSound('push-plan-words')

  await gatehouse.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(1.5))
  await page.keyboard.press('Control+8')
  await expect(page.locator('.network-states')).toBeVisible()
  expect(await cut('.network-states .muted')).toEqual([])
})
