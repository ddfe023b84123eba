import { setTimeout as pause } from 'node:timers/promises'
import type { Fleet } from '#shared/model/fleet.ts'
import type { AuditJob } from '#shared/model/job.ts'
import type { Transport } from '../ports.ts'
import type { Services } from '../services.ts'

const AGAIN_EVERY_MS = 250

/** The results of hosts are not what they were: they are audited again, after the audit that runs, which may have looked before. */
export async function auditAgain({ audits, leads }: Services, of: Fleet, over: Transport, ...hosts: readonly string[]): Promise<void> {
  while (leads(over) && isUnderWay(audits.job())) await pause(AGAIN_EVERY_MS)
  if (leads(over)) audits.start(of, over, [...hosts])
}

const isUnderWay = (job: AuditJob | null): boolean => job !== null && job.state !== 'finished'
