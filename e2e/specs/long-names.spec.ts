import { gpu03 } from '../../electron/testing/demo/hosts/gpu-03.ts'
import { expect, test } from '../fixtures/served-app.ts'

/** A name may have 63 letters (shared/model/fleet.ts), and its middle gives way: nothing is pushed out of the window or over something else. */
test('a host with a long name, in the smallest window', async ({ openServed }) => {
  test.setTimeout(120_000)
  const name = `inference-frankfurt-rack-17-${'W'.repeat(22)}-production-b`
  const { it } = await openServed([{ ...gpu03, name }])
  const { page } = it
  await it.referenceSize(1180, 720)
  await it.auditByKey()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('production')
  const found = it.dialog.getByRole('option', { name: /Inference port is open to the network/ })
  await expect(found.getByText('Inference port is open to the network')).toBeInViewport({ ratio: 1 })
  const list = it.dialog.locator('[cmdk-list]')
  expect(await list.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0)
  await it.isSound('palette-long-name')
  await found.press('Enter')
  await expect(page.getByRole('heading', { level: 1 })).toContainText('tion-b')
  await expect(page.getByRole('button', { name: 'Run audit' })).toBeInViewport({ ratio: 1 })
  const [keys, path] = await page
    .locator('.path-bar > div')
    .evaluateAll((halves) => halves.map((half) => half.getBoundingClientRect().toJSON()))
  expect(keys.right).toBeLessThanOrEqual(path.left)
  expect(path.right).toBeLessThanOrEqual(1180)
  await it.isSound('host-long-name')
  await page
    .getByRole('button', { name: /Inference port is open to the network/ })
    .first()
    .click()
  await page.keyboard.press('w')
  await expect(it.dialog.getByLabel('Reason')).toBeFocused()
  await it.isSound('waive-long-name')
})

test('an auditor with a long name, in the smallest window at a zoom of 125 %', async ({ openServed }) => {
  const { it, running } = await openServed([gpu03])
  const { page } = it
  await it.referenceSize(1180, 720)
  await it.auditByKey()
  await it.invoke('walkthrough:start', { auditor: `J. Lindqvist of ${'Northline Assurance and Partners '.repeat(3)}`.trim() })
  await page.keyboard.press('Control+6')
  await expect(page.getByRole('article')).toBeVisible()
  await running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(1.25))
  await expect.poll(() => page.evaluate(() => window.innerWidth)).toBe(944)
  const build = page.getByRole('button', { name: 'Build evidence pack…' })
  await expect(build).toBeInViewport({ ratio: 1 })
  await it.isSound('audit-long-name')
})
