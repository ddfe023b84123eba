import { expect, type Locator, type Page } from '@playwright/test'
import type { GatehousePage } from './gatehouse.page.ts'

/** The screen of one host: its tabs, the rows of a list, and what stands beside it. */
export class HostPage {
  readonly #page: Page

  constructor(it: GatehousePage) {
    this.#page = it.page
  }

  async open(host: string): Promise<void> {
    await this.#page
      .getByRole('navigation')
      .getByRole('button', { name: new RegExp(`^${host}`) })
      .click()
    await expect(this.#page.getByRole('heading', { level: 1, name: new RegExp(host) })).toBeVisible()
  }

  tab(name: string): Locator {
    return this.#page.getByRole('tab', { name, exact: true })
  }

  row(name: string | RegExp): Locator {
    return this.#page.getByRole('row').filter({ has: this.#page.getByRole('button', { name }) })
  }

  rowButton(name: string | RegExp): Locator {
    return this.#page.getByRole('row').getByRole('button', { name })
  }

  get panel(): Locator {
    return this.#page.getByRole('tabpanel')
  }

  /** What could not be read. */
  get gaps(): Locator {
    return this.#page.getByRole('list', { name: 'Not read' })
  }

  get detail(): Locator {
    return this.#page.getByRole('complementary', { name: /^Details/ })
  }

  /** Axe and pictures in both themes, and nothing to scroll sideways at the reference size nor in the smallest window. */
  async isSoundAndFits(it: GatehousePage, picture: string): Promise<void> {
    await it.isSound(picture)
    await this.fitsSideways()
    await it.referenceSize(1180, 720)
    await this.fitsSideways()
    await it.referenceSize()
  }

  /** Nothing of a tab lies beyond the right edge, at the smallest window as well. */
  async fitsSideways(): Promise<void> {
    const wide = await this.#page.evaluate(() =>
      [
        ...document.querySelectorAll<HTMLElement>(
          '#host-panel, #host-panel .row-table, #host-panel .lanes, #host-panel [role=complementary], #host-panel aside',
        ),
      ]
        .filter((element) => element.scrollWidth > element.clientWidth)
        .map((element) => `${element.className}: ${element.scrollWidth} in ${element.clientWidth}`),
    )
    expect(wide).toEqual([])
  }
}
