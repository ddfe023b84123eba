import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pushPlanSchema } from '#shared/model/push-plan.ts'
import { expect, test } from '../fixtures/app.ts'
import { PushPage } from '../pages/push.page.ts'

test('Fix on a finding: plan, code, native confirmation, push, verdict; then one that is undone; by keyboard', async ({ gatehouse }) => {
  test.setTimeout(240_000)
  const it = new PushPage(gatehouse)
  const { page } = it
  await it.auditedDemo()
  await it.answerNatively(true)

  await it.openFinding('INF-1', 'gpu-03', /Inference port is open to the network/)
  await expect(page.getByRole('button', { name: 'Fix…' })).toBeVisible()
  await page.keyboard.press('f')
  await expect(page.getByLabel('Port on the loopback address')).toHaveValue('11434')
  await it.isSound('push-form')

  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('button', { name: 'Push to gpu-03…' })).toBeVisible({ timeout: 20_000 })
  await expect(page.getByRole('region', { name: /Difference of .*zz-gatehouse-loopback\.conf/ })).toContainText(
    'OLLAMA_HOST=127.0.0.1:11434',
  )
  await it.isSound('push-plan')
  const saved = join(gatehouse.userData, 'plan.json')
  await it.savesTo(saved)
  await page.getByRole('button', { name: 'JSON…' }).press('Enter')
  await expect(page.getByText(`Saved to ${saved}.`)).toBeVisible()
  expect(pushPlanSchema.parse(JSON.parse(await readFile(saved, 'utf8')))).toMatchObject({ host: 'gpu-03', unit: 'ollama.service' })

  await page.keyboard.press('Control+Enter')
  await expect(it.dialog).toContainText('Enrol an authenticator first')
  await page.getByRole('button', { name: 'Show the secret…' }).press('Enter')
  await expect(page.getByRole('img', { name: 'QR code of the secret' })).toBeVisible()
  await it.isSound('step-up-enrol')
  await it.enterFirstCode()

  await expect(page.getByRole('timer')).toHaveText(/^[12]:\d\d$/, { timeout: 20_000 })
  // Before the pictures: the simulated host commits within seconds, and a picture may take as long.
  await page.keyboard.press('Control+e')
  for (const theme of ['dark', 'light'] as const) {
    await it.theme(theme)
    await page.screenshot({ path: it.picture(`push-armed-${theme}`) })
  }
  await it.verdict('Committed and proven')
  await expect(page.locator('.push-log')).toContainText(/Put off.*the undo runs by itself in [23]\d\d s/)
  expect(await it.nativeDialogs()).toEqual([
    expect.stringContaining('Enrol an authenticator'),
    expect.stringMatching(/^Push ollama-loopback to gpu-03\? gpu-03 \(10\.20\.4\.13\): .*restarted/),
  ])
  await it.isSound('push-verdict')

  await page.getByRole('button', { name: 'History', exact: true }).press('Enter')
  await expect(page.getByRole('article', { name: 'Push to gpu-03' })).toContainText('Committed and proven')
  await it.isSound('push-history')
  await page.getByRole('button', { name: 'Templates', exact: true }).press('Enter')
  await expect(page.getByRole('article', { name: 'Ollama listens on this machine only' })).toContainText(/ollama-loopback [0-9]/)
  await it.isSound('push-templates')
  // Each name stands on the line of what it names, also where a button stands beside that.
  const apart = await page.locator('.facts > dt').evaluateAll((names) =>
    names.map((name) => {
      const top = (node: Element | null) => {
        const range = document.createRange()
        range.selectNodeContents(node?.firstChild ?? document.body)
        return range.getBoundingClientRect().top
      }
      return Math.abs(top(name) - top(name.nextElementSibling))
    }),
  )
  expect(Math.max(...apart)).toBeLessThan(2)
  await it.decide('Withdraw', 'breaks a client')
  await expect(page.getByRole('region', { name: 'Approval' })).toContainText(/Withdrawn.*signed with key [0-9a-f]{32}: breaks a client/)
  await expect(it.invoke('push:plan', { host: 'gpu-03', template: 'ollama-loopback', parameters: {} })).rejects.toThrow('push.not-approved')
  await it.decide('Approve', 'the client was mended')
  await expect(page.getByRole('region', { name: 'Approval' })).toContainText('Approved')

  // The host is looked at again by itself.
  await it.auditIsFinished()
  await expect(page.locator('.host-nav').getByRole('button', { name: /gpu-03/ })).toBeVisible()
  await page.keyboard.press('Control+5')
  await page.getByRole('button', { name: 'New push' }).press('Enter')
  // What the audit knows against a plan is said before anybody fills a form.
  await page.getByLabel('Host', { exact: true }).selectOption('gpu-04')
  await page.getByLabel('Template', { exact: true }).selectOption('ufw-segment')
  await expect(page.getByRole('alert')).toContainText(/No plan yet.*push docker-published-ports first/)
  await it.isSound('push-form-hindered')
  await page.getByLabel('Host', { exact: true }).selectOption('gpu-03')
  await page.getByLabel('Template', { exact: true }).selectOption('nginx-ollama')
  await expect(page.getByRole('alert')).toContainText(/No plan yet.*nginx\.service is not there; .*install it first/)
  await it.isSound('push-form-no-daemon')
  await page.getByLabel('Template', { exact: true }).selectOption('ollama-loopback')
  await page.getByLabel('Port on the loopback address').fill('80')
  await expect(page.getByText('A whole number from 1024 to 65535')).toBeVisible()
  await page.getByLabel('Port on the loopback address').fill('12000')
  await page.keyboard.press('Control+Enter')
  await page.getByRole('button', { name: 'Push to gpu-03…' }).press('Enter')
  await expect(page.getByRole('timer')).toBeVisible({ timeout: 20_000 })
  await page.keyboard.press('Control+z')
  await page.getByRole('button', { name: 'Undo it' }).press('Enter')
  await it.verdict('Rolled back and proven')
  // Nothing failed, and the keyboard goes on where the verdict stands.
  await expect(page.getByRole('list', { name: 'Steps' })).toContainText('Stopped here')
  await expect(page.getByRole('list', { name: 'Steps' })).not.toContainText('Failed')
  await expect(page.locator('.push-state')).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('button', { name: 'New push' })).toBeFocused()
  await it.isSound('push-undone')
  await it.referenceSize(1280, 800)
  await page.getByRole('button', { name: 'Show history' }).press('Enter')
  const template = page.getByRole('table', { name: 'Pushes' }).getByText('ollama-loopback').first()
  expect(await template.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBeLessThanOrEqual(0)
  await it.isSound('push-history-narrow')
  // At twice the size what came of it is read whole.
  const zoom = (factor: number) =>
    gatehouse.app.evaluate(({ BrowserWindow }, by) => BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(by), factor)
  await zoom(2)
  await expect.poll(() => page.evaluate(() => window.innerWidth)).toBe(640)
  const pastIsWhole = () => page.locator('.push-past').evaluate((past) => past.scrollWidth <= past.clientWidth)
  await expect.poll(pastIsWhole).toBe(true)
  await it.leavePicture('push-history-zoomed')
  await zoom(1)
  await it.referenceSize()
  await it.auditIsFinished()

  // The hosts of the demo begin anew: what was pushed is gone, and nobody pushed that.
  await it.invoke('fleet:close')
  await it.invoke('fleet:demo')
  await page.keyboard.press('Control+1')
  await it.auditByKey()
  await it.cell('MON-4', 'gpu-03').dblclick()
  await page.getByRole('button', { name: /The pushed file is gone/ }).click()
  await expect(page.getByRole('button', { name: 'Restore…' })).toBeVisible()
  await it.isSound('host-drift')
  await page.getByRole('button', { name: 'Keep as it is…' }).press('Enter')
  await expect(page.getByRole('button', { name: /The pushed file is gone/ })).toHaveCount(0, { timeout: 20_000 })
  expect((await it.nativeDialogs()).at(-1)).toMatch(/^Keep a changed file of gpu-03 as it is\? \/etc\/systemd/)
})

test('a host that moved since the plan is a conflict: the three texts are shown, and it is planned anew', async ({ gatehouse }) => {
  test.setTimeout(120_000)
  const it = new PushPage(gatehouse)
  const { page } = it
  await it.planLoopback()
  const other = (await it.invoke('push:plan', { host: 'gpu-03', template: 'ollama-loopback', parameters: { port: 11434 } })) as {
    id: string
  }
  await page.keyboard.press('Control+Enter')
  await page.getByRole('button', { name: 'Show the secret…' }).press('Enter')
  await expect(page.getByRole('img', { name: 'QR code of the secret' })).toBeVisible()
  await it.enterFirstCode()
  await it.verdict('Committed and proven')
  await it.auditIsFinished()

  await page.getByRole('button', { name: 'New push', exact: true }).press('Enter')
  await it.invoke('push:start', { plan: other.id, typedHost: '' })
  await it.verdict('Refused, nothing changed')
  const moved = page.getByRole('article', { name: /Changed since the plan: .*zz-gatehouse-loopback\.conf/ })
  await expect(moved.getByRole('row', { name: /no yes no Environment="OLLAMA_HOST=127\.0\.0\.1:12000"/ })).toBeVisible()
  await expect(moved.getByRole('row', { name: /no no yes Environment="OLLAMA_HOST=127\.0\.0\.1:11434"/ })).toBeVisible()
  await it.isSound('push-conflict')
  await page.getByRole('button', { name: 'Plan anew' }).press('Enter')
  await expect(page.getByLabel('Port on the loopback address')).toHaveValue('11434')
})

test('many hosts: planned, the canary first, then a wave of which one is undone; the native dialog names them all', async ({
  gatehouse,
}) => {
  test.setTimeout(150_000)
  const it = new PushPage(gatehouse)
  const { page } = it
  await it.auditedDemo()
  await it.answerNatively(true)
  await page.keyboard.press('Control+5')
  await page.getByLabel('Host', { exact: true }).selectOption('gpu-03')
  await page.getByLabel('Template', { exact: true }).selectOption('services-masked')
  await page.getByText('More hosts', { exact: true }).click()
  await page.getByRole('checkbox', { name: 'gpu-02' }).press('Space')
  await page.getByRole('checkbox', { name: 'gpu-01' }).press('Space')
  await it.isSound('push-many-form')
  await page.getByRole('button', { name: 'Make 3 plans' }).press('Enter')
  await expect(page.getByRole('button', { name: 'Push to 2 hosts…' })).toBeEnabled({ timeout: 20_000 })
  await expect(page.getByText(/No plan.*gpu-01/)).toBeVisible()
  await page.getByLabel('Hosts of each later wave').fill('0')
  await expect(page.getByRole('button', { name: 'Push to 2 hosts…' })).toBeDisabled()
  await page.getByLabel('Hosts of each later wave').fill('1')
  await it.isSound('push-many-plan')
  await page.keyboard.press('Control+Enter')
  await page.getByRole('button', { name: 'Show the secret…' }).press('Enter')
  await expect(page.getByRole('img', { name: 'QR code of the secret' })).toBeVisible()
  await it.enterFirstCode()
  // The timer of the host that is chosen, put off by two minutes; the row of the table counts as well.
  await expect(page.getByRole('timer')).toHaveText(/^[12]:/, { timeout: 20_000 })
  await page.keyboard.press('Control+e')
  // The simulated host commits within a second: one look at every frame for what shows at the same time.
  await page.waitForFunction(() => {
    const texts = (selector: string) => [...document.querySelectorAll(selector)].map(({ textContent }) => textContent ?? '')
    const row = texts('tr').some((text) => /gpu-03.*Canary.*undo in [34]:/.test(text))
    return row && texts('[role=timer]').some((text) => /^[34]:/.test(text)) && texts('#root').every((text) => !text.includes('No verdict'))
  })
  for (const theme of ['dark', 'light'] as const) {
    await it.theme(theme)
    await it.stillness()
    await page.screenshot({ path: it.picture(`push-many-running-${theme}`) })
  }
  // Of the second host the undo is asked for at once.
  await page
    .getByRole('row', { name: /gpu-02.*Wave 2/ })
    .getByRole('button')
    .click()
  await expect(page.getByRole('article', { name: 'Push to gpu-02' }).getByRole('timer')).toBeVisible({ timeout: 20_000 })
  await page.keyboard.press('Control+z')
  await expect(it.dialog).toContainText('gpu-02 puts back every file with its owner and mode.')
  await page.getByRole('button', { name: 'Undo it' }).press('Enter')
  await it.verdict('1 of 2 committed and proven')
  await expect(page.getByRole('row', { name: /gpu-03.*Canary.*Committed and proven/ })).toBeVisible()
  await expect(page.getByRole('row', { name: /gpu-02.*Wave 2.*Rolled back and proven/ })).toBeVisible()
  expect((await it.nativeDialogs()).at(-1)).toMatch(/^Push services-masked to 2 hosts\? gpu-03 .*gpu-02/)
  await it.isSound('push-many-verdict')
})

test('what was not agreed to in the native dialog is not pushed, and the page alone cannot push', async ({ gatehouse }) => {
  test.setTimeout(120_000)
  const it = new PushPage(gatehouse)
  await it.invoke('fleet:demo')
  await it.answerNatively(false)
  const plan = (await it.invoke('push:plan', { host: 'gpu-03', template: 'ollama-loopback', parameters: { port: 11434 } })) as {
    id: string
  }
  await expect(it.invoke('push:start', { plan: plan.id, typedHost: '' })).rejects.toThrow('step-up.needed')
  await expect(it.invoke('step-up:enrol')).rejects.toThrow('prompt.declined')
  expect(await it.invoke('push:job')).toBeNull()
})

test('Fix on a finding of the proxy opens its template, filled, and the demo carries its plan out', async ({ gatehouse }) => {
  test.setTimeout(120_000)
  const it = new PushPage(gatehouse)
  const { page } = it
  await it.auditedDemo()
  await it.cell('INF-4', 'gpu-02').dblclick()
  await expect(page.getByRole('button', { name: 'Fix…' })).toBeVisible()
  await page.keyboard.press('f')
  await expect(page.getByLabel('Name that clients use')).toHaveValue('ai.internal.yourcompany.com')
  await expect(page.getByLabel('Sites that this one stands in for')).toHaveValue('/etc/nginx/sites-enabled/ollama-secure')
  await it.isSound('push-form-nginx')

  await page.getByLabel('Name of a new login').fill('ada')
  await page.getByLabel('Name of a new login').press('Enter')
  await expect(page.getByLabel('Who may log in')).toHaveValue(/^ada:\$2b\$10\$.{53}$/, { timeout: 20_000 })
  await expect(page.getByText('Password of ada, shown this once.')).toBeVisible()
  await it.isSound('push-form-login')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('button', { name: 'Push to gpu-02…' })).toBeEnabled({ timeout: 20_000 })
  await it.isSound('push-plan-nginx')
})

test('what cannot be seen afterwards stands on the plan', async ({ gatehouse }) => {
  test.setTimeout(120_000)
  const it = new PushPage(gatehouse)
  const { page } = it
  await it.auditedDemo()
  await it.openFinding('INF-5', 'gpu-03', /The inference server runs as root/)
  await expect(page.getByRole('button', { name: 'Fix…' })).toBeVisible()
  await page.keyboard.press('f')
  await expect(page.getByLabel('Name of the account')).toHaveValue('ollama')
  // The key is heard once the form is filled.
  await expect(page.getByRole('button', { name: 'Make the plan' })).toBeVisible()
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('button', { name: 'Push to gpu-03…' })).toBeEnabled({ timeout: 20_000 })
  await expect(page.getByText('May not be evaluated afterwards: inference-account-not-privileged.')).toBeVisible()
  await it.isSound('push-plan-unseen')
})
