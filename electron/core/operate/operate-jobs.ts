import { failureOf, GatehouseError } from '#shared/errors.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import type { OperateJob, OperateRequest } from '#shared/model/operate.ts'
import type { Clock, Transport } from '../ports.ts'
import type { OperateService } from './operate-service.ts'

export interface OperateJobPorts {
  readonly clock: Clock
  readonly operate: Pick<OperateService, 'find' | 'run'>
  readonly changed: (event: 'operate:changed') => void
}

/** What the window operates: one thing at a time, and where it stands. */
export interface OperateJobs {
  /** Throws `operate.running`, `operate.unknown-unit`. `done` resolves with the job as it ended; never rejects. */
  start(fleet: Fleet, transport: Transport, request: OperateRequest): { readonly job: OperateJob; readonly done: Promise<OperateJob> }
  /** Waits no longer for the end. */
  leave(): void
  job(): OperateJob | null
}

/** One at a time. `leave` stops the waiting, never what systemd does on the host. */
export function createOperateJobs({ clock, operate, changed }: OperateJobPorts): OperateJobs {
  let current: { job: OperateJob; readonly abort: AbortController } | undefined

  return {
    start(fleet, transport, request) {
      if (current?.job.state === 'running')
        throw new GatehouseError({ code: 'operate.running', detail: `${current.job.verb} ${current.job.unit} on ${current.job.host}` })
      const { unit } = operate.find(fleet, request.host, request.unit)
      const startedAt = new Date(clock.now()).toISOString()
      const first: OperateJob = { ...request, name: unit.name, startedAt, state: 'running', step: '', result: null, failure: null }
      const run = { abort: new AbortController(), job: first }
      current = run
      const become = (next: Partial<OperateJob>) => {
        run.job = { ...run.job, ...next }
        changed('operate:changed')
      }
      const done = operate
        .run(fleet, transport, request, { signal: run.abort.signal, onStep: (step) => become({ step }) })
        .then(
          (result) => become({ state: 'finished', result }),
          (error) => become({ state: 'finished', failure: failureOf(error) }),
        )
        .then(() => run.job)
      return { job: run.job, done }
    },
    leave: () => current?.abort.abort(new GatehouseError({ code: 'job.cancelled', detail: 'nobody waits for it any more' })),
    job: () => current?.job ?? null,
  }
}
