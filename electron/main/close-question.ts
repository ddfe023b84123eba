import type { BrowserWindow } from 'electron'
import type { Output } from '#shared/ipc/contracts.ts'
import { visible } from '#shared/words.ts'
import { type EngineCall, engineValue } from './fleet.handlers.ts'

export interface CloseQuestion {
  readonly message: string
  readonly detail: string
  /** The answer that closes. */
  readonly close: string
}

/** An engine that says nothing for so long keeps no window open. */
const ANSWER_MS = 2000

/**
 * What is to be asked before the window is closed: what changes a host is ended, or looked at, by nobody then. `pending`: of calls that have not been answered.
 * Null when nothing runs, or the engine cannot tell.
 */
export async function closeQuestion(engine: EngineCall, pending: () => CloseQuestion | null): Promise<CloseQuestion | null> {
  const jobs = async () => (await pushUnderWay(engine)) ?? (await workUnderWay(engine))
  try {
    return pending() ?? (await Promise.race([jobs(), new Promise<null>((resolve) => setTimeout(resolve, ANSWER_MS, null))]))
  } catch {
    return null
  }
}

const close = 'Close all the same'

async function pushUnderWay(engine: EngineCall): Promise<CloseQuestion | null> {
  const [job, waves] = await Promise.all([
    engineValue<Output<'push:job'>>(engine('push:job', null)),
    engineValue<Output<'push:waves'>>(engine('push:waves', null)),
  ])
  const later = 'What is not decided is shown as open at the next start, until it is ended.'
  if (job !== null && job.state !== 'finished') {
    const host = visible(job.plan.host)
    return {
      message: `A push to ${host} is under way.`,
      detail: `When Gatehouse is closed now, nobody commits it: ${host} undoes it by itself${dueOf(job.undoDueAt)}. ${later}`,
      close,
    }
  }
  if (waves === null || waves.state === 'finished') return null
  const begun = waves.hosts.filter(({ step, outcome }) => outcome === null && step !== '').map(({ plan }) => visible(plan.host))
  const undone = begun.length === 0 ? '' : ` Nobody commits ${begun.join(', ')}: what was changed there is undone by the host itself.`
  return {
    message: `A push to ${waves.hosts.length} hosts is under way.`,
    detail: `When Gatehouse is closed now, no further host begins.${undone} ${later}`,
    close,
  }
}

async function workUnderWay(engine: EngineCall): Promise<CloseQuestion | null> {
  const [models, operated] = await Promise.all([
    engineValue<Output<'models:job'>>(engine('models:job', null)),
    engineValue<Output<'operate:job'>>(engine('operate:job', null)),
  ])
  if (models?.kind === 'deploy' && models.state !== 'finished') {
    const hosts = models.hosts.filter(({ stage }) => !ended.includes(stage)).map(({ host }) => visible(host))
    return {
      message: `A model is being deployed to ${hosts.join(', ')}.`,
      detail: 'When Gatehouse is closed now, what is not in place yet may stay out of it. Deploy it again to have it whole.',
      close,
    }
  }
  if (operated === null || operated.state === 'finished') return null
  return {
    message: `${visible(operated.name)} on ${visible(operated.host)} is being ${verbs[operated.verb]}.`,
    detail: 'When Gatehouse is closed now, systemd goes on with it, and nobody sees what comes of it.',
    close,
  }
}

const verbs = { start: 'started', stop: 'stopped', restart: 'restarted' } as const

const ended: readonly string[] = ['done', 'failed', 'cancelled']

const dueOf = (due: string | null): string => (due === null ? '' : `, not before ${new Date(due).toLocaleTimeString('en-GB')}`)

/**
 * Closes the window only once `question` had nothing to ask, or the answer of `ask` was to close. The push goes on meanwhile, so nothing here waits
 * synchronously; what the page itself stays for is asked after it.
 */
export function askBeforeClose(
  window: Pick<BrowserWindow, 'on' | 'close' | 'isDestroyed'>,
  question: () => Promise<CloseQuestion | null>,
  ask: (question: CloseQuestion) => Promise<boolean>,
): void {
  let state: 'open' | 'asking' | 'agreed' = 'open'
  const decide = async (): Promise<void> => {
    const asked = await question()
    state = asked === null || (await ask(asked)) ? 'agreed' : 'open'
    if (state === 'agreed' && !window.isDestroyed()) window.close()
  }
  window.on('close', (event) => {
    if (state === 'agreed') {
      // For this once: the page may stay all the same.
      state = 'open'
      return
    }
    event.preventDefault()
    if (state === 'asking') return
    state = 'asking'
    void decide()
  })
}
