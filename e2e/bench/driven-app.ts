import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type ElectronApplication, _electron as electron, type Page } from '@playwright/test'
import type { Latest } from '#shared/ipc/audit.contract.ts'
import type { AuditJob } from '#shared/model/job.ts'
import { electronRuntime, launchSettings } from '../../electron/tooling/electron-runtime.ts'
import { ask } from '../fixtures/ask.ts'
import { LAUNCH_TIMEOUT_MS, withThreeTries } from '../fixtures/start-electron.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The built app with its own data folder, driven over the channels of its window. */
export interface DrivenApp {
  readonly page: Page
  invoke<T>(channel: string, input: unknown): Promise<T>
  /** Peak resident set of the engine's process since it started, MiB; most of an idle one is the program file of Chromium. */
  enginePeakMiB(): Promise<number>
  /** Runs an audit to its end; `beat` is called twice a second meanwhile. */
  audit(hosts: readonly string[], beat?: () => Promise<void>): Promise<AuditJob>
  /** Where its save dialogs will say that a file goes. */
  saveTo(path: string): Promise<void>
  close(): Promise<void>
}

/** Starts an app (by default Gatehouse) and waits for the first screen. `milliseconds` is how long that took. */
export async function launchApp(
  userData: string,
  { app = root, selector = 'main h1', env = {} }: { app?: string; selector?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<{ running: ElectronApplication; page: Page; milliseconds: number }> {
  const runtime = await electronRuntime()
  // Not `startElectron`: what it does before would be timed too.
  const { running, begun } = await withThreeTries(async () => ({
    begun: performance.now(),
    running: await electron.launch({
      executablePath: runtime.executable,
      args: [...launchSettings(runtime).args, app, `--user-data-dir=${userData}`],
      cwd: root,
      env: { ...(process.env as Record<string, string>), ...env },
      timeout: LAUNCH_TIMEOUT_MS,
    }),
  }))
  const page = await running.firstWindow()
  await page.waitForSelector(selector)
  return { running, page, milliseconds: performance.now() - begun }
}

export async function driveApp(userData: string, env: Readonly<Record<string, string>>, fleetFile: string): Promise<DrivenApp> {
  const { running, page } = await launchApp(userData, { env })
  const invoke = async <T>(channel: string, input: unknown): Promise<T> => {
    const reply = await ask(page, channel, input)
    if (!reply.ok) throw new Error(`${channel}: ${reply.failure?.code} ${reply.failure?.detail}`)
    return reply.value as T
  }
  await invoke('fleet:load', { path: fleetFile })
  await page.waitForSelector('[role=grid]')
  return {
    page,
    invoke,
    async enginePeakMiB() {
      const pid = await running.evaluate(({ app }) => app.getAppMetrics().find(({ name }) => name === 'Gatehouse engine')?.pid)
      const [kibibytes] = /(?<=VmHWM:\s+)\d+/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
      if (kibibytes === undefined) throw new Error('the engine has no memory to look at')
      return Number(kibibytes) / 1024
    },
    async audit(hosts, beat = async () => {}) {
      let { revision: since } = await invoke<Latest>('audit:latest', { since: null })
      await invoke('audit:start', { hosts })
      for (;;) {
        const { job, revision } = await invoke<Latest>('audit:latest', { since })
        since = revision
        if (job?.state === 'finished') return job
        await beat()
        await new Promise((resolve) => setTimeout(resolve, 500))
      }
    },
    saveTo: (path) =>
      running.evaluate(({ dialog }, filePath) => {
        dialog.showSaveDialog = async () => ({ canceled: false, filePath })
      }, path),
    close: () => running.close(),
  }
}
