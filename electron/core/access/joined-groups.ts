import type { Access } from '../facts/access/access.ts'
import type { Accounts } from '../facts/accounts/accounts.ts'
import type { Citation } from '../facts/citation.ts'
import { isStarter } from './escapes.ts'
import { lends, obeys } from './raised.ts'
import { type FileSystem, type Member, runs } from './rights.ts'

/** An account in a group that it may enter by itself, though no login puts it there. */
export interface Joined {
  /** As no account is called. */
  readonly id: string
  readonly member: Member
  /** `newgrp docker, by /etc/gshadow`. */
  readonly by: string
  readonly condition?: string
  readonly cite: Citation
}

/**
 * Groups that gshadow(5) opens, or a program that is setgid, by the account. newgrp(1) and sg(1) take its list of members for that of
 * `/etc/group`, for one process; an administrator puts itself on both lists (gpasswd(1)), and is a member for everybody then. A line for a group that there
 * is not opens nothing.
 */
export function joinedGroups(
  members: readonly Member[],
  { groups }: Accounts,
  access: Access | undefined,
  files: FileSystem,
): ReadonlyMap<string, readonly Joined[]> {
  const found = new Map<string, Map<string, Joined>>()
  const enter = (member: Member | undefined, name: string, way: Pick<Joined, 'by' | 'condition' | 'cite'>, lent: boolean) => {
    const gid = groups.find((one) => one.name === name)?.gid
    if (!member || gid === undefined || member.uid === 0 || member.groupNames.has(name)) return
    const joined = [...member.groups, ...groups.filter((one) => one.gid === gid)]
    const groupNames = new Set(joined.map((one) => one.name))
    const before = found.get(member.name) ?? new Map<string, Joined>()
    found.set(member.name, before)
    before.set(name, { id: `${member.name}\0${name}`, member: { ...member, groups: joined, groupNames, lent }, ...way })
  }
  // Of several ways into one group the last is shown: one without a condition, and an administrator’s at the end, which is more.
  for (const raised of (access?.raised ?? []).toSorted((a, b) => Number(isStarter(a.path)) - Number(isStarter(b.path)))) {
    const { path, by, line } = raised
    const { group } = lends(raised)
    const way = group === undefined ? undefined : obeys(raised)
    for (const member of way ? members : [])
      if (group !== undefined && runs(member, path, files))
        enter(member, group, { by: `${path}, which is ${by}`, ...way, cite: { section: 'access', line } }, true)
  }
  const listed = access?.shadowGroups.known ? access.shadowGroups.value : []
  const byName = new Map(listed.length > 0 ? members.map((member) => [member.name, member]) : [])
  for (const { name, administrators, members: own, line } of listed) {
    const way = (program: string) => ({ by: `${program} ${name}, by /etc/gshadow`, cite: { section: 'access', line, token: name } })
    for (const account of own) enter(byName.get(account), name, way('newgrp'), true)
    for (const account of administrators) enter(byName.get(account), name, way('gpasswd'), false)
  }
  return new Map([...found].map(([account, joined]) => [account, [...joined.values()]]))
}
