import {
  type AccessGap,
  type AccessOverview,
  type AccessRow,
  type AccountAccess,
  type AccountTier,
  tierNames,
} from '#shared/model/access.ts'
import { type AccessPolicy, accessSchema, type Fleet, type Host } from '#shared/model/fleet.ts'
import { proofAt } from '../views/rows.ts'
import type { ViewSources } from '../views/view-sources.ts'
import { hostAccess } from './host-access.ts'
import { allowedTo, compareTiers } from './tiers.ts'

/** Rows for one host: the loudest are kept where there are more. */
const MAX_ROWS = 500
const order: readonly AccountTier['state'][] = ['above', 'still-active', 'no-tier', 'missing', 'below', 'unknown', 'match', 'own']

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
  if (!accounts.known) return { host: host.name, reason: accounts.reason, rows: [], cut: 0, gaps: [] }
  const access = hostAccess({ ...sources.facts, accounts: accounts.value }, now)
  const byName = new Map(access.accounts.map((account) => [`${account.kind} ${account.name}`, account]))
  const compared = compareTiers(access, fleet.access ?? nobody, fleet, host)
  const cut = Math.max(0, compared.length - MAX_ROWS) + access.cut
  const rows = compared
    .toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
    .slice(0, MAX_ROWS)
    .map((row) => rowOf(row, kinds.flatMap((kind) => byName.get(`${kind} ${row.account}`) ?? [])[0], sources))
  return { host: host.name, reason: null, rows, cut, gaps: cut > 0 ? [...access.gaps, leftOut(cut)] : access.gaps }
}

const leftOut = (cut: number): AccessGap => ({
  reason: `${cut} more accounts are left out here: of those that were compared, the loudest ${MAX_ROWS} are shown`,
  hint: 'gatehouse access list shows up to 2000 of a host.',
  leavesOpen: [],
})

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
