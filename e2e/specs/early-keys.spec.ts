import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { startElectron } from '../fixtures/start-electron.ts'

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
