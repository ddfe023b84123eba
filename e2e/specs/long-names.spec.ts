import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gpu03 } from '../../electron/testing/demo/hosts/gpu-03.ts'
import { lab01 } from '../../electron/testing/demo/hosts/lab-01.ts'
import { expect, test } from '../fixtures/served-app.ts'
import { GatehousePage } from '../pages/gatehouse.page.ts'

/** A name may have 63 letters (shared/model/fleet.ts), and its middle gives way: nothing is pushed out of the window or over something else. */
test('a host with a long name, in the smallest window', async ({ openServed }) => {
  test.setTimeout(120_000)
  const name = `inference-frankfurt-rack-17-${'W'.repeat(22)}-production-b`
  const { it } = await openServed([{ ...gpu03, name }])
  const { page } = it
  await it.referenceSize(1180, 720)
  await it.auditByKey()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('production')
  const found = it.dialog.getByRole('option', { name: /Inference port is open to the network/ })
  await expect(found.getByText('Inference port is open to the network')).toBeInViewport({ ratio: 1 })
  const list = it.dialog.locator('[cmdk-list]')
  expect(await list.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0)
  await it.isSound('palette-long-name')
  await found.press('Enter')
  await expect(page.getByRole('heading', { level: 1 })).toContainText('tion-b')
  await expect(page.getByRole('button', { name: 'Run audit' })).toBeInViewport({ ratio: 1 })
  const [keys, path] = await page
    .locator('.path-bar > div')
    .evaluateAll((halves) => halves.map((half) => half.getBoundingClientRect().toJSON()))
  expect(keys.right).toBeLessThanOrEqual(path.left)
  expect(path.right).toBeLessThanOrEqual(1180)
  const [reached, search] = await page
    .locator('.toolbar-sub > *, .search')
    .evaluateAll((parts) => parts.map((part) => part.getBoundingClientRect().toJSON()))
  expect(reached.right).toBeLessThanOrEqual(search.left)
  await it.isSound('host-long-name')
  await page
    .getByRole('button', { name: /Inference port is open to the network/ })
    .first()
    .click()
  await page.keyboard.press('w')
  await expect(it.dialog.getByLabel('Reason')).toBeFocused()
  await it.isSound('waive-long-name')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+8')
  await page.getByRole('button', { name: 'Flow' }).click()
  const flow = page.getByRole('article', { name: 'Flow' })
  await expect(flow.getByRole('heading', { level: 2 })).toContainText('production-b')
  expect(await flow.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0)
})

test('names that nearly have room run over no flow and not over the head, and of what needs attention the check is left', async ({
  openServed,
}) => {
  test.setTimeout(120_000)
  const names = Array.from({ length: 24 }, (_, index) => `wide-models-${String(index + 10)}`)
  const long = `inference-frankfurt-rack-17-${'w'.repeat(30)}`
  const { it } = await openServed([...names, long].map((name, index) => ({ ...lab01, name, address: `10.20.5.${index + 1}` })))
  const { page } = it
  await it.auditByKey()
  await page.keyboard.press('/')
  await page.keyboard.type('frankfurt')
  const [entry] = await page.locator('.attention .where').all()
  await expect(entry ?? page.locator('.attention')).toContainText(', ')
  const checks = page.locator('.attention .where .item')
  await expect(checks.first()).toBeInViewport({ ratio: 1 })
  expect(await checks.evaluateAll((all) => all.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).length)).toBe(0)
  await it.isSound('attention-long-name')
  await page.keyboard.press('Control+8')
  const list = page.locator('.network-list')
  const network = page.locator('.network-matrix')
  await expect(network.locator('tbody tr')).toHaveCount(25)
  expect(await list.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0)
  const over = await network
    .locator('tbody th')
    .evaluateAll(
      (heads) =>
        heads.filter((head) =>
          [...head.querySelectorAll('span')].some((part) => part.getBoundingClientRect().right > head.getBoundingClientRect().right),
        ).length,
    )
  expect(over).toBe(0)
  const ends = await network
    .locator('tbody th .kept')
    .evaluateAll((all) => all.map((end) => end.scrollWidth <= end.clientWidth && end.textContent))
  expect(new Set(ends).size).toBe(25)
  await list.evaluate((element) => element.scrollTo(0, element.scrollHeight))
  const onTop = await network.getByRole('columnheader', { name: 'Host', exact: true }).evaluate((head) => {
    const { left, top, width, height } = head.getBoundingClientRect()
    return head.contains(document.elementFromPoint(left + width / 2, top + height / 2))
  })
  expect(onTop).toBe(true)
  await it.isSound('network-scrolled')
})

for (const end of ['-frankfurt', '.ai.internal.example.com'])
  test(`hosts that all end with ${end} are told apart where there is no room for their names`, async ({ gatehouse }) => {
    const it = new GatehousePage(gatehouse)
    const { page } = it
    await it.referenceSize(1240, 720)
    const path = join(gatehouse.userData, 'fleet.yaml')
    const names = Array.from({ length: 12 }, (_, index) => `gpu-${String(index + 1).padStart(3, '0')}${end}`)
    const hosts = names.map((name) => `  - { name: ${name}, address: 192.0.2.1 }\n`).join('')
    await writeFile(path, `version: 1\nname: dc1\nidentities: { audit: { user: a } }\nhosts:\n${hosts}`)
    await it.invoke('fleet:load', { path })
    await expect(page.getByRole('grid')).toBeVisible()
    for (const place of ['.host-nav', '.host-head']) {
      const whole = await page.locator(`${place} .cut-name`).evaluateAll((names) =>
        names.map(({ children }) =>
          [...children]
            .filter((part) => part.scrollWidth <= part.clientWidth)
            .map((part) => part.textContent)
            .join(''),
        ),
      )
      expect(whole.length).toBeGreaterThan(3)
      expect(whole.filter((text) => !/-0\d\d/.test(text))).toEqual([])
    }
    await it.isSound(`fleet-names${end.replaceAll('.', '-')}`)
  })

test('an auditor with a long name, in the smallest window at a zoom of 125 %', async ({ openServed }) => {
  const { it, running } = await openServed([gpu03])
  const { page } = it
  await it.referenceSize(1180, 720)
  await it.auditByKey()
  await it.invoke('walkthrough:start', { auditor: `J. Lindqvist of ${'Northline Assurance and Partners '.repeat(3)}`.trim() })
  await page.keyboard.press('Control+6')
  await expect(page.getByRole('article')).toBeVisible()
  await running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(1.25))
  await expect.poll(() => page.evaluate(() => window.innerWidth)).toBe(944)
  const build = page.getByRole('button', { name: 'Build evidence pack…' })
  await expect(build).toBeInViewport({ ratio: 1 })
  await it.isSound('audit-long-name')
})

test('letters from right to left move nothing that stands beside them in what a host printed', async ({ openServed }) => {
  const name = 'שרת דגם'
  const listeners = [...gpu03.listeners, { protocol: 'tcp', address: '0.0.0.0', port: 9443, process: name, pid: 2711 } as const]
  const { it } = await openServed([{ ...gpu03, listeners }])
  const { page } = it
  await it.auditByKey()
  await it.cell('INF-7', 'gpu-03').getByRole('button').click()
  const line = page.locator('.evidence pre > span', { hasText: '9443' }).first()
  await page.getByRole('button', { name: /9443/ }).first().click()
  await expect(line).toContainText(name)
  const steps = await line.evaluate((shown) => {
    const texts = document.createTreeWalker(shown, NodeFilter.SHOW_TEXT)
    const lefts: number[] = []
    for (let text = texts.nextNode(); text; text = texts.nextNode())
      for (let at = 0; at < (text.nodeValue?.length ?? 0); at += 1) {
        const range = document.createRange()
        range.setStart(text, at)
        range.setEnd(text, at + 1)
        lefts.push(range.getBoundingClientRect().left)
      }
    return lefts.map((left, at) => left - (lefts[at - 1] ?? 0))
  })
  expect(Math.min(...steps)).toBeGreaterThanOrEqual(0)
  // In a sentence the name keeps its place: the day stays behind it.
  await page.keyboard.press('w')
  await it.dialog.getByLabel('Reason').fill('Known')
  await it.dialog.getByLabel('Approver').fill('דנה כהן')
  await it.dialog.getByRole('button', { name: 'Waive finding' }).click()
  const by = page.getByRole('region', { name: /^Waived until/ }).getByText('דנה כהן, ')
  const [end, day] = await by.evaluate((shown) => {
    const texts = document.createTreeWalker(shown, NodeFilter.SHOW_TEXT)
    const place = (found: (letter: string) => boolean) => {
      const boxes: DOMRect[] = []
      for (let text = texts.firstChild(); text; text = texts.nextNode())
        for (const [at, letter] of [...(text.nodeValue ?? '')].entries()) {
          const range = document.createRange()
          range.setStart(text, at)
          range.setEnd(text, at + 1)
          if (found(letter)) boxes.push(range.getBoundingClientRect())
        }
      texts.currentNode = shown
      return boxes
    }
    const name = place((letter) => letter >= '\u05d0' && letter <= '\u05ea')
    const digits = place((letter) => /\d/.test(letter))
    return [Math.max(...name.map(({ right }) => right)), Math.min(...digits.map(({ left }) => left))]
  })
  expect(end).toBeLessThan(day ?? 0)
  await it.isSound('right-to-left')
})
