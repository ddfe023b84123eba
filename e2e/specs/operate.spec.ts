import { codeOf, counterAt } from '../../electron/core/step-up/totp.ts'
import { expect, test } from '../fixtures/app.ts'
import { OperatePage } from '../pages/operate.page.ts'

test('a service is restarted, stopped and started from its tab, and its logs are read without what people asked', async ({ gatehouse }) => {
  test.setTimeout(180_000)
  const it = new OperatePage(gatehouse)
  const { page } = it
  await it.auditedDemo()
  await it.services('gpu-03')

  await it.answerNatively(false)
  await it.block.getByRole('button', { name: 'Stop…' }).press('Enter')
  await expect.poll(() => it.nativeDialogs()).toEqual([expect.stringMatching(/^Stop ollama\.service on gpu-03\? Ollama\. .*cut off/)])
  expect(await it.invoke('operate:job')).toBeNull()
  await expect(it.block.getByRole('status')).toBeEmpty()

  await it.answerNatively(true)
  await it.operate('Restart')
  await it.isSound('operate-proven')

  await it.block.getByRole('button', { name: 'Logs…' }).press('Enter')
  await expect(it.lines.getByText(/\[removed: prompt, \d+ characters\]/)).toBeVisible()
  await expect(it.lines).not.toContainText(/salary|Okafor/)
  await it.isSound('operate-logs')
  await page.keyboard.type('systemd started')
  await expect(it.lines.getByRole('listitem')).toHaveCount(2)
  await it.dialog.getByRole('button', { name: 'Pause' }).press('Enter')
  await expect(it.dialog).toContainText('Paused.')
  await page.keyboard.press('Escape')

  await it.operate('Stop')
  await it.operate('Start')

  // An engine in a container of Docker, and its log.
  await it.services('gpu-04')
  await it.operate('Restart')
  await it.isSound('operate-container')
  await it.block.getByRole('button', { name: 'Logs…' }).press('Enter')
  await expect(it.lines.getByText(/\[removed: message, \d+ characters\]/).first()).toBeVisible()
  await expect(it.lines).not.toContainText(/salary|Okafor/)
  await page.keyboard.press('Escape')
})

test('whoever reads older lines of a log that is followed is left there, and at its end sees what comes', async ({ gatehouse }) => {
  test.setTimeout(120_000)
  const it = new OperatePage(gatehouse)
  const { page } = it
  await it.auditedDemo()
  await it.answerNatively(true)
  await it.services('gpu-03')
  await it.block.getByRole('button', { name: 'Logs…' }).press('Enter')
  const entries = it.lines.getByRole('listitem')
  await expect(entries.first()).toBeVisible()
  const fromEnd = () =>
    it.lines.evaluate((list) => {
      list.style.maxHeight = '60px'
      return Math.round(list.scrollHeight - list.clientHeight - list.scrollTop)
    })
  const said = async () => {
    const had = await entries.count()
    await it.invoke('operate:run', { host: 'gpu-03', unit: 'ollama.service', verb: 'restart' })
    await expect.poll(() => entries.count(), { timeout: 30_000 }).toBeGreaterThan(had)
  }
  await fromEnd()
  await it.lines.focus()
  await page.keyboard.press('End')
  await expect.poll(fromEnd).toBe(0)
  await page.keyboard.press('Home')
  await expect.poll(() => it.lines.evaluate(({ scrollTop }) => scrollTop)).toBe(0)
  await said()
  expect(await it.lines.evaluate(({ scrollTop }) => scrollTop)).toBe(0)
  await page.keyboard.press('End')
  await expect.poll(fromEnd).toBe(0)
  await expect
    .poll(async () => (await it.invoke('operate:job')) as { state: string } | null, { timeout: 30_000 })
    .not.toMatchObject({
      state: 'running',
    })
  await said()
  expect(await fromEnd()).toBe(0)
})

test('an operator operates and looks, and comes back with a code only', async ({ gatehouse }) => {
  test.setTimeout(180_000)
  const it = new OperatePage(gatehouse)
  const { page } = it
  await it.auditedDemo()
  await it.answerNatively(true)
  await it.invoke('walkthrough:start', { auditor: 'J. Lindqvist' })

  await it.command('Lock to operator')
  await expect(page.getByRole('button', { name: 'Lock to operator' })).toHaveAttribute('aria-disabled', 'true')
  await expect(it.invoke('role:operator')).rejects.toThrow('step-up.not-enrolled')

  await page.getByRole('button', { name: 'Enrol an authenticator…' }).press('Enter')
  await page.getByRole('button', { name: 'Show the secret…' }).press('Enter')
  const secret = await it.enterFirstCode()
  await expect(it.dialog).toHaveCount(0)
  await page.getByRole('button', { name: 'Lock to operator' }).press('Enter')
  await expect(page.getByRole('button', { name: 'Back to Administrator…' })).toBeVisible()
  await it.isSound('settings-role')

  for (const [channel, input] of [
    ['push:drill', { host: 'gpu-03' }],
    ['waiver:withdraw', { id: '0' }],
    ['step-up:enrol', null],
    ['push:plan', { host: 'gpu-03', template: 'ollama-loopback', parameters: {} }],
  ] as const)
    await expect(it.invoke(channel, input)).rejects.toThrow('role.operator')
  await it.services('gpu-03')
  await it.operate('Restart')

  // What is typed into the audit is not kept, and that is said while it is typed.
  await page.keyboard.press('Control+6')
  const comment = page.getByRole('article').getByLabel('Comment')
  const notKept = page.getByRole('article').getByRole('status')
  await comment.fill('Seen at the rack')
  await expect(notKept).toContainText('Not kept What you typed is in this window only. This is the work of the administrator')
  await it.isSound('audit-not-kept')

  await it.command('Back to Administrator')
  await expect(it.dialog.getByLabel('Code', { exact: true })).toBeFocused()
  await page.keyboard.type(codeOf(secret, counterAt(Date.now()) + 1))
  await page.keyboard.press('Enter')
  await expect.poll(() => it.invoke('role:state')).toMatchObject({ role: 'administrator' })
  await page.keyboard.press('Control+6')
  await expect(comment).toHaveValue('Seen at the rack')
  await comment.fill('Seen at the rack, twice')
  await expect(notKept).toHaveCount(0)
  await expect.poll(async () => JSON.stringify(await it.invoke('walkthrough:current'))).toContain('Seen at the rack, twice')
})

test('whoever unlocks the console says as whom: an operator without a code, the administrator with one, by keyboard', async ({
  gatehouse,
}) => {
  test.setTimeout(180_000)
  const it = new OperatePage(gatehouse)
  const { page } = it
  await it.auditedDemo()
  await it.answerNatively(true)
  await it.command('Lock to operator')
  await page.getByRole('button', { name: 'Enrol an authenticator…' }).press('Enter')
  await page.getByRole('button', { name: 'Show the secret…' }).press('Enter')
  const secret = await it.enterFirstCode()
  await page.getByRole('button', { name: 'Ask again now' }).press('Enter')
  await page.getByRole('button', { name: 'Enter a code…' }).press('Enter')
  const code = it.dialog.getByLabel('Code', { exact: true })
  await expect(code).toBeFocused()
  await expect(it.dialog.getByLabel('Administrator')).toBeChecked()
  await it.isSound('unlock-administrator')
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('ArrowRight')
  await expect(it.dialog.getByLabel('Operator')).toBeChecked()
  await expect(code).toHaveCount(0)
  await it.isSound('unlock-operator')
  await page.keyboard.press('Enter')
  await expect(it.dialog).toHaveCount(0)
  await expect.poll(() => it.invoke('role:state')).toMatchObject({ role: 'operator' })

  // From any screen; whoever stays an operator changes nothing by it.
  await page.keyboard.press('Control+1')
  const unlock = page.getByRole('button', { name: 'Unlock…' })
  await unlock.press('Enter')
  const staysOperator = async () => {
    await expect(code).toBeFocused()
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await expect(it.dialog).toHaveCount(0)
  }
  await staysOperator()
  await expect(unlock).toBeFocused()

  // What an operator is refused is offered to the administrator, and what was typed for it stays.
  await page.keyboard.press('Control+6')
  const auditor = page.getByLabel('Auditor')
  await auditor.fill('J. Lindqvist')
  await page.keyboard.press('Enter')
  await staysOperator()
  await expect(page.getByRole('alert')).toContainText('This is the work of the administrator')
  await expect(auditor).toHaveValue('J. Lindqvist')
  await auditor.press('Enter')
  await expect(code).toBeFocused()
  await it.isSound('unlock-for-the-administrator')
  await page.keyboard.type(codeOf(secret, counterAt(Date.now()) + 1))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('article').getByText('Step 1 of 18')).toBeVisible()
  await expect(unlock).toHaveCount(0)
  expect(await it.invoke('role:state')).toMatchObject({ role: 'administrator' })
})
