import type { Fleet, Host } from '#shared/model/fleet.ts'
import type { Access, LoginKey } from '../facts/access/access.ts'
import type { Accounts } from '../facts/accounts/accounts.ts'
import type { FactResult } from '../facts/fact.ts'
import type { Sshd } from '../facts/sshd/sshd.ts'
import { FILES_LOOKED_AT, isSearched, linkTo } from './key-places.ts'
import { hasLoginShell } from './logins.ts'
import { ownAccounts } from './tiers.ts'

/** What is read to say whose keys they are. */
export interface KeyFacts {
  readonly access: FactResult<Access>
  readonly accounts: FactResult<Accounts>
  readonly sshd: FactResult<Sshd>
}

export interface OwnedKey {
  readonly account: string
  readonly key: LoginKey
}

/** Keys of a host that were not read, for a person, and the line that says so. */
export interface UnreadKeys {
  readonly reason: string
  readonly hint?: string | undefined
  readonly cite?: { readonly section: string; readonly line: number; readonly note?: string }
}

export interface HostKeys {
  readonly keys: readonly OwnedKey[]
  /** Empty: every key of the host is among them. */
  readonly unread: readonly UnreadKeys[]
}

/**
 * The keys of a host and the accounts that they open, without those of Gatehouse itself: the admin who looks and the one who changes are one
 * person. A key of an authority (`cert-authority`) names nobody and is left out.
 */
export function keysOfHost({ access, accounts, sshd }: KeyFacts, fleet: Fleet, host: Host): HostKeys {
  const none = (...unread: readonly UnreadKeys[]): HostKeys => ({ keys: [], unread })
  if (!access.known) return none({ reason: access.reason, hint: access.hint })
  if (!access.value.keys.known) return none({ reason: access.value.keys.reason, hint: access.value.keys.hint })
  if (!accounts.known) return none({ reason: accounts.reason, hint: accounts.hint })
  const own = ownAccounts(fleet, host)
  const owners = ownersOf(accounts.value)
  const keys = access.value.keys.value.flatMap((key): readonly OwnedKey[] =>
    key.options.some(({ name }) => name === 'cert-authority')
      ? []
      : owners(key.file).flatMap((account) => (own.includes(account) ? [] : [{ account, key }])),
  )
  const { keysMissed } = access.value
  const missed: readonly UnreadKeys[] = keysMissed
    ? [{ reason: keysMissed.reason, cite: { section: 'access', line: keysMissed.line } }]
    : []
  return { keys, unread: [...unreadPlaces(sshd), ...unreadHomes(access.value, accounts.value, own), ...missed] }
}

/** Each key once, with the accounts that it opens. */
export function byFingerprint(keys: readonly OwnedKey[]): ReadonlyMap<string, readonly OwnedKey[]> {
  const found = new Map<string, OwnedKey[]>()
  for (const owned of keys) {
    const before = found.get(owned.key.fingerprint)
    if (before) before.push(owned)
    else found.set(owned.key.fingerprint, [owned])
  }
  return found
}

const homeOf = (folder: string): string => folder.replace(/\/+$/, '')

/** Whom a file of keys lets in. Where a directory does not list its accounts, the folder of a home stands for its account. */
function ownersOf({ accounts, unlisted }: Accounts): (file: string) => readonly string[] {
  const byHome = new Map<string, string[]>()
  // Accounts that share a home share its keys; one without a shell adds no person.
  for (const { name, home, shell } of accounts.toSorted((a, b) => Number(hasLoginShell(b.shell)) - Number(hasLoginShell(a.shell)))) {
    const before = byHome.get(homeOf(home))
    if (before === undefined) byHome.set(homeOf(home), [name])
    else if (hasLoginShell(shell)) before.push(name)
  }
  return (file) => {
    const named = /^\/etc\/ssh\/authorized_keys(?:\.d)?\/([^/]+)$/.exec(file)?.[1]
    if (named !== undefined) return [named]
    const home = /^(.*)\/\.ssh\/[^/]+$/.exec(file)?.[1]
    if (home === undefined) return []
    return byHome.get(home) ?? (unlisted ? [home.slice(home.lastIndexOf('/') + 1)] : [])
  }
}

/** Where sshd looks for keys, and Gatehouse does not. */
function unreadPlaces(sshd: FactResult<Sshd>): readonly UnreadKeys[] {
  if (!sshd.known) return [{ reason: `Where sshd looks for keys is not known: ${sshd.reason}`, hint: sshd.hint }]
  const settings = (keyword: string) => sshd.value.settings[keyword] ?? []
  const said = (reason: string, { line, section = 'sshd' }: { readonly line: number; readonly section?: string }): UnreadKeys => ({
    reason,
    cite: { section, line, note: 'Keys from here were not read.' },
  })
  const files = settings('authorizedkeysfile').flatMap((setting) => {
    const other = setting.value.split(/\s+/).find((pattern) => pattern !== '' && !FILES_LOOKED_AT.test(pattern))
    return other === undefined ? [] : [said(`Keys in ${other.slice(0, 80)} were not looked for`, setting)]
  })
  const commands = settings('authorizedkeyscommand').flatMap((setting) =>
    setting.value === 'none' ? [] : [said(`Keys that ${setting.value.slice(0, 80)} gives to sshd were not asked for`, setting)],
  )
  return [...files, ...commands]
}

/** Homes of accounts with a shell that were not searched, and such whose keys lie behind a link. */
function unreadHomes(access: Access, { accounts, unlisted }: Accounts, own: readonly string[]): readonly UnreadKeys[] {
  const homes = accounts.flatMap(({ name, home, shell, line }): readonly UnreadKeys[] => {
    if (own.includes(name) || !hasLoginShell(shell) || !home.startsWith('/') || homeOf(home) === '/nonexistent') return []
    const link = linkTo(home, access)
    if (link)
      return [
        {
          reason: `Keys of ${name.slice(0, 40)} lie behind the link ${link.path.slice(0, 80)}`,
          cite: { section: 'access', line: link.line, note: 'Is a link, and was not followed.' },
        },
      ]
    if (isSearched(homeOf(home))) return []
    return [
      {
        reason: `Keys of ${name.slice(0, 40)} in ${home.slice(0, 80)} were not looked for`,
        cite: { section: 'accounts', line, note: 'Gatehouse does not look into this home.' },
      },
    ]
  })
  const others = unlisted && [
    { reason: `Homes of other accounts are not known: ${unlisted.reason}`, cite: { section: 'groups', line: unlisted.line } },
  ]
  return [...homes, ...(others ?? [])]
}
