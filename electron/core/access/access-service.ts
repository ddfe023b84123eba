import type { AccountTier, HostAccess } from '#shared/model/access.ts'
import { auditedHosts } from '#shared/model/audited-hosts.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import type { FactResults } from '../facts/registry.ts'
import type { Clock } from '../ports.ts'
import type { ViewService } from '../views/view-service.ts'
import { hostAccess } from './host-access.ts'
import { compareTiers } from './tiers.ts'

export interface AccessOfHost {
  readonly host: string
  /** Null when the host was never looked at, or its accounts could not be read. */
  readonly access: HostAccess | null
  readonly reason: string | undefined
  /** Held against the tiers of the fleet file; empty where it has none. */
  readonly tiers: readonly AccountTier[]
}

export interface AccessService {
  /** What every account can do on every host, as the newest audits saw it. */
  list(fleet: Fleet): readonly AccessOfHost[]
}

export function createAccessService({ views, clock }: { readonly views: ViewService; readonly clock: Clock }): AccessService {
  return {
    list: (fleet) =>
      auditedHosts(fleet).map((host) => {
        const shown = views.show(fleet, host.name, ({ facts }) => accessOf(facts, fleet, host, clock.now()))
        return shown ?? { host: host.name, access: null, reason: 'it was not looked at yet', tiers: [] }
      }),
  }
}

function accessOf(facts: FactResults, fleet: Fleet, host: Host, now: number): AccessOfHost {
  const { accounts } = facts
  if (!accounts.known) return { host: host.name, access: null, reason: accounts.reason, tiers: [] }
  const access = hostAccess({ ...facts, accounts: accounts.value }, now)
  return { host: host.name, access, reason: undefined, tiers: fleet.access ? compareTiers(access, fleet.access, fleet, host) : [] }
}
