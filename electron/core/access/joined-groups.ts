import type { Access } from '../facts/access/access.ts'
import type { Accounts } from '../facts/accounts/accounts.ts'
import type { Citation } from '../facts/citation.ts'
import type { Member } from './rights.ts'

/** An account in a group that it may enter by itself, though no login puts it there. */
export interface Joined {
  /** As no account is called. */
  readonly id: string
  readonly member: Member
  /** `newgrp docker, by /etc/gshadow`. */
  readonly by: string
  readonly cite: Citation
}

/**
 * Groups that gshadow(5) opens, by the account. newgrp(1) and sg(1) take its list of members for that of `/etc/group`, for one process; an administrator puts
 * itself on both lists (gpasswd(1)), and is a member for everybody then. A line for a group that there is not opens nothing.
 */
export function joinedGroups(
  members: readonly Member[],
  { groups }: Accounts,
  access: Access | undefined,
): ReadonlyMap<string, readonly Joined[]> {
  const listed = access?.shadowGroups.known ? access.shadowGroups.value : []
  const byName = new Map(listed.length > 0 ? members.map((member) => [member.name, member]) : [])
  const found = new Map<string, Map<string, Joined>>()
  for (const { name, administrators, members: own, line } of listed) {
    const group = groups.find((one) => one.name === name)
    if (!group) continue
    const enter = (account: string, program: 'newgrp' | 'gpasswd') => {
      const member = byName.get(account)
      if (!member || member.uid === 0 || member.groupNames.has(name)) return
      const joined = [...member.groups, ...groups.filter(({ gid }) => gid === group.gid)]
      const before = found.get(account) ?? new Map<string, Joined>()
      before.set(name, {
        id: `${account}\0${name}`,
        member: {
          ...member,
          groups: joined,
          groupNames: new Set(joined.map((one) => one.name)),
          ...(program === 'newgrp' && { lent: program }),
        },
        by: `${program} ${name}, by /etc/gshadow`,
        cite: { section: 'access', line, token: name },
      })
      found.set(account, before)
    }
    for (const account of own) enter(account, 'newgrp')
    // Whoever is both is more by this.
    for (const account of administrators) enter(account, 'gpasswd')
  }
  return new Map([...found].map(([account, joined]) => [account, [...joined.values()]]))
}
