import { GatehouseError } from '#shared/errors.ts'
import type { Services } from '../services.ts'

/** Another fleet has other connections, and a push needs its own until its verdict. Throws `push.running`. */
export function unlessPushing<T>({ pushJobs, waveJobs }: Services, run: () => T): T {
  const waves = waveJobs.job()
  if (waves && waves.state !== 'finished') throw new GatehouseError({ code: 'push.running', detail: `on ${waves.hosts.length} hosts` })
  const job = pushJobs.job()
  if (job && job.state !== 'finished') throw new GatehouseError({ code: 'push.running', detail: `on ${job.plan.host}` })
  return run()
}

/** A push proves that its service came up by itself: nobody restarts one meanwhile. Throws `operate.running`. */
export function unlessOperating<T>({ operateJobs }: Services, run: () => T): T {
  const job = operateJobs.job()
  if (job?.state === 'running') throw new GatehouseError({ code: 'operate.running', detail: `${job.verb} ${job.unit}`, host: job.host })
  return run()
}

/** Changes a host beside a push, after the step-up; one at a time. */
export async function steppedUp<T>(services: Services, run: () => Promise<T>): Promise<T> {
  services.stepUp.require()
  try {
    return await unlessPushing(services, run)
  } finally {
    services.changed('push:changed')
  }
}

/** Runs a decision and tells the window that findings look different now. */
export function decided<T>({ outlook, changed }: Services, event: 'waiver:changed' | 'attestation:changed', run: () => T): T {
  const result = run()
  outlook.renew()
  changed(event)
  return result
}
