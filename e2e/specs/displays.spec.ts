import { readFile, writeFile } from 'node:fs/promises'
import type { Locator } from '@playwright/test'
import { gpu01 } from '../../electron/testing/demo/hosts/gpu-01.ts'
import { gpu02 } from '../../electron/testing/demo/hosts/gpu-02.ts'
import { gpu03 } from '../../electron/testing/demo/hosts/gpu-03.ts'
import { gpu04 } from '../../electron/testing/demo/hosts/gpu-04.ts'
import { lab01 } from '../../electron/testing/demo/hosts/lab-01.ts'
import { test as alone } from '../fixtures/app.ts'
import { expect, test } from '../fixtures/served-app.ts'
import { GatehousePage, screens } from '../pages/gatehouse.page.ts'

/** Other eyes: twice the size, the colours of the system, no motion. Pictures are left beside those of the screens. */

/** Controls that lie outside of what can be scrolled to, by the direction in which it scrolls. Runs in the page. */
function lost(): string[] {
  const scope = document.querySelector('[role=dialog]') ?? document.body
  const all = [
    ...scope.querySelectorAll<HTMLElement>('button, input, [role=tab]'),
    ...document.querySelectorAll<HTMLElement>('[role=dialog]'),
  ]
  return all.flatMap((element) => {
    const rect = element.getBoundingClientRect()
    if (rect.width <= 1 || !element.checkVisibility()) return []
    let [across, down] = [false, false]
    const isOutside = (outer: { left: number; top: number; right: number; bottom: number }) =>
      (!across && (rect.left < outer.left - 1 || rect.right > outer.right + 1)) ||
      (!down && (rect.top < outer.top - 1 || rect.bottom > outer.bottom + 1))
    for (let at = element.parentElement; at; at = at.parentElement) {
      const { overflowX, overflowY, position } = getComputedStyle(at)
      across ||= /auto|scroll/.test(overflowX)
      down ||= /auto|scroll/.test(overflowY)
      if (/hidden|clip/.test(`${overflowX} ${overflowY}`) && isOutside(at.getBoundingClientRect())) return [element.outerHTML.slice(0, 120)]
      if (position === 'fixed') break
    }
    return isOutside({ left: 0, top: 0, right: window.innerWidth, bottom: window.innerHeight }) ? [element.outerHTML.slice(0, 120)] : []
  })
}

/** What scrolls up and down, without what is at rest. Runs in the page. */
function scrollers(): string[] {
  return [document.documentElement, ...document.querySelectorAll<HTMLElement>('body *')].flatMap((element) => {
    const scrolls = element === document.documentElement || /auto|scroll/.test(getComputedStyle(element).overflowY)
    return scrolls && element.clientHeight > 0 && element.scrollHeight > element.clientHeight + 1
      ? [`${element.localName}.${element.className}`.replace(/\.$/, '')]
      : []
  })
}

/** Hints of keys of which a part only is seen. */
const cutHints = () =>
  [...document.querySelectorAll('.path-bar .key-hint')].flatMap((hint) => {
    const [at, room] = [hint.getBoundingClientRect(), hint.parentElement?.getBoundingClientRect() ?? new DOMRect()]
    return at.top < room.bottom && at.left < room.right && at.right > room.right + 1 ? [hint.textContent] : []
  })

/** Networks named above the matrix of which a part only is seen. Runs in the page. */
const cutNetworks = () =>
  [...document.querySelectorAll<HTMLElement>('.network-matrix thead code')].flatMap((code) => {
    if (getComputedStyle(code).overflowX === 'visible') return []
    const room = code.getBoundingClientRect().width
    code.style.width = 'max-content'
    const needed = code.getBoundingClientRect().width
    code.style.removeProperty('width')
    return needed > room ? [code.textContent] : []
  })

alone('at twice the size whoever comes without a fleet sees first how to open one', async ({ gatehouse }) => {
  const it = new GatehousePage(gatehouse)
  const { page } = it
  await it.referenceSize(1180, 720)
  await gatehouse.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(2))
  await expect.poll(() => page.evaluate(() => window.innerWidth)).toBe(590)
  await expect(page.getByRole('heading', { name: 'Open a fleet to begin' })).toBeInViewport({ ratio: 1 })
  await it.isSoundInTheDark('zoomed-fleet-empty')
  expect(await page.evaluate(lost)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(590)
  await page.getByRole('button', { name: 'Start the demo fleet' }).scrollIntoViewIfNeeded()
  const { left, right } = await page.locator('.empty').evaluate((empty) => empty.getBoundingClientRect().toJSON())
  expect([left, right]).toEqual([expect.closeTo(52, 0), expect.closeTo(580, -1)])
  await page.keyboard.press('Control+3')
  await expect(page.getByRole('button', { name: 'Go to the fleet' })).toBeInViewport({ ratio: 1 })
  await it.isSoundInTheDark('zoomed-models-empty')
})

test('at twice the size the smallest window scrolls up and down alone, and nothing is cut off', async ({ openServed }) => {
  test.setTimeout(240_000)
  const { it, running } = await openServed([gpu01, gpu02, gpu03, gpu04, lab01])
  await it.auditByKey()
  await it.referenceSize(1180, 720)
  await running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(2))
  await expect.poll(() => it.page.evaluate(() => window.innerWidth)).toBe(590)
  const isWhole = async (name: string) => {
    await it.isSoundInTheDark(`zoomed-${name}`)
    expect(await it.page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(590)
    expect(await it.page.evaluate(lost), name).toEqual([])
    expect(await it.page.evaluate(cutHints), name).toEqual([])
    // Nothing empty is scrolled to.
    const [page, shown] = await it.page.evaluate(() => [
      document.documentElement.scrollHeight,
      document.querySelector('.app')?.scrollHeight,
    ])
    expect(page, name).toBeLessThanOrEqual((shown ?? 0) + 1)
  }
  await isWhole('fleet')
  await expect.poll(() => it.page.evaluate(scrollers)).toEqual(['html'])
  // Where the last row is, what has the focus is still said, and the heads of hosts begin in the first view.
  expect(await it.page.locator('.matrix').evaluate((matrix) => matrix.getBoundingClientRect().top)).toBeLessThan(250)
  await it.cell('OPS-3', 'gpu-02').getByRole('button').focus()
  await expect(it.cell('OPS-3', 'gpu-02')).toBeInViewport({ ratio: 0.9 })
  const foot = await it.page.locator('.path-bar').evaluate((bar) => bar.getBoundingClientRect().toJSON())
  expect(foot.bottom).toBeGreaterThanOrEqual(359)
  expect(await it.cell('OPS-3', 'gpu-02').evaluate((cell) => cell.getBoundingClientRect().bottom)).toBeLessThanOrEqual(foot.top)
  await it.leavePicture('zoomed-fleet-end')
  // Its host is named above it, and the row that the keys lead back to is not beneath the names.
  const named = it.page.locator('.matrix thead').getByText('gpu-02', { exact: true })
  const isOnTop = () =>
    named.evaluate((name) => {
      const { left, top, width, height } = name.getBoundingClientRect()
      return top >= 0 && name.contains(document.elementFromPoint(left + width / 2, top + height / 2))
    })
  await expect.poll(isOnTop).toBe(true)
  for (let times = 0; times < 12; times += 1) await it.page.keyboard.press('ArrowUp')
  await expect.poll(isOnTop).toBe(true)
  await expect
    .poll(() =>
      it.page.evaluate(() => {
        const top = (element?: Element | null) => element?.getBoundingClientRect().top ?? 0
        return top(document.activeElement) - top([...document.querySelectorAll('.matrix thead th')].at(-1))
      }),
    )
    .toBeGreaterThanOrEqual(40)
  await it.leavePicture('zoomed-fleet-back')
  // Columns are as wide as their words; what does not fit is scrolled to.
  const narrow = await it.page
    .locator('.matrix [data-cell]')
    .evaluateAll((cells) => cells.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).map(({ textContent }) => textContent))
  expect(narrow).toEqual([])
  await it.cell('INF-4', 'gpu-02').getByRole('button').focus()
  await it.page.keyboard.press('Enter')
  await expect(it.page.getByRole('heading', { level: 1, name: /gpu-02/ })).toBeVisible()
  await expect.poll(() => it.page.evaluate(scrollers)).toEqual(['html', 'div.findings-scroll'])
  await isWhole('host')
  for (const name of ['Exposure', 'Services', 'Hardening', 'GPUs', 'Packages']) {
    await it.page.getByRole('tab', { name }).press('Enter')
    await expect(it.page.getByRole('tabpanel', { name })).toBeVisible()
    await isWhole(name)
  }
  for (const [digit, title] of screens) {
    await it.page.evaluate(() => window.scrollTo(0, 200))
    await it.page.keyboard.press(`Control+${digit}`)
    const heading = it.page.getByRole('heading', { level: 1, name: title })
    await expect(heading).toBeVisible()
    await isWhole(title)
    // A screen begins at its top, and what it loads leaves it there, but for a field that waits for its first word.
    if (title !== 'Audit') await expect(heading).toBeInViewport()
  }
  await it.page.keyboard.press('Control+k')
  await expect(it.page.getByRole('dialog')).toBeVisible()
  await isWhole('palette')
  await it.page.keyboard.press('Escape')
  await it.page.keyboard.press('?')
  await expect(it.dialog).toBeVisible()
  await isWhole('keys')
  await it.page.keyboard.press('Escape')
  await it.page.keyboard.press('Control+,')
  await isWhole('settings')
})

test('at one and a half the size the panes give way, and the window does not scroll', async ({ openServed }) => {
  test.setTimeout(150_000)
  const { it, running } = await openServed([gpu02])
  await it.auditByKey()
  await running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(1.5))
  await expect.poll(() => it.page.evaluate(() => window.innerWidth)).toBe(960)
  const isWhole = async (name: string) => {
    await it.isSoundInTheDark(`larger-${name}`)
    expect(await it.page.evaluate(() => [document.documentElement.scrollWidth, document.body.scrollHeight]), name).toEqual([960, 600])
    expect(await it.page.evaluate(lost), name).toEqual([])
  }
  await isWhole('fleet')
  expect(await it.page.locator('.strip > :last-child').evaluate((jump) => jump.scrollWidth - jump.clientWidth)).toBe(0)
  await it.page.keyboard.press('?')
  await expect(it.dialog).toBeVisible()
  await isWhole('keys')
  await it.page.keyboard.press('Escape')
  await it.page
    .locator('.host-nav')
    .getByRole('button', { name: /gpu-02/ })
    .press('Enter')
  await expect(it.page.getByRole('heading', { level: 1, name: /gpu-02/ })).toBeVisible()
  await isWhole('host')
  for (const [digit, title] of screens) {
    await it.page.keyboard.press(`Control+${digit}`)
    await expect(it.page.getByRole('heading', { level: 1, name: title })).toBeVisible()
    await isWhole(title)
  }
})

test('names of sixty characters run over nothing, and their ends tell them apart; a long network is read whole', async ({ openServed }) => {
  test.setTimeout(300_000)
  const name = (end: string) => `inference-gpu-server-in-the-second-rack-of-data-centre-one-${end}`
  const { it, fleetFile } = await openServed([
    { ...gpu02, name: name('1') },
    { ...gpu02, name: name('2'), address: '10.20.4.99' },
  ])
  await writeFile(fleetFile, (await readFile(fleetFile, 'utf8')).replaceAll('10.20.1.0/24', '192.168.100.128/25'))
  await it.invoke('fleet:load', { path: fleetFile })
  await it.auditByKey()
  await it.isSound('long-names-fleet')
  const heads = it.page.locator('.host-head .cut-name > :last-child')
  await expect(heads).toHaveText(['-one-1', '-one-2'])
  for (const head of await heads.all()) await expect(head).toBeInViewport({ ratio: 1 })
  for (const [digit, title] of [
    ['4', 'Access'],
    ['7', 'Controls'],
    ['8', 'Network'],
  ] as const) {
    await it.page.keyboard.press(`Control+${digit}`)
    await expect(it.page.getByRole('heading', { level: 1, name: title })).toBeVisible()
    await it.isSound(`long-names-${title}`)
  }
  await expect(it.page.locator('.network-matrix thead')).toContainText('192.168.100.128/25')
  expect(await it.page.evaluate(cutNetworks)).toEqual([])
})

test('what is typed on for a dialog that is asked for, and not drawn yet, acts on nothing behind it', async ({ openServed }) => {
  const { it } = await openServed([gpu02])
  await expect(it.page.getByRole('button', { name: 'Run audit' })).toBeVisible()
  await it.page.evaluate(() => {
    for (const init of [
      { key: 'k', ctrlKey: true },
      { key: 'r', ctrlKey: false },
    ])
      window.dispatchEvent(new KeyboardEvent('keydown', { ...init, bubbles: true }))
  })
  await expect(it.dialog).toBeVisible()
  expect(await it.invoke('audit:latest', { since: null })).toMatchObject({ job: null })
})

test('in the colours of the system states and focus are still told apart', async ({ openServed }) => {
  test.setTimeout(120_000)
  const { it } = await openServed([gpu02])
  await it.auditByKey()
  /** A theme that changes ends the emulation. */
  const force = async (theme: 'dark' | 'light') => {
    await it.theme(theme)
    for (const forcedColors of ['none', 'active'] as const) await it.page.emulateMedia({ forcedColors })
    await it.stillness()
  }
  // A drawing is not in the colour of what is behind it: neither that of a button, nor the glyph that is cut out of a state.
  const look = async (drawing: Locator) => {
    const png = (await drawing.screenshot()).toString('base64')
    return it.page.evaluate(async (data) => {
      const image = new Image()
      image.src = `data:image/png;base64,${data}`
      await image.decode()
      const { width, height } = image
      const canvas = new OffscreenCanvas(width, height).getContext('2d')
      canvas?.drawImage(image, 0, 0)
      const { data: dots = [] } = canvas?.getImageData(0, 0, width, height) ?? {}
      const isLight = (dot: number) => (dots[dot * 4] ?? 0) > 128
      const lights = [...Array(width * height).keys()].map(isLight)
      const down = (part: number) => lights[Math.floor(height * part) * width + Math.floor(width / 2)]
      return {
        isSeen: new Set(lights).size === 2,
        hasGlyph: down(0.5) !== down(0.2),
        isUnderlined: down((height - 1.5) / height) !== down(0),
      }
    }, png)
  }
  for (const theme of ['dark', 'light'] as const) {
    await force(theme)
    await it.leavePicture(`forced-colours-fleet-${theme}`)
    expect((await look(it.page.getByRole('button', { name: 'Run audit' }).locator('.icon'))).isSeen).toBe(true)
    const dash = it.page.locator('.route i').first()
    const [colour, behind] = await dash.evaluate((line) => [line, document.body].map((one) => getComputedStyle(one).backgroundColor))
    expect(colour).not.toBe(behind)
    expect((await look(it.cell('INF-4', 'gpu-02').locator('.icon'))).hasGlyph).toBe(true)
    expect((await look(it.page.locator('.host-head .bar').last())).isSeen).toBe(true)
  }
  const cell = it.cell('INF-4', 'gpu-02').getByRole('button')
  await cell.focus()
  await it.page.keyboard.press('ArrowUp')
  const outline = await it.page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle)
  expect(outline).not.toBe('none')
  await cell.focus()
  await it.page.keyboard.press('Enter')
  await expect(it.page.getByRole('heading', { level: 1, name: /gpu-02/ })).toBeVisible()
  for (const theme of ['dark', 'light'] as const) {
    await force(theme)
    await it.leavePicture(`forced-colours-host-${theme}`)
    for (const [name, isUnderlined] of [
      ['Findings', true],
      ['Services', false],
    ] as const)
      expect(await look(it.page.getByRole('tab', { name, exact: true }))).toMatchObject({ isUnderlined })
  }
})

test('in the colours of the system what is chosen or ticked is told from what is not', async ({ openServed }) => {
  test.setTimeout(120_000)
  const { it } = await openServed([gpu02, gpu03])
  const { page } = it
  await it.auditByKey()
  await it.theme('dark')
  const forced = async (name: string) => {
    for (const forcedColors of ['none', 'active'] as const) await page.emulateMedia({ forcedColors })
    await it.stillness()
    await it.leavePicture(`forced-colours-${name}`)
  }
  const isLined = (place: Locator) => place.evaluate((element) => getComputedStyle(element).outlineStyle === 'solid')
  await page.keyboard.press('Control+k')
  await expect(it.dialog.getByRole('option').first()).toBeVisible()
  await forced('palette')
  expect(await isLined(it.dialog.locator('[data-selected=true]'))).toBe(true)
  expect(await isLined(it.dialog.locator('[data-selected=false]').first())).toBe(false)
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+8')
  await expect(page.locator('.network-matrix td.cross')).toHaveCount(1)
  await forced('network')
  expect(await isLined(page.locator('.network-matrix td.cross'))).toBe(true)
  await page
    .locator('.host-nav')
    .getByRole('button', { name: /gpu-03/ })
    .press('Enter')
  await page.getByRole('tab', { name: 'Packages' }).press('Enter')
  await expect(page.locator('.row-table tr.current')).toHaveCount(1)
  await forced('packages')
  expect(await isLined(page.locator('.row-table tr.current'))).toBe(true)
  await page.keyboard.press('Control+,')
  const letters = page.getByRole('checkbox', { name: /Single letters/ })
  await letters.scrollIntoViewIfNeeded()
  await forced('settings')
  const ticked = await letters.screenshot()
  await letters.uncheck()
  await it.stillness()
  expect((await letters.screenshot()).equals(ticked)).toBe(false)
})

test('who asks for no motion gets none', async ({ openServed }) => {
  const { it } = await openServed([gpu02])
  await it.page.emulateMedia({ reducedMotion: 'reduce' })
  await it.auditByKey()
  // An audit of one host may be over before its spinner is looked at.
  const spinner = await it.page.evaluate(() => {
    const element = document.body.appendChild(document.createElement('span'))
    element.className = 'spin'
    const { maskImage } = getComputedStyle(element)
    element.remove()
    return maskImage
  })
  expect(spinner).toContain('/spinner-still-')
  await it.page.keyboard.press('Control+k')
  await expect(it.page.getByRole('dialog')).toBeVisible()
  const moving = await it.page.evaluate(() =>
    [...document.querySelectorAll('*')].flatMap((element) => {
      const { animationName, animationDuration, transitionDuration } = getComputedStyle(element)
      const longest = Math.max(
        ...`${animationName === 'none' ? '0s' : animationDuration}, ${transitionDuration}`
          .split(',')
          .map((each) => Number.parseFloat(each) * (each.includes('ms') ? 1 : 1000)),
      )
      return longest > 1 ? [`${element.tagName} ${element.className}: ${longest} ms`] : []
    }),
  )
  expect(moving).toEqual([])
})
