import { expect, test } from '../fixtures/app.ts'
import { PushPage } from '../pages/push.page.ts'

test('a window that is closed over a push asks first, says who undoes it, and stays unless told otherwise', async ({ gatehouse }) => {
  test.setTimeout(180_000)
  const it = new PushPage(gatehouse)
  const { page } = it
  await it.planLoopback()
  await page.keyboard.press('Control+Enter')
  await page.getByRole('button', { name: 'Show the secret…' }).press('Enter')
  await expect(page.getByRole('img', { name: 'QR code of the secret' })).toBeVisible()
  // Closed with the first word of the push: the simulated host commits within seconds.
  await gatehouse.app.evaluate(({ BrowserWindow, dialog }) => {
    const asked: string[] = []
    Object.assign(globalThis, { asked })
    const agree = dialog.showMessageBox
    dialog.showMessageBox = ((window: never, options: { message: string; detail: string; buttons: string[] }) => {
      if (options.buttons[0] !== 'Keep open') return agree(window, options as never)
      asked.push(`${options.message} ${options.detail} ${options.buttons.join(', ')}`)
      return new Promise((answer) => Object.assign(globalThis, { keepOpen: () => answer({ response: 0, checkboxChecked: false }) }))
    }) as typeof dialog.showMessageBox
    const window = BrowserWindow.getAllWindows()[0]
    const send = window?.webContents.send.bind(window.webContents)
    let begun = false
    Object.assign(window?.webContents ?? {}, {
      send: (pipe: string, event: string) => {
        send?.(pipe, event)
        if (event === 'push:changed' && !begun) window?.close()
        begun ||= event === 'push:changed'
      },
    })
  })
  const asked = () => gatehouse.app.evaluate(() => (globalThis as unknown as { asked: readonly string[] }).asked)
  await it.enterFirstCode()
  await expect
    .poll(asked, { timeout: 30_000 })
    .toEqual([expect.stringMatching(/^A push to gpu-03 is under way\..*gpu-03 undoes it by itself.*Keep open, Close all the same$/)])
  await gatehouse.app.evaluate(() => (globalThis as unknown as { keepOpen: () => void }).keepOpen())
  // The push went on meanwhile.
  await it.verdict('Committed and proven')
  await it.auditIsFinished()
  // Nothing runs any more: nothing is asked.
  const closed = page.waitForEvent('close')
  await gatehouse.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await closed
})

test('so does one that is closed over a drill, which shows the seconds left until its undo has fired', async ({ gatehouse }) => {
  test.setTimeout(120_000)
  const it = new PushPage(gatehouse)
  const { page } = it
  await it.planLoopback()
  await page.getByRole('button', { name: 'Drill it first…' }).press('Enter')
  await page.getByRole('button', { name: 'Show the secret…' }).press('Enter')
  // Nothing is armed yet, and nothing says so.
  const waiting = page.getByText('Waiting for the undo to fire')
  await expect(waiting).toHaveCount(0)
  await it.enterFirstCode()
  await expect.poll(() => it.nativeDialogs()).toContainEqual(expect.stringContaining('Drill the undo of gpu-03?'))
  await expect(waiting).toBeVisible()
  await expect(page.getByRole('timer')).toHaveText(/^0:(?:0\d|1[0-5])$/)
  await expect(page.getByRole('button', { name: 'Push to gpu-03…' })).toBeDisabled()
  // Whoever looks at the plans of before comes back to it.
  await page.getByRole('button', { name: 'Templates', exact: true }).click()
  await expect(waiting).toHaveCount(0)
  await page.getByRole('button', { name: 'Change', exact: true }).click()
  await it.answerNatively(false)
  await expect
    .poll(async () => {
      await gatehouse.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
      return it.nativeDialogs()
    })
    .toContainEqual(expect.stringMatching(/^The undo of gpu-03 is being drilled\. .*nobody sees it/))
  await expect(page.getByText(/The undo of gpu-03 fired by itself/)).toBeVisible({ timeout: 40_000 })
  const closed = page.waitForEvent('close')
  await gatehouse.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await closed
})
