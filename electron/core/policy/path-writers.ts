import { octal } from '#shared/words.ts'
import type { Access, AclEntry } from '../facts/access/access.ts'
import type { Accounts } from '../facts/accounts/accounts.ts'
import type { FactResult } from '../facts/fact.ts'
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
 * `acls`: with such a list the bits of the group are its mask (acl(5)).
 */
export function openEntries(
  path: string,
  entries: readonly PathEntry[],
  trusted: readonly string[],
  accounts: Accounts | undefined,
  acls: readonly AclEntry[] = [],
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
    const list = acls.filter((one) => one.path === component)
    const owning = list.find(({ kind, name }) => kind === 'group' && name === '')
    const groupWrites = owning ? owning.allows.includes('w') : (entry.mode & 0o020) !== 0
    if (groupWrites && !onlyTrusted(entry.group, trusted, accounts)) return [{ entry, who: `group ${entry.group} may write ${what}` }]
    const stranger = list.find(
      ({ kind, name, allows }) =>
        name !== '' && allows.includes('w') && !(kind === 'user' ? trusted.includes(name) : onlyTrusted(name, trusted, accounts)),
    )
    return stranger ? [{ entry, who: `an ACL lets ${stranger.kind === 'user' ? 'account' : 'group'} ${stranger.name} write ${what}` }] : []
  })
}

/** Access control lists, where they were read. */
export const aclsOf = (access: FactResult<Access>): readonly AclEntry[] =>
  access.known && access.value.acls.known ? access.value.acls.value : []

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
