import { expect, type Locator } from '@playwright/test'
import { PushPage } from './push.page.ts'

/** Operator work beside a service, its logs, and the role of this console. */
export class OperatePage extends PushPage {
  get block(): Locator {
    return this.page.getByRole('region', { name: 'Operate' })
  }

  get lines(): Locator {
    return this.page.getByRole('region', { name: 'Lines of the log' })
  }

  async services(host: string): Promise<void> {
    await this.page.locator('.host-nav').getByRole('button', { name: host }).press('Enter')
    await this.page.getByRole('tab', { name: 'Services', exact: true }).click()
    await expect(this.block).toBeVisible()
  }

  /** Presses a verb and waits for what came of it. */
  async operate(verb: 'Start' | 'Stop' | 'Restart'): Promise<void> {
    await this.block.getByRole('button', { name: `${verb}…`, exact: true }).press('Enter')
    const done = { Start: 'was started', Stop: 'is stopped', Restart: 'was restarted' }[verb]
    await expect(this.block.getByRole('status')).toContainText(new RegExp(`Proven.*${done}`), { timeout: 30_000 })
    // The host is audited again, which tells what can be done next.
    await expect(this.block.getByRole('button', { name: verb === 'Stop' ? 'Start…' : 'Stop…', exact: true })).toBeVisible({
      timeout: 30_000,
    })
  }

  /** By the palette, as one types it. */
  async command(words: string): Promise<void> {
    await this.page.keyboard.press('Control+k')
    await expect(this.page.getByPlaceholder('Search or run a command')).toBeFocused()
    await this.page.keyboard.type(words)
    await this.page.getByRole('option', { name: new RegExp(`^${words}`) }).click()
  }
}
