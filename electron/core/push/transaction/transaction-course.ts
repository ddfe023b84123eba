import { failureOf } from '#shared/errors.ts'
import type { Host } from '#shared/model/fleet.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import { visible } from '#shared/words.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { HostSession } from '../../ports.ts'
import type { HostPush } from '../host/program.ts'
import { openLane, type StepLane } from '../host/step-lane.ts'
import { extendedSeconds } from '../journal/history.ts'
import type { HostLook } from '../look/compare.ts'
import { type Look, type LooksAfter, looksAfter } from '../look/early-look.ts'
import { concernsLogin } from '../look/way-in.ts'

export interface TransactionRequest {
  readonly plan: PushPlan
  readonly planSha256: string
  readonly push: HostPush
  /** Absent: as long as the look before the change says that a look may take, at least 120. */
  readonly undoAfterSeconds?: number | undefined
  /** The host as the change identity reaches it. */
  readonly host: Host
  readonly user: string
  readonly connect: (fresh: boolean, signal: AbortSignal) => Promise<HostSession>
  /** The look before the change. Never rejects. */
  readonly before: () => Promise<HostLook>
  /** With the audit identity. */
  readonly look: Look
  readonly ledger: Ledger
  /** A step, which is in the ledger, is taken now. */
  readonly onStep: (step: string, detail: string, undoAfterSeconds: number) => void
  readonly signal: AbortSignal
}

type Digests = Readonly<Record<string, string>>

/** What all parts of one transaction share. */
export interface Course extends TransactionRequest {
  /** A login may hang on what is changed. */
  readonly cutsOff: boolean
  readonly looks: LooksAfter
  /** A shell of root over a session of the change identity. */
  readonly laneOf: (session: HostSession) => StepLane
  /** Into the ledger; throws its failure. */
  readonly note: (step: string, detail: string, digests?: Digests) => void
  /** Into the ledger, then told. */
  readonly announce: (push: HostPush, step: string, detail: string, digests?: Digests) => void
  /** By how many seconds the undo was put off until now: the ledger knows it whoever does it, this window or a command beside it. */
  readonly extendedSeconds: () => number
}

/** `extendedSeconds` is 0 where the ledger cannot be read: then the undo comes when it was due at first. */
export function courseOf(request: TransactionRequest): Course {
  const { plan, host, user, ledger, onStep, signal } = request
  const note: Course['note'] = (step, detail, digests = {}) =>
    void ledger.append({ action: `push.${step}`, host: host.name, subject: plan.id, detail: visible(detail).slice(0, 2000), digests })
  const extended = (): number => {
    try {
      return extendedSeconds(ledger.read().records, plan.id)
    } catch {
      return 0
    }
  }
  return {
    ...request,
    cutsOff: concernsLogin(plan),
    looks: looksAfter(request.look, signal),
    laneOf: (session) => openLane(session, user, 'root', () => extended() * 1000),
    note,
    announce(push, step, detail, digests) {
      note(step, detail, digests)
      onStep(step, detail, push.undoAfterSeconds)
    },
    extendedSeconds: extended,
  }
}

/** Once something may have changed, a ledger that cannot be written stops no undo: why it could not be written, empty when it was. */
export function noteAnyway(course: Course, step: string, detail: string, digests?: Digests): string {
  try {
    course.note(step, detail, digests)
    return ''
  } catch (error) {
    return `The ledger could not be written: ${failureOf(error).detail}`
  }
}
