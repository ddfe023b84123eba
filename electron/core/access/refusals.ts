import type { PathEntry } from '../facts/path-entry.ts'

/** Readers that take no file of another owner than root, nor one that others may write: so whoever writes it gets nothing done, until somebody puts its mode right. */
const READERS: readonly (readonly [RegExp, string])[] = [
  // cron of Debian and cronie alike; Alpine’s has no such folder.
  [/^\/etc\/(?:crontab$|cron\.d\/)/, 'cron'],
  [/^\/etc\/logrotate\.d\//, 'logrotate'],
  [/^\/etc\/sudoers(?:$|\.d(?:$|\/))/, 'sudo'],
]

/** With polkit libvirtd lets everybody connect, and asks it then (`auth_unix_rw`, libvirt's own default): Red Hat and SUSE ship that, Debian has a group. */
const ASKS_POLKIT = /^\/run\/libvirt\//

/** Why it does not count as it is that somebody may write the file. sudo alone lets its own group write, and a list of acl(5) that stands in the mode as that. */
export function refusalOf({ path, owner, group, mode }: Pick<PathEntry, 'path' | 'owner' | 'group' | 'mode'>): string | undefined {
  if (ASKS_POLKIT.test(path) && (mode & 0o002) !== 0) return 'only if libvirt does not ask polkit (auth_unix_rw)'
  const reader = READERS.find(([pattern]) => pattern.test(path))?.[1]
  if (reader === undefined) return undefined
  const others = mode & (reader === 'sudo' && group === 'root' ? 0o002 : 0o022)
  return owner === 'root' && others === 0
    ? undefined
    : `only once ${reader} takes ${path.slice(0, 100)}, which it refuses while others may write it`
}
