import type { SudoProgram } from '../../probe/section.ts'
import type { PathEntry } from '../path-entry.ts'

/** Lines point into section `privileged`. */

/** One grant of sudoers(5), aliases expanded. */
export interface SudoRule {
  /** `ada`, `%sudo`, `#1000`, `ALL`. */
  readonly user: string
  /** `ALL`, a path with its arguments, or `sudoedit …`. */
  readonly command: string
  readonly negated: boolean
  readonly noPassword: boolean
  /** What it starts may start nothing else. */
  readonly noExec?: true
  /** Variables such as LD_PRELOAD may be set for it. */
  readonly setEnv?: true
  /** May it be run as root? */
  readonly asRoot: boolean
  /** The caller names the root directory in which it runs. */
  readonly anyRoot?: true
  readonly file: string
  readonly line: number
}

/** One word of a list in sudoers(5), or an alias with the list that it stands for. */
export interface SudoMember {
  /** `!` before it, an odd number of times. */
  readonly negated: boolean
  /** `ada`, `%ops`, `#1000`, `ALL`, an address, or a command with its arguments, in which a backslash makes signs plain for fnmatch(3). */
  readonly word: string
  readonly list?: readonly SudoMember[]
  /** A command that is bound to its bytes. */
  readonly digest?: true
}

/**
 * sudo takes no notice of capitals in names of accounts and groups, unless it is told to (`case_insensitive_user`, `case_insensitive_group`), and knows its
 * host by the name that /etc/hosts and DNS give it, as Debian and Ubuntu build it, unless it is told not to (`!fqdn`).
 */
export interface NameRules {
  readonly exactUsers?: true
  readonly exactGroups?: true
  readonly exactHosts?: true
}

/** One command of a user specification. The last that fits what is asked decides (sudoers(5)). */
export interface SudoGrant extends NameRules {
  readonly users: readonly SudoMember[]
  readonly hosts: readonly SudoMember[]
  /** Absent: root. Empty: the account itself. */
  readonly runAsUsers?: readonly SudoMember[]
  readonly runAsGroups?: readonly SudoMember[]
  readonly command: SudoMember
  /** Absent: as `Defaults` says, so with a password. */
  readonly noPassword?: boolean
  /** What it starts may start nothing else. */
  readonly noExec?: boolean
  /** Absent: as `Defaults` says, so not. */
  readonly setEnv?: boolean
  /** Variables of whoever calls reach what it starts (`keepenv` and `setenv` of doas.conf(5)), but for those of the loader. */
  readonly callersVariables?: true
  /** The root directory in which it runs (`CHROOT`): `*` is one that the caller names (sudoers(5)). */
  readonly chroot?: string
  /** It holds for a while only (`NOTBEFORE`, `NOTAFTER`), which is not looked at: it may allow, and takes nothing back. */
  readonly timed?: true
  readonly file: string
  readonly line: number
}

/** `Defaults` for all, or for some users (`:`), hosts (`@`), target accounts (`>`) or commands (`!`). */
export interface SudoDefaults extends NameRules {
  readonly scope: ':' | '@' | '>' | '!' | undefined
  /** What stands behind the sign. */
  readonly of?: readonly SudoMember[]
  /** `!authenticate`, `targetpw`, `env_keep += "X"`. */
  readonly settings: readonly string[]
  readonly file: string
  readonly line: number
}

/** What sudo grants, by all files that it reads (sudoers(5)). */
export interface Sudoers {
  /** Which sudo the host has. Absent where no rule was read. */
  readonly program?: SudoProgram
  readonly rules: readonly SudoRule[]
  readonly grants: readonly SudoGrant[]
  readonly defaults: readonly SudoDefaults[]
  /** What rules name outside of the folders of the distribution, with the folders above. Absent in audits that did not ask. */
  readonly paths?: readonly PathEntry[] | undefined
  /** `targetpw`, `rootpw`: it is root’s password that sudo asks for, so a grant alone gives nothing (openSUSE’s default). */
  readonly asksForRoot: boolean
  /** Why there may be more rules: files outside of /etc/sudoers and /etc/sudoers.d, lines that could not be read. */
  readonly incomplete?: string | undefined
}

export interface AuditWatch {
  readonly path: string
  /** Letters of `rwxa`. */
  readonly permissions: string
  /** What else must be true: `auid>=1000`. Writes of which it is not are not seen. */
  readonly narrowed?: string | undefined
  readonly line: number
}

/** A rule that keeps events out wherever they happen. */
export interface AuditHush {
  readonly text: string
  /** Nothing is left: `-a never,task`. Otherwise only what else it names. */
  readonly whole: boolean
  /** Of what happens there alone. */
  readonly path?: string | undefined
  /** Of the list in which the first rule that fits decides, so that it keeps nothing out of what a rule before it takes. */
  readonly ordered?: boolean | undefined
  readonly line: number
}

/** What the kernel records of access to files and of calls (auditctl(8)), now and at the next start. */
export interface AuditRules {
  /** What the kernel has; undefined when it could not be asked. */
  readonly loaded?: readonly AuditWatch[] | undefined
  /** Paths that a rule `never` keeps out. */
  readonly excluded: readonly AuditWatch[]
  /** Rules that keep out whole tasks, or records that tell of writes. */
  readonly hushed?: readonly AuditHush[] | undefined
  /** Is auditing switched on in the kernel? */
  readonly enabled?: boolean | undefined
  /** Locked until the next start (`-e 2`, auditctl(8)): nothing more can be loaded. */
  readonly locked?: boolean | undefined
  /** Does a daemon take the records? The kernel knows its process (`pid`, 0 where none does). */
  readonly taken?: boolean | undefined
  readonly loadedLine: number
  /** What /etc/audit/rules.d says, so what the next start brings. */
  readonly written: readonly AuditWatch[]
}

/** `Match` of sshd_config(5): settings that hold for some logins only, which `sshd -T` does not show. */
export interface SshdMatch {
  /** `group admins address 10.0.0.0/8`. */
  readonly criteria: string
  readonly settings: readonly { readonly keyword: string; readonly value: string; readonly line: number }[]
  readonly file: string
  readonly line: number
}

/** The `Match` blocks of sshd, of which `sshd -T` shows nothing (sshd_config(5)). */
export interface SshdMatches {
  readonly matches: readonly SshdMatch[]
  /** Include patterns that lead elsewhere. */
  readonly elsewhere: readonly string[]
}

/** A symbolic link keeps its own owner and names its target as written. */
export interface GuardedFile extends Omit<PathEntry, 'type'> {
  readonly type: 'directory' | 'file' | 'symlink' | 'other'
  readonly target?: string | undefined
}

/** Owners and modes of files that hold keys and passwords; their content is never read. */
export interface GuardedFiles {
  readonly files: readonly GuardedFile[]
  /** Folders that were looked into; what lies elsewhere is not known. */
  readonly folders: readonly string[]
}
