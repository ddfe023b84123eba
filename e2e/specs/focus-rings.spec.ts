import { expect, standingApp, test } from '../fixtures/app.ts'
import { GatehousePage, screens } from '../pages/gatehouse.page.ts'

/**
 * What the keyboard reaches and whose ring another element cuts off: a ring is never taken away. What has to be scrolled into sight first is not meant. Runs in
 * the page.
 */
function cutRings(): string[] {
  const reached = document.querySelectorAll<HTMLElement>('button, a[href], input, select, textarea, summary, [tabindex]')
  return [...reached].flatMap((element) => {
    if (element.tabIndex < 0 || !element.checkVisibility({ visibilityProperty: true })) return []
    element.focus({ focusVisible: true } as FocusOptions)
    if (document.activeElement !== element) return []
    const { outlineStyle, outlineWidth, outlineOffset } = getComputedStyle(element)
    const name = `${element.localName}.${element.className} "${(element.ariaLabel ?? element.textContent ?? '').slice(0, 30)}"`
    if (outlineStyle === 'none' || Number.parseFloat(outlineWidth) < 2) return [`${name} has none`]
    const around = Number.parseFloat(outlineOffset) + Number.parseFloat(outlineWidth)
    const own = element.getBoundingClientRect()
    const over = (by: number, frame: DOMRect) =>
      own.left - by < frame.left - 1 ||
      own.right + by > frame.right + 1 ||
      own.top - by < frame.top - 1 ||
      own.bottom + by > frame.bottom + 1
    for (let frame = element.parentElement; frame !== null; frame = frame.parentElement) {
      const { overflow, contain, contentVisibility } = getComputedStyle(frame)
      const cuts = overflow !== 'visible' || contentVisibility === 'auto' || /paint|content|strict/.test(contain)
      const box = frame.getBoundingClientRect()
      if (cuts && !over(0, box) && over(around, box)) return [`${name} in ${frame.localName}.${frame.className}`]
    }
    return []
  })
}

const standing = standingApp(async (running) => new GatehousePage(running).auditedDemo())

test('the ring around what has the focus is whole, on every screen', async () => {
  test.setTimeout(120_000)
  const { page } = standing()
  const ringsAreWhole = async (where: string) => {
    // From here on the focus is of the keyboard.
    await page.keyboard.press('Tab')
    expect(await page.evaluate(cutRings), where).toEqual([])
  }
  await expect(page.getByRole('grid')).toBeVisible()
  await ringsAreWhole('Fleet')
  for (const [key, name] of screens) {
    await page.keyboard.press(`Control+${key}`)
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
    await expect(page.locator('.skeleton')).toHaveCount(0)
    await ringsAreWhole(name)
  }
  await page.keyboard.press('Control+Shift+2')
  for (const tab of ['Findings', 'Exposure', 'Services', 'Hardening', 'GPUs', 'Packages']) {
    await page.getByRole('tab', { name: tab }).click()
    await expect(page.getByRole('tab', { name: tab })).toHaveAttribute('aria-selected', 'true')
    await expect(page.locator('.skeleton')).toHaveCount(0)
    await ringsAreWhole(tab)
  }
})

test('in the smallest window an entry of the sidebar has its name beside it while it has the focus, a host too', async () => {
  const { page } = standing()
  await new GatehousePage(standing()).referenceSize(1180, 720)
  await expect(page.getByRole('grid')).toBeVisible()
  await page.keyboard.press('Tab')
  for (const name of ['Access', 'gpu-02', 'lab-01']) {
    const entry = page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name })
    const words = entry.locator('.name')
    await entry.focus()
    await expect.poll(() => words.evaluate((it) => it.getBoundingClientRect().width)).toBeGreaterThan(40)
    const isSeen = words.evaluate((it) => {
      const { left, width, top, height } = it.getBoundingClientRect()
      return it.contains(document.elementFromPoint(left + width / 2, top + height / 2))
    })
    expect(await isSeen, name).toBe(true)
  }
  await new GatehousePage(standing()).isSound('sidebar-named')
})
