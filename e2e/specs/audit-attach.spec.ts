import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type RunningApp, test } from '../fixtures/app.ts'
import { PushPage } from '../pages/push.page.ts'

/** So much that a copy of it is not over before it is seen to have begun. */
const BYTES = 400_000_000

/** Does something while a file is half copied: the engine stands still from the first bytes on, however fast the disk or slow the test. */
async function whileCopied({ app, userData }: RunningApp, act: () => Promise<void>): Promise<void> {
  const engine = await app.evaluate((electron) => electron.app.getAppMetrics().find(({ name }) => name === 'Gatehouse engine')?.pid ?? 0)
  const folder = join(userData, 'data', 'attachments')
  const begun = () => existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.draft'))
  await expect.poll(begun, { intervals: [5] }).toBe(true)
  process.kill(engine, 'SIGSTOP')
  try {
    expect(begun()).toBe(true)
    await act()
  } finally {
    process.kill(engine, 'SIGCONT')
  }
}

test('a step may be left while a file is copied, and at once after something was typed', async ({ gatehouse }) => {
  test.setTimeout(180_000)
  const it = new PushPage(gatehouse)
  const { page } = it
  await it.auditedDemo()
  await it.invoke('walkthrough:start', { auditor: 'J. Lindqvist' })
  await page.keyboard.press('Control+6')
  const step = page.getByRole('article')
  const kept = async () => ((await it.invoke('walkthrough:current')) as { steps: { draft: { attachments: unknown[] } | null }[] }).steps
  const comment = step.getByLabel('Comment')

  // Left before it is kept, shown again before it is read anew.
  await comment.fill('Seen with the network team')
  await page.keyboard.press('Control+ArrowDown')
  await expect(step.getByText('Step 2 of 18')).toBeVisible()
  await page.keyboard.press('Control+ArrowUp')
  await expect(comment).toHaveValue('Seen with the network team')

  const large = join(gatehouse.userData, 'scan.pdf')
  await writeFile(large, '')
  await truncate(large, BYTES)
  const sha256 = createHash('sha256').update(Buffer.alloc(BYTES)).digest('hex')
  await it.opens(large)
  await step.getByRole('button', { name: 'Attach file…' }).press('Enter')
  await whileCopied(gatehouse, async () => {
    await page.keyboard.press('Control+ArrowDown')
    await expect(step.getByText('Step 2 of 18')).toBeVisible()
    expect(existsSync(join(gatehouse.userData, 'data', 'attachments', sha256))).toBe(false)
    await comment.fill('The other step')
    await page.keyboard.press('Control+1')
  })
  await expect
    .poll(async () => (await kept())[0]?.draft?.attachments, { timeout: 60_000 })
    .toEqual([{ name: 'scan.pdf', sha256, bytes: BYTES }])
  expect((await kept())[1]?.draft).toMatchObject({ note: 'The other step', attachments: [] })
  await page.keyboard.press('Control+6')
  await expect(comment).toHaveValue('The other step')
  await page.keyboard.press('Control+ArrowUp')
  await expect(step.getByRole('button', { name: /scan\.pdf, 400 MB/ })).toBeVisible()
  await expect(comment).toHaveValue('Seen with the network team')

  // Shown again while it is copied: that is said there, and it arrives there.
  await step.getByRole('button', { name: /scan\.pdf, 400 MB/ }).press('Enter')
  await step.getByRole('button', { name: 'Attach file…' }).press('Enter')
  await whileCopied(gatehouse, async () => {
    await page.keyboard.press('Control+ArrowDown')
    await page.keyboard.press('Control+ArrowUp')
    await expect(step.getByRole('button', { name: 'Attaching' })).toBeVisible()
  })
  await expect(step.getByRole('button', { name: /scan\.pdf, 400 MB/ })).toBeVisible({ timeout: 60_000 })

  // What was refused meanwhile is said on the screen that was gone to, until somebody has read it.
  await it.opens(join(gatehouse.userData, 'gone.pdf'), 3000)
  await step.getByRole('button', { name: 'Attach file…' }).press('Enter')
  await page.keyboard.press('Control+1')
  const refused = page.getByText('The file was not attached: gone.pdf: it is not there')
  await expect(refused).toBeVisible()
  await it.isSound('audit-attachment-refused-elsewhere')
  await page.getByRole('button', { name: 'Show the step' }).press('Enter')
  await expect(step.getByRole('alert')).toContainText('The file was not attached')
  await page.keyboard.press('Control+ArrowDown')
  await expect(page.getByText('The file was not attached')).toHaveCount(0)

  // Another walkthrough takes nothing that was chosen for this one.
  await page.keyboard.press('Control+ArrowUp')
  const { id } = (await it.invoke('walkthrough:current')) as { id: string }
  const draft = { outcome: null, statement: '', endsOn: '', note: '', name: '', links: '', exceptions: {}, attachments: [] }
  await expect(it.invoke('walkthrough:draft', { walkthrough: `${id}0`, item: 'INF-1', draft })).rejects.toThrow('walkthrough.not-possible')
})

test('a window that is closed over a file that is being copied asks first, and stays unless told otherwise', async ({ gatehouse }) => {
  test.setTimeout(120_000)
  const it = new PushPage(gatehouse)
  const { page } = it
  await it.auditedDemo()
  await it.invoke('walkthrough:start', { auditor: 'J. Lindqvist' })
  await page.keyboard.press('Control+6')
  await gatehouse.app.evaluate(({ dialog }) => {
    const asked: string[] = []
    Object.assign(globalThis, { asked })
    dialog.showOpenDialog = () =>
      new Promise((answer) => Object.assign(globalThis, { chooseNone: () => answer({ canceled: true, filePaths: [] }) }))
    dialog.showMessageBoxSync = ((_window: unknown, { message, detail }: { message: string; detail: string }) => {
      asked.push(`${message} ${detail}`)
      return 0
    }) as typeof dialog.showMessageBoxSync
  })
  const asked = () => gatehouse.app.evaluate(() => (globalThis as unknown as { asked: readonly string[] }).asked)
  const close = () => gatehouse.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  const step = page.getByRole('article')
  await step.getByRole('button', { name: 'Attach file…' }).press('Enter')
  await expect(step.getByRole('button', { name: 'Attaching' })).toBeVisible()
  await close()
  await expect.poll(asked).toEqual([expect.stringMatching(/^A file is still being attached.*is not attached.*is kept/)])
  await expect(step.getByRole('button', { name: 'Attaching' })).toBeVisible()
  // Nothing is copied any more: nothing is asked.
  await gatehouse.app.evaluate(() => (globalThis as unknown as { chooseNone: () => void }).chooseNone())
  await expect(step.getByRole('button', { name: 'Attach file…' })).toBeVisible()
  const closed = page.waitForEvent('close')
  await close()
  await closed
})
