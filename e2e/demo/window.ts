import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ElectronApplication, Page } from '@playwright/test'
import { ask } from '../fixtures/ask.ts'
import { startElectron } from '../fixtures/start-electron.ts'
import { provide, windowPackages } from '../prerequisites.ts'

/**
 * `window.ts [FILE]`: the built app on the demo fleet, audited once. Without FILE it stays open until the admin closes it. With FILE a
 * picture of it is written, on a display of its own where there is none. Driven from outside, so the product has no switch for it.
 */
const file = process.argv[2]

const hasDisplay = process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY)

try {
  process.exitCode = hasDisplay ? await show() : onDisplayOfItsOwn()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}\n`)
  process.exitCode = 1
}

function onDisplayOfItsOwn(): number {
  const reason = provide(windowPackages, false)
  if (reason !== undefined) throw new Error(reason)
  const args = ['-a', '-s', '-screen 0 1600x1000x24', process.execPath, ...process.argv.slice(1)]
  return spawnSync('xvfb-run', args, { stdio: 'inherit' }).status ?? 1
}

async function show(): Promise<number> {
  const userData = mkdtempSync(join(tmpdir(), 'gatehouse-demo-window-'))
  try {
    const app = await startElectron({ userData })
    const closed = app.waitForEvent('close', { timeout: 0 })
    const page = await app.firstWindow()
    const opened = page.waitForSelector('#root > *').then(() => openDemo(page))
    if (file === undefined) await untilClosed(closed, opened)
    else await opened.then(() => picture(app, page, file))
  } finally {
    rmSync(userData, { recursive: true, force: true, maxRetries: 5 })
  }
  return 0
}

/** The admin may close it before the demo has opened: that is no failure. */
async function untilClosed(closed: Promise<unknown>, opened: Promise<void>): Promise<void> {
  let ended = false
  const end = closed.then(() => {
    ended = true
  })
  await opened.catch(async (error: unknown) => {
    await Promise.race([end, new Promise((done) => setTimeout(done, 2000))])
    if (!ended) throw error
  })
  await end
}

async function openDemo(page: Page): Promise<void> {
  for (const [channel, input] of [
    ['fleet:demo', null],
    ['audit:start', {}],
  ] as const) {
    const reply = await ask(page, channel, input)
    if (!reply.ok) throw new Error(`${channel}: ${reply.failure?.detail ?? 'failed'}`)
  }
}

/** The window at the size of the design, once the audit has finished and been drawn. */
async function picture(app: ElectronApplication, page: Page, path: string): Promise<void> {
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(1440, 900))
  const deadline = Date.now() + 60_000
  for (;;) {
    const latest = await ask(page, 'audit:latest', { since: null })
    if ((latest.value as { job: { state: string } | null }).job?.state === 'finished') break
    if (Date.now() > deadline) throw new Error('the audit of the demo fleet did not finish within a minute')
    await new Promise((done) => setTimeout(done, 200))
  }
  await page.waitForTimeout(1000)
  await page.screenshot({ path })
  await app.close()
}
