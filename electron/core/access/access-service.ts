import type { AccessOverview, AccountTier, HostAccess } from '#shared/model/access.ts'
import { auditedHosts } from '#shared/model/audited-hosts.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import type { FactResults } from '../facts/registry.ts'
import type { Clock } from '../ports.ts'
import type { ViewService } from '../views/view-service.ts'
import { overviewOf, tiersOf } from './access-overview.ts'
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
  /** The same for the window, with the lines that prove it. */
  overview(fleet: Fleet): AccessOverview
}

export function createAccessService({ views, clock }: { readonly views: ViewService; readonly clock: Clock }): AccessService {
  return {
    list: (fleet) =>
      auditedHosts(fleet).map((host) => {
        const shown = views.show(fleet, host.name, ({ facts }) => accessOf(facts, fleet, host, clock.now()))
        return shown ?? { host: host.name, access: null, reason: 'it was not looked at yet', tiers: [] }
      }),
    overview: (fleet) => ({
      tiers: fleet.access ? tiersOf(fleet.access) : null,
      hosts: auditedHosts(fleet).map(
        (host) =>
          views.show(fleet, host.name, (sources) => overviewOf(sources, fleet, host, clock.now())) ?? {
            host: host.name,
            reason: 'It was not looked at yet.',
            rows: [],
            gaps: [],
          },
      ),
    }),
  }
}

function accessOf(facts: FactResults, fleet: Fleet, host: Host, now: number): AccessOfHost {
  const { accounts } = facts
  if (!accounts.known) return { host: host.name, access: null, reason: accounts.reason, tiers: [] }
  const access = hostAccess({ ...facts, accounts: accounts.value }, now)
  return { host: host.name, access, reason: undefined, tiers: fleet.access ? compareTiers(access, fleet.access, fleet, host) : [] }
}
