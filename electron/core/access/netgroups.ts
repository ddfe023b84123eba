import type { Accounts } from '../facts/accounts/accounts.ts'
import type { Sudoers, SudoGrant, SudoMember } from '../facts/privileged/privileged.ts'
import { givesRoot } from './escapes.ts'
import { netgroupIn, saysStranger } from './sudo-decision.ts'
import { wordsOf } from './unlisted-names.ts'

/** A rule of sudo that a netgroup of accounts decides: who is in it, the host was not asked. */
interface OpenGrant {
  readonly reason: string
  /** May it make somebody root? */
  readonly root: boolean
  /** In section `privileged`. */
  readonly line: number
}

/** Rules of which it is not known whom they name: for accounts, as whom they run, or who is asked for no password. Every host is taken for this one. */
export function openGrants({ grants, defaults }: Pick<Sudoers, 'grants' | 'defaults'>): readonly OpenGrant[] {
  const found = new Map<string, OpenGrant>()
  const note = (reason: string, root: boolean, line: number) => {
    if (root || !found.has(reason)) found.set(reason, { reason, root: root || found.get(reason)?.root === true, line })
  }
  const plugin = defaults.some(({ settings }) => settings.some((word) => /^group_plugin\s*=/.test(word)))
  const add = (list: readonly SudoMember[] | undefined, what: string, root: boolean, line: number) => {
    if (list === undefined || saysStranger(list) !== 'unsaid') return
    note(`${what} netgroup ${netgroupIn(list)}, and who is in it was not asked`, root, line)
  }
  for (const { users, runAsUsers, command, file, line } of grants) {
    const root = commandsIn(command).some((word) => givesRoot(word))
    add(users, `${file} speaks of`, root, line)
    const foreign = plugin ? groupIn(users) : undefined
    if (foreign !== undefined) note(`${file} speaks of ${foreign}, which the group plugin of sudo alone knows`, root, line)
    add(runAsUsers, `${file} lets run programs as`, root, line)
  }
  for (const { scope, of, settings, line } of defaults)
    if (scope === ':' && settings.includes('!authenticate')) add(of, 'no password is asked of', true, line)
  return [...found.values()]
}

/**
 * Rules that name a group, or an account by its number, which no list of this host has, where a directory lists nobody: whom they let do something is
 * not known, and there is no name to show for them.
 */
export function unlistedHolders(
  grants: readonly Pick<SudoGrant, 'users' | 'file'>[],
  { accounts, groups, unlisted }: Accounts,
): readonly { readonly reason: string; readonly hint: string; readonly ofGroup: boolean }[] {
  if (unlisted === undefined) return []
  // Capitals make no difference to sudo.
  const listed = new Set([
    ...groups.flatMap(({ name, gid }) => [`%${name.toLowerCase()}`, `%#${gid}`]),
    ...accounts.flatMap(({ uid, gid }) => [`#${uid}`, `%#${gid}`]),
  ])
  const found = new Map<string, string>()
  for (const { users, file } of grants)
    for (const word of wordsOf(users)) {
      if (!/^(?:%(?!:)|#)./.test(word) || listed.has(word.toLowerCase())) continue
      const [kind, database] = word.startsWith('#') ? ['uid', 'passwd'] : ['group', 'group']
      const name = word.replace(/^[%#]+/, '').slice(0, 60)
      found.set(`${file} speaks of ${kind} ${name}, which no list shows`, `On the host: getent ${database} '${name}'`)
    }
  return [...found].slice(0, 50).map(([reason, hint]) => ({ reason, hint, ofGroup: hint.includes(' getent group ') }))
}

/** `%:ops`: a group of the plugin, not of the host (sudoers(5)). */
function groupIn(list: readonly SudoMember[], budget = { left: 2000 }): string | undefined {
  for (const { word, list: own } of list) {
    if (budget.left-- <= 0) return undefined
    const found = own ? groupIn(own, budget) : word.startsWith('%:') ? word.slice(0, 60) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

/** Words of a command list, aliases spread out, negated ones too: another one may allow what they leave. */
function commandsIn({ word, list }: SudoMember, budget = { left: 2000 }): readonly string[] {
  if (budget.left-- <= 0) return ['ALL']
  return list ? list.flatMap((one) => commandsIn(one, budget)) : [word]
}
