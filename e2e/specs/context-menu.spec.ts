import { expect, type RunningApp, test } from '../fixtures/app.ts'
import { GatehousePage } from '../pages/gatehouse.page.ts'

/** What is offered, instead of a menu of the platform that nothing here can see; `choose` has the newest one do what it would. */
async function watchedMenus({ app }: RunningApp) {
  await app.evaluate(({ Menu }) => {
    const shown: Electron.Menu[] = []
    Object.assign(globalThis, { shown })
    Menu.prototype.popup = function popup() {
      shown.push(this)
    }
  })
  const offered = () =>
    app.evaluate(() =>
      (Reflect.get(globalThis, 'shown') as Electron.Menu[]).map(({ items }) =>
        items.filter(({ type }) => type !== 'separator').map(({ label, enabled }) => `${label}${enabled ? '' : ' (off)'}`),
      ),
    )
  const choose = (role: string) =>
    expect
      .poll(() =>
        app.evaluate(({ BrowserWindow }, wanted) => {
          const [window] = BrowserWindow.getAllWindows()
          const [menu] = (Reflect.get(globalThis, 'shown') as Electron.Menu[]).splice(0)
          menu?.items.find((it) => it.role === wanted)?.click(undefined, window, window?.webContents)
          return menu !== undefined
        }, role),
      )
      .toBe(true)
  return { offered, choose }
}

const clipboard = ({ app }: RunningApp): Promise<string> => app.evaluate(({ clipboard: it }) => it.readText())

test('a field has a menu to cut, copy, paste and select, by mouse and by keyboard, and its dialog stays', async ({ gatehouse }) => {
  const it = new GatehousePage(gatehouse)
  const { page } = it
  await it.invoke('fleet:demo')
  await expect(page.getByRole('button', { name: 'Run audit' })).toBeVisible()
  const { offered, choose } = await watchedMenus(gatehouse)
  await page.keyboard.press('Control+k')
  const field = page.getByPlaceholder('Search or run a command')
  await expect(field).toBeFocused()
  await gatehouse.app.evaluate(({ clipboard: board }) => board.writeText('gpu-03'))

  await field.click({ button: 'right' })
  await expect.poll(offered).toEqual([['Cut (off)', 'Copy (off)', 'Paste', 'Select all (off)']])
  await choose('paste')
  await expect(field).toHaveValue('gpu-03')
  await field.press('Shift+F10')
  await choose('selectall')
  await expect.poll(() => page.evaluate(() => getSelection()?.toString())).toBe('gpu-03')
  await field.press('Shift+F10')
  await expect.poll(offered).toEqual([['Cut', 'Copy', 'Paste', 'Select all']])
  await choose('cut')
  await expect(field).toHaveValue('')
  expect(await clipboard(gatehouse)).toBe('gpu-03')
})

test('what is selected in evidence can be copied; where nothing is, there is no menu', async ({ gatehouse }) => {
  test.setTimeout(120_000)
  const it = new GatehousePage(gatehouse)
  const { page } = it
  await it.auditedDemo()
  await it.cell('INF-1', 'gpu-03').getByRole('button').click()
  await expect(page.getByRole('heading', { name: /Inference port is open/ })).toBeVisible()
  const { offered, choose } = await watchedMenus(gatehouse)
  const token = page.locator('.evidence .marked b').first()
  await page.getByRole('button', { name: 'Full output' }).first().click({ button: 'right' })
  await token.dblclick()
  const selected = await page.evaluate(() => getSelection()?.toString().trim() ?? '')
  expect(selected).not.toBe('')
  await token.click({ button: 'right' })
  await expect.poll(offered).toEqual([['Copy']])
  await choose('copy')
  await expect.poll(() => clipboard(gatehouse)).toBe(selected)
})
