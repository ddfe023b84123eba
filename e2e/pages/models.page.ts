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
