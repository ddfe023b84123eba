import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, launchGatehouse, type RunningApp, test } from '../fixtures/app.ts'
import { ask } from '../fixtures/ask.ts'

test('the window opens, and the engine answers through the relay', async ({ gatehouse: { page } }) => {
  expect(page.url()).toBe('gatehouse://app/')
  await expect(page).toHaveTitle(/Gatehouse/)
  const info = await ask(page, 'app:info', null)
  expect(info).toMatchObject({ ok: true, value: { engine: 'running', storeFailure: null } })
  const fleet = await ask(page, 'fleet:current', null)
  expect(fleet).toMatchObject({ ok: true, value: { path: null, demo: false, fleet: null, problems: [] } })
})

test('the window is where it was, in the theme and with the size of text that it had', async () => {
  const userData = await mkdtemp(join(tmpdir(), 'gatehouse-e2e-again-'))
  const first = await launchGatehouse({ userData })
  const size = await first.app.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows()
    window?.setBounds({ x: 40, y: 40, width: 1200, height: 740 })
    return { minimum: window?.getMinimumSize(), bounds: window?.getBounds() }
  })
  expect(size).toMatchObject({ minimum: [1180, 720], bounds: { width: 1200, height: 740 } })
  await ask(first.page, 'settings:set', { theme: 'light', letterKeys: true })
  // By the menu: its keys come from the platform, past the page.
  const zoom = (running: RunningApp, role: string) =>
    running.app.evaluate(({ BrowserWindow, Menu }, wanted) => {
      const [window] = BrowserWindow.getAllWindows()
      const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? [])
      items?.find((item) => item.role?.toLowerCase() === wanted)?.click({}, window, window?.webContents)
    }, role)
  await zoom(first, 'zoomin')
  await zoom(first, 'zoomin')
  await expect.poll(() => first.page.evaluate(() => window.innerWidth)).toBe(1000)
  await first.close()

  const second = await launchGatehouse({ userData })
  expect(await second.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds())).toMatchObject({
    ...{ width: 1200, height: 740 },
  })
  await expect(second.page.locator('html')).toHaveAttribute('data-theme', 'light')
  await expect.poll(() => second.page.evaluate(() => window.innerWidth)).toBe(1000)
  await zoom(second, 'resetzoom')
  await expect.poll(() => second.page.evaluate(() => window.innerWidth)).toBe(1200)
  await second.close()
  await rm(userData, { recursive: true, force: true })
})

test('the theme of the settings is the theme of the platform', async ({ gatehouse: { app, page } }) => {
  for (const theme of ['dark', 'light'] as const) {
    await ask(page, 'settings:set', { theme, letterKeys: true })
    expect(await app.evaluate(({ nativeTheme }) => nativeTheme.themeSource)).toBe(theme)
    expect(await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)).toBe(theme === 'dark')
  }
})
