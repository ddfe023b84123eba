import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '../fixtures/app.ts'
import { startElectron } from '../fixtures/start-electron.ts'
import { GatehousePage } from '../pages/gatehouse.page.ts'

test('a fleet file that is asked for as soon as the window shows is asked for, once', async () => {
  const userData = await mkdtemp(join(tmpdir(), 'gatehouse-e2e-'))
  const app = await startElectron({ userData })
  const asked = await app.evaluate(async ({ app: self, BrowserWindow, dialog }) => {
    let dialogs = 0
    dialog.showOpenDialog = async () => {
      dialogs += 1
      return { canceled: true, filePaths: [] }
    }
    if (BrowserWindow.getAllWindows().length === 0) await new Promise((resolve) => self.once('browser-window-created', resolve))
    const window = BrowserWindow.getAllWindows()[0]
    if (window === undefined) throw new Error('no window')
    if (!window.isVisible()) await new Promise<void>((resolve) => window.once('show', () => resolve()))
    const isKnown = () => window.webContents.executeJavaScript('document.querySelector(".teach") !== null')
    const early = !(await isKnown())
    for (const type of ['keyDown', 'keyUp'] as const) window.webContents.sendInputEvent({ type, keyCode: 'O', modifiers: ['control'] })
    while (!(await isKnown())) await new Promise((resolve) => setTimeout(resolve, 50))
    for (let tries = 0; tries < 40 && dialogs === 0; tries += 1) await new Promise((resolve) => setTimeout(resolve, 50))
    await new Promise((resolve) => setTimeout(resolve, 200))
    return { early, dialogs }
  })
  await app.close()
  await rm(userData, { recursive: true, force: true })
  expect(asked).toEqual({ early: true, dialogs: 1 })
})

test('an audit that is asked for before a new window knows the open fleet is made then, unless letters are no keys', async ({
  gatehouse,
}) => {
  const it = new GatehousePage(gatehouse)
  await it.invoke('fleet:demo')
  const engine = await gatehouse.app.evaluate(({ app }) => app.getAppMetrics().find(({ name }) => name === 'Gatehouse engine')?.pid)
  /** The engine answers only after the key. */
  const pressAnew = async () => {
    process.kill(engine ?? 0, 'SIGSTOP')
    try {
      await it.page.reload()
      await expect(it.page.getByRole('heading', { level: 1, name: 'Fleet' })).toBeVisible()
      await it.page.keyboard.press('r')
    } finally {
      process.kill(engine ?? 0, 'SIGCONT')
    }
    await expect(it.page.getByRole('grid', { name: /18 checks/ })).toBeVisible()
  }
  await it.invoke('settings:set', { theme: 'dark', letterKeys: false })
  await pressAnew()
  await it.stillness()
  expect(await it.invoke('audit:latest', { since: null })).toMatchObject({ job: null })
  await it.invoke('settings:set', { theme: 'dark', letterKeys: true })
  await pressAnew()
  await it.auditIsFinished()
})
