import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ElectronApplication, _electron as electron, type Page } from '@playwright/test'
import { gpu01 } from '../../electron/testing/demo/hosts/gpu-01.ts'
import { electronRuntime, launchSettings } from '../../electron/tooling/electron-runtime.ts'
import { serveFleet } from '../fixtures/served-fleet.ts'
import { type Measure, median, pairedRatio } from './samples.ts'

/** What the window costs: its start against an Electron with an empty page, and how long it stands still while a hundred hosts are audited. */

const root = fileURLToPath(new URL('../..', import.meta.url))
const rounds = Number(process.argv[2] ?? 9)
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-window-'))
const runtime = await electronRuntime()

async function launch(
  app: string,
  selector: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ app: ElectronApplication; page: Page; milliseconds: number }> {
  const userData = mkdtempSync(join(folder, 'user-'))
  const begun = performance.now()
  const running = await electron.launch({
    executablePath: runtime.executable,
    args: [...launchSettings(runtime).args, app, `--user-data-dir=${userData}`],
    cwd: root,
    env: { ...(process.env as Record<string, string>), ...env },
  })
  const page = await running.firstWindow()
  await page.waitForSelector(selector)
  return { app: running, page, milliseconds: performance.now() - begun }
}

/** The least that opens a window: the same runtime, one page, no code of ours. */
function emptyApp(): string {
  const path = join(folder, 'empty')
  mkdirSync(path)
  writeFileSync(join(path, 'package.json'), '{"name":"empty","main":"main.js"}')
  writeFileSync(join(path, 'index.html'), '<!doctype html><title>empty</title><button id="ready">ready</button>')
  writeFileSync(
    join(path, 'main.js'),
    `const { app, BrowserWindow } = require('electron')\napp.whenReady().then(() => new BrowserWindow({ width: 1440, height: 900 }).loadFile('index.html'))\n`,
  )
  return path
}

async function startTimes(): Promise<{ gatehouse: number[]; empty: number[] }> {
  const times = { gatehouse: [] as number[], empty: [] as number[] }
  const empty = emptyApp()
  for (let round = -1; round < rounds; round++) {
    const ours = await launch(root, 'main h1')
    await ours.app.close()
    const theirs = await launch(empty, '#ready')
    await theirs.app.close()
    if (round < 0) continue
    times.gatehouse.push(ours.milliseconds)
    times.empty.push(theirs.milliseconds)
    process.stderr.write(`bench: window ${Math.round(ours.milliseconds)}, empty ${Math.round(theirs.milliseconds)} ms\n`)
  }
  return times
}

/** Longest time between two turns of the page's event loop while a hundred hosts are audited. The hosts live in this process, not in the app's. */
async function longestBlock(): Promise<{ blockMs: number; hosts: number }> {
  const hosts = Array.from({ length: 100 }, (_, index) => ({
    ...gpu01,
    name: `gpu-${String(index + 1).padStart(3, '0')}`,
    address: `10.20.${5 + (index >> 7)}.${(index & 127) + 1}`,
  }))
  const served = await serveFleet(hosts)
  const { app, page } = await launch(root, 'main h1', { HOME: served.home, SSH_AUTH_SOCK: '' })
  const invoke = (channel: string, input: unknown) =>
    page.evaluate(([name, value]) => window.gatehouse.invoke(name, value), [channel, input] as const)
  await invoke('fleet:load', { path: served.fleetFile })
  await page.waitForSelector('[role=grid]')
  await page.waitForTimeout(1000)
  await page.evaluate(() => {
    const state = { longest: 0, last: performance.now() }
    const turn = () => {
      const now = performance.now()
      state.longest = Math.max(state.longest, now - state.last)
      state.last = now
      channel.port2.postMessage(0)
    }
    const channel = new MessageChannel()
    channel.port1.onmessage = turn
    turn()
    Object.assign(window, { longestBlock: state })
  })
  await invoke('audit:start', {})
  let done = 0
  for (;;) {
    const reply = await invoke('audit:job', null)
    const job = reply.value as { state: string; hosts: { stage: string }[] } | null
    done = job?.hosts.filter(({ stage }) => stage === 'done').length ?? 0
    if (job?.state === 'finished') break
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  await page.waitForTimeout(1000)
  const blockMs = await page.evaluate(() => (window as unknown as { longestBlock: { longest: number } }).longestBlock.longest)
  await app.close()
  await served.stop()
  return { blockMs, hosts: done }
}

try {
  const start = await startTimes()
  const block = await longestBlock()
  const measures: Measure[] = [
    {
      name: 'window-vs-empty-electron',
      value: pairedRatio(start.gatehouse, start.empty),
      goal: 'at most 1.45',
      note: `${Math.round(median(start.gatehouse))} ms to ${Math.round(median(start.empty))} ms until the first screen can be used`,
    },
    {
      name: 'event-loop-block-ms',
      value: block.blockMs,
      goal: 'at most 50',
      note: `longest turn of the page while ${block.hosts} simulated hosts were audited`,
    },
  ]
  console.log(JSON.stringify(measures))
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
