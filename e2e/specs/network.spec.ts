import { expect, test } from '../fixtures/app.ts'
import { NetworkPage } from '../pages/network.page.ts'

/** The Network page: flows found against flows allowed, over the demo fleet. */

test('from nothing to an audit: no fleet, nothing looked at, then every flow with its reason', async ({ gatehouse }) => {
  test.setTimeout(180_000)
  const it = new NetworkPage(gatehouse)
  const { page } = it
  await it.referenceSize()
  await page.keyboard.press('Control+8')
  await expect(page.getByRole('heading', { level: 1, name: 'Network' })).toBeVisible()
  await expect(page.getByRole('heading', { name: 'No fleet is open' })).toBeVisible()
  await it.isSound('network-no-fleet')
  await it.invoke('fleet:demo')
  await expect(page.getByRole('heading', { name: 'No host was looked at yet' })).toBeVisible()
  await it.isSound('network-not-audited')
  await page.keyboard.press('r')
  await it.auditIsFinished()

  // The bare host is open to anyone; the sound one only to the applications.
  await expect(it.flow('Anyone else to gpu-03')).toHaveAccessibleName(/: Excess, \d of \d sockets/)
  await expect(it.flow('Anyone else to gpu-01')).toHaveAccessibleName(/: Closed/)
  await expect(it.flow('Applications to gpu-01')).toHaveAccessibleName(/: Allowed/)
  await expect(it.flow('Jump host to gpu-01')).toHaveAccessibleName(/: Allowed/)
  // sudo refused the rules there: that is not closed.
  await expect(it.flow('Anyone else to lab-01')).toHaveAccessibleName(/: Unknown/)

  await it.flow('Anyone else to gpu-03').click()
  await expect(it.detail).toContainText('Jupyter')
  await expect(it.detail).toContainText('any IPv4 address')
  await it.isSound('network')
  await it.flow('Applications to gpu-01').click()
  await expect(it.detail).toContainText('ip saddr 10.20.1.0/24 tcp dport 443 accept')
  await expect(it.detail).toContainText('Port 443 is open to the app subnet only')
  await it.isSound('network-allowed')
  await it.flow('Anyone else to lab-01').click()
  await expect(it.detail).toContainText('sudo refused')
  await it.isSound('network-unknown')
})

test('the host that is worst off is chosen, though the flows came after the screen', async ({ gatehouse }) => {
  test.setTimeout(120_000)
  const it = new NetworkPage(gatehouse)
  await it.auditedDemo()
  await it.page.keyboard.press('Control+8')
  await expect(it.detail.getByRole('heading', { level: 2 })).toHaveText('Applications to gpu-03')
  await expect(it.flow('Applications to gpu-03')).toBeFocused()
})

test('by keyboard: move, filter by name and by state, open the finding, come back', async ({ gatehouse }) => {
  test.setTimeout(180_000)
  const it = new NetworkPage(gatehouse)
  const { page } = it
  await it.referenceSize(1200, 720)
  await it.invoke('fleet:demo')
  await it.invoke('audit:start', {})
  await it.auditIsFinished()
  await page.keyboard.press('Control+k')
  await expect(page.getByPlaceholder('Search or run a command')).toBeFocused()
  await page.keyboard.type('network who gets')
  await page.keyboard.press('Enter')
  await it.flow('Applications to gpu-03').focus()
  await page.keyboard.press('ArrowRight')
  await expect(it.flow('Jump host to gpu-03')).toBeFocused()
  await page.keyboard.press('Control+i')
  await expect(it.detail.getByRole('heading', { level: 2 })).toHaveText('Jump host to gpu-03')
  await it.isSound('network-narrow')
  await page.keyboard.press('Escape')
  await expect(it.flow('Jump host to gpu-03')).toBeFocused()

  await it.state('Unknown').click()
  await expect(it.rows).toContainText(['lab-01'])
  await expect(page.getByRole('rowheader', { name: 'gpu-03' })).toBeHidden()
  await page.keyboard.press('Escape')
  await page.keyboard.press('/')
  await page.keyboard.type('nowhere')
  await expect(page.getByRole('heading', { name: 'No host matches' })).toBeVisible()
  await it.isSound('network-no-match')
  await page.getByRole('button', { name: 'Clear the filter' }).click()

  await it.flow('Anyone else to gpu-03').click()
  await page.keyboard.press('o')
  await expect(page.getByRole('heading', { level: 1, name: /gpu-03/ })).toBeVisible()
  await page.keyboard.press('Control+[')
  await expect(page.getByRole('heading', { level: 1, name: 'Network' })).toBeVisible()
})

test('the sheet that is asked for before the flows are there opens when they are', async ({ gatehouse }) => {
  test.setTimeout(120_000)
  const it = new NetworkPage(gatehouse)
  const { page } = it
  await it.referenceSize(1200, 720)
  await it.invoke('fleet:demo')
  await it.auditByKey()
  const engine = await gatehouse.app.evaluate(({ app }) => app.getAppMetrics().find(({ name }) => name === 'Gatehouse engine')?.pid)
  process.kill(engine ?? 0, 'SIGSTOP')
  try {
    await page.keyboard.press('Control+8')
    await it.flow('Jump host to gpu-03').focus()
    await page.keyboard.press('Control+i')
  } finally {
    process.kill(engine ?? 0, 'SIGCONT')
  }
  await expect(it.detail.getByRole('heading', { level: 2 })).toHaveText('Jump host to gpu-03')
})
