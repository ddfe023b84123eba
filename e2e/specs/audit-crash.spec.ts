import { mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, launchGatehouse, test } from '../fixtures/app.ts'
import { PushPage } from '../pages/push.page.ts'

/** The app is killed while somebody types a statement; it is there again, and files that are too large or are none leave nothing behind. */
test('killed while a statement is typed: what was kept is there again; a file of 1 GB and a script', async () => {
  test.setTimeout(240_000)
  const userData = await mkdtemp(join(tmpdir(), 'gatehouse-e2e-'))
  const first = await launchGatehouse({ userData })
  const before = new PushPage(first)
  await before.auditedDemo()
  await before.invoke('walkthrough:start', { auditor: 'J. Lindqvist' })
  const statement = (page: PushPage['page']) => page.getByRole('article').getByLabel('Statement', { exact: true })
  const toPlaybook = async ({ page }: PushPage) => {
    await page.keyboard.press('Control+6')
    await page.getByRole('button', { name: /Incident playbook/ }).click()
  }
  await toPlaybook(before)
  await statement(before.page).fill('The playbook is kept in the wiki')
  const kept = async () => JSON.stringify(await before.invoke('walkthrough:current'))
  await expect.poll(kept).toContain('The playbook is kept in the wiki')
  await statement(before.page).pressSequentially(', and was reh')
  const gone = new Promise((resolve) => first.app.process().once('exit', resolve))
  first.app.process().kill('SIGKILL')
  await gone

  const second = await launchGatehouse({ userData })
  const it = new PushPage(second)
  await it.referenceSize()
  await it.invoke('fleet:demo')
  await toPlaybook(it)
  await expect(statement(it.page)).toHaveValue(/^The playbook is kept in the wiki/)

  const [large, script] = [join(userData, 'disk.img'), join(userData, '<b>\u202egnp.exe.sh')]
  await writeFile(large, '')
  await truncate(large, 4_300_000_000)
  await writeFile(script, '#!/bin/sh\nrm -rf /\n', { mode: 0o755 })
  const step = it.page.getByRole('article')
  await it.opens(large)
  await step.getByRole('button', { name: 'Attach file…' }).click()
  await expect(step.getByRole('alert')).toContainText('disk.img: it has 4.3 GB; at most 4.0 GB are kept')
  await it.isSound('audit-attachment-refused')
  await it.opens(join(userData, 'gone'))
  await step.getByRole('button', { name: 'Attach file…' }).click()
  await expect(step.getByRole('alert')).toContainText('gone: it is not there. Attach')
  await it.opens(script)
  await step.getByRole('button', { name: 'Attach file…' }).click()
  await expect(step.getByRole('button', { name: /exe\.sh, 19 B/ })).toBeVisible()
  // A mark that turns text around is shown as a dot; what is kept cannot be run, and the large file left nothing.
  await expect(step.getByRole('button', { name: /exe\.sh, 19 B/ })).toContainText('<b>·gnp')
  const attachments = await readdir(join(userData, 'data', 'attachments'))
  expect(attachments).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)])
  expect((await stat(join(userData, 'data', 'attachments', attachments[0] ?? ''))).mode & 0o777).toBe(0o600)
  await it.isSound('audit-attachment-hostile')

  // While a file is chosen or copied, that is said, and no second one is begun; what is removed meanwhile stays removed, and nothing is signed.
  const empty = join(userData, 'empty.txt')
  await writeFile(empty, '')
  const chosen = second.app.evaluate(
    ({ dialog }, path) =>
      new Promise<void>((asked) => {
        dialog.showOpenDialog = () => {
          asked()
          return new Promise((answer) => Object.assign(globalThis, { answer: () => answer({ canceled: false, filePaths: [path] }) }))
        }
      }),
    empty,
  )
  await step.getByRole('button', { name: 'Attach file…' }).press('Enter')
  await chosen
  await expect(step.getByRole('button', { name: 'Attaching' })).toHaveAttribute('aria-disabled', 'true')
  await step.getByRole('button', { name: /exe\.sh, 19 B/ }).press('Enter')
  await expect(step.getByRole('button', { name: 'Attaching' })).toBeFocused()
  await expect(step.getByRole('button', { name: 'Sign and record' })).toHaveAttribute('title', 'A file is being chosen or copied')
  await second.app.evaluate(() => (globalThis as unknown as { answer: () => void }).answer())
  await expect(step.locator('.walk-files')).toHaveText('empty.txt, 0 B: remove')

  // The keyboard goes on beside what was removed.
  await it.opens(script)
  await step.getByRole('button', { name: 'Attach file…' }).click()
  await expect(step.getByRole('button', { name: /exe\.sh, 19 B/ })).toBeVisible()
  await step.getByRole('button', { name: /empty\.txt, 0 B/ }).press('Enter')
  await expect(step.getByRole('button', { name: /exe\.sh, 19 B/ })).toBeFocused()
  await it.page.keyboard.press('Enter')
  await expect(step.getByRole('button', { name: 'Attach file…' })).toBeFocused()
  await second.close()
  await rm(userData, { recursive: true, force: true })
})
