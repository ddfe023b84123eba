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
  /** May it be run as root? */
  readonly asRoot: boolean
  readonly file: string
  readonly line: number
}

export interface Sudoers {
  readonly rules: readonly SudoRule[]
  /** `targetpw`, `rootpw`: it is root’s password that sudo asks for, so a grant alone gives nothing (openSUSE’s default). */
  readonly asksForRoot: boolean
  /** Why there may be more rules: files outside of /etc/sudoers and /etc/sudoers.d, lines that could not be read. */
  readonly incomplete?: string | undefined
}

export interface AuditWatch {
  readonly path: string
  /** Letters of `rwxa`. */
  readonly permissions: string
  readonly line: number
}

export interface AuditRules {
  /** What the kernel has; undefined when it could not be asked. */
  readonly loaded?: readonly AuditWatch[] | undefined
  /** Paths that a rule `never` keeps out. */
  readonly excluded: readonly AuditWatch[]
  /** Is auditing switched on in the kernel? */
  readonly enabled?: boolean | undefined
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

export interface SshdMatches {
  readonly matches: readonly SshdMatch[]
  /** Include patterns that lead elsewhere. */
  readonly elsewhere: readonly string[]
}

export interface EmptyPasswords {
  readonly accounts: readonly { readonly name: string; readonly line: number }[]
  /** Line of the block's header: proof that the question was asked. */
  readonly line: number
}

/** A symbolic link keeps its own owner and names its target as written. */
export interface GuardedFile extends Omit<PathEntry, 'type'> {
  readonly type: 'directory' | 'file' | 'symlink' | 'other'
  readonly target?: string | undefined
}

export interface GuardedFiles {
  readonly files: readonly GuardedFile[]
  /** Folders that were looked into; what lies elsewhere is not known. */
  readonly folders: readonly string[]
}
