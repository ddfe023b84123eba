import type { HostAccess } from '#shared/model/access.ts'
import { auditedHosts } from '#shared/model/audited-hosts.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import type { FactResults } from '../facts/registry.ts'
import type { Clock } from '../ports.ts'
import type { ViewService } from '../views/view-service.ts'
import { hostAccess } from './host-access.ts'

export interface AccessOfHost {
  readonly host: string
  /** Null when the host was never looked at, or its accounts could not be read. */
  readonly access: HostAccess | null
  readonly reason: string | undefined
}

export interface AccessService {
  /** What every account can do on every host, as the newest audits saw it. */
  list(fleet: Fleet): readonly AccessOfHost[]
}

export function createAccessService({ views, clock }: { readonly views: ViewService; readonly clock: Clock }): AccessService {
  return {
    list: (fleet) =>
      auditedHosts(fleet).map(({ name: host }) => {
        const shown = views.show(fleet, host, ({ facts }) => accessOf(facts, clock.now()))
        return shown === null ? { host, access: null, reason: 'it was not looked at yet' } : { host, ...shown }
      }),
  }
}

function accessOf(facts: FactResults, now: number): Omit<AccessOfHost, 'host'> {
  const { accounts } = facts
  if (!accounts.known) return { access: null, reason: accounts.reason }
  return { access: hostAccess({ ...facts, accounts: accounts.value }, now), reason: undefined }
}
