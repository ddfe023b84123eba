import type { Services } from '../services.ts'
import { auditAgain } from './audit-again.ts'
import { unlessPushing } from './change-guards.ts'
import type { Handlers } from './handler.ts'

const LOGS_TIMEOUT_MS = 60_000

/** Operator work. It needs no step-up: the window confirms it natively, and a role says who may do more. */
export function operateHandlers(services: Services): Handlers {
  const { fleet, operate, operateJobs } = services
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
        void done.then(({ result }) => result && auditAgain(services, of, over, request.host))
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
