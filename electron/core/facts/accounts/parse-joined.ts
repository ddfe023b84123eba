import type { Account, Accounts, Group } from './accounts.ts'

/** Accounts of the host’s own file that are asked about: a directory takes its time for each. */
export const MAX_JOINED = 500

/**
 * Rows `@in ada 1000 200002` behind the groups (getent(1), `initgroups`): groups of a directory that accounts of the host’s own files are in, although no
 * list of groups shows them. A group that was looked up by its number stands behind the list, and what was listed already stands there twice.
 */
export function parseJoined(listed: readonly Group[], text: string, accounts: readonly Account[]): Pick<Accounts, 'groups' | 'joined'> {
  const groups = new Map<string, Group>()
  for (const group of listed) if (!groups.has(`${group.name}:${group.gid}`)) groups.set(`${group.name}:${group.gid}`, group)
  const rows = text.split('\n').flatMap((row, index) => (row.startsWith('@in ') ? [{ row: row.slice(4), line: index + 1 }] : []))
  if (rows.length === 0) return { groups: [...groups.values()] }
  const byGid = new Map([...groups.values()].map((group) => [group.gid, group]))
  const primary = new Map(accounts.map(({ name, gid }) => [name, gid]))
  for (const { row, line } of rows) {
    const [, name = '', numbers = ''] = /^(\S+)\s+([\d ]+)$/.exec(row.trim()) ?? []
    for (const gid of numbers.split(' ').filter(Boolean).map(Number)) {
      const group = byGid.get(gid) ?? { name: String(gid), gid, members: [], line }
      if (primary.get(name) === gid || group.members.includes(name)) continue
      const more = { ...group, members: [...group.members, name] }
      byGid.set(gid, more)
      groups.set(`${more.name}:${gid}`, more)
    }
  }
  return { groups: [...groups.values()], ...(rows.length < MAX_JOINED && { joined: true }) }
}
