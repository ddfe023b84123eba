import type { AclEntry } from '../facts/access/access.ts'
import type { Account, Accounts } from '../facts/accounts/accounts.ts'
import type { Citation } from '../facts/citation.ts'
import { componentsOf, type PathEntry } from '../facts/path-entry.ts'
import type { SudoAccount } from './sudo-decision.ts'
import type { NamedAccount } from './unlisted-names.ts'

/** An account with all its groups. */
export interface Member extends SudoAccount {
  readonly account: Account
  readonly groups: readonly MemberGroup[]
  readonly groupNames: ReadonlySet<string>
  /** By what it is in a group that no login gives it: polkit and su, which ask who belongs to it, do not see that. */
  readonly lent?: boolean
  /** What names it, where no list of accounts has it: its uid, its shell and its groups are known to the directory alone. */
  readonly named?: Citation
}

export interface MemberGroup {
  readonly name: string
  readonly gid: number
  /** Another group of this gid stands before it: the kernel knows the number alone, and whoever asks for its name gets that of the other (getgrgid(3)). */
  readonly twin?: true
  /** Of section `groups`; 0 where the group has no line there. */
  readonly line: number
}

/**
 * Every account with its groups, looked up once: ten thousand accounts of a directory are walked once, not once for each question. Where a directory
 * does not list its accounts, those that a group names are among them, and those of whom something else speaks (`unlisted-names.ts`).
 */
export function membersOf({ accounts, groups, unlisted }: Accounts, named: readonly NamedAccount[] = []): readonly Member[] {
  const byMember = new Map<string, MemberGroup[]>()
  const byGid = new Map<number, MemberGroup[]>()
  const add = <K>(map: Map<K, MemberGroup[]>, key: K, group: MemberGroup) => {
    const before = map.get(key)
    if (before) before.push(group)
    else map.set(key, [group])
  }
  for (const { name, gid, members, line } of groups) {
    const group: MemberGroup = { name, gid, line, ...(byGid.has(gid) && { twin: true as const }) }
    add(byGid, gid, group)
    for (const member of members) add(byMember, member, group)
  }
  const listed = new Set(accounts.map(({ name }) => name))
  const others = new Map<string, NamedAccount>(named.map((one) => [one.name, one]))
  for (const [name, [group]] of unlisted ? byMember : [])
    if (!listed.has(name) && !others.has(name)) others.set(name, { name, cite: { section: 'groups', line: group?.line ?? 0 } })
  const unlistedAccount = ({ name, home = '' }: NamedAccount): Account => ({ name, uid: -1, gid: -1, home, shell: '', line: 0 })
  return [...accounts, ...[...others.values()].map(unlistedAccount)].map((account) => {
    const primary = account.gid < 0 ? [] : (byGid.get(account.gid) ?? [{ name: String(account.gid), gid: account.gid, line: 0 }])
    const own = [...new Set([...primary, ...(byMember.get(account.name) ?? []).flatMap(({ gid }) => byGid.get(gid) ?? [])])]
    const cite = account.uid < 0 ? others.get(account.name)?.cite : undefined
    return {
      ...{ name: account.name, uid: account.uid, account, groups: own, groupNames: new Set(own.map(({ name }) => name)) },
      ...(cite && { named: cite }),
    }
  })
}

/** What the host said of files: one entry for each path, and the access control lists. */
export interface FileSystem {
  readonly entries: ReadonlyMap<string, SeenEntry>
  readonly acls: ReadonlyMap<string, readonly AclEntry[]>
  /** Could anybody but root change what stands at the path? Most paths are closed, and need not be looked at for each account. */
  isLoose(path: string): boolean
}

/** An entry, and the section whose line shows it. */
export interface SeenEntry extends PathEntry {
  readonly section: string
}

/** What was seen of files, by their path. A file that was not seen is in none of its maps, which is not the same as closed. */
export function fileSystem(seen: readonly SeenEntry[], lists: readonly AclEntry[]): FileSystem {
  const acls = new Map<string, AclEntry[]>()
  for (const entry of lists) acls.set(entry.path, [...(acls.get(entry.path) ?? []), entry])
  const entries = new Map(seen.map((entry) => [entry.path, entry]))
  const loose = new Map<string, boolean>()
  return {
    entries,
    acls,
    isLoose(path) {
      const before = loose.get(path)
      if (before !== undefined) return before
      const is = componentsOf(path).some((component) => {
        const entry = entries.get(component)
        return entry !== undefined && (entry.owner !== 'root' || (entry.mode & 0o022) !== 0 || acls.has(component))
      })
      loose.set(path, is)
      return is
    },
  }
}

/** A right that an account has, and why. */
export interface Right {
  readonly entry: SeenEntry
  /** `owns /srv/models`, `group ops may write it`. */
  readonly why: string
  readonly cite: Citation
}

type Letter = 'r' | 'w' | 'x'
const bits: Readonly<Record<Letter, number>> = { r: 4, w: 2, x: 1 }
const verbs: Readonly<Record<Letter, string>> = { r: 'read', w: 'write', x: 'enter' }

/**
 * The access check of acl(5): owner, then named accounts, then the groups, then all others; the first class that fits decides. The owner of a file counts as
 * writing it, because chmod is theirs. Root is not asked about.
 */
function rightTo(member: Member, entry: SeenEntry, letter: Letter, acls: readonly AclEntry[]): Right | undefined {
  const right = (why: string, aclLine?: number): Right => ({
    ...{ entry, why },
    cite: { section: aclLine === undefined ? entry.section : 'access', line: aclLine ?? entry.line },
  })
  const may = (shift: number): boolean => ((entry.mode >> shift) & bits[letter]) !== 0
  if (entry.owner === member.name) return may(6) || letter === 'w' ? right(`owns ${entry.path}`) : undefined
  const named = acls.find(({ kind, name }) => kind === 'user' && name === member.name)
  if (named) return named.allows.includes(letter) ? right(`an ACL lets it ${verbs[letter]} ${entry.path}`, named.line) : undefined
  const lists = acls.filter(({ kind, name }) => kind === 'group' && member.groupNames.has(name))
  const inGroup = member.groupNames.has(entry.group)
  // With a list, the bits of the group are its mask, and what the group itself may stands in the list.
  const owning = acls.find(({ kind, name }) => kind === 'group' && name === '')
  const groupMay = owning ? owning.allows.includes(letter) : may(3)
  if (inGroup || lists.length > 0) {
    const list = lists.find(({ allows }) => allows.includes(letter))
    if (list) return right(`an ACL lets group ${list.name} ${verbs[letter]} ${entry.path}`, list.line)
    return inGroup && groupMay ? right(`group ${entry.group} may ${verbs[letter]} ${entry.path}`) : undefined
  }
  return may(0) ? right(`every account may ${verbs[letter]} ${entry.path}`) : undefined
}

/**
 * How the account can change what stands at the path: by writing the file, or a directory on the way to it that it can reach, and then
 * put another in its place. In a directory with the sticky bit only owners can. A part of the way that was not seen is taken to be open to enter
 * and closed to write, as system directories are.
 */
export function writes(member: Member, path: string, files: FileSystem): Right | undefined {
  if (!files.isLoose(path)) return undefined
  const way = componentsOf(path)
  for (const [at, component] of way.entries()) {
    const entry = files.entries.get(component)
    if (!entry) continue
    const acls = files.acls.get(component) ?? []
    const right = rightTo(member, entry, 'w', acls)
    // To write in a directory is to change its entries, for which it must be entered; its owner may open it first.
    const enters = entry.type !== 'directory' || rightTo(member, entry, 'x', acls) !== undefined
    const owns = entry.owner === member.name
    const sticky = entry.type === 'directory' && component !== path && (entry.mode & 0o1000) !== 0
    // What is not there yet, whoever may write the folder makes.
    const absent = at + 1 < way.length && !files.entries.has(way[at + 1] ?? '')
    if (right && (owns || (enters && (!sticky || absent)))) return right
    if (!enters && component !== path) return undefined
  }
  return undefined
}

/** Can the account start the program? */
export const runs = (member: Member, path: string, files: FileSystem): Right | undefined => reaches(member, path, 'x', files)

/** How the account can read the file, where all directories on the way that were seen let it enter. */
export const reads = (member: Member, path: string, files: FileSystem): Right | undefined => reaches(member, path, 'r', files)

function reaches(member: Member, path: string, letter: Letter, files: FileSystem): Right | undefined {
  for (const component of componentsOf(path)) {
    const entry = files.entries.get(component)
    if (!entry) continue
    const right = rightTo(member, entry, component === path ? letter : 'x', files.acls.get(component) ?? [])
    if (!right || component === path) return right
  }
  return undefined
}
