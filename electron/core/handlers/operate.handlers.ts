import type { Services } from '../services.ts'
import { unlessPushing } from './change-guards.ts'
import type { Handlers } from './handler.ts'

const LOGS_TIMEOUT_MS = 60_000

/** Operator work. It needs no step-up: the window confirms it natively, and a role says who may do more. */
export function operateHandlers(services: Services): Handlers {
  const { fleet, audits, operate, operateJobs } = services
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
        // The results of a host are not what they were: it is audited again.
        void done.then(({ result }) => {
          if (result && audits.job()?.state !== 'running' && services.opened() === over) audits.start(of, over, [request.host])
        })
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
