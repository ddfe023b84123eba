import { GatehouseError } from '#shared/errors.ts'
import type { Output } from '#shared/ipc/contracts.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import type { PushDraft } from '#shared/model/push-draft.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import type { WaveHost, WaveJob } from '#shared/model/wave-job.ts'
import type { Clock, Transport } from '../ports.ts'
import type { StepUp } from '../step-up/step-up.ts'
import { planMany } from './plan-many.ts'
import type { PushJobs } from './push-jobs.ts'
import type { PushService } from './push-service.ts'
import { pushInWaves, wavesOf } from './push-waves.ts'
import { EXTEND_SECONDS, EXTEND_TIMEOUT_MS } from './transaction/extend-undo.ts'

interface WaveJobPorts {
  readonly clock: Clock
  readonly pushes: PushService
  readonly pushJobs: Pick<PushJobs, 'keep' | 'planned'>
  readonly stepUp: Pick<StepUp, 'require'>
  readonly changed: (event: 'push:changed') => void
}

export interface WaveChoice {
  /** Ids of plans of this sitting, one per host, in the order of the push. */
  readonly plans: readonly string[]
  readonly canary: number
  readonly waveSize: number
  /** The names of all hosts with spaces between, where a mistake could lock everybody out. */
  readonly typedHosts: string
}

/** A push to many hosts, as the window has it: one at a time. */
export interface WaveJobs {
  /** One plan per host; what a host has of its own is filled in for each. Rejects only when it was stopped. */
  plan(fleet: Fleet, transport: Transport, hosts: readonly string[], draft: Omit<PushDraft, 'host'>): Promise<Output<'push:plan-many'>>
  /** The plans that may be pushed now. Throws `step-up.needed`, `push.plan-invalid`, and `push.not-possible` where names were not typed. */
  ready(choice: WaveChoice): readonly PushPlan[]
  /** Throws what `ready` throws, and `push.running`. `done` never rejects. */
  start(fleet: Fleet, transport: Transport, choice: WaveChoice): { readonly job: WaveJob; readonly done: Promise<WaveJob> }
  /** The wave that runs is the last one. */
  stop(): void
  /** Has one host undo what is under way there; nothing once it was decided. */
  undo(host: string): void
  /** Puts the undo that is armed on one host off. Throws `push.not-extended`. */
  extend(fleet: Fleet, transport: Transport, host: string): Promise<WaveJob>
  job(): WaveJob | null
}

/** A push to many hosts that runs, or the last one. */
interface WaveRun {
  job: WaveJob
  readonly abort: AbortController
  /** Of each host, what has it undo now. */
  readonly undos: ReadonlyMap<string, AbortController>
  readonly about: (host: string, next: Partial<WaveHost>) => void
}

const unarmed = { undoDueAt: null, undoAfterSeconds: null } as const

const PLAN_TIMEOUT_MS = 600_000

/** One wave at a time; each of its hosts is a push of its own, with an undo of its own. */
export function createWaveJobs({ clock, pushes, pushJobs, stepUp, changed }: WaveJobPorts): WaveJobs {
  let current: WaveRun | undefined
  const iso = (ms: number) => new Date(ms).toISOString()

  /** The timer starts while it is armed: it is not due before what is said here. */
  const undoAfter = (step: string, seconds: number): Partial<WaveHost> =>
    step === 'arm' ? { undoAfterSeconds: seconds, undoDueAt: iso(clock.now() + seconds * 1000) } : step === 'undo' ? unarmed : {}

  function ready({ plans: ids, typedHosts }: WaveChoice): readonly PushPlan[] {
    const plans = ids.map((id) => pushJobs.planned(id))
    const names = plans.map(({ host }) => host)
    if (new Set(names).size !== names.length) throw new GatehouseError({ code: 'push.plan-invalid', detail: 'two plans are for one host' })
    if (plans.some(({ danger }) => danger === 'lock-out') && typedHosts !== names.join(' '))
      throw new GatehouseError({ code: 'push.not-possible', detail: 'the names of the hosts were not typed' })
    stepUp.require()
    return plans
  }

  return {
    async plan(fleet, transport, hosts, draft) {
      const signal = AbortSignal.timeout(PLAN_TIMEOUT_MS)
      return planMany(hosts, async (host) => pushJobs.keep(await pushes.plan(fleet, transport, { ...draft, host }, signal)))
    },
    ready,
    start(fleet, transport, choice) {
      const plans = ready(choice)
      if (current && current.job.state !== 'finished') throw new GatehouseError({ code: 'push.running', detail: 'a push to many hosts' })
      const waves = wavesOf(plans, choice.canary, choice.waveSize)
      const hosts = waves.flatMap((wave, index) =>
        wave.map(
          (plan): WaveHost => ({ plan, wave: index + 1, step: '', undoDueAt: null, undoAfterSeconds: null, outcome: null, reason: '' }),
        ),
      )
      const become = (next: Partial<WaveJob>) => {
        run.job = { ...run.job, ...next }
        changed('push:changed')
      }
      const about = (name: string, next: Partial<WaveHost>) =>
        become({ hosts: run.job.hosts.map((host) => (host.plan.host === name ? { ...host, ...next } : host)) })
      const run: WaveRun = {
        ...{ abort: new AbortController(), about, undos: new Map(plans.map(({ host }) => [host, new AbortController()])) },
        job: { startedAt: iso(clock.now()), state: 'running', hosts },
      }
      current = run
      become({})
      // What was begun on a host is carried to its end: stopping is between waves.
      const signal = new AbortController().signal
      const done = pushInWaves({
        ...{ plans, canary: choice.canary, waveSize: choice.waveSize, signal: run.abort.signal },
        ready: (plan) => pushes.ready(fleet, transport, plan, signal),
        push: (plan) =>
          pushes.push(fleet, transport, plan, {
            signal: run.undos.get(plan.host)?.signal ?? signal,
            onStep: (step, _detail, seconds) => about(plan.host, { step, ...undoAfter(step, seconds) }),
          }),
        onWave: (_number, names) => {
          for (const name of names) about(name, { step: 'ready' })
        },
        onOutcome: ({ host, outcome, reason }) => about(host, { outcome, reason, ...unarmed }),
      }).then(
        () => become({ state: 'finished' }),
        () => become({ state: 'finished' }),
      )
      return { job: run.job, done: done.then(() => run.job) }
    },
    stop() {
      if (current?.job.state !== 'running') return
      current.abort.abort()
      current.job = { ...current.job, state: 'stopping' }
      changed('push:changed')
    },
    undo(name) {
      const host = current?.job.hosts.find(({ plan }) => plan.host === name)
      if (host === undefined || host.undoDueAt === null) return
      current?.undos.get(name)?.abort(new GatehouseError({ code: 'job.cancelled', detail: 'undone by the admin', host: name }))
    },
    async extend(fleet, transport, name) {
      const run = current
      const armed = () => run?.job.hosts.find(({ plan, undoDueAt }) => plan.host === name && undoDueAt !== null)
      const host = armed()
      if (run === undefined || host === undefined)
        throw new GatehouseError({ code: 'push.not-extended', detail: `no undo is armed on ${name}`, host: name })
      const asked = clock.now()
      const seconds = await pushes.extend(fleet, transport, host.plan.id, EXTEND_SECONDS, AbortSignal.timeout(EXTEND_TIMEOUT_MS))
      // It may have been decided meanwhile.
      if (armed()) run.about(name, { undoAfterSeconds: seconds, undoDueAt: iso(asked + seconds * 1000) })
      return run.job
    },
    job: () => current?.job ?? null,
  }
}
