import { setImmediate } from 'node:timers/promises'
import type { AccessOfHost, AccessOverview, AccessRow } from '#shared/model/access.ts'
import { auditedHosts } from '#shared/model/audited-hosts.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import { accessFactsOf } from '../access/access-facts.ts'
import { hostAccess } from '../access/host-access.ts'
import { sharedKeys } from '../access/shared-keys.ts'
import { compareTiers } from '../access/tiers.ts'
import type { FactResults } from '../facts/registry.ts'
import type { Clock } from '../ports.ts'
import type { ViewService } from '../views/view-service.ts'
import { accountOf, type ComparedHost, comparedHost, type HostOverview, notCompared, type Principal, tiersOf } from './access-overview.ts'
import { type Removal, removalsOf } from './removal.ts'

export interface AccessService {
  /** What every account can do on every host, as the newest audits saw it. */
  list(fleet: Fleet): readonly AccessOfHost[]
  /** Works out what the overview needs, host by host: a hundred are a second of work, in which others are answered. */
  prepare(fleet: Fleet): Promise<void>
  /** The same account by account, held against the tiers. */
  overview(fleet: Fleet): FleetOverview
  /** One account of a host, with the lines that prove what is said. */
  account(fleet: Fleet, host: string, who: Principal): AccessRow | null
  /** What closes these accounts of a host, as the newest audit saw it. */
  removals(fleet: Fleet, host: string, who: readonly Principal[]): readonly Removal[]
}

export interface FleetOverview extends Omit<AccessOverview, 'hosts'> {
  readonly hosts: readonly HostOverview[]
}

/** What was worked out of one audit of a host, on one day: ages count in days. */
interface Worked extends ComparedHost {
  readonly of: string
  readonly fleet: Fleet
}

interface AccessServicePorts {
  readonly views: ViewService
  readonly clock: Clock
  /** The audit that the newest result of a host is of. */
  readonly newestAudit: (fleet: string, host: string) => string | undefined
}

/** What is worked out of a host is kept until its next audit, another fleet file or the next day (UTC), since rights end on a day. */
export function createAccessService({ views, clock, newestAudit }: AccessServicePorts): AccessService {
  /** By host. A review asks for all of them after each decision, and the screen for one account after the other. */
  const worked = new Map<string, Worked>()

  function work(fleet: Fleet, host: Host, now: number): Worked {
    const of = `${newestAudit(fleet.name, host.name)} ${new Date(now).toISOString().slice(0, 10)}`
    const before = worked.get(host.name)
    if (before?.of === of && before.fleet === fleet) return before
    const made = views.show(fleet, host.name, (sources) => comparedHost(sources, fleet, host, now))
    const fresh = { ...(made ?? notCompared(host, 'It was not looked at yet.')), of, fleet }
    worked.set(host.name, fresh)
    return fresh
  }

  return {
    list: (fleet) =>
      auditedHosts(fleet).map((host) => {
        const shown = views.show(fleet, host.name, ({ facts, findings }) => ({
          ...accessOf(facts, fleet, host, clock.now()),
          stale: findings.flatMap(({ control, status, subject }) => (control === STALE && status === 'warning' ? subject : [])),
        }))
        return shown ?? { host: host.name, access: null, reason: 'it was not looked at yet', tiers: [], stale: [] }
      }),
    async prepare(fleet) {
      for (const host of auditedHosts(fleet)) {
        work(fleet, host, clock.now())
        await setImmediate()
      }
    },
    overview(fleet) {
      const now = clock.now()
      const hosts = auditedHosts(fleet).map((host) => work(fleet, host, now))
      return {
        tiers: fleet.access ? tiersOf(fleet.access) : null,
        hosts: hosts.map(({ host }) => host),
        keys: [...sharedKeys(hosts.flatMap(({ holders }) => holders ?? []))],
      }
    },
    account: (fleet, name, who) => {
      const host = auditedHosts(fleet).find((one) => one.name === name)
      return host === undefined ? null : views.show(fleet, name, (sources) => accountOf(work(fleet, host, clock.now()), who, sources))
    },
    removals: (fleet, name, who) => {
      const host = auditedHosts(fleet).find((one) => one.name === name)
      const date = new Date(clock.now()).toISOString().slice(0, 10)
      const unseen = who.map(({ account, kind }): Removal => ({ host: name, account, kind, refused: 'The host is not known.', steps: [] }))
      if (host === undefined) return unseen
      return (
        views.show(fleet, name, ({ facts }) => {
          const { accounts } = facts
          if (!accounts.known) return unseen
          const known = { ...facts, accounts: accounts.value }
          return removalsOf(known, hostAccess(known, clock.now()), { fleet, host, who, date })
        }) ?? unseen
      )
    },
  }
}

/** The control that names accounts which are not used. */
const STALE = 'access-accounts-used'

function accessOf(facts: FactResults, fleet: Fleet, host: Host, now: number): Omit<AccessOfHost, 'stale'> {
  const { accounts } = facts
  if (!accounts.known) return { host: host.name, access: null, reason: accounts.reason, tiers: [] }
  const access = hostAccess(accessFactsOf(facts, accounts.value), now)
  return { host: host.name, access, reason: null, tiers: fleet.access ? [...compareTiers(access, fleet.access, fleet, host)] : [] }
}
