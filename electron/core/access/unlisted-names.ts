import type { Citation } from '../facts/citation.ts'
import type { SudoMember } from '../facts/privileged/privileged.ts'
import type { AccessFacts } from './access-facts.ts'

/** An account that no list of this host has, and of which something here speaks by name. */
export interface NamedAccount {
  readonly name: string
  /** Where keys of it lie. */
  readonly home?: string
  readonly cite: Citation
}

/** They are looked up one by one. */
const MAX_NAMED = 2000
/** No sign of lists, patterns, numbers or groups. A directory may have blanks and backslashes in names (`CORP\ada`). */
const PLAIN = /^[^\s:/,+%#!*?[\]"'()@-][^:/,*?"'()\n]{0,100}$/

/**
 * Names in rules of sudo and doas, in AllowUsers, before keys, jobs and logins, in ACLs and as owners of files. A directory that lists nobody (`enumerate = false`
 * of sssd.conf(5), `nss_disable_enumeration` of nslcd.conf(5)) has its accounts all the same, and these are the ones that this host knows of.
 */
export function namedElsewhere(facts: AccessFacts): readonly NamedAccount[] {
  if (facts.accounts.unlisted === undefined) return []
  const listed = new Set(facts.accounts.accounts.flatMap(({ name, home }) => [name, home.replace(/\/+$/, '')]))
  const found = new Map<string, NamedAccount>()
  const add = (name: string, section: string, line: number, home?: string) => {
    if (!PLAIN.test(name) || name === 'ALL' || name === 'UNKNOWN' || listed.has(name) || found.size >= MAX_NAMED) return
    const before = found.get(name)
    if (before === undefined || (before.home === undefined && home !== undefined))
      found.set(name, { name, cite: before?.cite ?? { section, line }, ...(home !== undefined && { home }) })
  }
  // To sudo a name is the same with other capitals.
  const inSudo = new Set(facts.accounts.accounts.map(({ name }) => name.toLowerCase()))
  for (const { users, line } of facts.sudoers.known ? facts.sudoers.value.grants : [])
    for (const word of wordsOf(users)) if (!inSudo.has(word.toLowerCase())) add(word, 'privileged', line)
  for (const { value, line } of (facts.sshd.known ? facts.sshd.value.settings.allowusers : undefined) ?? [])
    for (const word of value.split(/\s+/)) add(word.replace(/@[^@]*$/, ''), 'sshd', line)
  if (!facts.access.known) return [...found.values()]
  const { trust, keys, cron, lingering, lastLogins, polkit, acls, open, paths } = facts.access.value
  for (const { users, line } of trust?.doas?.grants ?? []) for (const word of wordsOf(users)) add(word, 'access', line)
  for (const { file, line } of keys.known ? keys.value : []) {
    const [, own, home] = /^(?:\/etc\/ssh\/authorized_keys(?:\.d)?\/([^/]+)|(.*)\/\.ssh\/[^/]+)$/.exec(file) ?? []
    if (own !== undefined) add(own, 'access', line)
    // Named like its account, as far as anybody can tell who may not ask the directory.
    else if (home && !listed.has(home)) add(home.slice(home.lastIndexOf('/') + 1), 'access', line, home)
  }
  for (const { account, file, line } of cron.known ? cron.value : [])
    if (account !== '' && file.startsWith('/var/spool/')) add(account, 'access', line)
  for (const { account, line } of [...lingering, ...(lastLogins.known ? lastLogins.value : [])]) add(account, 'access', line)
  for (const { users, line } of polkit.known ? polkit.value.rules : []) for (const word of users) add(word, 'access', line)
  for (const { kind, name, line } of acls.known ? acls.value : []) if (kind === 'user') add(name, 'access', line)
  for (const { owner, line } of [...(open.known ? open.value : []), ...paths]) add(owner, 'access', line)
  return [...found.values()]
}

/** Words of a list, aliases spread out, those that are taken back as well: they name an account, too. */
export const wordsOf = (list: readonly SudoMember[], budget = { left: 2000 }): readonly string[] =>
  list.flatMap(({ word, list: own }) => (budget.left-- <= 0 ? [] : own ? wordsOf(own, budget) : [word]))
