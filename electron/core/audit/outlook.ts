import { randomUUID } from 'node:crypto'
import type { Latest } from '#shared/ipc/audit.contract.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import type { Clock } from '../ports.ts'
import type { AuditService } from './audit-service.ts'

/** The newest results as the window follows them: whole once, then only the hosts that are new since a revision. */
export interface Outlook {
  /** Findings look different now although nobody audited: another fleet, another decision. Every revision given out is void. */
  renew(): void
  latest(fleet: Fleet | null, since: string | null): Latest
}

/** A revision holds for one opening of one fleet file, the decisions that stand, and the day, with which decisions end. */
export function createOutlook({ clock, audits }: { readonly clock: Clock; readonly audits: AuditService }): Outlook {
  let id: string = randomUUID()
  return {
    renew() {
      id = randomUUID()
    },
    latest(fleet, since) {
      const base = `${id} ${new Date(clock.now()).toISOString().slice(0, 10)}`
      const whole = since === null || !since.startsWith(`${base} `)
      const { sequence, outcome, hosts } = fleet
        ? audits.brief(fleet, whole ? undefined : Number(since.slice(base.length)))
        : { sequence: 0, outcome: null, hosts: [] }
      return { revision: `${base} ${sequence}`, whole, job: audits.job(), outcome, hosts }
    },
  }
}
