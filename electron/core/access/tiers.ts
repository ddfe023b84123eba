import { type AccountAccess, type AccountTier, type HostAccess, type TierName, tierNames } from '#shared/model/access.ts'
import { type Capability, capabilities, capabilityWords } from '#shared/model/capability.ts'
import type { AccessPolicy, Fleet, Host } from '#shared/model/fleet.ts'
import { IDP } from './idp-accounts.ts'

const defaults: Readonly<Record<TierName, readonly Capability[]>> = {
  users: ['send-inference'],
  operators: ['send-inference', 'control-services', 'read-logs'],
  administrators: capabilities,
}

const tierWord = (tier: TierName | null): string => (tier === null ? '' : tier.charAt(0).toUpperCase() + tier.slice(1))

/** What members of a tier may do. */
export const allowedTo = ({ tiers }: AccessPolicy, tier: TierName): readonly Capability[] => tiers[tier].capabilities ?? defaults[tier]

/** The highest tier that names the account, or a group of it. */
export function tierOf(
  { tiers }: AccessPolicy,
  { name, kind, groups }: Pick<AccountAccess, 'name' | 'kind' | 'groups'>,
): TierName | undefined {
  return tierNames
    .toReversed()
    .find((tier) =>
      kind === 'idp'
        ? tiers[tier].idpGroups.some((group) => name === IDP + group)
        : tiers[tier].accounts.includes(name) || tiers[tier].groups.some((group) => groups.includes(group)),
    )
}

/** Accounts of Gatehouse itself on a host. */
export const ownAccounts = (fleet: Fleet, host: Host): readonly string[] =>
  [
    host.identity ?? fleet.identities.audit,
    host.changeIdentity ?? fleet.identities.change,
    host.operateIdentity ?? fleet.identities.operate,
  ].flatMap((identity) => identity?.user ?? [])

/** Every account of a host held against the tiers of the fleet file, and accounts that a tier names and the host lacks. */
export function compareTiers(access: HostAccess, policy: AccessPolicy, fleet: Fleet, host: Host): readonly AccountTier[] {
  const own = ownAccounts(fleet, host)
  const rows = access.accounts.map((account) => compare(account, access, policy, own))
  const names = new Set(access.accounts.map(({ name }) => name))
  const missing = (['operators', 'administrators'] as const).flatMap((tier) =>
    policy.tiers[tier].accounts.flatMap((account): readonly AccountTier[] =>
      names.has(account)
        ? []
        : [
            {
              account,
              kind: 'account',
              tier,
              ...(access.unlisted === undefined
                ? {
                    ...{ state: 'missing', login: 'no', title: 'Has no account here' },
                    reason: `${account} is named in tier ${tier}, and this host does not let it in.`,
                  }
                : {
                    ...{ state: 'unknown', login: 'unknown', title: 'Whether it has an account is not known' },
                    reason: `${account} is not listed, but ${access.unlisted}.`,
                  }),
              excess: [],
              proofs: [],
            },
          ],
    ),
  )
  return [...rows, ...missing, ...missingGroups(access, policy)]
}

/** Groups of the provider that a tier names, and no oauth2-proxy of this host lets in. Where none runs, or whom it lets in is not known, nothing is missing. */
function missingGroups({ accounts }: HostAccess, { tiers }: AccessPolicy): readonly AccountTier[] {
  const found = new Set(accounts.flatMap(({ kind, name }) => (kind === 'idp' ? name : [])))
  if (found.size === 0) return []
  return tierNames.flatMap((tier) =>
    tiers[tier].idpGroups.flatMap((group): readonly AccountTier[] =>
      found.has(IDP + group)
        ? []
        : [
            {
              ...{
                account: IDP + group,
                kind: 'idp',
                tier,
                state: 'missing',
                login: 'no',
                title: 'Is not let in by oauth2-proxy',
                excess: [],
                proofs: [],
              },
              reason: `${group} is a group of tier ${tier}, and oauth2-proxy here does not name it.`,
            },
          ],
    ),
  )
}

/** Authorities whose certificates are accepted, for whatever tier. */
const trusts = ({ tiers }: AccessPolicy, fingerprint: string): boolean =>
  tierNames.some((tier) => tiers[tier].certificates.includes(fingerprint))

function compare(account: AccountAccess, access: HostAccess, policy: AccessPolicy, own: readonly string[]): AccountTier {
  const { name, login, logins, holdings, proof } = account
  const tier = tierOf(policy, account) ?? null
  const row = (state: AccountTier['state'], title: string, reason: string, excess: AccountTier['excess'] = []): AccountTier => ({
    ...{ account: name, kind: account.kind, tier, state, login, title, reason, excess },
    proofs: excess.length > 0 ? (excess[0]?.proofs ?? []) : account.keys[0] ? [{ section: 'access', line: account.keys[0].line }] : [proof],
  })
  if (account.kind === 'account' && own.includes(name)) return row('own', 'An account of Gatehouse', `${name} is named in the fleet file.`)
  if (account.kind === 'key') return row('own', 'Whoever has the key', `Who has the ${name} no list says.`)
  const gone = policy.left.find((one) => one.account === name)
  if (gone && (login === 'yes' || logins.length > 0))
    return row('still-active', 'Has left and can still get in', `${name} left on ${gone.on}, and gets in by ${logins.join(', ')}.`)
  // A password of root for the console is kept for the day on which nothing else works.
  const personal = account.uid === 0 ? logins.some((way) => way.startsWith('SSH')) : login !== 'no'
  if (tier === null && !personal) return row('own', 'Nobody logs in', `No person gets in as ${name}.`)
  if (tier === null && login === 'yes')
    return row('no-tier', 'Is in no tier', `${name} gets in by ${logins.join(', ')}, and no tier names it.`)
  const authority = account.keys.find(({ fingerprint, options }) => options.includes('cert-authority') && !trusts(policy, fingerprint))
  if (authority && login !== 'no')
    return row(
      'no-tier',
      'Lets in whom a stranger certifies',
      `${name} takes certificates of ${authority.fingerprint}, an authority of no tier.`,
    )
  const may = tier === null ? [] : allowedTo(policy, tier)
  const excess = tier === null ? [] : holdings.filter(({ capability }) => !may.includes(capability))
  const [worst] = excess
  if (worst)
    return row(
      'above',
      `Can ${capabilityWords[worst.capability].toLowerCase()}`,
      `${tierWord(tier)} may not ${capabilityWords[worst.capability].toLowerCase()}: ${worst.path.join(' → ')}${worst.condition ? ` (${worst.condition})` : ''}.`,
      excess,
    )
  if (account.kind === 'account' && account.uid === undefined)
    return row('unknown', 'What it can do is not known', `${name} is an account that no list shows, so neither are its groups.`)
  const leftOpen = access.gaps.find((gap) => gap.leavesOpen.some((one) => !may.includes(one)))
  if (leftOpen) return row('unknown', 'What it can do is not known', leftOpen.reason)
  if (tier === null)
    return row(
      'unknown',
      'Whether it gets in is not known',
      account.loginNotes.join('; ') || `${name} is in no password file of this host.`,
    )
  const lacking = lacks(account, may, access)
  if (lacking?.open === false) return row('below', lacking.title, `${tierWord(tier)} ${lacking.reason}`)
  if (lacking)
    return row(
      'match',
      'No more than its tier says',
      `${name} can do nothing that ${tier} may not; whether it can do its work was not read.`,
    )
  return row('match', 'As its tier says', `${name} can do what ${tier} may, and no more.`)
}

/**
 * What the work of a tier needs and this account has no way to: root where the tier becomes it, otherwise to operate the engines of this host. Who sends
 * inference does so through the proxy, and needs no account here for it. What was not read is held against nobody (`open`).
 */
function lacks(
  { name, kind, login, holdings }: AccountAccess,
  may: readonly Capability[],
  { services, gaps }: HostAccess,
): { readonly title: string; readonly reason: string; readonly open: boolean } | undefined {
  if (kind !== 'account') return undefined
  const needed: readonly Capability[] = may.includes('become-root')
    ? ['become-root']
    : services.length > 0
      ? (['control-services', 'read-logs'] as const).filter((one) => may.includes(one))
      : []
  if (needed.length === 0) return undefined
  if (login === 'no')
    return { open: false, title: 'Cannot get in', reason: `has work to do here, and ${name} gets in by no way that was found.` }
  const open = new Set(gaps.flatMap(({ leavesOpen }) => leavesOpen))
  const lacked = needed.filter((one) => !holdings.some(({ capability }) => capability === one))
  const lacking = lacked.find((one) => !open.has(one)) ?? lacked[0]
  if (lacking === undefined) return undefined
  const words = capabilityWords[lacking].toLowerCase()
  const of = lacking === 'become-root' ? '' : ` (${services.slice(0, 3).join(', ')})`
  return { open: open.has(lacking), title: `Cannot ${words}`, reason: `may ${words}${of}: no way by which ${name} does was found.` }
}
