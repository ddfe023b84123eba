import { linkTo } from '../../../access/key-places.ts'
import type { Access, LoginKey } from '../../../facts/access/access.ts'
import { homeFolders } from '../../../facts/access/collect.ts'
import { MAX_VALUE } from '../../../facts/access/login-keys.ts'
import type { Accounts } from '../../../facts/accounts/accounts.ts'
import type { AuditKeys } from '../../../facts/audit-keys/audit-keys.ts'
import type { FactResult } from '../../../facts/fact.ts'
import { networksToSet, parseInterval, subtract } from '../../../facts/firewall/address-set.ts'
import type { SshdMatches } from '../../../facts/privileged/privileged.ts'
import type { Sshd } from '../../../facts/sshd/sshd.ts'
import { needsAddressIn } from '../../../facts/sshd/sshd-criteria.ts'

interface KeyFacts {
  readonly sshd: FactResult<Sshd>
  readonly 'sshd-matches': FactResult<SshdMatches>
  readonly access: FactResult<Access>
  readonly accounts: FactResult<Accounts>
  readonly 'audit-keys': FactResult<AuditKeys>
}

/** Whether every way in through sshd is a key that `from=` binds to the jump host. */
export type KeyBinding =
  | { readonly state: 'bound'; readonly keys: readonly LoginKey[] }
  | { readonly state: 'loose'; readonly keys: readonly LoginKey[]; readonly of: number }
  /** `allBound`: every key that was read has from=, and others or another way in may be there. */
  | { readonly state: 'unknown'; readonly reason: string; readonly allBound: boolean }

/** Settings that decide who is asked for what, and where keys stand (sshd_config(5)). */
const DECIDING =
  /^(?:passwordauthentication|kbdinteractiveauthentication|challengeresponseauthentication|skeyauthentication|gssapiauthentication|hostbasedauthentication|authenticationmethods|authorizedkeys.*|trustedusercakeys|authorizedprincipals.*)$/

/**
 * Keys of all accounts of a host. One that stands loose is known as soon as it is seen; that all are bound, only where nothing else lets in and
 * every file that sshd may look into was read.
 */
export function keyBinding(facts: KeyFacts, jump: readonly string[]): KeyBinding {
  const { access, sshd, accounts } = facts
  const unknown = (reason: string, allBound = false): KeyBinding => ({ state: 'unknown', reason, allBound })
  if (!access.known) return unknown(access.reason)
  if (!access.value.keys.known) return unknown(access.value.keys.reason)
  const keys = access.value.keys.value.filter((key) => !isOfClosedRoot(key, facts))
  const loose = keys.filter((key) => !isBound(key, jump))
  if (loose.length > 0) return { state: 'loose', keys: loose, of: keys.length }
  if (keys.length === 0) return unknown('No account has a file of authorized keys')
  if (!sshd.known) return unknown(sshd.reason)
  const doubt =
    sshd.doubt?.reason ??
    otherWayIn(sshd.value) ??
    keysElsewhere(sshd.value.settings) ??
    blockThatLetsIn(facts['sshd-matches'], jump) ??
    (accounts.known ? accountUnseen(accounts.value, access.value) : accounts.reason) ??
    ownKeyUnseen(facts['audit-keys'], keys)
  return doubt === undefined ? { state: 'bound', keys } : unknown(doubt, true)
}

/** Keys of root, whom sshd does not let in at all: those of cloud images, which tell him to come as another. */
function isOfClosedRoot({ file }: LoginKey, { sshd, 'sshd-matches': matches, accounts }: KeyFacts): boolean {
  if (!file.startsWith('/root/') || !sshd.known || !matches.known || !accounts.known) return false
  const changed =
    matches.value.elsewhere.length > 0 ||
    matches.value.matches.some(({ settings }) => settings.some(({ keyword }) => keyword === 'permitrootlogin'))
  return (
    !changed &&
    first(sshd.value.settings, 'permitrootlogin') === 'no' &&
    accounts.value.accounts.every(({ uid, home }) => uid === 0 || !/^\/root(?:\/|$)/.test(home))
  )
}

/** A block that lets somebody in otherwise. `no` and `none` close, and whom a block of the jump host's own addresses lets in comes from there. */
function blockThatLetsIn(matches: KeyFacts['sshd-matches'], jump: readonly string[]): string | undefined {
  if (!matches.known) return matches.reason
  if (matches.value.elsewhere.length > 0) return 'sshd includes files that were not read'
  const match = matches.value.matches.find(
    ({ criteria, settings }) =>
      !needsAddressIn(criteria, jump) &&
      settings.some(
        ({ keyword, value }) => DECIDING.test(keyword) && (keyword === 'authenticationmethods' || !/^(?:no|none)\s*$/.test(value)),
      ),
  )
  return match && `Match ${match.criteria.slice(0, 80)} sets something else for some logins`
}

/** An account whose keys were not looked for, or may be more than were read. */
function accountUnseen({ accounts, unlisted }: Accounts, access: Access): string | undefined {
  if (access.keysMissed) return access.keysMissed.reason
  if (unlisted) return `Not every account is known: ${unlisted.reason}`
  const people = accounts.filter(({ shell }) => !/(?:nologin|false|sync|shutdown|halt)$/.test(shell))
  const unseen = people.find(({ home }) => !isLookedInto(home))
  if (unseen) return `Keys of ${unseen.name} in ${unseen.home.slice(0, 80)} were not looked for`
  const linked = people.find(({ home }) => linkTo(home, access))
  return linked && `Keys of ${linked.name} lie behind a link or in a large file, which was not read`
}

/** The look came in with a key. When its file is not among those that were read, others may be missing as well. */
function ownKeyUnseen(own: KeyFacts['audit-keys'], keys: readonly LoginKey[]): string | undefined {
  if (!own.known) return own.reason
  const missing = own.value.keys.find((key) => !keys.some(({ file }) => file === key.file))
  return missing && `${missing.file.slice(0, 120)} is not among the files of keys that were read`
}

/** Keys are looked for three levels below these folders: in `/home/ada/.ssh`, not in `/home/lab/ada/.ssh`. */
const isLookedInto = (home: string): boolean =>
  homeFolders.some(
    (folder) =>
      home === folder ||
      (home.startsWith(`${folder}/`) &&
        !home
          .slice(folder.length + 1)
          .replace(/\/$/, '')
          .includes('/')),
  )

const isBound = ({ options }: LoginKey, jump: readonly string[]): boolean => {
  const from = options.filter(({ name }) => name === 'from')
  // What is as long as this was cut.
  return from.length > 0 && from.every(({ value = '' }) => value.length < MAX_VALUE && isInside(value.split(','), jump))
}

/** Addresses and networks only: a name is what the resolver says. A pattern that begins with `!` takes away. */
export const isInside = (from: readonly string[], jump: readonly string[]): boolean => {
  const allowing = from.filter((pattern) => !pattern.startsWith('!'))
  return (
    allowing.length > 0 &&
    allowing.every((pattern) => {
      const interval = parseInterval(pattern)
      return interval !== undefined && subtract([interval], networksToSet(jump, interval.family)).length === 0
    })
  )
}

type Settings = Sshd['settings']
const first = (settings: Settings, keyword: string): string | undefined => settings[keyword]?.[0]?.value

/** Before OpenSSH 8.7 challengeresponseauthentication decides for keyboard-interactive as well (sshd.c). */
const WITHOUT_KEY = [
  ...['passwordauthentication', 'kbdinteractiveauthentication', 'challengeresponseauthentication'],
  ...['gssapiauthentication', 'hostbasedauthentication'],
]

/** What lets in without a key. Where each alternative of AuthenticationMethods asks for a key, nothing does. */
function otherWayIn({ settings }: Sshd): string | undefined {
  const methods = (settings.authenticationmethods ?? [])
    .flatMap(({ value }) => value.split(/\s+/))
    .filter((one) => one !== '' && one !== 'any')
  if (methods.length > 0 && methods.every((one) => one.split(',').some((method) => method.split(':')[0] === 'publickey'))) return undefined
  const on = WITHOUT_KEY.find((keyword) => (first(settings, keyword) ?? 'no') !== 'no')
  if (on !== undefined) return `sshd lets in without a key as well: ${on} ${first(settings, on)?.slice(0, 20)}`
  const silent = ['passwordauthentication', 'kbdinteractiveauthentication'].find((keyword) => first(settings, keyword) === undefined)
  return silent && `sshd does not say ${silent}`
}

/** Why sshd may take keys from something else than the files that were read. */
export function keysElsewhere(settings: Settings): string | undefined {
  const files = (first(settings, 'authorizedkeysfile') ?? '.ssh/authorized_keys .ssh/authorized_keys2').split(/\s+/)
  const strange = files.find((file) => !/^(?:%h\/)?\.ssh\/authorized_keys2?$/.test(file))
  if (strange !== undefined) return `sshd takes keys from ${strange.slice(0, 120)}, which was not read.`
  for (const keyword of ['authorizedkeyscommand', 'trustedusercakeys'])
    if ((first(settings, keyword) ?? 'none') !== 'none') return `sshd takes keys from ${keyword} as well, which was not asked.`
  return undefined
}
