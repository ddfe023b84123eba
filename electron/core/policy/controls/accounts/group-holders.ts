import type { Accounts } from '../../../facts/accounts/accounts.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Sudoers } from '../../../facts/privileged/privileged.ts'

/** Whether a word of sudoers(5) names anybody on this host. */
export type Holders = 'some' | 'nobody' | { readonly unknown: string; readonly cite: readonly Citation[] }

/**
 * `%ops` and `%#27` name the members of a group, which may be none; `%:ops` those of a group that no host knows but the group plugin of sudo. Without
 * such a plugin sudo looks for a group of that name, and no group's name has a colon. Whatever else stands there names somebody. `except`: who does not count.
 */
export function holdersOf(
  user: string,
  { defaults }: Pick<Sudoers, 'defaults'>,
  accounts: FactResult<Accounts>,
  except: readonly (string | undefined)[],
): Holders {
  if (!user.startsWith('%')) return 'some'
  const plugin = defaults.find(({ settings }) => settings.some((word) => /^group_plugin\s*=/.test(word)))
  const always = defaults.some(({ settings }) => settings.includes('always_query_group_plugin'))
  const byPlugin: Holders | undefined = plugin && {
    unknown: `Who is in ${user.slice(1, 61)} is known to the group plugin of sudo alone`,
    cite: [{ section: 'privileged', line: plugin.line }],
  }
  if (user.startsWith('%:')) return byPlugin ?? 'nobody'
  if (!accounts.known) return 'some'
  const { groups, unlisted } = accounts.value
  const named = groups.filter(({ name, gid }) => user === `%${name}` || user === `%#${gid}`)
  const gids = new Set([...named.map(({ gid }) => gid), ...(user.startsWith('%#') ? [Number(user.slice(2))] : [])])
  const primary = accounts.value.accounts.flatMap(({ name, gid }) => (gids.has(gid) ? name : []))
  if ([...named.flatMap(({ members }) => members), ...primary].some((name) => !except.includes(name))) return 'some'
  if (unlisted)
    return {
      unknown: `No member of ${user.slice(1, 61)} is listed, but ${unlisted.reason}`,
      cite: [{ section: 'groups', line: unlisted.line }],
    }
  return (always && byPlugin) || 'nobody'
}
