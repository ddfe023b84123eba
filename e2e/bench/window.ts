import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { constants, setPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gpu01 } from '../../electron/testing/demo/hosts/gpu-01.ts'
import { ask } from '../fixtures/ask.ts'
import { serveFleet } from '../fixtures/served-fleet.ts'
import { launchApp } from './driven-app.ts'
import { type Measure, median, pairedRatio } from './samples.ts'

/** What the window costs: its start against an Electron with an empty page, and how long it stands still while a hundred hosts are audited. */

const { values, positionals } = parseArgs({ allowPositionals: true, options: { only: { type: 'string' } } })
const rounds = Number(positionals[0] ?? 9)
/** `start` or `block`: one of the two measures alone, for whoever works on it. */
const { only } = values
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-window-'))
const userData = (): string => mkdtempSync(join(folder, 'user-'))

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
    const ours = await launchApp(userData())
    await ours.running.close()
    const theirs = await launchApp(userData(), { app: empty, selector: '#ready' })
    await theirs.running.close()
    if (round < 0) continue
    times.gatehouse.push(ours.milliseconds)
    times.empty.push(theirs.milliseconds)
    process.stderr.write(`bench: window ${Math.round(ours.milliseconds)}, empty ${Math.round(theirs.milliseconds)} ms\n`)
  }
  return times
}

/**
 * Longest time between two turns of the page's event loop while a hundred hosts are audited, once per audit. The hosts live in this process,
 * not in the app's, at low priority. By the clock on the wall: whatever else the machine does is in it.
 */
async function longestBlocks(audits: number): Promise<{ blocksMs: number[]; hosts: number }> {
  const hosts = Array.from({ length: 100 }, (_, index) => ({
    ...gpu01,
    name: `gpu-${String(index + 1).padStart(3, '0')}`,
    address: `10.20.${5 + (index >> 7)}.${(index & 127) + 1}`,
  }))
  const served = await serveFleet(hosts)
  const { running, page } = await launchApp(userData(), { env: { HOME: served.home, SSH_AUTH_SOCK: '' } })
  // The hosts are other machines: they take what the workstation leaves.
  setPriority(constants.priority.PRIORITY_LOW)
  await ask(page, 'fleet:load', { path: served.fleetFile })
  await page.waitForSelector('[role=grid]')
  await page.waitForTimeout(1000)
  const blocksMs: number[] = []
  let done = 0
  for (let round = 0; round < audits; round++) {
    const measured = await page.evaluate(longestTurnOfAudit)
    blocksMs.push(measured.longestMs)
    done = measured.done
    process.stderr.write(`bench: longest turn ${Math.round(measured.longestMs)} ms, ${measured.done} hosts audited\n`)
  }
  setPriority(constants.priority.PRIORITY_NORMAL)
  await running.close()
  await served.stop()
  return { blocksMs, hosts: done }
}

/** Runs in the page, so that asking how far the audit is costs next to nothing. */
async function longestTurnOfAudit(): Promise<{ longestMs: number; done: number }> {
  interface Answer {
    readonly revision: string
    readonly job: { readonly state: string; readonly hosts: readonly { readonly stage: string }[] } | null
  }
  const ask = async (since: string | null) => JSON.parse(await window.gatehouse.invoke('audit:latest', { since })).value as Answer
  const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
  let { revision } = await ask(null)
  let done = 0
  let running = true
  let longestMs = 0
  let last = performance.now()
  // A timer of some milliseconds, which count as blocked: a page that spins would itself be a load, and be preempted for it.
  const turn = () => {
    const now = performance.now()
    longestMs = Math.max(longestMs, now - last)
    last = now
    if (running) setTimeout(turn, 4)
  }
  turn()
  await window.gatehouse.invoke('audit:start', {})
  for (;;) {
    await pause(500)
    const latest = await ask(revision)
    revision = latest.revision
    done = latest.job?.hosts.filter(({ stage }) => stage === 'done').length ?? 0
    if (latest.job?.state === 'finished') break
  }
  await pause(1000)
  running = false
  return { longestMs, done }
}

try {
  const measures: Measure[] = []
  if (only !== 'block') {
    const start = await startTimes()
    measures.push({
      name: 'window-vs-empty-electron',
      value: pairedRatio(start.gatehouse, start.empty),
      goal: 'at most 1.45',
      note: `${Math.round(median(start.gatehouse))} ms to ${Math.round(median(start.empty))} ms until the first screen can be used`,
    })
  }
  if (only !== 'start') {
    const { blocksMs, hosts } = await longestBlocks(3)
    measures.push({
      name: 'event-loop-block-ms',
      value: median(blocksMs),
      goal: 'at most 50',
      note: `longest turn of the page while ${hosts} simulated hosts were audited; median of ${blocksMs.length} audits`,
    })
  }
  console.log(JSON.stringify(measures))
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
