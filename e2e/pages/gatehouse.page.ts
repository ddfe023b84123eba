import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import type { RunningApp } from '../fixtures/app.ts'
import { ask } from '../fixtures/ask.ts'

const pictures = fileURLToPath(new URL('../results/screens/', import.meta.url))

/** Screens that a key leads to, beside the fleet and a host. */
export const screens = [
  ['3', 'Models'],
  ['4', 'Access'],
  ['5', 'Config push'],
  ['6', 'Audit'],
  ['7', 'Controls'],
  ['8', 'Network'],
] as const

/** What every screen has: the two themes, the audit, the dialogs. */
export class GatehousePage {
  readonly page: Page
  readonly #running: RunningApp

  constructor(running: RunningApp) {
    this.#running = running
    this.page = running.page
  }

  /** The reference size of the design. */
  async referenceSize(width = 1440, height = 900): Promise<void> {
    await this.#running.app.evaluate(
      ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size[0] ?? 0, size[1] ?? 0),
      [width, height],
    )
    await expect.poll(() => this.page.evaluate(() => window.innerWidth)).toBe(width)
  }

  /** The demo fleet, audited, at the size of the pictures. */
  async auditedDemo(): Promise<void> {
    await this.referenceSize()
    await this.invoke('fleet:demo')
    await this.auditByKey()
  }

  async invoke(channel: string, input: unknown = null): Promise<unknown> {
    const reply = await ask(this.page, channel, input)
    if (!reply.ok) throw new Error(`${channel}: ${JSON.stringify(reply.failure)}`)
    return reply.value
  }

  async theme(theme: 'dark' | 'light'): Promise<void> {
    await this.invoke('settings:set', { theme, letterKeys: true })
    await expect(this.page.locator('html')).toHaveAttribute('data-theme', theme)
  }

  /** Where a picture is left. */
  picture(name: string): string {
    return `${pictures}${name}.png`
  }

  /** As the window shows it: of one that is zoomed Playwright takes the first part only. */
  async leavePicture(name: string): Promise<void> {
    const png = await this.#running.app.evaluate(async ({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents
      return contents === undefined || contents.getZoomFactor() === 1
        ? undefined
        : (await contents.capturePage()).toPNG().toString('base64')
    })
    if (png === undefined) await this.page.screenshot({ path: this.picture(name) })
    else {
      await mkdir(pictures, { recursive: true })
      await writeFile(this.picture(name), png, 'base64')
    }
  }

  /** Nothing on its way any more: colours change within 120 ms, and axe would measure one in between. */
  async stillness(): Promise<void> {
    await this.page.evaluate(async () => {
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
      // What goes with scrolling ends with no time.
      const ending = document
        .getAnimations()
        .filter(
          ({ timeline, effect }) => timeline === document.timeline && effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY,
        )
      await Promise.allSettled(ending.map(({ finished }) => finished))
    })
  }

  /** Texts that run out of their own box and over what stands beside it. What is cut or scrolled is not meant. */
  private spilled(): Promise<readonly string[]> {
    return this.page.evaluate(() => {
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
      const found: string[] = []
      for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        let box = text.parentElement
        while (box && getComputedStyle(box).display.startsWith('inline')) box = box.parentElement
        if (!box || !text.nodeValue?.trim() || !box.checkVisibility({ visibilityProperty: true })) continue
        // Spaces at the end of a line hang over; words that break anywhere do not.
        if (getComputedStyle(box).overflowWrap === 'anywhere') continue
        const range = document.createRange()
        range.selectNodeContents(text)
        let seen = range.getBoundingClientRect().right
        for (let frame: HTMLElement | null = box; frame; frame = frame.parentElement)
          if (getComputedStyle(frame).overflowX !== 'visible') seen = Math.min(seen, frame.getBoundingClientRect().right)
        const over = seen - box.getBoundingClientRect().right
        if (over > 1) found.push(`${box.localName}.${box.className} "${text.nodeValue.slice(0, 40)}" by ${Math.round(over)} px`)
      }
      return found
    })
  }

  /** Boxes and circles to tick that the platform draws in a colour of its own: a hue always means a state. */
  private foreignMarks(): Promise<readonly string[]> {
    return this.page.evaluate(() =>
      [...document.querySelectorAll<HTMLInputElement>('input:is([type=checkbox], [type=radio])')]
        .filter((mark) => getComputedStyle(mark).appearance !== 'none')
        .map(({ labels }) => labels?.[0]?.textContent ?? ''),
    )
  }

  /**
   * In both themes: axe finds nothing (WCAG 2.1 A and AA), no text spills out of its box, and a picture is left in `e2e/results/screens`. The
   * themes have the same elements, so in the second axe only looks at colours.
   */
  async isSound(name: string): Promise<void> {
    await this.isSoundIn(['dark', 'light'], name)
  }

  /** The same for a screen whose colours are looked at elsewhere, as where it is drawn larger. */
  async isSoundInTheDark(name: string): Promise<void> {
    await this.isSoundIn(['dark'], name)
  }

  private async isSoundIn(themes: readonly ('dark' | 'light')[], name: string): Promise<void> {
    for (const theme of themes) {
      await this.theme(theme)
      await this.stillness()
      await this.leavePicture(`${name}-${theme}`)
      expect(await this.spilled()).toEqual([])
      expect(await this.foreignMarks()).toEqual([])
      const axe = new AxeBuilder({ page: this.page }).setLegacyMode(true)
      if (theme === 'dark')
        axe
          .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'])
          // The headings by which readers go.
          .options({ rules: { 'heading-order': { enabled: true } } })
      else axe.withRules(['color-contrast', 'link-in-text-block'])
      const { violations } = await axe.analyze()
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual([])
    }
  }

  /** Presses R once the fleet is on screen, and waits for the end of the audit that this starts. */
  async auditByKey(): Promise<void> {
    await expect(this.page.getByRole('button', { name: 'Run audit' })).toBeVisible()
    const before = (await this.job())?.id
    await this.page.keyboard.press('r')
    await expect.poll(async () => (await this.job())?.id, { timeout: 10_000 }).not.toBe(before)
    await this.auditIsFinished()
  }

  async auditIsFinished(): Promise<void> {
    await expect.poll(async () => (await this.job())?.state, { timeout: 45_000 }).toBe('finished')
  }

  private async job(): Promise<{ readonly id: string; readonly state: string } | null> {
    return ((await this.invoke('audit:latest', { since: null })) as { job: { id: string; state: string } | null }).job
  }

  /** The open dialog; those that warn have a role of their own. */
  get dialog() {
    return this.page.locator('[role=dialog], [role=alertdialog]')
  }

  cell(item: string, host: string) {
    return this.page.getByRole('gridcell', { name: `${item} on ${host}:` })
  }
}
