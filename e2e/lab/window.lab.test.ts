import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ElectronApplication, Page } from '@playwright/test'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask } from '../fixtures/ask.ts'
import { startElectron } from '../fixtures/start-electron.ts'
import { openDisplay } from './app-desk.ts'
import { arrange, type LabHost, lab, totp } from './lab.ts'

/** What the window asks of the keys of real hosts, and what it says of those that are not trusted. Needs the built app. */

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-window-'))
const home = join(folder, 'home')
const userData = join(folder, 'user-data')
/** Of Gatehouse, and of its admin. */
const [pinned, own] = [join(userData, 'data', 'known_hosts'), join(home, '.ssh', 'known_hosts')]
let display: Awaited<ReturnType<typeof openDisplay>>
let app: ElectronApplication | undefined
let page: Page

async function start(): Promise<void> {
  await app?.close()
  app = await startElectron({ userData, env: { HOME: home, SSH_AUTH_SOCK: '', DISPLAY: display.name } })
  page = await app.firstWindow()
  await page.waitForSelector('#root > *')
  await ask(page, 'fleet:load', { path: lab.fleetFile })
  await page.getByRole('button', { name: 'Run audit' }).waitFor()
}

const isOver = async (): Promise<boolean> =>
  ((await ask(page, 'audit:latest', { since: null })).value as { job: { state: string } | null }).job?.state === 'finished'

/** Audits by keyboard, and answers what is asked as somebody who compares at each console; what was asked. */
async function audit(declined: readonly string[] = []): Promise<readonly string[]> {
  const asked: string[] = []
  const dialog = page.locator('[role=dialog], [role=alertdialog]')
  // At once: a question may go between two looks, and what waits for its title waits for the next one.
  const title = async () => (await dialog.locator('h2').allTextContents())[0] ?? ''
  // The engine is done before the window says so.
  await page.getByRole('button', { name: 'Run audit' }).waitFor()
  await page.keyboard.press('r')
  // A question that comes at once hides the button from whoever asks by role.
  await page.getByRole('button', { name: 'Stop' }).or(dialog).first().waitFor()
  for (;;) {
    const question = await title()
    if (question === '' && (await isOver())) return asked
    if (question === '') {
      await page.waitForTimeout(100)
      continue
    }
    asked.push(question)
    const hop = /^Is this really (\S+)\?$/.exec(question)?.[1]
    if (hop === undefined) await page.keyboard.type(await totp())
    else {
      const command = (await dialog.locator('code').last().textContent()) ?? ''
      expect(await arrange(hop as LabHost, command)).toContain(await dialog.locator('td code').textContent())
      if (!declined.includes(hop)) await page.keyboard.press('Shift+Tab')
    }
    await page.keyboard.press('Enter')
    while ((await title()) === question) await page.waitForTimeout(50)
  }
}

/** Polled, since the window shows what the engine is done with a moment later. */
const notices = async () => (await page.locator('.notice').allTextContents()).filter((text) => !text.startsWith('Limited sudo')).sort()
const entryOf = (host: string) => page.locator('.host-nav').getByRole('button', { name: host }).textContent()

beforeAll(async () => {
  cpSync(lab.home, home, { recursive: true })
  rmSync(own)
  display = await openDisplay()
  await start()
})
afterAll(async () => {
  await app?.close()
  display.close()
  rmSync(folder, { recursive: true, force: true })
})

test('each hop is asked about once, with what its console prints; one that is declined is not called unreachable', async () => {
  const asked = await audit(['gpu2'])
  expect(asked.slice(0, 2)).toEqual(['Is this really jump?', 'jump asks before it lets you in'])
  expect([...asked.slice(2)].sort()).toEqual(['gpu1', 'gpu2', 'gpu3'].map((name) => `Is this really ${name}?`))
  await expect
    .poll(notices)
    .toEqual([expect.stringMatching(/^Key unknown ?gpu2 could not be audited\. .*presented ssh-ed25519 SHA256:.*Retry now$/)])
  await expect.poll(() => entryOf('gpu2')).toBe('gpu2Key unknown')
  expect(await audit()).toEqual(['Is this really gpu2?'])
  await expect.poll(notices).toEqual([])
}, 180_000)

test('a changed key and a revoked one are each said, and nothing asks to trust them', async () => {
  const lines = readFileSync(pinned, 'utf8')
  const keyOf = (address: string) =>
    lines
      .split('\n')
      .find((line) => line.startsWith(`${address} `))
      ?.slice(address.length) ?? ''
  writeFileSync(pinned, lines.replace(keyOf('10.77.2.11'), keyOf('10.77.2.13')))
  appendFileSync(own, `@revoked 10.77.2.12${keyOf('10.77.2.12')}\n`)
  await start()
  expect(await audit()).toEqual(['jump asks before it lets you in'])
  await expect
    .poll(notices)
    .toEqual([
      expect.stringMatching(/^Host key changed ?gpu1 presented a key that differs/),
      expect.stringMatching(/^Key revoked ?gpu2 could not be audited\. The host key is revoked: .*known_hosts/),
    ])
  await page.locator('.host-nav').getByRole('button', { name: 'gpu2' }).press('Enter')
  await page.getByRole('heading', { level: 1, name: 'gpu2' }).waitFor()
  await expect.poll(notices).toEqual([expect.stringMatching(/^Key revoked ?.*Do not connect/)])
}, 180_000)
