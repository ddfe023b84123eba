import { expect } from '@playwright/test'
import { codeOf, counterAt } from '../../electron/core/step-up/totp.ts'
import type { RunningApp } from '../fixtures/app.ts'
import { GatehousePage } from './gatehouse.page.ts'

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Config push, and the authenticator of the person who pushes. */
export class PushPage extends GatehousePage {
  readonly #running: RunningApp

  constructor(running: RunningApp) {
    super(running)
    this.#running = running
  }

  /** The demo fleet, and a plan for gpu-03: Ollama on another port of the loopback address. */
  async planLoopback(): Promise<void> {
    await this.invoke('fleet:demo')
    await this.answerNatively(true)
    await this.page.keyboard.press('Control+5')
    await this.page.getByLabel('Host', { exact: true }).selectOption('gpu-03')
    await this.page.getByLabel('Template', { exact: true }).selectOption('ollama-loopback')
    await this.page.getByLabel('Port on the loopback address').fill('12000')
    await this.page.keyboard.press('Control+Enter')
    await expect(this.page.getByRole('button', { name: 'Push to gpu-03…' })).toBeVisible({ timeout: 20_000 })
  }

  /** The first finding of this name in a cell of the fleet's matrix. */
  async openFinding(item: string, host: string, name: RegExp): Promise<void> {
    await this.cell(item, host).dblclick()
    await this.page.getByRole('button', { name }).first().click()
  }

  /** The native dialogs that follow are answered like this; what they said is in `nativeDialogs`. */
  async answerNatively(agree: boolean): Promise<void> {
    await this.#running.app.evaluate(({ dialog }, yes) => {
      const said: string[] = []
      Object.assign(globalThis, { said })
      dialog.showMessageBox = (async (_window: unknown, options: { message: string; detail: string }) => {
        said.push(`${options.message} ${options.detail}`)
        return { response: yes ? 1 : 0, checkboxChecked: false }
      }) as typeof dialog.showMessageBox
    }, agree)
  }

  nativeDialogs(): Promise<readonly string[]> {
    return this.#running.app.evaluate(() => (globalThis as unknown as { said: readonly string[] }).said)
  }

  /** The save dialogs of the platform that follow answer with this path. */
  async savesTo(path: string): Promise<void> {
    await this.#running.app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = async () => ({ canceled: false, filePath })
    }, path)
  }

  /** The open dialogs of the platform that follow answer with this path, after so many ms; null closes them. */
  async opens(path: string | null, afterMs = 0): Promise<void> {
    await this.#running.app.evaluate(
      ({ dialog }, answer) => {
        dialog.showOpenDialog = async () => {
          await new Promise((resolve) => setTimeout(resolve, answer.afterMs))
          return { canceled: answer.path === null, filePaths: answer.path === null ? [] : [answer.path] }
        }
      },
      { path, afterMs },
    )
  }

  /** Types the code of an authenticator that was given the secret on screen; that is returned. */
  async enterFirstCode(): Promise<Buffer> {
    const shown = (await this.dialog.locator('.enrolment code').textContent()) ?? ''
    const bits = [...shown.replaceAll(' ', '')].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('')
    const secret = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
    await expect(this.dialog.getByLabel('Code', { exact: true })).toBeFocused()
    await this.page.keyboard.type(codeOf(secret, counterAt(Date.now())))
    await this.page.keyboard.press('Enter')
    return secret
  }

  async verdict(words: string): Promise<void> {
    await expect(this.page.locator('.status.push-verdict')).toHaveText(words, { timeout: 30_000 })
  }

  /** In the view of templates, about the one that is shown. */
  async decide(verb: 'Approve' | 'Withdraw', note: string): Promise<void> {
    await this.page.getByRole('button', { name: `${verb}…`, exact: true }).press('Enter')
    await expect(this.dialog.getByRole('textbox')).toBeFocused()
    await this.page.keyboard.type(note)
    await this.dialog.getByRole('button', { name: `${verb}…`, exact: true }).press('Enter')
    await expect(this.dialog).toHaveCount(0)
  }
}
