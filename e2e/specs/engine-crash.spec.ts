import { expect, type RunningApp, test } from '../fixtures/app.ts'

const enginePid = ({ app }: RunningApp): Promise<number | undefined> =>
  app.evaluate(({ app: electron }) => electron.getAppMetrics().find((it) => it.name === 'Gatehouse engine')?.pid)

const info = ({ page }: RunningApp) => page.evaluate(() => window.gatehouse.invoke('app:info', null))

test('a dead engine is shown and started again, and the window stays', async ({ gatehouse }) => {
  const { page } = gatehouse
  await page.evaluate(() => {
    Reflect.set(window, 'stillTheSamePage', true)
    window.gatehouse.on('engine:changed', () => Reflect.set(window, 'told', true))
  })
  const first = await enginePid(gatehouse)
  expect(first).toBeGreaterThan(0)
  process.kill(first ?? 0, 'SIGKILL')
  await expect.poll(() => page.evaluate(() => Reflect.get(window, 'told'))).toBe(true)
  await expect
    .poll(() => info(gatehouse))
    .toMatchObject({
      ok: true,
      value: { engine: 'running', engineMessage: expect.stringContaining('The engine ended with code') },
    })
  expect(await enginePid(gatehouse)).not.toBe(first)
  expect(await page.evaluate(() => window.gatehouse.invoke('fleet:current', null))).toMatchObject({ ok: true })
  expect(await page.evaluate(() => Reflect.get(window, 'stillTheSamePage'))).toBe(true)
  await expect(page.getByText(/The engine ended with code/)).toBeVisible()
})

test('an engine that keeps dying stays down, and calls say so instead of hanging', async ({ gatehouse }) => {
  const { page } = gatehouse
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
      { timeout: 30_000, intervals: [50] },
    )
    .toBe('stopped')
  expect(killed.size).toBe(6)
  const reply = await page.evaluate(() => window.gatehouse.invoke('fleet:current', null))
  expect(reply).toMatchObject({ ok: false, failure: { code: 'engine.stopped' } })
})
