import { failureOf, GatehouseError } from '#shared/errors.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import type { PushConflict } from '#shared/model/push-conflict.ts'
import type { PushDraft } from '#shared/model/push-draft.ts'
import type { PushJob } from '#shared/model/push-job.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import type { Clock, Transport } from '../ports.ts'
import type { StepUp } from '../step-up/step-up.ts'
import type { PushService } from './push-service.ts'
import { EXTEND_SECONDS, EXTEND_TIMEOUT_MS } from './transaction/extend-undo.ts'

export interface PushJobPorts {
  readonly clock: Clock
  readonly pushes: PushService
  readonly stepUp: Pick<StepUp, 'require'>
  readonly changed: (event: 'push:changed') => void
}

/** What the window pushes: plans that were made here, one push at a time, and where it stands. */
export interface PushJobs {
  /** Keeps the plan. Throws what `PushService.plan` throws, `job.cancelled` when it was stopped. */
  plan(fleet: Fleet, transport: Transport, choice: PushDraft): Promise<PushPlan>
  /** A plan that was made elsewhere in this program may be pushed, too. */
  keep(plan: PushPlan): PushPlan
  /** Throws `push.plan-invalid` for one that was not made here. */
  planned(id: string): PushPlan
  stopPlanning(): void
  /**
   * The plan that may be pushed now. Throws `step-up.needed`, `push.plan-invalid` for one that was not made here, and `push.not-possible` where
   * the name of the host must be typed and was not.
   */
  ready(id: string, typedHost: string): PushPlan
  /** Starts it. Throws what `ready` throws, and `push.running`. `done` resolves with the job as it ended; never rejects. */
  start(fleet: Fleet, transport: Transport, id: string, typedHost: string): { readonly job: PushJob; readonly done: Promise<PushJob> }
  /** Has the host undo what is under way; nothing once it was decided. */
  undo(): void
  /** Puts the undo that is armed off. Throws `push.not-extended`. */
  extend(fleet: Fleet, transport: Transport): Promise<PushJob>
  job(): PushJob | null
}

const READ_TIMEOUT_MS = 60_000

/** Enough for one sitting; a plan is old long before. */
const MAX_PLANS = 50

/** Plans live in memory, the newest fifty, and only those that were made in this sitting may be pushed. One push at a time. */
export function createPushJobs({ clock, pushes, stepUp, changed }: PushJobPorts): PushJobs {
  const plans = new Map<string, PushPlan>()
  let planning: AbortController | undefined
  let current: { job: PushJob; readonly abort: AbortController; readonly become: (next: Partial<PushJob>) => void } | undefined
  const iso = (ms: number) => new Date(ms).toISOString()

  function planned(id: string): PushPlan {
    const plan = plans.get(id)
    if (plan === undefined) throw new GatehouseError({ code: 'push.plan-invalid', detail: 'it was not made in this sitting' })
    return plan
  }

  function ready(id: string, typedHost: string): PushPlan {
    const plan = planned(id)
    if (plan.danger === 'lock-out' && typedHost !== plan.host)
      throw new GatehouseError({ code: 'push.not-possible', detail: 'the name of the host was not typed', host: plan.host })
    stepUp.require()
    return plan
  }

  const conflictsIn = async (fleet: Fleet, transport: Transport, plan: PushPlan): Promise<PushConflict[]> => [
    ...(await pushes.conflicts(fleet, transport, plan, AbortSignal.timeout(READ_TIMEOUT_MS))),
  ]

  function keep(plan: PushPlan): PushPlan {
    plans.set(plan.id, plan)
    const [oldest] = plans.keys()
    if (plans.size > MAX_PLANS && oldest !== undefined) plans.delete(oldest)
    return plan
  }

  return {
    async plan(fleet, transport, choice) {
      planning?.abort()
      const abort = new AbortController()
      planning = abort
      return keep(await pushes.plan(fleet, transport, choice, abort.signal))
    },
    keep,
    planned,
    stopPlanning() {
      planning?.abort(new GatehouseError({ code: 'job.cancelled', detail: 'stopped by the admin' }))
    },
    ready,
    start(fleet, transport, id, typedHost) {
      const plan = ready(id, typedHost)
      if (current && current.job.state !== 'finished')
        throw new GatehouseError({ code: 'push.running', detail: `${current.job.plan.template.id} on ${current.job.plan.host}` })
      const become = (next: Partial<PushJob>) => {
        run.job = { ...run.job, ...next }
        changed('push:changed')
      }
      const run = {
        abort: new AbortController(),
        become,
        job: {
          ...{ plan, startedAt: iso(clock.now()), state: 'running', steps: [], undoDueAt: null, undoAfterSeconds: null },
          ...{ result: null, failure: null, conflicts: [] },
        } as PushJob,
      }
      current = run
      become({})
      const onStep = (step: string, detail: string, undoAfterSeconds: number) => {
        const now = clock.now()
        const steps = [...run.job.steps, { step, detail, at: iso(now) }]
        // The timer starts while this step is taken: it is not due before what is said here.
        if (step === 'arm') become({ steps, undoAfterSeconds, undoDueAt: iso(now + undoAfterSeconds * 1000) })
        else if (step === 'undo') become({ steps, state: 'undoing' })
        else become({ steps })
      }
      const done = pushes
        .push(fleet, transport, plan, { signal: run.abort.signal, onStep })
        .then(
          (result) => become({ state: 'finished', undoDueAt: null, result }),
          async (error) => {
            const failure = failureOf(error)
            const conflicts = failure.code === 'push.conflict' ? await conflictsIn(fleet, transport, plan) : []
            become({ state: 'finished', undoDueAt: null, failure, conflicts })
          },
        )
        .then(() => run.job)
      return { job: run.job, done }
    },
    undo() {
      if (current?.job.state === 'running')
        current.abort.abort(new GatehouseError({ code: 'job.cancelled', detail: 'undone by the admin' }))
    },
    async extend(fleet, transport) {
      const run = current
      if (run?.job.state !== 'running' || run.job.undoDueAt === null)
        throw new GatehouseError({ code: 'push.not-extended', detail: 'no undo is armed' })
      const asked = clock.now()
      const { plan } = run.job
      const seconds = await pushes.extend(fleet, transport, plan.id, EXTEND_SECONDS, AbortSignal.timeout(EXTEND_TIMEOUT_MS))
      const step = { step: 'extend', detail: `the undo runs by itself in ${seconds} s`, at: iso(asked) }
      // It may have been decided meanwhile.
      if (run.job.undoDueAt !== null)
        run.become({ steps: [...run.job.steps, step], undoAfterSeconds: seconds, undoDueAt: iso(asked + seconds * 1000) })
      return run.job
    },
    job: () => current?.job ?? null,
  }
}
