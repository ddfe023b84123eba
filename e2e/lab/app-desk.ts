import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { ElectronApplication, Page } from '@playwright/test'
import type { Output } from '#shared/ipc/contracts.ts'
import type { PushRecord } from '#shared/model/push-job.ts'
import { ask } from '../fixtures/ask.ts'
import { startElectron } from '../fixtures/start-electron.ts'
import { lab, run, type Server, totp } from './lab.ts'

/** Which process of the app is killed: main alone, or the engine alone. */
export type Victim = 'app' | 'engine'

/** On a machine with a load of thirty, too. */
const SOON_MS = 60_000

/** A display of this process, without which there is no window; it goes when this process does. Its number is that of no other one. */
export async function openDisplay(): Promise<{ readonly name: string; close(): void }> {
  const name = `:${100 + (process.pid % 50_000)}`
  const server: ChildProcess = spawn('setpriv', ['--pdeathsig', 'KILL', 'Xvfb', name, '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'], {
    stdio: 'ignore',
  })
  await until(`Xvfb ${name}`, async () => existsSync(`/tmp/.X11-unix/X${name.slice(1)}`))
  return { name, close: () => void server.kill() }
}

/** Waits for something that comes soon, or throws. */
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const begunMs = performance.now()
  while (!(await holds())) {
    if (performance.now() - begunMs > SOON_MS) throw new Error(`${what} did not come within ${SOON_MS / 1000} s`)
    await pause(50)
  }
}

/**
 * The built app in the lab, by which one host is pushed to, as its admin has it: codes are typed, native dialogs agreed to, and it is started again when
 * it is gone. It stays from one push to the next.
 */
export function appDesk(host: Server, userData: string, display: string) {
  let app: ElectronApplication | undefined
  let page: Page | undefined

  async function invoke<T>(channel: string, input: unknown = null): Promise<T> {
    if (page === undefined) throw new Error(`${channel}: the app does not run`)
    const reply = await ask(page, channel, input)
    if (!reply.ok) throw new Error(`${channel}: ${reply.failure?.code} ${reply.failure?.detail}`)
    return reply.value as T
  }

  /** The codes of the jump host, as long as this app lives. */
  async function answerPrompts(of: Page): Promise<void> {
    while (page === of) {
      const { value } = await ask(of, 'prompt:pending', null)
      for (const { id } of (value ?? []) as readonly { id: string }[]) await ask(of, 'prompt:answer', { id, answers: [await totp()] })
      await pause(200)
    }
  }

  async function open(): Promise<void> {
    if (app !== undefined) return
    app = await startElectron({ userData, env: { HOME: lab.home, SSH_AUTH_SOCK: '', DISPLAY: display } })
    page = await app.firstWindow()
    await page.waitForSelector('#root > *')
    await app.evaluate(({ dialog }) => {
      dialog.showMessageBox = (async () => ({ response: 1, checkboxChecked: false })) as unknown as typeof dialog.showMessageBox
    })
    answerPrompts(page).catch(() => undefined)
    await invoke('fleet:load', { path: lab.fleetFile })
  }

  /** Where there is no key ring the secret lies in the engine: another engine asks for another enrolment. */
  async function stepUp(): Promise<void> {
    if ((await invoke<Output<'step-up:state'>>('step-up:state')).unlockedUntil !== null) return
    const { secret } = await invoke<Output<'step-up:enrol'>>('step-up:enrol')
    const { stdout } = await run('oathtool', ['--totp', '-b', secret.replaceAll(' ', '')])
    await invoke('step-up:confirm', { code: stdout.trim() })
  }

  const enginePid = async (): Promise<number | undefined> =>
    app?.evaluate(({ app: electron }) => electron.getAppMetrics().find(({ name }) => name === 'Gatehouse engine')?.pid)

  const record = async (id: string): Promise<PushRecord> => {
    const found = (await invoke<Output<'push:history'>>('push:history')).pushes.find((push) => push.id === id)
    if (found === undefined) throw new Error(`the app knows nothing of push ${id}`)
    return found
  }

  /** The window says it, whatever screen it shows. */
  const says = (words: string, is = true) =>
    until(`"${words}", ${is ? 'shown' : 'gone'},`, async () => (await page?.textContent('body'))?.includes(words) === is)

  return {
    /** Pushes, and kills as soon as the window hears that `step` is taken. Over when both processes are gone, or the engine alone; the id of the push. */
    async pushKilledAt(step: string, victim: Victim): Promise<string> {
      await open()
      if (app === undefined || page === undefined) throw new Error('the app did not start')
      await stepUp()
      await page.keyboard.press('Control+5')
      const { id } = await invoke<Output<'push:plan'>>('push:plan', { host, template: 'ollama-loopback', parameters: {} })
      const [main, engine] = [await app.evaluate(() => process.pid), await enginePid()]
      if (main !== app.process().pid || engine === undefined) throw new Error(`main is ${main}, the engine ${engine}`)
      const taken = page.evaluate(waitForStep, [id, step] as const)
      await invoke('push:start', { plan: id, typedHost: '' })
      const ended = await taken
      if (ended !== '') throw new Error(`the push never came to ${step}: ${ended}`)
      if (victim === 'engine') {
        // It says so for half a second.
        const said = page.getByText('Engine restarting').waitFor()
        process.kill(engine, 'SIGKILL')
        await said
      } else {
        ;[app, page] = [undefined, undefined]
        process.kill(main, 'SIGKILL')
        await until('the end of main', async () => isGone(main))
      }
      // Nobody kills it with the app: it ends with the pipe to main.
      await until('the end of the engine', async () => isGone(engine))
      return id
    },
    open,
    /** Another engine, with the fleet that was open; it says how the one before ended. */
    async engineIsBack(): Promise<void> {
      await until('another engine', async () => (await invoke<Output<'app:info'>>('app:info')).engine === 'running')
      const { engineMessage } = await invoke<Output<'app:info'>>('app:info')
      // The signal, or Chromium's word for a process that was killed (RESULT_CODE_KILLED) where nobody was told the signal in time.
      if (!/^The engine ended with code [19]\.$/.test(engineMessage ?? '')) throw new Error(`it says: ${engineMessage}`)
      await until('the fleet', async () => (await invoke<Output<'fleet:current'>>('fleet:current')).fleet?.name === 'lab')
    },
    /** What the app makes of a push that was open: shown until it is ended, by its admin, with the verdict that then stands in the history. */
    async ended(id: string): Promise<PushRecord['state']> {
      const { isOpen, state } = await record(id)
      if (!isOpen) return state
      await says('No verdict')
      await stepUp()
      const { verdict } = await invoke<Output<'push:finish'>>('push:finish', { id })
      await says('No verdict', false)
      const after = await record(id)
      return after.isOpen || after.state !== verdict ? 'open' : verdict
    },
    record,
    async close(): Promise<void> {
      const running = app
      ;[app, page] = [undefined, undefined]
      await running?.close()
    },
  }
}

/** One that nobody has taken note of yet is a zombie: it does nothing any more. */
function isGone(pid: number): boolean {
  try {
    return /^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return true
  }
}

/** Runs in the window. Empty once the step is taken; else how the push ended before. */
function waitForStep([id, step]: readonly [string, string]): Promise<string> {
  return new Promise((resolve) => {
    const look = async (): Promise<void> => {
      const job = JSON.parse(await window.gatehouse.invoke('push:job', null)).value
      if (job?.plan.id !== id) return
      if (job.steps.some((taken: { step: string }) => taken.step === step)) resolve('')
      else if (job.state === 'finished') resolve(JSON.stringify([job.result, job.failure]))
    }
    window.gatehouse.on('push:changed', () => void look())
  })
}
