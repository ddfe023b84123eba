import { failureOf, GatehouseError } from '#shared/errors.ts'
import type { Output } from '#shared/ipc/contracts.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import type { PushDraft } from '#shared/model/push-draft.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import type { WaveHost, WaveJob } from '#shared/model/wave-job.ts'
import { mapWithLimit } from '../jobs/map-with-limit.ts'
import type { Clock, Transport } from '../ports.ts'
import type { StepUp } from '../step-up/step-up.ts'
import type { PushJobs } from './push-jobs.ts'
import type { PushService } from './push-service.ts'
import { pushInWaves, wavesOf } from './push-waves.ts'

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
  job(): WaveJob | null
}

const AT_ONCE = 8
const PLAN_TIMEOUT_MS = 600_000

export function createWaveJobs({ clock, pushes, pushJobs, stepUp, changed }: WaveJobPorts): WaveJobs {
  let current: { job: WaveJob; readonly abort: AbortController } | undefined
  const iso = (ms: number) => new Date(ms).toISOString()

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
      const made = await mapWithLimit([...new Set(hosts)], AT_ONCE, async (host) => {
        try {
          return pushJobs.keep(await pushes.plan(fleet, transport, { ...draft, host }, signal))
        } catch (error) {
          return { host, failure: failureOf(error) }
        }
      })
      return {
        plans: made.flatMap((one) => ('failure' in one ? [] : [one])),
        failures: made.flatMap((one) => ('failure' in one ? [one] : [])),
      }
    },
    ready,
    start(fleet, transport, choice) {
      const plans = ready(choice)
      if (current && current.job.state !== 'finished') throw new GatehouseError({ code: 'push.running', detail: 'a push to many hosts' })
      const waves = wavesOf(plans, choice.canary, choice.waveSize)
      const hosts = waves.flatMap((wave, index) =>
        wave.map((plan): WaveHost => ({ plan, wave: index + 1, step: '', undoDueAt: null, outcome: null, reason: '' })),
      )
      const run = { abort: new AbortController(), job: { startedAt: iso(clock.now()), state: 'running', hosts } as WaveJob }
      current = run
      const become = (next: Partial<WaveJob>) => {
        run.job = { ...run.job, ...next }
        changed('push:changed')
      }
      const about = (name: string, next: Partial<WaveHost>) =>
        become({ hosts: run.job.hosts.map((host) => (host.plan.host === name ? { ...host, ...next } : host)) })
      become({})
      // What was begun on a host is carried to its end: stopping is between waves.
      const signal = new AbortController().signal
      const done = pushInWaves({
        ...{ plans, canary: choice.canary, waveSize: choice.waveSize, signal: run.abort.signal },
        ready: (plan) => pushes.ready(fleet, transport, plan, signal),
        push: (plan) =>
          pushes.push(fleet, transport, plan, {
            signal,
            onStep: (step, _detail, seconds) =>
              about(plan.host, { step, ...(step === 'arm' && { undoDueAt: iso(clock.now() + seconds * 1000) }) }),
          }),
        onWave: (_number, names) => {
          for (const name of names) about(name, { step: 'ready' })
        },
        onOutcome: ({ host, outcome, reason }) => about(host, { outcome, reason, undoDueAt: null }),
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
    job: () => current?.job ?? null,
  }
}
