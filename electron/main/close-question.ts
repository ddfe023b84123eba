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

/** What is to be asked before the window is closed: a push that runs is committed by nobody then. Null when none runs, or the engine cannot tell. */
export async function closeQuestion(engine: EngineCall): Promise<CloseQuestion | null> {
  try {
    return await Promise.race([pushUnderWay(engine), new Promise<null>((resolve) => setTimeout(resolve, ANSWER_MS, null))])
  } catch {
    return null
  }
}

async function pushUnderWay(engine: EngineCall): Promise<CloseQuestion | null> {
  const [job, waves] = await Promise.all([
    engineValue<Output<'push:job'>>(engine('push:job', null)),
    engineValue<Output<'push:waves'>>(engine('push:waves', null)),
  ])
  const close = 'Close all the same'
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
