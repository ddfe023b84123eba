import { randomBytes } from 'node:crypto'
import { DAY_MS } from '#shared/day.ts'
import { GatehouseError } from '#shared/errors.ts'
import type { HostSession } from '../../../ports.ts'
import { type DeployAnswer, readDeployAnswer } from './deploy-answer.ts'
import { type DeployStep, type DeployTarget, deployProgram, type Receive } from './deploy-program.ts'
import { refusalWords } from './deploy-words.ts'

/** No step says when it is done with a disk that is slow; what stands still is ended by `STALL_MS`. */
const STEP_TIMEOUT_MS = DAY_MS
/** Without a byte that leaves for so long, the link counts as lost. */
const STALL_MS = 60_000
/** The slowest hash that is waited for, once all bytes have left. */
const SLOWEST_BYTES_PER_MS = 20_000
const MAX_ANSWER_BYTES = 4_194_304
const MAX_COMPLAINT = 400

export interface DeployStepRequest {
  readonly session: HostSession
  readonly target: DeployTarget
  /** Account that runs it, through sudo unless it is root. */
  readonly user: string
  readonly signal: AbortSignal
}

/** A file that comes in: which, from where on, and its bytes. */
export interface Incoming {
  readonly receive: Receive
  readonly bytes: () => AsyncIterable<Uint8Array>
}

/** Runs one step. Rejects with the failure of the connection, `registry.no-space`, or `registry.not-deployable` with what the host said. */
export async function runDeployStep(
  { session, target, user, signal }: DeployStepRequest,
  step: DeployStep,
  incoming?: Incoming,
): Promise<DeployAnswer> {
  const nonce = randomBytes(16).toString('hex')
  const stalled = new AbortController()
  let text = ''
  let bytes = 0
  let complaint = ''
  let begin: (go: boolean) => void = () => undefined
  const ready = new Promise<boolean>((resolve) => {
    begin = resolve
  })
  let timer: NodeJS.Timeout | undefined
  const alive = (moreMs = 0) => {
    clearTimeout(timer)
    timer = setTimeout(
      () => stalled.abort(new GatehouseError({ code: 'ssh.connection-lost', detail: 'no byte moved for a minute' })),
      STALL_MS + moreMs,
    )
  }
  async function* feed({ bytes: of, receive }: Incoming): AsyncGenerator<Uint8Array> {
    if (!(await ready)) return
    alive()
    for await (const chunk of of()) {
      yield chunk
      alive()
    }
    alive(receive.bytes / SLOWEST_BYTES_PER_MS)
  }
  // What is there already is hashed before the rest is asked for.
  if (incoming) alive(incoming.receive.from / SLOWEST_BYTES_PER_MS)
  try {
    const { exitCode } = await session.exec(user === 'root' ? '/bin/sh' : 'sudo -n /bin/sh', {
      stdin: deployProgram(step, target, nonce, incoming?.receive),
      ...(incoming && { feed: feed(incoming) }),
      timeoutMs: STEP_TIMEOUT_MS,
      signal: AbortSignal.any([signal, stalled.signal]),
      onStdout: (chunk) => {
        bytes += chunk.length
        text += chunk.toString('utf8')
        if (readDeployAnswer(text, nonce).ready) begin(true)
        return bytes <= MAX_ANSWER_BYTES
      },
      onStderr: (chunk) => {
        complaint += complaint.length < MAX_COMPLAINT ? chunk.toString('latin1').replace(/[^\x20-\x7e]+/g, ' ') : ''
      },
    })
    const answer = readDeployAnswer(text, nonce)
    const { failed, ended } = answer
    if (ended) return answer
    if (failed?.code === 'no-space') throw new GatehouseError({ code: 'registry.no-space', detail: failed.detail })
    const detail = failed
      ? refusalWords(failed.code, failed.detail)
      : `/bin/sh as ${user} ended with ${exitCode ?? 'a signal'} in ${step}: ${complaint.trim().slice(0, MAX_COMPLAINT) || 'it said nothing'}`
    throw new GatehouseError({ code: 'registry.not-deployable', detail })
  } finally {
    clearTimeout(timer)
    begin(false)
  }
}
