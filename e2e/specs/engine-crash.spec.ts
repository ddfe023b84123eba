import { expect, type RunningApp, test } from '../fixtures/app.ts'
import { ask } from '../fixtures/ask.ts'
import { PushPage } from '../pages/push.page.ts'

const enginePid = ({ app }: RunningApp): Promise<number | undefined> =>
  app.evaluate(({ app: electron }) => electron.getAppMetrics().find((it) => it.name === 'Gatehouse engine')?.pid)

const info = ({ page }: RunningApp) => ask(page, 'app:info', null)

test('a dead engine is shown and started again; the window and its fleet stay', async ({ gatehouse }) => {
  const { page } = gatehouse
  expect(await ask(page, 'fleet:demo', null)).toMatchObject({ ok: true })
  await expect(page.getByRole('button', { name: /Run audit/ })).toBeVisible()
  await page.evaluate(() => Reflect.set(window, 'stillTheSamePage', true))
  const first = await enginePid(gatehouse)
  expect(first).toBeGreaterThan(0)
  const shown = page.getByText('Engine restarting').waitFor()
  process.kill(first ?? 0, 'SIGKILL')
  await shown
  await expect
    .poll(() => info(gatehouse))
    .toMatchObject({
      ok: true,
      value: { engine: 'running', engineMessage: expect.stringContaining('The engine ended with code') },
    })
  expect(await enginePid(gatehouse)).not.toBe(first)
  await expect(page.getByText('Engine restarting')).toBeHidden()
  await expect.poll(() => ask(page, 'fleet:current', null)).toMatchObject({ ok: true, value: { demo: true, fleet: { name: 'demo' } } })
  expect(await page.evaluate(() => Reflect.get(window, 'stillTheSamePage'))).toBe(true)
})

test('an engine that hangs is said not to answer, with a way to restart it; the fleet is there again', async ({ gatehouse }) => {
  test.setTimeout(120_000)
  const it = new PushPage(gatehouse)
  const { page } = it
  await it.auditedDemo()
  const first = (await enginePid(gatehouse)) ?? 0
  process.kill(first, 'SIGSTOP')
  const notice = page.getByRole('alert').filter({ hasText: 'Engine not answering' })
  await expect(notice).toContainText('A restart ends what runs', { timeout: 20_000 })
  await it.leavePicture('engine-silent')
  // One that was only busy goes on, and nothing is said any more.
  process.kill(first, 'SIGCONT')
  await expect(notice).toHaveCount(0)
  expect(await enginePid(gatehouse)).toBe(first)
  process.kill(first, 'SIGSTOP')
  await notice.getByRole('button', { name: 'Restart engine' }).press('Enter', { timeout: 20_000 })
  await expect.poll(() => info(gatehouse), { timeout: 20_000 }).toMatchObject({ ok: true, value: { engine: 'running' } })
  expect(await enginePid(gatehouse)).not.toBe(first)
  await expect(notice).toHaveCount(0)
  await expect.poll(() => ask(page, 'fleet:current', null)).toMatchObject({ ok: true, value: { demo: true } })
  await expect(page.getByRole('grid', { name: /18 checks by 5 hosts/ })).toBeVisible()
})

test('an engine that dies under a push: whatever screen is shown says that there is no verdict', async ({ gatehouse }) => {
  test.setTimeout(120_000)
  const it = new PushPage(gatehouse)
  const { page } = it
  await it.auditedDemo()
  await it.answerNatively(true)
  await it.openFinding('INF-1', 'gpu-03', /Inference port is open to the network/)
  await page.getByRole('button', { name: 'Fix…' }).click()
  await expect(page.getByLabel('Port on the loopback address')).toHaveValue('11434')
  // The keyboard goes on at what is shown now.
  await expect(page.getByRole('heading', { name: 'What to change, and where' })).toBeFocused()
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('button', { name: 'Push to gpu-03…' })).toBeVisible({ timeout: 20_000 })
  await expect(page.locator('.push-state')).toBeFocused()
  await page.keyboard.press('Control+Enter')
  await page.getByRole('button', { name: 'Show the secret…' }).press('Enter')
  await it.enterFirstCode()
  await expect(page.getByRole('timer')).toBeVisible({ timeout: 20_000 })
  process.kill((await enginePid(gatehouse)) ?? 0, 'SIGKILL')
  await expect.poll(() => info(gatehouse)).toMatchObject({ ok: true, value: { engine: 'running' } })
  const notice = page.getByText(/A push stopped; the last step that was written down is/)
  await expect(notice).toBeVisible({ timeout: 20_000 })
  await page.keyboard.press('Control+1')
  await expect(notice).toBeVisible()
  await it.isSound('fleet-open-push')
  await page.keyboard.press('Control+3')
  await expect(notice).toBeVisible()
  await page.getByRole('button', { name: 'Show it' }).press('Enter')
  await expect(page.getByRole('article', { name: 'Push to gpu-03' })).toBeVisible()
  await it.isSound('push-history-open')
})

test('a call under way when the engine dies is answered, not left hanging', async ({ gatehouse }) => {
  const { page } = gatehouse
  await ask(page, 'fleet:demo', null)
  const pid = await enginePid(gatehouse)
  // Stopped first, so that the call is certainly under way.
  process.kill(pid ?? 0, 'SIGSTOP')
  const reply = ask(page, 'audit:start', {})
  await page.waitForTimeout(200)
  process.kill(pid ?? 0, 'SIGKILL')
  expect(await reply).toMatchObject({ ok: false, failure: { code: 'engine.stopped' } })
})

test('an engine that keeps dying stays down, and calls say so instead of hanging', async ({ gatehouse }) => {
  test.setTimeout(120_000)
  const { page } = gatehouse
  // The pauses before a restart, a quarter of a minute in all, pass ten times as fast.
  await gatehouse.app.evaluate(() => {
    const slow = globalThis.setTimeout
    Reflect.set(globalThis, 'setTimeout', (task: () => void, delayMs = 0) => slow(task, delayMs / 10))
  })
  const killed = new Set<number>()
  await expect
    .poll(
      async () => {
        const pid = await enginePid(gatehouse)
        if (pid !== undefined && !killed.has(pid)) {
          killed.add(pid)
          process.kill(pid, 'SIGKILL')
        }
        return ((await info(gatehouse)).value as { engine: string }).engine
      },
      { timeout: 90_000, intervals: [100] },
    )
    .toBe('stopped')
  expect(killed.size).toBe(6)
  const reply = await ask(page, 'fleet:current', null)
  expect(reply).toMatchObject({ ok: false, failure: { code: 'engine.stopped' } })
  await page.getByRole('alert').getByRole('button', { name: 'Restart engine' }).press('Enter')
  await expect.poll(() => ask(page, 'fleet:current', null)).toMatchObject({ ok: true })
})

test('a page that dies is loaded again', async ({ gatehouse: { app } }) => {
  const loadedAgain = app.evaluate(
    ({ BrowserWindow }) =>
      new Promise<string>((done) => {
        const contents = BrowserWindow.getAllWindows()[0]?.webContents
        contents?.once('did-finish-load', () => done(contents.getURL()))
        contents?.forcefullyCrashRenderer()
      }),
  )
  expect(await loadedAgain).toBe('gatehouse://app/')
})
