import { namedAs } from '#shared/account-kind.ts'
import type { AccessOfHost, AccountAccess, AccountTier, SharedKey } from '#shared/model/access.ts'
import { capabilityWords } from '#shared/model/capability.ts'
import { NOT_FOLLOWED } from '#shared/not-followed.ts'
import { visible } from '#shared/words.ts'

/** Host by host: every account, its ways in and its keys, and what it can do with the way by which it can. */
export function accessTable(hosts: readonly AccessOfHost[]): string {
  return `${hosts.map((host) => `${lines(host).join('\n')}\n`).join('\n')}\n${NOT_FOLLOWED}\n`
}

function lines({ host, access, reason, tiers, stale }: AccessOfHost): readonly string[] {
  if (access === null) return [host, `  not known: ${visible(reason ?? '')}`]
  const out = [host]
  for (const account of access.accounts)
    out.push(
      ...accountLines(
        account,
        tiers.find((row) => row.account === account.name && row.kind === account.kind),
        account.kind === 'account' && stale.includes(account.name),
      ),
    )
  const names = new Set(access.accounts.map(({ name, kind }) => `${kind} ${name}`))
  for (const { account, kind, tier, title } of tiers)
    if (!names.has(`${kind} ${account}`)) out.push(`  ${visible(account)}: ${tier}, ${title.charAt(0).toLowerCase()}${title.slice(1)}`)
  if (access.cut > 0) out.push(`  ! ${access.cut} more accounts may get in and are left out: this list ends at ${access.accounts.length}.`)
  if (access.others > 0) out.push(`  ${access.others} more accounts can neither log in nor do any of this.`)
  for (const { reason: why, leavesOpen, hint } of access.gaps) {
    out.push(`  ! not known: ${visible(why)}`)
    out.push(
      `      leaves open: ${leavesOpen.map((one) => capabilityWords[one].toLowerCase()).join(', ') || 'who else there is'}${hint ? `. ${visible(hint)}` : ''}`,
    )
  }
  return out
}

const stateWords: Readonly<Record<AccountTier['state'], string>> = {
  above: 'ABOVE ITS TIER',
  'still-active': 'STILL ACTIVE',
  'no-tier': 'NO TIER',
  missing: 'missing',
  below: 'below its tier',
  unknown: 'not known',
  match: 'match',
  own: 'no person',
}

function accountLines(
  { name, kind, logins, loginNotes, keys, lastLogin, holdings }: AccountAccess,
  row: AccountTier | undefined,
  unused: boolean,
): readonly string[] {
  const ways = logins.length === 0 ? 'no way in found' : logins.join(', ')
  const notes = loginNotes.length === 0 ? '' : ` (${loginNotes.join('; ')})`
  const last = lastLogin === undefined ? '' : `, last login ${lastLogin.slice(0, 10)}`
  return [
    `  ${visible(namedAs(name, kind))}: ${visible(ways + notes)}${last}${unused ? ', NOT USED' : ''}${row ? `  [${row.tier === null ? '' : `${row.tier}: `}${stateWords[row.state]}]` : ''}`,
    ...keys.map(
      ({ type, fingerprint, comment, options }) =>
        `      key ${visible([type, fingerprint, comment, ...options].filter(Boolean).join(' '))}`,
    ),
    ...holdings.map(({ capability, path, condition }) => {
      const needs = condition === undefined ? '' : ` (${condition})`
      return `      ${capabilityWords[capability].padEnd(23)}  ${visible(path.join(' → '))}${needs}`
    }),
  ]
}

/** Keys that name no single person, over all hosts of the fleet; nothing when there are none. */
export function sharedKeyLines(keys: readonly SharedKey[]): string {
  if (keys.length === 0) return ''
  const lines = keys.map(({ fingerprint, comment, why, accounts, places }) => {
    const whose = why === 'shared' ? `opens ${accounts} accounts` : 'opens root, whose nobody knows'
    const where = places.map(({ host, account }) => `${account}@${host}`).join(', ')
    return visible(`  ${fingerprint}${comment === '' ? '' : ` ${comment}`} ${whose}: ${where}`)
  })
  return `\nKeys that name no single person\n${lines.join('\n')}\n`
}
