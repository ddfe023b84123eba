import { expect, type RunningApp, test } from '../fixtures/app.ts'
import { GatehousePage } from '../pages/gatehouse.page.ts'

/** Keys that come one upon the other, with no wait between them, as from fast hands on a busy machine. */
const pressed = ({ app }: RunningApp, ...keys: readonly string[]) =>
  app.evaluate(({ BrowserWindow }, all) => {
    const page = BrowserWindow.getAllWindows()[0]?.webContents
    for (const key of all) {
      const [keyCode = '', ...modifiers] = key.split('+').reverse()
      const event = { keyCode, modifiers: modifiers as 'control'[] }
      page?.sendInputEvent({ ...event, type: 'keyDown' })
      if (modifiers.length === 0 && keyCode.length === 1) page?.sendInputEvent({ ...event, type: 'char' })
      page?.sendInputEvent({ ...event, type: 'keyUp' })
    }
  }, keys)

test('what is typed in the same moment as Ctrl K is in the palette, whether it was fetched before or not', async ({ gatehouse }) => {
  const it = new GatehousePage(gatehouse)
  const { page } = it
  const query = page.getByPlaceholder('Search or run a command')
  await it.referenceSize()
  await it.invoke('fleet:demo')
  // Loaded anew, and never idle, the page has not fetched the palette.
  await page.addInitScript(() => {
    window.requestIdleCallback = () => 0
  })
  await page.reload()
  await expect(page.getByRole('button', { name: 'Run audit' })).toBeVisible()
  await pressed(gatehouse, 'control+K', 'r', 'u', 'x', 'Backspace', 'n')
  await expect(query).toHaveValue('run')
  await expect(query).toBeFocused()
  await page.keyboard.press('Escape')
  for (let turn = 0; turn < 3; turn++) {
    await expect(query).toBeHidden()
    await pressed(gatehouse, 'control+K', 'r', 'u', 'n')
    await expect(query).toHaveValue('run')
    await page.keyboard.press('Escape')
  }
  await expect(query).toBeHidden()
  // The focus goes back where it was.
  await page.getByRole('button', { name: 'Run audit' }).focus()
  await pressed(gatehouse, 'control+K', 'Escape')
  await expect(query).toBeHidden()
  await expect(page.getByRole('button', { name: 'Run audit' })).toBeFocused()
  expect(await it.invoke('audit:latest', { since: null })).toMatchObject({ job: null })
})

test('a host is opened by the keys alone, however fast they come, and a palette that is left at once is gone', async ({ gatehouse }) => {
  const it = new GatehousePage(gatehouse)
  const { page } = it
  await it.referenceSize()
  await it.invoke('fleet:demo')
  await page.reload()
  await expect(page.getByRole('button', { name: 'Run audit' })).toBeVisible()
  await pressed(gatehouse, 'control+K', 'l', 'a', 'b', '-', '0', '1', 'Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'lab-01' })).toBeVisible()
  await expect(it.dialog).toBeHidden()
  await page.reload()
  await expect(page.getByRole('button', { name: 'Run audit' })).toBeVisible()
  await pressed(gatehouse, 'control+K', 'Escape')
  await it.stillness()
  await expect(it.dialog).toBeHidden()
  await pressed(gatehouse, 'control+3')
  await expect(page.getByRole('heading', { level: 1, name: 'Models' })).toBeVisible()
})

test('a screen that was not fetched yet is drawn as soon as it is there', async ({ gatehouse }) => {
  const it = new GatehousePage(gatehouse)
  await it.invoke('fleet:demo')
  const took: number[] = []
  for (const [key, title] of [
    ['3', 'Models'],
    ['4', 'Access'],
    ['6', 'Audit'],
    ['7', 'Controls'],
    ['8', 'Network'],
  ] as const) {
    const drawn = it.page.evaluate(
      (wanted) =>
        new Promise<number>((resolve) => {
          let from = 0
          addEventListener('keydown', () => (from = performance.now()), { once: true, capture: true })
          new MutationObserver((_, observer) => {
            if (document.querySelector('h1')?.textContent !== wanted) return
            observer.disconnect()
            resolve(performance.now() - from)
          }).observe(document.body, { childList: true, subtree: true, characterData: true })
        }),
      title,
    )
    await it.page.keyboard.press(`Control+${key}`)
    took.push(await drawn)
  }
  test.info().annotations.push({ type: 'measured', description: `${took.map(Math.round).join(', ')} ms` })
  // Suspense would hold each of them back for 300 ms; how busy the machine is should not decide.
  expect(Math.min(...took)).toBeLessThan(200)
})

test('what is typed out is done, whatever findings have the word; Ctrl Enter opens the host of a finding', async ({ gatehouse }) => {
  test.setTimeout(120_000)
  const it = new GatehousePage(gatehouse)
  const { page } = it
  await it.auditedDemo()
  for (const [typed, title] of [
    ['network', 'Network'],
    ['access', 'Access'],
  ] as const) {
    await page.keyboard.press('Control+k')
    await page.keyboard.type(typed)
    // Findings have the word, too.
    await expect(it.dialog.getByRole('option', { name: /^(Fail|Warning)/ }).first()).toBeVisible()
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible()
  }
  await page.keyboard.press('Control+k')
  await page.keyboard.type('export')
  const chosen = it.dialog.getByRole('option', { selected: true })
  const isSaid = async () =>
    expect(it.dialog.getByRole('combobox')).toHaveAttribute('aria-activedescendant', (await chosen.getAttribute('id')) ?? '')
  await expect(chosen).toContainText('Export…')
  await isSaid()
  await it.isSound('palette-typed')
  await page.keyboard.press('Enter')
  await expect(it.dialog).toHaveAccessibleName(/Export/)
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('gpu-03 inf-1')
  await isSaid()
  await page.keyboard.press('ArrowDown')
  await isSaid()
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'gpu-03' })).toBeVisible()
})
