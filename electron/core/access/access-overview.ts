import { type AccessOverview, type AccessRow, type AccountAccess, type AccountTier, tierNames } from '#shared/model/access.ts'
import { type AccessPolicy, accessSchema, type Fleet, type Host } from '#shared/model/fleet.ts'
import { proofAt } from '../views/rows.ts'
import type { ViewSources } from '../views/view-sources.ts'
import { hostAccess } from './host-access.ts'
import { allowedTo, compareTiers } from './tiers.ts'

/** Rows for one host: the loudest are kept where there are more. */
const MAX_ROWS = 500
const order: readonly AccountTier['state'][] = ['above', 'still-active', 'no-tier', 'missing', 'unknown', 'match', 'own']

/** Nobody is named: then whoever gets in is in no tier. */
const nobody: AccessPolicy = accessSchema.parse({ tiers: {} })

export const tiersOf = (policy: AccessPolicy): NonNullable<AccessOverview['tiers']> =>
  tierNames.map((name) => {
    const { accounts, groups, idpGroups } = policy.tiers[name]
    return {
      name,
      members: [...accounts, ...[...groups, ...idpGroups].map((group) => `group ${group}`)],
      capabilities: [...allowedTo(policy, name)],
    }
  })

const kinds = ['account', 'web', 'idp', 'key'] satisfies readonly AccountAccess['kind'][]

export function overviewOf(sources: ViewSources, fleet: Fleet, host: Host, now: number): AccessOverview['hosts'][number] {
  const { accounts } = sources.facts
  if (!accounts.known) return { host: host.name, reason: accounts.reason, rows: [], gaps: [] }
  const access = hostAccess({ ...sources.facts, accounts: accounts.value }, now)
  const byName = new Map(access.accounts.map((account) => [`${account.kind} ${account.name}`, account]))
  const rows = compareTiers(access, fleet.access ?? nobody, fleet, host)
    .toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
    .slice(0, MAX_ROWS)
    .map((row) => rowOf(row, kinds.flatMap((kind) => byName.get(`${kind} ${row.account}`) ?? [])[0], sources))
  return { host: host.name, reason: null, rows, gaps: access.gaps }
}

function rowOf({ excess: _, proofs, ...row }: AccountTier, account: AccountAccess | undefined, sources: ViewSources): AccessRow {
  return {
    ...row,
    kind: account?.kind ?? 'account',
    logins: account?.logins ?? [],
    lastLogin: account?.lastLogin ?? null,
    holdings: (account?.holdings ?? []).map(({ proofs: __, ...holding }) => holding),
    proofs: proofs.slice(0, 6).flatMap(({ section, line }) => proofAt(sources, section, line) ?? []),
  }
}
