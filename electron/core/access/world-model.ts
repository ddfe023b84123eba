import type { Access } from '../facts/access/access.ts'
import type { Citation } from '../facts/citation.ts'
import type { Sudoers, SudoGrant } from '../facts/privileged/privileged.ts'
import type { Unit } from '../facts/units/units.ts'
import type { Joined } from './joined-groups.ts'
import type { FileSystem, Member } from './rights.ts'
import type { SudoHost } from './sudo-decision.ts'

/** One way in which an account acts as another, without that one’s help. */
export interface Becoming {
  /** Name of the account it becomes. */
  readonly becomes: string
  /** It is the account itself still, with one group more (`joined-groups.ts`). */
  readonly joins?: true
  /** `group docker`, `sudo ALL`, `writes /etc/systemd/system/vllm.service`. */
  readonly by: string
  readonly condition?: string | undefined
  /** The rule of sudo or doas that gives it. */
  readonly grant?: SudoGrant
  readonly cite: Citation
}

/** Rules by which accounts run programs as others. */
export interface SudoRules extends Pick<Sudoers, 'grants' | 'defaults' | 'asksForRoot'> {
  /** Nothing of them counts before that is so. */
  readonly onlyOnce?: string
}

/** A host as the question "who becomes whom" needs it: its accounts, their groups, and the rules of sudo, doas and polkit, each as far as it was read. */
export interface World {
  readonly members: readonly Member[]
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly root: Member
  /** What each account is once it is in a group that it may enter, by its name. */
  readonly joined: ReadonlyMap<string, readonly Joined[]>
  readonly host: SudoHost
  /** Its systemd is older than 247, by the release of the system. */
  readonly oldSystemd: boolean
  readonly sudoers: Sudoers | undefined
  /** All rules of sudo, those of files as well that it refuses as they are. Absent: it takes all files. */
  readonly sudoersOnce: SudoRules | undefined
  readonly doas: SudoRules | undefined
  /** Accounts that whoever holds the grant may become. */
  reached(grant: SudoGrant): readonly Member[]
  readonly access: Access | undefined
  readonly units: readonly Unit[]
  readonly files: FileSystem
  /** Accounts whose home somebody else may write: few, and looked for once. */
  readonly looseHomes: readonly Member[]
  /** sshd takes no keys that others may write (StrictModes). */
  readonly strictModes: boolean
  /** Configuration that a proxy reads before it gives up root, and can make it write or load any file. */
  readonly proxyFiles: readonly { readonly path: string; readonly becomes: string }[]
  /** The same of files that need not be there, by the folder of the proxy: whoever puts one there has it read. */
  readonly newProxyFiles: readonly { readonly folder: string; readonly becomes: string; readonly files: readonly string[] }[]
  /** Of root’s own files those that are not root’s alone. */
  readonly looseFiles: readonly string[]
  /** Where every Python of its version loads from by itself, so far as not root alone may write it (Python's module site). */
  readonly pythonFolders: readonly string[]
  /** Where sudo looks for programs that are called by their bare names (`secure_path`). */
  readonly sudoFolders: readonly string[]
  /** Files from which it takes variables as they stand there, those of the loader as well, whoever owns them (`env_file`; tried with 1.9.13). */
  readonly sudoVariables: readonly string[]
  /** The program, and what scripts start that it is or starts, as far as they were read. */
  startedBy(path: string): readonly string[]
  /** Commands of which `Defaults!` says something. */
  readonly singled: readonly string[]
  /** Accounts that share a uid, by that. */
  readonly sameUid: ReadonlyMap<number, readonly Member[]>
  /** Programs that run code as their account for whoever connects to them. */
  readonly runners: readonly { readonly user: string; readonly by: string; readonly cite: Citation }[]
  /** Accounts whose password is empty, and whose shell lets somebody do something. */
  readonly withoutPassword: readonly { readonly name: string; readonly line: number }[]
  /** Files with which anybody administers the cluster of this host, and whether it runs. */
  readonly clusterKeys: { readonly paths: readonly string[]; readonly runs: boolean }
  /** Groups of this host that are root by another name. */
  readonly rootGroups: readonly { readonly name: string; readonly gid: number }[]
}
