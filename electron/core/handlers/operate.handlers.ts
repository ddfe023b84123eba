import { setTimeout as pause } from 'node:timers/promises'
import type { Fleet } from '#shared/model/fleet.ts'
import type { AuditJob } from '#shared/model/job.ts'
import type { Transport } from '../ports.ts'
import type { Services } from '../services.ts'
import { unlessPushing } from './change-guards.ts'
import type { Handlers } from './handler.ts'

const LOGS_TIMEOUT_MS = 60_000
const AGAIN_EVERY_MS = 250

const isUnderWay = (job: AuditJob | null): boolean => job !== null && job.state !== 'finished'

/** Operator work. It needs no step-up: the window confirms it natively, and a role says who may do more. */
export function operateHandlers(services: Services): Handlers {
  const { fleet, audits, operate, operateJobs } = services

  /** The results of a host are not what they were: it is audited again, after the audit that runs, which may have looked before. */
  async function auditAgain(of: Fleet, over: Transport, host: string): Promise<void> {
    while (services.opened() === over && isUnderWay(audits.job())) await pause(AGAIN_EVERY_MS)
    if (services.opened() === over) audits.start(of, over, [host])
  }

  return {
    'operate:units': ({ host }) => {
      const { fleet: open } = fleet.state()
      return open === null ? [] : operate.units(open, host)
    },
    'operate:run': (request) =>
      unlessPushing(services, () => {
        const of = fleet.require()
        const over = services.transport()
        const { job, done } = operateJobs.start(of, over, request)
        void done.then(({ result }) => result && auditAgain(of, over, request.host))
        return job
      }),
    'operate:job': () => operateJobs.job(),
    'operate:leave': () => {
      operateJobs.leave()
      return null
    },
    'operate:logs': ({ host, unit }) =>
      operate.logs(fleet.require(), services.transport(), host, unit, AbortSignal.timeout(LOGS_TIMEOUT_MS)),
  }
}
