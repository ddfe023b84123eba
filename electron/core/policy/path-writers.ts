import { octal } from '#shared/words.ts'
import type { Accounts } from '../facts/accounts/accounts.ts'
import { componentsOf, type PathEntry } from '../facts/path-entry.ts'

/** An entry on the way to a file that lets others than `trusted` change what stands there. */
export interface OpenEntry {
  readonly entry: PathEntry
  /** `group docker may write /etc/vllm`, for people. */
  readonly who: string
}

/**
 * Who besides `trusted` accounts can change, replace or rename the file: by the mode of the file itself, or by that of a directory above
 * it (whoever writes a directory can put another file in place). In a directory with the sticky bit only the owners of entry and directory
 * can, so /tmp alone is no hole but for what is not there yet, which anybody makes. A group counts as its members; where these are not known, as strangers.
 */
export function openEntries(
  path: string,
  entries: readonly PathEntry[],
  trusted: readonly string[],
  accounts: Accounts | undefined,
): readonly OpenEntry[] {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]))
  const way = componentsOf(path)
  const deepest = way.findLast((component) => byPath.has(component))
  return way.flatMap((component) => {
    const entry = byPath.get(component)
    if (!entry) return []
    const what = entry.path === path ? 'it' : entry.path
    if (!trusted.includes(entry.owner)) return [{ entry, who: `account ${entry.owner} owns ${what}` }]
    const absent = component === deepest && component !== path
    if (entry.type === 'directory' && (entry.mode & 0o1000) !== 0 && !absent) return []
    if ((entry.mode & 0o002) !== 0) return [{ entry, who: `every account may write ${what}` }]
    const strangers = (entry.mode & 0o020) !== 0 && !onlyTrusted(entry.group, trusted, accounts)
    return strangers ? [{ entry, who: `group ${entry.group} may write ${what}` }] : []
  })
}

/** Has the group no members but trusted ones? Accounts whose primary group it is are members too. */
export function onlyTrusted(group: string, trusted: readonly string[], accounts: Accounts | undefined): boolean {
  const row = accounts?.groups.find(({ name }) => name === group)
  if (!row) return group === 'root' && trusted.includes('root')
  const primary = accounts?.accounts.filter(({ gid }) => gid === row.gid).map(({ name }) => name) ?? []
  const members = [...row.members, ...primary]
  // `users` seems empty where everybody in it comes from a directory that lists nobody.
  if (members.length === 0) return accounts?.unlisted === undefined
  return members.every((member) => trusted.includes(member))
}

/** `0750 vllm:vllm`. */
export const printMode = ({ mode, owner, group }: PathEntry): string => `${octal(mode)} ${owner}:${group}`
