import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gpu01 } from '../../electron/testing/demo/hosts/gpu-01.ts'
import { gpu03 } from '../../electron/testing/demo/hosts/gpu-03.ts'
import type { RunningApp } from '../fixtures/app.ts'
import { expect, test } from '../fixtures/served-app.ts'
import { GatehousePage } from '../pages/gatehouse.page.ts'

/** What an admin does beside auditing: import, compare, export, set up. */

/** The next file dialogs of the platform answer with this path. */
const chooses = ({ app }: RunningApp, path: string) =>
  app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [chosen] })
    dialog.showSaveDialog = async () => ({ canceled: false, filePath: chosen })
  }, path)

test('hosts of ~/.ssh/config are added to the open fleet file, whose comments stay', async ({ openServed }) => {
  test.setTimeout(120_000)
  const { it, home, fleetFile } = await openServed([gpu01])
  const { page } = it
  const before = `# Kept by Ada.\n${await readFile(fleetFile, 'utf8')}# The end.\n`
  await writeFile(fleetFile, before)
  await writeFile(join(home, '.ssh', 'config'), 'Host gpu-07\n  HostName 10.20.4.17\n  Port 2222\nHost gpu-01\n  HostName 10.9.9.9\n')
  await it.invoke('fleet:load', { path: fleetFile })

  await page.getByRole('button', { name: /Settings/ }).click()
  await page.getByRole('button', { name: 'Import from SSH config…' }).click()
  await expect(page.getByRole('row', { name: /gpu-07.*10\.20\.4\.17:2222.*Not yet/ })).toBeVisible()
  await expect(page.getByRole('row', { name: /gpu-01.*Stays as it is/ })).toBeVisible()
  await page.getByRole('button', { name: 'Add 1 host' }).scrollIntoViewIfNeeded()
  await it.isSound('settings-import')
  await page.getByRole('button', { name: 'Add 1 host' }).focus()
  await page.keyboard.press('Enter')

  await expect(page.getByRole('grid', { name: /18 checks by 2 hosts/ })).toBeVisible()
  const after = await readFile(fleetFile, 'utf8')
  for (const kept of ['# Kept by Ada.', '# The end.', 'gpu-07', '2222']) expect(after).toContain(kept)
  expect(after).not.toContain('10.9.9.9')
})

test('an Ansible inventory becomes a fleet file of its own', async ({ gatehouse }) => {
  const inventory = join(gatehouse.userData, 'hosts.ini')
  await writeFile(inventory, '[gpu]\ngpu-11 ansible_host=192.0.2.11 ansible_user=ops\ngpu-12 ansible_host=192.0.2.12 ansible_user=ops\n')
  const { page } = gatehouse
  await page.keyboard.press('Control+,')
  await chooses(gatehouse, inventory)
  await page.getByRole('button', { name: 'Import from Ansible inventory…' }).click()
  await expect(page.getByRole('row', { name: /gpu-12.*192\.0\.2\.12:22.*ops/ })).toBeVisible()
  const written = join(gatehouse.userData, 'fleet.yaml')
  await chooses(gatehouse, written)
  await page.getByRole('button', { name: 'Save as…' }).click()
  await expect(page.getByRole('grid', { name: /18 checks by 2 hosts/ })).toBeVisible()
  expect(await readFile(written, 'utf8')).toContain('gpu-11')
})

test('changes since the last audit and the reports, by keyboard', async ({ openServed }) => {
  test.setTimeout(180_000)
  const { it, running } = await openServed([gpu01, gpu03])
  const { page } = it
  await it.auditByKey()
  await page.getByRole('button', { name: /of 3\d pass/ }).focus()
  await page.keyboard.press('Enter')
  await expect(it.dialog).toContainText('There is no earlier audit to compare with.')
  await page.keyboard.press('Escape')
  await expect(it.dialog).toHaveCount(0)

  await it.auditByKey()
  await page.keyboard.press('Control+k')
  await expect(page.getByPlaceholder('Search or run a command')).toBeFocused()
  await page.keyboard.type('changes')
  await page.keyboard.press('Enter')
  await expect(it.dialog).toContainText('Nothing changed since')
  await it.isSound('changes')
  await page.keyboard.press('Escape')

  const report = join(running.userData, 'report.html')
  await chooses(running, report)
  await page.getByRole('button', { name: 'Export' }).focus()
  await page.keyboard.press('Enter')
  await it.isSound('export')
  await expect(page.getByRole('button', { name: 'Save HTML report…' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(it.dialog).toContainText(report)
  await expect(it.dialog.getByRole('button', { name: 'Copy the path' })).toBeVisible()
  expect(await readFile(report, 'utf8')).toMatch(/^<!doctype html>[\s\S]*gpu-03/i)
})

test('every section of the settings, the theme among them', async ({ openServed }) => {
  test.setTimeout(120_000)
  const { it } = await openServed([gpu01])
  for (const section of ['Identities', 'Sudoers', 'Appearance and keys', 'About']) {
    await it.page.keyboard.press('Control+,')
    await it.page.getByRole('navigation', { name: 'Settings' }).getByRole('button', { name: section }).click()
    await expect(it.page.getByRole('heading', { name: section, exact: true })).toBeFocused()
    await it.isSound(`settings-${section.split(' ')[0]?.toLowerCase()}`)
  }
  await it.page.getByRole('button', { name: 'Light', exact: true }).click()
  await expect(it.page.locator('html')).toHaveAttribute('data-theme', 'light')
  await it.page.getByRole('button', { name: 'Dark', exact: true }).click()
  await expect(it.page.locator('html')).toHaveAttribute('data-theme', 'dark')
})

test('narrow windows: the list is a sheet below 1320, the sidebar shows icons below 1240', async ({ openServed }) => {
  test.setTimeout(120_000)
  const { it } = await openServed([gpu01, gpu03])
  const { page } = it
  await it.auditByKey()
  await it.referenceSize(1300, 800)
  await expect(page.getByRole('complementary', { name: 'Attention' })).toHaveCount(0)
  await page.keyboard.press('Control+i')
  await expect(page.getByRole('complementary', { name: 'Attention' })).toBeVisible()
  await it.isSound('fleet-1300')
  await page.keyboard.press('Escape')
  await it.referenceSize(1180, 720)
  await expect(page.locator('.sidebar')).toHaveCSS('width', '52px')
  await it.isSound('fleet-1180')
  await it.cell('INF-1', 'gpu-03').getByRole('button').click()
  await it.isSound('host-1180')
})

test('a dialog that cannot be read, as while Gatehouse is updated, costs that dialog alone', async ({ openServed }) => {
  const { it, running } = await openServed([gpu01])
  const { page } = it
  running.provoke(/dynamically imported module|Failed to load resource/)
  await expect(page.getByRole('button', { name: 'Run audit' })).toBeVisible()
  await running.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.session.webRequest.onBeforeRequest(({ url }, answer) =>
      answer({ cancel: /shortcuts-/.test(url) }),
    ),
  )
  await page.keyboard.press('?')
  await expect(it.dialog).toContainText(/dynamically imported module/)
  await it.isSound('dialog-not-read')
  await it.dialog.getByRole('button', { name: 'Close' }).press('Enter')
  await expect(it.dialog).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Run audit' })).toBeVisible()
})

test('Tab never leaves a dialog, however fast it comes, and the focus returns to where it was', async ({ gatehouse }) => {
  const it = new GatehousePage(gatehouse)
  const { page } = it
  await it.invoke('fleet:demo')
  const opener = page.getByRole('button', { name: 'Run audit' })
  await opener.focus()
  await opener.evaluate((home) => {
    const outside: string[] = []
    Object.assign(window, { outside })
    document.addEventListener('focusin', ({ target }) => {
      const open = document.querySelector('[role=dialog], [role=alertdialog]')
      if (open && target !== home && target instanceof Element && !open.contains(target))
        outside.push(target.textContent || target.localName)
    })
  })
  for (const chord of ['?', 'Control+k']) {
    await page.keyboard.press(chord)
    await expect(it.dialog.locator(':focus')).toHaveCount(1)
    for (const key of ['Tab', 'Shift+Tab']) await Promise.all(Array.from({ length: 12 }, () => page.keyboard.press(key)))
    await page.keyboard.press('Escape')
    await expect(it.dialog).toHaveCount(0)
    expect(await page.evaluate(() => (window as unknown as { outside: string[] }).outside.splice(0))).toEqual([])
    await expect(opener).toBeFocused()
  }
})
