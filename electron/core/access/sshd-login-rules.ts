import { fnmatch } from '../facts/fnmatch.ts'
import type { SshdMatches } from '../facts/privileged/privileged.ts'
import { holdsFor } from '../facts/sshd/sshd-criteria.ts'
import type { Member } from './rights.ts'

/**
 * What sshd does for an account whose shell ends at once: it forwards ports and sockets itself, and so it does files where `internal-sftp` is
 * meant (sshd_config(5)). `ssh -N -L 11434:127.0.0.1:11434` starts no shell. Ports that it opens on the host (`remote`) reach nothing.
 */
export function withoutShell(setting: (keyword: string) => string | undefined): {
  readonly ports: boolean
  readonly files: boolean
  readonly tcp: boolean
} {
  const isLocal = (keyword: string): boolean => !/^(?:no|remote)$/.test(setting(keyword) ?? 'yes')
  const tcp = isLocal('allowtcpforwarding') && setting('permitopen') !== 'none'
  const command = setting('forcecommand') ?? 'none'
  const open = setting('disableforwarding') !== 'yes'
  return {
    tcp: open && tcp,
    ports: open && (tcp || isLocal('allowstreamlocalforwarding')),
    files: command === 'none' ? /\bsftp internal-sftp\b/.test(setting('subsystem') ?? '') : command.startsWith('internal-sftp'),
  }
}

/**
 * A setting of a block that holds for the account wherever it comes from: the first that names it counts (sshd_config(5), Match). Undefined where a block
 * before it may hold as well.
 */
export function matched(
  { matches, elsewhere }: SshdMatches,
  { name, groups }: { readonly name: string; readonly groups: ReadonlySet<string> | undefined },
  keyword: string,
): string | undefined {
  if (elsewhere.length > 0 || groups === undefined) return undefined
  for (const { criteria, settings } of matches) {
    const own = settings.find((one) => one.keyword === keyword)
    const holds = own && holdsFor(criteria, name, [...groups])
    if (holds && holds !== 'no') return holds === 'yes' ? own.value : undefined
  }
  return undefined
}

/** What a block of sshd_config(5) may open to some logins of an account. */
const OPENING =
  /^(?:permitrootlogin|passwordauthentication|kbdinteractiveauthentication|pubkeyauthentication|pubkeyaccepted(?:algorithms|keytypes)|requiredrsasize|permitemptypasswords|authenticationmethods|authorizedkeysfile|authorizedkeyscommand|trustedusercakeys|authorizedprincipals(?:file|command)|allowusers|allowgroups)$/

/** What it may open to an account without a shell. */
const OPENING_BARE = /^(?:allow(?:tcp|streamlocal)forwarding|permitopen|forcecommand)$/

/** A block that may hold for the account and sets one of these otherwise than for all: `sshd -T` does not apply it. */
export function setOtherwise(
  { matches, elsewhere }: SshdMatches,
  { name, account, groupNames }: Pick<Member, 'name' | 'account' | 'groupNames'>,
  setting: (keyword: string) => string | undefined,
  shell: boolean,
): string | undefined {
  for (const { criteria, settings } of matches) {
    const own = settings.find(
      ({ keyword, value }) =>
        (OPENING.test(keyword) || (shell && OPENING_BARE.test(keyword))
          ? keyword.startsWith('authorizedprincipals') || !/^(?:no|none)$/i.test(value)
          : shell && keyword === 'disableforwarding' && value.toLowerCase() === 'no') &&
        (keyword !== 'permitrootlogin' || account.uid === 0) &&
        value !== setting(keyword),
    )
    if (own && holdsFor(criteria, name, [...groupNames]) !== 'no')
      return `Match ${criteria.slice(0, 80)} of sshd sets ${own.keyword} ${own.value.slice(0, 60)}`
  }
  return elsewhere[0] && `sshd reads ${elsewhere[0].slice(0, 80)}, which was not read`
}

/**
 * AuthenticationMethods of sshd_config(5): lists, of which one has to be gone through as a whole; `any` is one method alone. A key counts once. What PAM
 * asks beside a key may be a code alone, so that no password is needed for it.
 */
export function waysOf(methods: string, can: { readonly keys: number; readonly password: boolean }): readonly string[] {
  const lists = methods === 'any' ? [['publickey'], ['password']] : methods.split(/\s+/).map((list) => list.split(','))
  const ways = lists.flatMap((list) => {
    const keys = list.filter((method) => method === 'publickey').length
    const asked = list.filter((method) => method === 'password' || /^keyboard-interactive(?::|$)/.test(method))
    // Of tickets and trusted hosts nothing is known.
    if (keys > can.keys || keys + asked.length < list.length) return []
    if (asked.length === 0) return keys > 0 ? ['SSH key'] : []
    if (asked.includes('password') && !can.password) return []
    if (keys > 0) return [asked.includes('password') ? 'SSH key and password' : 'SSH key and what PAM asks']
    return can.password ? ['SSH password'] : []
  })
  return [...new Set(ways)]
}

/**
 * DenyUsers, AllowUsers, DenyGroups, AllowGroups, in this order (sshd_config(5)). A host behind `@` is not held against anything. `groups`: undefined where
 * they are not known, and refuse nobody then.
 */
export function isLetIn(setting: (keyword: string) => string | undefined, name: string, groups: ReadonlySet<string> | undefined): boolean {
  const list = (keyword: string): readonly string[] => setting(keyword)?.split(/\s+/).filter(Boolean) ?? []
  const fits = (pattern: string, text: string): boolean => fnmatch(pattern.replace(/@[^@]*$/, '') || pattern, text, false) === true
  if (list('denyusers').some((pattern) => !pattern.includes('@') && fits(pattern, name))) return false
  if (list('allowusers').length > 0 && !list('allowusers').some((pattern) => fits(pattern, name))) return false
  if (groups === undefined) return true
  const inAny = (patterns: readonly string[]) => patterns.some((pattern) => [...groups].some((group) => fits(pattern, group)))
  if (inAny(list('denygroups'))) return false
  return list('allowgroups').length === 0 || inAny(list('allowgroups'))
}
