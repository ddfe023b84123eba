import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '../fixtures/app.ts'
import { PushPage } from '../pages/push.page.ts'

/** A fleet that cannot be opened is said wherever it was asked for, also by the palette, which is gone when the answer comes. */
test('a fleet file that is none, from the empty window, over mistakes, and from the palette', async ({ gatehouse }) => {
  const it = new PushPage(gatehouse)
  const { page } = it
  const refused = page.getByText('Not opened')
  const openFrom = async (path: string) => {
    await it.opens(path)
    await page.keyboard.press('Control+o')
  }
  await expect(page.getByRole('heading', { name: 'Open a fleet to begin' })).toBeVisible()
  await openFrom(join(gatehouse.userData, 'none.yaml'))
  await expect(refused).toBeVisible()
  await it.isSound('fleet-refused')
  await page.getByRole('button', { name: 'Close', exact: true }).press('Enter')
  await expect(refused).toBeHidden()

  const typo = join(gatehouse.userData, 'typo.yaml')
  await writeFile(typo, 'version: 1\nname: dc1\nhosts: []\n')
  await openFrom(typo)
  await expect(page.getByRole('heading', { name: 'What to mend' })).toBeVisible()
  const folder = join(gatehouse.userData, 'folder')
  await mkdir(folder)
  await openFrom(folder)
  await expect(refused).toBeVisible()

  // Another one that is opened ends it.
  await it.invoke('fleet:close')
  await page.getByRole('button', { name: 'Start the demo fleet' }).press('Enter')
  await expect(page.getByRole('grid')).toBeVisible()
  await expect(refused).toBeHidden()
  await page.keyboard.press('Control+6')
  await page.keyboard.press('Control+k')
  await it.opens(folder)
  await expect(it.dialog.getByRole('combobox')).toBeFocused()
  await page.keyboard.type('open fleet file')
  await page.keyboard.press('Enter')
  await expect(refused).toBeVisible()
  await expect(page.getByText('No host was audited yet')).toBeVisible()
})

test('whoever comes back opens a fleet of before from the first screen, and is told where its file is gone', async ({ gatehouse }) => {
  const it = new PushPage(gatehouse)
  const { page } = it
  await it.referenceSize()
  const path = join(gatehouse.userData, 'dc1.yaml')
  await writeFile(path, 'version: 1\nname: dc1\nidentities: { audit: { user: a } }\nhosts:\n  - { name: gpu-01, address: 10.0.0.1 }\n')
  await it.invoke('fleet:load', { path })
  await it.invoke('fleet:close')
  const again = page.getByRole('button', { name: `Open ${path}` })
  await expect(again).toBeVisible()
  await it.isSound('fleet-empty-again')
  await again.press('Enter')
  await expect(page.getByRole('grid', { name: /18 checks by 1 host/ })).toBeVisible()
  await it.invoke('fleet:close')
  await rm(path)
  await again.press('Enter')
  await expect(page.getByText('Not opened')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Open fleet file…' })).toBeVisible()
})
