import type { AccountTier } from '#shared/model/access.ts'
import { type AccessFacts, accessFactIds } from '../../../access/access-facts.ts'
import { hostAccess } from '../../../access/host-access.ts'
import { compareTiers } from '../../../access/tiers.ts'
import type { Accounts } from '../../../facts/accounts/accounts.ts'
import type { PolicyContext, Verdict } from '../../control.ts'

export { accessFactIds }

/** Accounts against tiers; verdicts instead where the fleet file has none. */
export function tiersOf(facts: AccessFacts, { fleet, host, now }: PolicyContext): readonly AccountTier[] | readonly [Verdict] {
  if (fleet.access === undefined) return [noTiers]
  return compareTiers(hostAccess(facts, now), fleet.access, fleet, host)
}

/** Why there may be accounts that no row speaks of. */
export function notCompared({ accounts, ...facts }: AccessFacts, { now }: PolicyContext): Pick<Accounts, 'unlisted'> {
  if (accounts.unlisted) return accounts
  const { cut, accounts: compared } = hostAccess({ accounts, ...facts }, now)
  return cut > 0 ? { unlisted: { reason: `only ${compared.length} of those that may get in were compared`, line: 0 } } : {}
}

const noTiers: Verdict = {
  status: 'not-applicable',
  subject: '',
  title: 'The fleet file names no tiers',
  reason: 'Without access.tiers in the fleet file accounts are held against nothing.',
  cite: [],
}

/** Were there no accounts to compare, but a reason why? */
export const isVerdict = (rows: readonly AccountTier[] | readonly [Verdict]): rows is readonly [Verdict] =>
  rows[0] !== undefined && 'status' in rows[0]

/** Accounts of a host that are named one by one. */
const MAX_NAMED = 500

/** A directory may open thousands of accounts: past so many one verdict speaks for the others. */
export function oneByOne(verdicts: readonly Verdict[]): readonly Verdict[] {
  const more = verdicts.length - MAX_NAMED
  const [first] = verdicts
  if (first === undefined || more <= 0) return verdicts
  const reason = `${verdicts.length} accounts are like this; the first ${MAX_NAMED} have a finding each, and the Access page lists all.`
  const others = { ...first, subject: 'other accounts', title: `${more} more accounts are like this`, reason }
  return [...verdicts.slice(0, MAX_NAMED), others]
}

/** The rows in this state as open verdicts; one verdict that nothing is open, or that it is not known, when there are none. */
export function verdictsOn(
  rows: readonly AccountTier[],
  { unlisted }: Pick<Accounts, 'unlisted'>,
  state: AccountTier['state'],
  words: {
    readonly status: 'fail' | 'warning'
    readonly none: string
    readonly title: (row: AccountTier) => string
  },
): readonly Verdict[] {
  const open = rows.filter((row) => row.state === state)
  if (open.length > 0)
    return oneByOne(
      open.map((row) => ({
        ...{ status: words.status, subject: row.account, title: words.title(row), reason: row.reason },
        cite: row.proofs.slice(0, 4).map((proof) => ({ ...proof, note: row.reason })),
      })),
    )
  // What an account can do matters to its tier; whether it gets in is enough for the others.
  const unknown = rows.find((row) =>
    state === 'above' ? row.state === 'unknown' : row.login === 'unknown' && (state === 'still-active' || row.tier === null),
  )
  if (unknown)
    return [
      {
        status: 'not-evaluated',
        subject: '',
        title: state === 'above' ? 'What accounts can do is not known' : 'Who can get in is not known',
        reason: unknown.reason,
        cite: unknown.proofs.slice(0, 1),
      },
    ]
  if (unlisted)
    return [
      {
        ...{ status: 'not-evaluated', subject: '', title: 'Not every account is listed' },
        reason: `Nothing was found among the accounts that are listed, but ${unlisted.reason}.`,
        hint: 'Say in AllowUsers or AllowGroups of sshd who may log in; a directory that does not list its accounts can (enumerate = true of sssd.conf).',
        cite: [{ section: 'groups', line: unlisted.line }],
      },
    ]
  const people = rows.filter((row) => row.state === 'match' || row.state === 'below')
  return [
    {
      ...{ status: 'pass', subject: '', title: words.none },
      reason: `${people.length} accounts of people were held against their tiers.`,
      cite: people.length > 0 ? people.slice(0, 4).flatMap(({ proofs }) => proofs.slice(0, 1)) : [{ section: 'accounts', line: 0 }],
    },
  ]
}
