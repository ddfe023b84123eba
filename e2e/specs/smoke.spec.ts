import { expect, test } from '../fixtures/app.ts'
import { ask } from '../fixtures/ask.ts'

test('the window opens, and the engine answers through the relay', async ({ gatehouse: { page } }) => {
  expect(page.url()).toBe('gatehouse://app/')
  await expect(page).toHaveTitle(/Gatehouse/)
  const info = await ask(page, 'app:info', null)
  expect(info).toMatchObject({ ok: true, value: { engine: 'running', storeFailure: null } })
  const fleet = await ask(page, 'fleet:current', null)
  expect(fleet).toMatchObject({ ok: true, value: { path: null, demo: false, fleet: null, problems: [] } })
})

test('the window remembers where it was', async ({ gatehouse: { app, page } }) => {
  const size = await app.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows()
    window?.setBounds({ x: 40, y: 40, width: 1200, height: 740 })
    return { minimum: window?.getMinimumSize(), bounds: window?.getBounds() }
  })
  expect(size).toMatchObject({ minimum: [1180, 720], bounds: { width: 1200, height: 740 } })
  await page.evaluate(() => undefined)
})

test('the theme of the settings is the theme of the platform', async ({ gatehouse: { app, page } }) => {
  for (const theme of ['dark', 'light'] as const) {
    await ask(page, 'settings:set', { theme, letterKeys: true })
    expect(await app.evaluate(({ nativeTheme }) => nativeTheme.themeSource)).toBe(theme)
    expect(await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)).toBe(theme === 'dark')
  }
})
