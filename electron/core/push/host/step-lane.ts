import { randomBytes } from 'node:crypto'
import { PassThrough } from 'node:stream'
import { GatehouseError } from '#shared/errors.ts'
import type { HostSession } from '../../ports.ts'
import { type HostAnswer, readHostAnswer } from './answer.ts'
import { type HostPush, type HostStep, hostProgram } from './program.ts'

/** An undo waits for locks and services; every other step has its own limits on the host. */
const STEP_TIMEOUT_MS = 180_000
/** Nobody waits for these any longer than until the undo is due. */
const underUndo: readonly HostStep[] = ['write', 'activate', 'commit']
/** Longer than any push: what is waited for is a step, never the shell between two. */
const LANE_TIMEOUT_MS = 7_200_000
const MAX_ANSWER_BYTES = 1_048_576
const MAX_COMPLAINT = 400

/** In which a host answers that a shell runs. */
const ANSWERS_WITHIN_MS = 100

/** One shell on the host, which takes one message of steps after the other: opened once, each costs the way there and back. */
export interface StepLane {
  /**
   * What is asked of the host beside the shell keeps it waiting no more: it runs, or was asked for so long ago that its answer goes ahead of any other on
   * the way through a jump host, where small packets wait for each other (RFC 896). Never rejects; where nobody can tell, it never comes.
   */
  readonly leavesRoom: Promise<void>
  /**
   * One message. Each step is taken when the one before it did all that it does; `onNext` hears when that is so, and another one begins. An
   * answer per step; those of steps that were not taken say nothing. Rejects with the failure of the connection, with what `signal` was aborted with, or with
   * `push.not-possible` when sudo did not let the shell start.
   */
  take(steps: readonly HostStep[], push: HostPush, signal: AbortSignal, onNext?: () => void): Promise<readonly HostAnswer[]>
  /** Ends the shell. Resolves once its channel is closed; never rejects. */
  close(): Promise<void>
}

/**
 * Fixed words; the programs follow on stdin. Plans are read without any right. `extendedMs`: by how much the undo was put off until now; a message is
 * waited for as much longer.
 */
export function openLane(
  session: HostSession,
  user: string,
  right: 'root' | 'none' = 'root',
  extendedMs: () => number = () => 0,
): StepLane {
  const command = right === 'none' || user === 'root' ? '/bin/sh' : 'sudo -n /bin/sh'
  const input = new PassThrough()
  const stop = new AbortController()
  let hear: (chunk: string) => boolean = () => true
  let complaint = ''
  let onRuns = () => {}
  const leavesRoom = new Promise<void>((resolve) => {
    onRuns = resolve
  })
  const shell = session.exec(command, {
    feed: input,
    timeoutMs: LANE_TIMEOUT_MS,
    signal: stop.signal,
    onAsked: () => void setTimeout(onRuns, ANSWERS_WITHIN_MS).unref(),
    onRuns,
    onStdout: (chunk) => hear(chunk.toString('latin1')),
    onStderr: (chunk) => {
      complaint += complaint.length < MAX_COMPLAINT ? chunk.toString('latin1').replace(/[^\x20-\x7e]+/g, ' ') : ''
    },
  })
  shell.catch(() => undefined)

  return {
    leavesRoom,
    async take(steps, push, signal, onNext) {
      signal.throwIfAborted()
      const asked = steps.map((step) => ({ step, nonce: randomBytes(16).toString('hex') }))
      const last = asked.at(-1)?.nonce
      const ends = asked.slice(0, -1).map(({ nonce }) => `${nonce} end\n`)
      let said = ''
      const onAbort = () => stop.abort(signal.reason)
      signal.addEventListener('abort', onAbort, { once: true })
      const longerMs = extendedMs()
      const limits = limitsOf(steps, push)
      let timer: NodeJS.Timeout | undefined
      const waitForNext = () => {
        const [awaited, limitMs] = limits.shift() ?? []
        if (awaited === undefined || limitMs === undefined) return
        const beganMs = performance.now()
        const onTime = () => {
          const leftMs = beganMs + limitMs + extendedMs() - longerMs - performance.now()
          if (leftMs > 0) timer = setTimeout(onTime, leftMs)
          else {
            const late = `${awaited} did not finish within ${Math.round((performance.now() - beganMs) / 1000)} s`
            stop.abort(new GatehouseError({ code: 'probe.timeout', detail: late }))
          }
        }
        clearTimeout(timer)
        timer = setTimeout(onTime, limitMs)
      }
      waitForNext()
      try {
        const over = new Promise<undefined>((resolve) => {
          hear = (chunk) => {
            said += chunk
            for (let end = ends[0]; end !== undefined && said.includes(end); end = ends[0]) {
              ends.shift()
              waitForNext()
              onNext?.()
            }
            // The end of the last step is that of all: `over` comes later, as small packets wait for each other (RFC 896).
            if (said.includes(`${last} over\n`) || said.includes(`${last} end\n`)) resolve(undefined)
            return said.length <= MAX_ANSWER_BYTES
          }
        })
        input.write(hostProgram(asked, push))
        const ended = await Promise.race([over, shell])
        const text = Buffer.from(said, 'latin1').toString('utf8')
        const answers = asked.map(({ nonce }) => readHostAnswer(text, nonce))
        if (ended && ended.exitCode !== null && steps[0] === 'stage' && answers.every((answer) => !answer.ended && !answer.failed)) {
          // A ForceCommand, or a shell that is none, answers on stdout like anybody.
          const instead = text
            .slice(0, MAX_COMPLAINT)
            .replace(/[^\x20-\x7e]+/g, ' ')
            .trim()
          const why =
            complaint.trim().slice(0, MAX_COMPLAINT) || (instead === '' ? 'it said nothing' : `no shell of root answered, but: ${instead}`)
          const detail = `${command} as ${user} ended with ${ended.exitCode}: ${why}`
          throw new GatehouseError({ code: 'push.not-possible', detail })
        }
        return answers
      } finally {
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
      }
    },
    async close() {
      input.end()
      await shell.catch(() => undefined)
    },
  }
}

/** One step in a shell of its own. `read` needs no right. Rejects with what `StepLane.take` rejects with. */
export async function runStep(
  session: HostSession,
  step: HostStep,
  push: HostPush,
  user: string,
  signal: AbortSignal,
): Promise<HostAnswer> {
  const lane = openLane(session, user, step === 'read' ? 'none' : 'root')
  const taken = lane.take([step], push, signal)
  // The end of the input goes right behind the step.
  const closed = lane.close()
  try {
    const [answer] = await taken
    return answer as HostAnswer
  } finally {
    await closed
  }
}

/** How long each step is waited for once it begins. The end of a commit, which is told in one piece, is that of all. */
const limitsOf = (steps: readonly HostStep[], push: HostPush): (readonly [words: string, limitMs: number])[] => {
  const each = steps.map((step) => [step as string, timeoutOf(step, push)] as const)
  return steps[0] === 'commit' ? [[steps.join(', '), each.reduce((sum, [, limitMs]) => sum + limitMs, 0)]] : each
}

/** A service may begin for longer than any other step takes. */
function timeoutOf(step: HostStep, push: HostPush): number {
  if (!underUndo.includes(step)) return STEP_TIMEOUT_MS
  const undoMs = push.undoAfterSeconds * 1000
  return step === 'activate' ? undoMs : Math.min(STEP_TIMEOUT_MS, undoMs)
}
