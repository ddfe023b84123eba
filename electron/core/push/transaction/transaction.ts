import { failureOf } from '#shared/errors.ts'
import type { PushVerdict } from '#shared/model/push-plan.ts'
import { STOPPED_HERE } from '#shared/stopped-here.ts'
import { visible } from '#shared/words.ts'
import type { HostAnswer } from '../host/answer.ts'
import { adviceFor, type Settled, settle } from '../host/settle.ts'
import { readBackWords } from '../host/verdict.ts'
import { type Change, changeHost } from './change-host.ts'
import { proveChange } from './prove-change.ts'
import { type Course, courseOf, noteAnyway, type TransactionRequest } from './transaction-course.ts'

export interface PushResult {
  readonly verdict: PushVerdict
  /** Why it was not committed; empty when it was. */
  readonly reason: string
  readonly readBack: string
  /** What to do on the console of the host, when nothing is certain. */
  readonly advice: string
}

/**
 * Changes one host, or does not. Every step is in the ledger before it is taken. Throws only before anything could have been changed:
 * `push.not-possible`, `push.conflict`, `push.busy`, the failure of the connection, or that of the ledger.
 */
export async function runTransaction(request: TransactionRequest): Promise<PushResult> {
  const course = courseOf(request)
  const { plan, connect, user } = course
  const paths = course.push.files.map(({ path }) => path).join(', ')
  course.announce(course.push, 'begin', `${plan.template.id} ${plan.template.version}: ${paths}`, {
    plan: request.planSha256,
    template: plan.template.sha256,
  })
  const change = await changeHost(course)
  const { push } = change
  const proof = await proofOf(course, change)
  let { reason } = proof
  const noteToo = (...words: [step: string, detail: string, digests?: Readonly<Record<string, string>>]) => {
    reason = together(reason, noteAnyway(course, ...words))
  }
  if (reason !== '') {
    noteToo('undo', reason)
    course.onStep('undo', reason, push.undoAfterSeconds)
  }
  const undoAfterSeconds = push.undoAfterSeconds + course.extendedSeconds()
  const { verdict, answer } = proof.settled ?? (await settle({ connect, user }, { ...push, undoAfterSeconds }, reason !== ''))
  if (reason === '' && verdict === 'unknown' && (answer?.marks.has('committed') || answer?.kept))
    reason = 'It was committed, and is not as it was committed any more.'
  const readBack = visible(readBackWords(answer, push))
  noteToo('verdict', together(`${verdict}.`, reason, readBack), afterDigests(answer))
  return { verdict, reason, readBack, advice: adviceFor(verdict, push) }
}

const together = (...words: readonly string[]): string => words.filter((each) => each !== '').join(' ')

/** Why it is not committed, empty when nothing speaks against it; and its end, where that is proven already. Closes what the change left open. */
async function proofOf(course: Course, change: Change): Promise<{ readonly reason: string; readonly settled?: Settled | undefined }> {
  let reason = change.brokeOff
  try {
    if (reason === '') return { reason, settled: await proveChange(course, change) }
  } catch (error) {
    reason = visible(failureOf(error).detail)
  } finally {
    course.looks.end()
    void change.lane.close()
    change.session.close()
  }
  // What broke off under it says nothing of why.
  return { reason: course.signal.aborted ? STOPPED_HERE : reason }
}

const afterDigests = (answer: HostAnswer | undefined): Record<string, string> =>
  Object.fromEntries(
    [...(answer?.files ?? [])].flatMap(([number, state]) => {
      const sha256 = state.split(':')[0] ?? ''
      return /^[0-9a-f]{64}$/.test(sha256) ? [[`file-${number}`, sha256]] : []
    }),
  )
