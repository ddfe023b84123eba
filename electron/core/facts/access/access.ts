import type { FactResult } from '../fact.ts'
import type { PathEntry } from '../path-entry.ts'
import type { FileLine } from '../privileged/read-block.ts'
import type { ShadowGroup } from './gshadow.ts'
import type { Hooks } from './hooks.ts'
import type { Raised, Trust } from './trust.ts'
import type { UnitPrograms } from './unit-programs.ts'

/** Lines point into section `access`. */

export interface PasswordState {
  readonly account: string
  /** `locked`: no password fits. `none`: an empty one does. Keys are another matter. */
  readonly state: 'usable' | 'locked' | 'none'
  /** The field begins with `!`: without PAM sshd lets nobody in by whatever way (auth.c). */
  readonly shut?: true
  /** Day from which the account is closed, in days since 1970 (shadow(5)). */
  readonly expiresDay?: number | undefined
  readonly line: number
}

/** One key that sshd accepts, out of a file of authorized keys (sshd(8)). */
export interface LoginKey {
  readonly file: string
  /** `ssh-ed25519`. */
  readonly type: string
  /** `SHA256:…` as ssh-keygen prints it. */
  readonly fingerprint: string
  /** Of RSA keys. */
  readonly bits?: number | undefined
  readonly comment: string
  /** `restrict`, `command`, `from`, `cert-authority`, with their values. */
  readonly options: readonly { readonly name: string; readonly value?: string | undefined }[]
  readonly line: number
}

export interface KeyLink {
  readonly path: string
  readonly line: number
}

export interface KeysMissed {
  readonly reason: string
  readonly line: number
}

/** Names in a file of passwords of a web server. */
export interface WebAccount {
  readonly file: string
  readonly name: string
  readonly line: number
}

/** An address in a file of those that oauth2-proxy lets in (`authenticated_emails_file`). */
export interface MailAddress {
  readonly file: string
  readonly address: string
  readonly line: number
}

/** One entry of an access control list beyond owner, group and mode (acl(5)). */
export interface AclEntry {
  readonly path: string
  readonly owner: string
  readonly group: string
  /** Whom it names. */
  readonly kind: 'user' | 'group'
  /** Empty: the group that owns the file, whose bits in the mode are those of the mask (acl(5)). */
  readonly name: string
  /** What is left behind the mask: letters of `rwx`. */
  readonly allows: string
  readonly line: number
}

/** One job of cron: who runs what. */
export interface CronJob {
  readonly file: string
  /** Its name; empty where the file says a number. */
  readonly account: string
  /** Of a job of at(1), which names no account. */
  readonly uid?: number
  readonly command: string
  /** Where programs without a folder are looked for, if the file says so. */
  readonly path?: readonly string[]
  /** What variables of the file have its shell or its programs load or run. */
  readonly loads?: readonly string[]
  readonly line: number
}

/** A command that a timer of systemd starts. */
export interface TimedCommand {
  readonly unit: string
  readonly command: string
  readonly line: number
}

/** A script that a job names, or that lies in a folder of cron. */
export interface JobScript {
  readonly path: string
  readonly read: boolean
  /** Lines in it that fetch models. */
  readonly fetches: readonly FileLine[]
  readonly line: number
}

/** A rule of polkit that says yes without asking for a password. */
export interface PolkitRule {
  readonly file: string
  /** Action ids, or what they begin with and a star. Empty: every action. */
  readonly actions: readonly string[]
  readonly groups: readonly string[]
  readonly users: readonly string[]
  /** Groups that one has to be in as well. */
  readonly groupsToo: readonly string[]
  /** `start`, `restart`: what it is bound to doing; empty: anything. */
  readonly verbs: readonly string[]
  /** Units that it is bound to; empty: any. */
  readonly units: readonly string[]
  /** False when it holds conditions that are not modelled: then it may say less. */
  readonly understood: boolean
  /** It lies where this version of polkit may not look. */
  readonly maybeUnread?: true
  readonly line: number
}

export interface Polkit {
  readonly rules: readonly PolkitRule[]
  /** Groups whose members, and accounts that are administrators for polkit: they become root with their own password (pkexec). */
  readonly administrators: readonly { readonly group: string; readonly user?: string; readonly line: number }[]
}

export interface LastLogin {
  readonly account: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly line: number
}

/** Who can get in, and what lies open, as far as each part could be read. */
export interface Access {
  readonly passwords: FactResult<readonly PasswordState[]>
  readonly shadowGroups: FactResult<readonly ShadowGroup[]>
  readonly keys: FactResult<readonly LoginKey[]>
  /** Symbolic links on the way to keys, which were not followed: homes, folders above them, `.ssh`, files. Absent in audits that did not ask. */
  readonly keyLinks?: readonly KeyLink[]
  /** Why there may be more keys than were read: a folder that root may not enter, a file of more than 1 MiB, a line that was cut. */
  readonly keysMissed?: KeysMissed | undefined
  readonly webAccounts: FactResult<readonly WebAccount[]>
  /** Of the files that were looked for; absent in audits that did not. */
  readonly mailAddresses?: readonly MailAddress[]
  /** Of the system’s own files, sockets and folders those that not only root may write. */
  readonly open: FactResult<readonly PathEntry[]>
  /** Absent in audits that did not ask. */
  readonly unitPrograms?: UnitPrograms
  /** Absent in audits that did not ask. */
  readonly hooks?: Hooks
  /** Absent in audits that did not ask. */
  readonly trust?: Trust
  readonly raised?: readonly Raised[]
  /** Folders of root, homes, and programs that cron and units run, with what leads to them. */
  readonly paths: readonly PathEntry[]
  readonly acls: FactResult<readonly AclEntry[]>
  readonly polkit: FactResult<Polkit>
  readonly cron: FactResult<readonly CronJob[]>
  /** Empty on a host without systemd. */
  readonly timed: FactResult<readonly TimedCommand[]>
  readonly scripts: FactResult<readonly JobScript[]>
  /** Names that /etc/hosts gives this host before its own. Absent in audits that did not ask. */
  readonly hostNames?: readonly string[] | undefined
  /** Accounts whose services run without a login. */
  readonly lingering: readonly { readonly account: string; readonly line: number }[]
  /** Who never came in is not listed. */
  readonly lastLogins: FactResult<readonly LastLogin[]>
}
