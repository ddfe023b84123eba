import { randomUUID } from 'node:crypto'
import { failureOf, GatehouseError } from '#shared/errors.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import type { ModelJob, ModelProgress } from '#shared/model/model-job.ts'
import { mapWithLimit } from '../jobs/map-with-limit.ts'
import { throttled } from '../jobs/throttle.ts'
import type { Clock } from '../ports.ts'

const HOSTS_AT_ONCE = 8
const PROGRESS_INTERVAL_MS = 200

export interface ModelRun {
  readonly job: ModelJob
  /** Resolves with the job as it ended; never rejects. */
  readonly done: Promise<ModelJob>
}

/** What is done on one host. Rejects with why it did not come to its end. */
export type HostWork = (host: Host, onProgress: (progress: Partial<ModelProgress>) => void, signal: AbortSignal) => Promise<void>

/** Work on the models of many hosts, one run at a time. */
export interface ModelJobs {
  /** On all hosts where none are named. Throws `models.running`, or `fleet.no-host` for an unknown host. */
  run(fleet: Fleet, hosts: readonly string[], kind: ModelJob['kind'], work: HostWork): ModelRun
  cancel(): void
  /** The one that runs, or the last. */
  job(): ModelJob | null
}

interface ModelJobPorts {
  readonly clock: Clock
  readonly changed: (event: 'models:changed' | 'model-job:changed') => void
}

/** One job at a time, on a few hosts at once; one that fails keeps none of the others from ending. */
export function createModelJobs({ clock, changed }: ModelJobPorts): ModelJobs {
  let current: { job: ModelJob; readonly abort: AbortController } | undefined
  const told = throttled(() => changed('model-job:changed'), PROGRESS_INTERVAL_MS)

  function update(host: string, progress: Partial<ModelProgress>): void {
    if (!current) return
    current.job = { ...current.job, hosts: current.job.hosts.map((it) => (it.host === host ? { ...it, ...progress } : it)) }
    told()
  }

  async function workOn(host: Host, work: HostWork, { signal }: AbortController): Promise<void> {
    try {
      await work(host, (progress) => update(host.name, progress), signal)
      update(host.name, { stage: 'done', current: '', bytesPerSecond: 0 })
    } catch (error) {
      const failure = failureOf(error)
      if (signal.aborted || failure.code === 'job.cancelled') update(host.name, { stage: 'cancelled' })
      else update(host.name, { stage: 'failed', failure: { ...failure, host: failure.host ?? host.name } })
    }
  }

  return {
    run(fleet, names, kind, work) {
      if (current && current.job.state !== 'finished')
        throw new GatehouseError({ code: 'models.running', detail: `started ${current.job.startedAt}` })
      const chosen = named(fleet, names)
      const abort = new AbortController()
      const job: ModelJob = {
        ...{ id: randomUUID(), kind, startedAt: new Date(clock.now()).toISOString(), state: 'running' },
        hosts: chosen.map(({ name }) => ({ host: name, ...waiting })),
      }
      const started = { abort, job }
      current = started
      changed('model-job:changed')
      const done = mapWithLimit(chosen, HOSTS_AT_ONCE, (host) => workOn(host, work, abort)).then(() => {
        started.job = { ...started.job, state: 'finished' }
        changed('model-job:changed')
        changed('models:changed')
        return started.job
      })
      return { job: started.job, done }
    },
    cancel() {
      if (current?.job.state !== 'running') return
      current.job = { ...current.job, state: 'cancelling' }
      current.abort.abort(new GatehouseError({ code: 'job.cancelled', detail: 'stopped by the admin' }))
      changed('model-job:changed')
    },
    job: () => current?.job ?? null,
  }
}

const waiting = { stage: 'waiting', filesDone: 0, filesTotal: 0, bytesDone: 0, bytesTotal: 0, current: '', bytesPerSecond: 0 } as const

function named({ hosts }: Fleet, names: readonly string[]): readonly Host[] {
  const unknown = names.find((name) => !hosts.some((host) => host.name === name))
  if (unknown !== undefined) throw new GatehouseError({ code: 'fleet.no-host', detail: `no host is named ${unknown}` })
  return hosts.filter(({ name }) => names.length === 0 || names.includes(name))
}
