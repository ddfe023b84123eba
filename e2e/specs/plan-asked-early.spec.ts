import { expect, type RunningApp, test } from '../fixtures/app.ts'
import { PushPage } from '../pages/push.page.ts'

test('a plan that is asked for before its values are there is made when they are, unless it was called off', async ({ gatehouse }) => {
  const it = new PushPage(gatehouse)
  const { page } = it
  await it.invoke('fleet:demo')
  const letGo = await holdBack(gatehouse, 'push:parameters')
  await page.keyboard.press('Control+5')
  await page.getByLabel('Host', { exact: true }).selectOption('gpu-03')
  const template = page.getByLabel('Template', { exact: true })

  const reading = page.getByText('Reading what gpu-03 has')

  // Of another template, and called off: neither is made.
  await template.selectOption('systemd-sandbox')
  await page.keyboard.press('Control+Enter')
  await expect(reading).toBeVisible()
  await template.selectOption('service-account')
  await expect(reading).toBeHidden()
  await page.keyboard.press('Control+Enter')
  await expect(reading).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(reading).toBeHidden()
  await expect.poll(letGo).toBe(2)
  await expect(page.getByRole('button', { name: 'Make the plan' })).toBeVisible()

  await template.selectOption('ollama-loopback')
  await page.keyboard.press('Control+Enter')
  await expect(reading).toBeVisible()
  await expect.poll(letGo).toBe(1)
  await expect(page.getByRole('button', { name: 'Push to gpu-03…' })).toBeVisible({ timeout: 20_000 })
})

test('a plan that is asked for while the screen of pushes is fetched is made', async ({ gatehouse }) => {
  const it = new PushPage(gatehouse)
  const { page } = it
  await it.auditedDemo()
  await it.cell('INF-1', 'gpu-03').dblclick()
  await expect(page.getByRole('button', { name: 'Fix…' })).toBeVisible()
  // Both before the page does anything else.
  await page.evaluate(() => {
    const press = (init: KeyboardEventInit) =>
      document.body.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init }))
    press({ key: 'f', code: 'KeyF' })
    return new Promise<void>((resolve) =>
      setTimeout(() => {
        press({ key: 'Enter', code: 'Enter', ctrlKey: true })
        resolve()
      }),
    )
  })
  await expect(page.getByRole('button', { name: 'Push to gpu-03…' })).toBeVisible({ timeout: 20_000 })
})

/** The answers of this channel come when they are let go. */
async function holdBack({ app }: RunningApp, channel: string): Promise<() => Promise<number>> {
  await app.evaluate(({ ipcMain }, held) => {
    type Call = (event: unknown, channel: string, input: unknown) => Promise<unknown>
    const handlers = Reflect.get(ipcMain, '_invokeHandlers') as Map<string, Call>
    const pipe = 'gatehouse:call'
    const call = handlers.get(pipe) as Call
    const waiting: (() => void)[] = []
    Object.assign(globalThis, { letGo: () => waiting.splice(0).map((go) => go()).length })
    handlers.set(pipe, async (event, asked, input) => {
      if (asked === held) await new Promise<void>((go) => waiting.push(go))
      return call(event, asked, input)
    })
  }, channel)
  return () => app.evaluate(() => (globalThis as unknown as { letGo: () => number }).letGo())
}
