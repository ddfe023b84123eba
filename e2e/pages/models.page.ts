import { expect } from '@playwright/test'
import { GatehousePage } from './gatehouse.page.ts'

/** The Models screen: the list, and one model beside it. */
export class ModelsPage extends GatehousePage {
  row(name: string) {
    return this.page.getByRole('row', { name: new RegExp(`^${name}`) })
  }

  get detail() {
    return this.page.getByRole('article')
  }

  /** The demo fleet with its models listed (`l`), or listed and hashed (`v`). */
  async lookedAtDemo(key: 'l' | 'v'): Promise<void> {
    await this.referenceSize()
    await this.invoke('fleet:demo')
    await this.page.keyboard.press('Control+3')
    await expect(this.page.getByText('No model directory was looked at yet')).toBeVisible()
    await this.page.keyboard.press(key)
    await this.lookIsFinished()
  }

  async choose(name: string): Promise<void> {
    await this.page.getByRole('button', { name, exact: true }).click()
    await expect(this.detail.getByRole('heading', { level: 2 })).toHaveText(name)
  }

  async lookIsFinished(): Promise<void> {
    await expect
      .poll(async () => ((await this.invoke('models:job')) as { state: string } | null)?.state, { timeout: 60_000 })
      .toBe('finished')
  }
}
