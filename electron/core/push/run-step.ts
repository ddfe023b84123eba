import { randomBytes } from 'node:crypto'
import { GatehouseError } from '#shared/errors.ts'
import type { HostSession } from '../ports.ts'
import { type HostAnswer, readHostAnswer } from './host-answer.ts'
import { type HostPush, type HostStep, hostProgram } from './host-program.ts'

/** An undo waits for locks and services; every other step has its own limits on the host. */
const STEP_TIMEOUT_MS = 180_000
/** Nobody waits for these any longer than until the undo is due. */
const underUndo: readonly HostStep[] = ['write', 'activate', 'commit']
const MAX_ANSWER_BYTES = 1_048_576
const MAX_COMPLAINT = 400

/** Fixed words; the program follows on stdin. Plans are read without any right. */
const commandFor = (step: HostStep, user: string): string => (step === 'read' || user === 'root' ? '/bin/sh' : 'sudo -n /bin/sh')

/** Runs one step. Rejects with the failure of the connection, or `push.not-possible` when sudo did not let the program start. */
export async function runStep(
  session: HostSession,
  step: HostStep,
  push: HostPush,
  user: string,
  signal: AbortSignal,
): Promise<HostAnswer> {
  const nonce = randomBytes(16).toString('hex')
  const chunks: Buffer[] = []
  let bytes = 0
  let complaint = ''
  const { exitCode } = await session.exec(commandFor(step, user), {
    stdin: hostProgram(step, push, nonce),
    timeoutMs: underUndo.includes(step) ? Math.min(STEP_TIMEOUT_MS, push.undoAfterSeconds * 1000) : STEP_TIMEOUT_MS,
    signal,
    onStdout: (chunk) => {
      chunks.push(chunk)
      bytes += chunk.length
      return bytes <= MAX_ANSWER_BYTES
    },
    onStderr: (chunk) => {
      complaint += complaint.length < MAX_COMPLAINT ? chunk.toString('latin1').replace(/[^\x20-\x7e]+/g, ' ') : ''
    },
  })
  const answer = readHostAnswer(Buffer.concat(chunks).toString('utf8'), nonce)
  if (!answer.ended && !answer.failed && step === 'stage')
    throw new GatehouseError({
      code: 'push.not-possible',
      detail: `sudo -n /bin/sh as ${user} ended with ${exitCode ?? 'a signal'}: ${complaint.trim().slice(0, MAX_COMPLAINT) || 'it said nothing'}`,
    })
  return answer
}
