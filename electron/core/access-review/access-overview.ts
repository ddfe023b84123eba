import {
  type AccessFound,
  type AccessGap,
  type AccessOverview,
  type AccessRow,
  type AccountAccess,
  type AccountTier,
  type HostAccess,
  type NotRead,
  tierNames,
} from '#shared/model/access.ts'
import { capabilities } from '#shared/model/capability.ts'
import { type AccessPolicy, accessSchema, type Fleet, type Host } from '#shared/model/fleet.ts'
import { accessFactsOf } from '../access/access-facts.ts'
import { hostAccess } from '../access/host-access.ts'
import { holdersOf, type KeyHolders } from '../access/shared-keys.ts'
import { allowedTo, compareTiers } from '../access/tiers.ts'
import { proofAt } from '../views/rows.ts'
import type { ViewSources } from '../views/view-sources.ts'

const order: readonly AccountTier['state'][] = ['above', 'still-active', 'no-tier', 'missing', 'below', 'unknown', 'match', 'own']

/** Nobody is named: then whoever gets in is in no tier. */
const nobody: AccessPolicy = accessSchema.parse({ tiers: {} })

/** Tiers as people read them: whom the fleet file names in each, groups by the word, and what each may do. */
export const tiersOf = (policy: AccessPolicy): NonNullable<AccessOverview['tiers']> =>
  tierNames.map((name) => {
    const { accounts, groups, idpGroups } = policy.tiers[name]
    return {
      name,
      members: [...accounts, ...[...groups, ...idpGroups].map((group) => `group ${group}`)],
      capabilities: [...allowedTo(policy, name)],
    }
  })

/** Whom a row is about: a name, and what it stands for. */
export type Principal = Pick<AccountTier, 'account' | 'kind'>

/** Of one host: every account that was compared, the loudest first. */
export interface HostOverview extends Omit<AccessOverview['hosts'][number], 'rows'> {
  readonly rows: readonly AccessFound[]
}

/** A host whose accounts were compared: what is shown of them, and where each is proven. */
export interface ComparedHost {
  readonly host: HostOverview
  /** By kind and name. */
  readonly proofs: ReadonlyMap<string, AccountTier['proofs']>
  /** Undefined where the accounts are not known. */
  readonly holders: KeyHolders | undefined
}

const keyOf = ({ kind, account }: Principal): string => `${kind} ${account}`

/**
 * One host of an audit against the tiers, at `now` (ms since 1970), which decides what has expired. With its reason where its accounts
 * were not read.
 */
export function comparedHost(sources: ViewSources, fleet: Fleet, host: Host, now: number): ComparedHost {
  const { accounts } = sources.facts
  if (!accounts.known) return notCompared(host, accounts.reason)
  const access = hostAccess(accessFactsOf(sources.facts, accounts.value), now)
  const { cut, gaps, unlisted } = access
  const compared = comparedRows(access, fleet, host)
  return {
    host: {
      host: host.name,
      reason: null,
      rows: compared.map(({ row }) => row),
      cut,
      gaps: cut > 0 ? [...gaps, leftOut(cut)] : gaps,
      ...(unlisted !== undefined && { unlisted }),
    },
    proofs: new Map(compared.map(({ row, proofs }) => [keyOf(row), proofs])),
    holders: holdersOf(access, fleet, host),
  }
}

/** A host of the overview of which nothing is known: `reason` says why, as a sentence. */
export const notCompared = (host: Host, reason: string): ComparedHost => ({
  host: { host: host.name, reason, rows: [], cut: 0, gaps: [] },
  proofs: new Map(),
  holders: undefined,
})

/** One of its accounts, with the lines that prove it. */
export function accountOf({ host, proofs }: ComparedHost, who: Principal, sources: ViewSources): AccessRow | null {
  const row = host.rows.find((one) => keyOf(one) === keyOf(who))
  if (row === undefined) return null
  const cited = proofs.get(keyOf(who)) ?? []
  return { ...row, proofs: cited.slice(0, 6).flatMap(({ section, line }) => proofAt(sources, section, line) ?? []) }
}

function comparedRows(access: HostAccess, fleet: Fleet, host: Host) {
  const byName = new Map(access.accounts.map((account) => [`${account.kind} ${account.name}`, account]))
  return compareTiers(access, fleet.access ?? nobody, fleet, host)
    .toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
    .map(({ excess: _, proofs, ...row }): { readonly row: AccessFound; readonly proofs: AccountTier['proofs'] } => {
      const account = byName.get(`${row.kind} ${row.account}`)
      return {
        proofs,
        row: {
          ...row,
          logins: account?.logins ?? [],
          lastLogin: account?.lastLogin ?? null,
          holdings: (account?.holdings ?? []).map(({ proofs: __, ...holding }) => holding),
          notRead: (account && notReadOf(account, access)) ?? null,
        },
      }
    })
}

/** What was not read and may give the account more than was found. What was read and is not modelled is no gap of the reading. */
function notReadOf({ kind, uid, holdings, unread = [] }: AccountAccess, { gaps }: HostAccess): NotRead | undefined {
  // Names of proxies and keys of engines can do one thing, whatever rules there are on the host.
  if (kind !== 'account') return undefined
  const stranger: readonly AccessGap[] = uid === undefined ? [{ reason: 'No list shows its groups', leavesOpen: [...capabilities] }] : []
  const open = [...gaps.filter(({ notModelled }) => notModelled !== true), ...stranger].flatMap(({ reason, leavesOpen }) => {
    const lacked = leavesOpen.filter((one) => !holdings.some(({ capability }) => capability === one))
    return lacked.length > 0 ? [{ reason, lacked }] : []
  })
  const reasons = [...open.map(({ reason }) => reason), ...unread]
  if (reasons.length === 0) return undefined
  return {
    capabilities: capabilities.filter((one) => open.some(({ lacked }) => lacked.includes(one))),
    reasons: reasons.slice(0, MAX_REASONS).map((reason) => reason.slice(0, 200)),
  }
}
/** They are kept with every decision about every account. */
const MAX_REASONS = 5

const leftOut = (cut: number): AccessGap => ({
  reason: `${cut} more accounts are left out, those for which least was found`,
  hint: 'Say in AllowUsers or AllowGroups of sshd who may log in: who may not is not among them.',
  leavesOpen: [],
})
