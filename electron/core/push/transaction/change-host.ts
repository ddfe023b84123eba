import type { ErrorCode } from '#shared/error-catalogue.ts'
import { failureOf, GatehouseError } from '#shared/errors.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import { visible } from '#shared/words.ts'
import type { HostSession } from '../../ports.ts'
import { type HostAnswer, mustHaveEnded } from '../host/answer.ts'
import { collectEarlier, holderWords } from '../host/earlier-push.ts'
import type { HostPush, HostStep } from '../host/program.ts'
import type { StepLane } from '../host/step-lane.ts'
import { type HostLook, unseen } from '../look/compare.ts'
import type { Course } from './transaction-course.ts'

/** Steps went to the host: what came of them. */
export interface Change extends Steps {
  /** With the time that the undo waits. */
  readonly push: HostPush
  readonly before: HostLook
  readonly session: HostSession
  readonly lane: StepLane
}

interface Steps {
  /** One per step, in their order. */
  readonly answers: readonly HostAnswer[]
  /** Why no answer came; the host may have taken any of them. Empty when one came. */
  readonly brokeOff: string
}

/** Two looks, the checks of the host's own tools and the way there and back. What takes longer than 15 minutes is for a person to choose. */
const usualUndoSeconds = (lookMs: number): number => Math.min(900, Math.max(120, 60 + Math.ceil((3 * lookMs) / 1000)))

/** Of these it is certain that not even the first step was begun. */
const notBegun: readonly ErrorCode[] = ['push.not-possible', 'ssh.exec-refused', 'prompt.declined', 'prompt.unavailable']

/**
 * From the look before to what holds on the host. Throws only when nothing was changed, and says so in the ledger; then nothing stays open.
 */
export async function changeHost(course: Course): Promise<Change> {
  const { host, ledger, looks, signal } = course
  let session: HostSession | undefined
  let lane: StepLane | undefined
  try {
    const before = await course.before()
    const push = { ...course.push, undoAfterSeconds: course.undoAfterSeconds ?? usualUndoSeconds(before.tookMs) }
    const hidden = unseen(before)
    if (hidden !== '') throw new GatehouseError({ code: 'push.not-possible', detail: `it could not be looked at before: ${hidden}` })
    session = await course.connect(false, signal)
    lane = course.laneOf(session)
    // What no login hangs on cannot hinder one: the way of the new connection is made while the host works, and it logs in when the change holds.
    if (!course.cutsOff) void lane.leavesRoom.then(() => looks.prepare())
    let steps = await sendSteps(course, push, lane)
    let refused = refusal(steps)
    if (refused?.failed?.code === 'busy' && (await collectEarlier({ lane, found: refused, push, host: host.name, ledger, signal }))) {
      steps = await sendSteps(course, push, lane)
      refused = refusal(steps)
    }
    if (refused?.failed?.code === 'busy' && refused.open) throw new GatehouseError({ code: 'push.busy', detail: holderWords(refused) })
    if (refused) mustHaveEnded(refused, host.name)
    return { ...steps, push, before, session, lane }
  } catch (error) {
    const failure = failureOf(error)
    looks.end()
    void lane?.close()
    session?.close()
    course.note('refused', failure.detail)
    throw new GatehouseError(
      { ...failure, code: failure.code === 'push.interrupted' ? 'push.not-possible' : failure.code },
      { cause: error },
    )
  }
}

/** The answer of a first step that refused: no other was taken. */
const refusal = ({ answers: [staged] }: Steps): HostAnswer | undefined => (staged?.failed === undefined ? undefined : staged)

/**
 * From the lock of the host to what holds there, in one message: the host needs no word of ours in between, as it takes each step only when the one
 * before did all that it does. All are in the ledger before the first is taken.
 */
async function sendSteps(course: Course, push: HostPush, lane: StepLane): Promise<Steps> {
  const steps: readonly (readonly [HostStep, string])[] = [
    ['stage', 'copies, backs up, validates'],
    ['arm', `the undo runs by itself in ${push.undoAfterSeconds} s, and at the next start of the host`],
    ['write', 'puts the files in place'],
    ['activate', activation(course.plan.danger, push.unit)],
  ]
  for (const step of steps) course.note(...step)
  const told = steps.values()
  const tell = () => {
    const [step, detail] = told.next().value ?? []
    if (step !== undefined && detail !== undefined) course.onStep(step, detail, push.undoAfterSeconds)
  }
  tell()
  try {
    const words = steps.map(([step]) => step)
    return { answers: await lane.take(words, push, course.signal, tell), brokeOff: '' }
  } catch (error) {
    const { code, detail } = failureOf(error)
    if (notBegun.includes(code)) throw error
    return { answers: [], brokeOff: visible(detail) }
  }
}

const activation = (danger: PushPlan['danger'], unit: string): string => {
  if (unit === '') return 'makes what is new hold'
  return danger === 'restart' ? `reloads systemd, restarts ${unit}` : `has ${unit} take what is new`
}
