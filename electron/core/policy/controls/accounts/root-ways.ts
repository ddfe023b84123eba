import type { Account, Accounts } from '../../../facts/accounts/accounts.ts'
import type { Sudoers, SudoRule } from '../../../facts/privileged/privileged.ts'
import type { Citation } from '../../control.ts'
import { isRootFile } from './root-files.ts'

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
}

/** Programs that start others, or write any file: with free arguments they give a root shell (see gtfobins.github.io). */
const escapes =
  /^(?:ba|da|z|k|c|tc|fi)?sh$|^(?:su|sudo|env|vim?|vim\..*|nvim|nano|emacs|ed|less|more|most|man|find|awk|gawk|mawk|sed|perl|python[\d.]*|ruby|lua[\d.]*|node|php[\d.]*|tar|zip|rsync|scp|ssh|git|docker|podman|nerdctl|ctr|kubectl|nsenter|unshare|chroot|mount|tee|cp|mv|dd|install|ln|chmod|chown|systemctl|systemd-run|service|visudo|vipw|passwd|useradd|usermod|crontab|at|apt|apt-get|dpkg|yum|dnf|rpm|snap|pip[\d.]*|conda|npm|make|gdb|strace|tcpdump|wget|curl|nmap|socat|nc|screen|tmux|script|watch|xargs|time|timeout|nice|ionice|taskset|setarch|flock|journalctl|dmesg)$/

/** Not one that a backslash makes a plain character. */
const WILDCARD = /(?<!\\)[*?[]/

/** Editors write any file and start a shell, whatever file they begin with. */
const editors = /^(?:vim?|vim\..*|vimdiff|view|nvim|ex|ed|nano|pico|emacs|joe|jed|micro|mcedit|visudo|vipw|vigr|gdb)$/
/** So do pagers, by `!`: but where they may start nothing (NOEXEC). */
const pagers = /^(?:less|more|most|man)$/
/** What helps only by starting another program. */
const starters =
  /^(?:su|sudo|env|man|less|more|most|nsenter|unshare|chroot|ssh|screen|tmux|script|watch|xargs|time|timeout|nice|ionice|taskset|setarch|flock)$/

/**
 * Does running this as root give root for all? Exact arguments bind most programs; a `*` among them, or none at all, does not (sudoers(5)). `noExec`:
 * what it starts may start nothing.
 */
export function givesRoot(command: string, noExec = false): boolean {
  if (command === 'ALL') return true
  const [path = '', ...words] = command.split(/\s+/)
  // An expression of sudoers(5): by each program that it names.
  if (path.startsWith('^'))
    return /[*+?[]/.test(path) || path.split(/[^\w.-]+/).some((name) => name !== '' && givesRoot([`/${name}`, ...words].join(' '), noExec))
  if (path.endsWith('/') || WILDCARD.test(path)) return true
  const program = path.slice(path.lastIndexOf('/') + 1)
  if (path === 'sudoedit') return words.length === 0 || words.some(isRootFile)
  if (noExec && starters.test(program)) return false
  const alone = words[0] === '""'
  if (!alone && (editors.test(program) || (pagers.test(program) && words.length > 0))) return true
  if (/^(?:ba|da|z|k|c|tc|fi)?sh$|^su$/.test(program)) return true
  if ((program === 'systemctl' && words.includes('edit')) || (program === 'crontab' && words.includes('-e'))) return true
  if (program === 'tee' && words.some(isRootFile)) return true
  const free = words.length === 0 || words.some((word) => WILDCARD.test(word)) || (words[0]?.startsWith('^') && /\+/.test(command))
  return free === true && !alone && escapes.test(program)
}

export const groupsOf = (account: Account, { groups }: Accounts) =>
  groups.filter(({ gid, members }) => gid === account.gid || members.includes(account.name))

/** Grants that name this account, itself or by a group. */
export function rulesFor(account: Account, accounts: Accounts, { rules }: Sudoers): readonly SudoRule[] {
  const groups = groupsOf(account, accounts)
  return rules.filter(({ user }) => {
    if (user === 'ALL' || user === account.name || user === `#${account.uid}`) return true
    return groups.some(({ name, gid }) => user === `%${name}` || user === `%#${gid}`)
  })
}

/** Every way that an account has to become root without anyone else's help. The root account itself is not asked about. */
export function rootWays(account: Account, accounts: Accounts, sudoers: Sudoers | undefined): readonly RootWay[] {
  const groups = groupsOf(account, accounts).flatMap((group): RootWay[] => {
    const how = rootGroups[group.name]
    return how ? [{ way: `group ${group.name}`, how, cite: { section: 'groups', line: group.line, token: group.name } }] : []
  })
  const rules = (sudoers ? rulesFor(account, accounts, sudoers) : []).filter(
    ({ asRoot, negated, command, noPassword, noExec }) =>
      asRoot && !negated && givesRoot(command, noExec) && (noPassword || !sudoers?.asksForRoot),
  )
  const sudo = rules.map(
    (rule): RootWay => ({
      way: `sudo ${rule.command.slice(0, 60)}${rule.noPassword ? ' without a password' : ''}`,
      how: `${rule.file} grants it to ${rule.user}`,
      cite: { section: 'privileged', line: rule.line, token: rule.command.slice(0, 60) },
    }),
  )
  return [...groups, ...sudo]
}
