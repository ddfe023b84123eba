import { linkTo } from '../../../access/logins.ts'
import type { Access, LoginKey } from '../../../facts/access/access.ts'
import { homeFolders } from '../../../facts/access/collect.ts'
import type { Accounts } from '../../../facts/accounts/accounts.ts'
import type { FactResult } from '../../../facts/fact.ts'
import { networksToSet, parseInterval, subtract } from '../../../facts/firewall/address-set.ts'
import type { SshdMatches } from '../../../facts/privileged/privileged.ts'
import type { Sshd } from '../../../facts/sshd/sshd.ts'

interface KeyFacts {
  readonly sshd: FactResult<Sshd>
  readonly 'sshd-matches': FactResult<SshdMatches>
  readonly access: FactResult<Access>
  readonly accounts: FactResult<Accounts>
}

/** Whether every way in through sshd is a key that `from=` binds to the jump host. */
export type KeyBinding =
  | { readonly state: 'bound'; readonly keys: readonly LoginKey[] }
  | { readonly state: 'loose'; readonly keys: readonly LoginKey[]; readonly of: number }
  | { readonly state: 'unknown'; readonly reason: string }

/** Settings that decide who is asked for what, and where keys stand (sshd_config(5)). */
const DECIDING =
  /^(?:passwordauthentication|kbdinteractiveauthentication|challengeresponseauthentication|gssapiauthentication|hostbasedauthentication|authenticationmethods|authorizedkeys.*|trustedusercakeys|authorizedprincipals.*)$/

/** Keys of all accounts of a host. One that stands loose is known as soon as it is seen; that all are bound, only where nothing else lets in. */
export function keyBinding({ sshd, 'sshd-matches': matches, access, accounts }: KeyFacts, jump: readonly string[]): KeyBinding {
  const unknown = (reason: string): KeyBinding => ({ state: 'unknown', reason })
  if (!access.known) return unknown(access.reason)
  if (!access.value.keys.known) return unknown(access.value.keys.reason)
  const keys = access.value.keys.value
  const loose = keys.filter((key) => !isBound(key, jump))
  if (loose.length > 0) return { state: 'loose', keys: loose, of: keys.length }
  if (keys.length === 0) return unknown('No account has a file of authorized keys')
  if (!sshd.known) return unknown(sshd.reason)
  const other = otherWayIn(sshd.value) ?? keysElsewhere(sshd.value.settings)
  if (other !== undefined) return unknown(other)
  if (!matches.known) return unknown(matches.reason)
  if (matches.value.elsewhere.length > 0) return unknown('sshd includes files that were not read')
  const match = matches.value.matches.find(({ settings }) => settings.some(({ keyword }) => DECIDING.test(keyword.toLowerCase())))
  if (match) return unknown(`Match ${match.criteria.slice(0, 80)} sets something else for some logins`)
  if (!accounts.known) return unknown(accounts.reason)
  const unseen = accounts.value.accounts.find(
    ({ shell, home }) => !/(?:nologin|false|sync|shutdown|halt)$/.test(shell) && !isLookedInto(home),
  )
  const linked = accounts.value.accounts.find(({ home }) => linkTo(home, access.value))
  if (linked) return unknown(`Keys of ${linked.name} lie behind a link, which was not followed`)
  return unseen ? unknown(`Keys of ${unseen.name} in ${unseen.home.slice(0, 80)} were not looked for`) : { state: 'bound', keys }
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
  return from.length > 0 && from.every(({ value = '' }) => value.length < 400 && isInside(value.split(','), jump))
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

/** What lets in without a key. Where each alternative of AuthenticationMethods asks for a key, nothing does. */
function otherWayIn({ settings }: Sshd): string | undefined {
  const methods = (settings.authenticationmethods ?? [])
    .flatMap(({ value }) => value.split(/\s+/))
    .filter((one) => one !== '' && one !== 'any')
  if (methods.length > 0 && methods.every((one) => one.split(',').some((method) => method.split(':')[0] === 'publickey'))) return undefined
  const keywords = ['passwordauthentication', 'kbdinteractiveauthentication', 'gssapiauthentication', 'hostbasedauthentication']
  const on = keywords.find((keyword) => (first(settings, keyword) ?? 'no') !== 'no')
  if (on !== undefined) return `sshd lets in without a key as well: ${on} ${first(settings, on)?.slice(0, 20)}`
  return first(settings, 'passwordauthentication') === undefined ? 'sshd does not say whether it takes passwords' : undefined
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
