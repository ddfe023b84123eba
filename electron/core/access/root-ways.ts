import type { Access } from '../facts/access/access.ts'
import type { Account, Accounts, Group } from '../facts/accounts/accounts.ts'
import type { Citation } from '../facts/citation.ts'
import type { Sudoers, SudoRule } from '../facts/privileged/privileged.ts'
import { givesRoot } from './escapes.ts'

/** One way in which an account becomes root. */
export interface RootWay {
  /** `group docker`, `sudo for ALL without a password`. */
  readonly way: string
  /** How, in words, for the reason. */
  readonly how: string
  readonly cite: Citation
}

/** Groups whose members are root by another name. */
export const rootGroups: Readonly<Record<string, string>> = {
  docker: 'docker run -v /:/host --privileged gives a root shell on the host',
  lxd: 'a privileged container of LXD mounts / of the host',
  'incus-admin': 'a privileged container of Incus mounts / of the host',
  libvirt: 'a virtual machine takes the disks of the host',
  disk: 'debugfs on the raw disk reads and writes every file',
  shadow: 'password hashes can be read and broken elsewhere',
  kmem: 'the memory of the kernel can be read',
  microk8s: 'a privileged pod mounts / of the host',
  snap_microk8s: 'a privileged pod mounts / of the host',
  libvirtd: 'a virtual machine takes the disks of the host',
  sbuild: 'schroot makes its members root in a chroot, which takes the disks of the host',
  mock: 'mock builds as root what its members say',
}

/** The kernel knows numbers alone: two groups with one gid are one. */
export function groupsOf(account: Account, { groups }: Accounts): readonly Group[] {
  const own = new Set([account.gid, ...groups.flatMap(({ gid, members }) => (members.includes(account.name) ? gid : []))])
  return groups.filter(({ gid }) => own.has(gid))
}

/** Grants that name this account, itself or by a group. Capitals make no difference to sudo, to sudo-rs they do. */
export function rulesFor(account: Account, accounts: Accounts, { rules, program }: Sudoers): readonly SudoRule[] {
  const groups = groupsOf(account, accounts)
  const same = (word: string, name: string) => (program === 'sudo-rs' ? word === name : word.toLowerCase() === name.toLowerCase())
  return rules.filter(({ user }) => {
    if (user === 'ALL' || same(user, account.name) || user === `#${account.uid}`) return true
    return groups.some(({ name, gid }) => same(user, `%${name}`) || user === `%#${gid}`)
  })
}

/** Every way that an account has to become root without anyone else's help. The root account itself is not asked about. */
export function rootWays(
  account: Account,
  accounts: Accounts,
  sudoers: Sudoers | undefined,
  access: Access | undefined,
): readonly RootWay[] {
  const groups = groupsOf(account, accounts).flatMap((group): RootWay[] => {
    const how = rootGroups[group.name]
    return how ? [{ way: `group ${group.name}`, how, cite: { section: 'groups', line: group.line, token: group.name } }] : []
  })
  const rules = (sudoers ? rulesFor(account, accounts, sudoers) : []).filter(
    ({ asRoot, negated, command, noPassword, noExec, setEnv, anyRoot }) =>
      asRoot && !negated && (setEnv || anyRoot || givesRoot(command, noExec)) && (noPassword || !sudoers?.asksForRoot),
  )
  const sudo = rules.map(
    (rule): RootWay => ({
      way: `sudo ${rule.command.slice(0, 60)}${rule.noPassword ? ' without a password' : ''}`,
      how: `${rule.file} grants it to ${rule.user}`,
      cite: { section: 'privileged', line: rule.line, token: rule.command.slice(0, 60) },
    }),
  )
  return [...groups, ...shadowWays(account, accounts, access), ...sudo]
}

/** Such groups that gshadow(5) alone opens: to its members by newgrp(1), to its administrators, who may add themselves, by gpasswd(1). */
function shadowWays(account: Account, accounts: Accounts, access: Access | undefined): readonly RootWay[] {
  const own = new Set(groupsOf(account, accounts).map(({ name }) => name))
  const listed = access?.shadowGroups.known ? access.shadowGroups.value : []
  return listed.flatMap(({ name, administrators, members, line }): RootWay[] => {
    const how = rootGroups[name]
    // A line for a group that there is not opens nothing.
    if (!how || own.has(name) || accounts.groups.every((group) => group.name !== name)) return []
    if (![...administrators, ...members].includes(account.name)) return []
    return [{ way: `group ${name} by /etc/gshadow`, how, cite: { section: 'access', line, token: name } }]
  })
}
