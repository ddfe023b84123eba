import type { PathEntry } from '../path-entry.ts'
import type { Logrotate } from './logrotate.ts'

/** A value and the line of section `os` that shows it. */
export interface Shown<T> {
  readonly value: T
  readonly line: number
}

/** A device and what it lies on (lsblk(8), NAME and TYPE, inverse). */
export interface Device {
  readonly name: string
  readonly type: string
  /** Of a `crypt`, how cryptsetup set it up: `LUKS2`, `PLAIN`, but also `VERITY` and `INTEGRITY`, which encrypt nothing. */
  readonly mapped?: string | undefined
  readonly below: readonly Device[]
}

/** Swap or a file system, and the devices below it. */
export interface Storage {
  readonly path: string
  /** `partition`, `file` of /proc/swaps, or a file system type. */
  readonly kind: string
  /** Device below it; empty when it was not told. */
  readonly source: string
  /** Where the file system is mounted; empty for swap. */
  readonly mountedOn: string
  /** More than one where a file system lies on several by itself (btrfs); none when it was not told. */
  readonly devices: readonly Device[]
  readonly line: number
}

export interface ServiceState {
  readonly id: string
  /** Aliases that it was asked for by (systemd.unit(5)). */
  readonly aliases?: readonly string[] | undefined
  /** `loaded`, `not-found`, `masked`. */
  readonly loadState: string
  readonly activeState: string
  readonly unitFileState: string
  readonly line: number
}

/** What the unit was asked for by, and its own name. */
export const namesOf = ({ id, aliases = [] }: ServiceState): readonly string[] => [id, ...aliases]

/** What loads rules of the packet filter when the host starts. */
export interface FilterFiles {
  /** Lines of the files that are neither empty nor comments. */
  readonly files: readonly {
    readonly path: string
    readonly line: number
    readonly whole: boolean
    readonly rows: readonly Shown<string>[]
  }[]
  /** Files and folders (those end with `/`) that the account may not read. */
  readonly sealed: readonly Shown<string>[]
  /** Units, scripts and jobs of the admin's own that name a program of the packet filter. */
  readonly places: readonly Shown<string>[]
  /** What ufw runs when it starts: `before.init` and `after.init` of /etc/ufw, which are root's to read, where they may be executed. */
  readonly ufwScripts: readonly Shown<string>[]
}

/** Settings of the operating system that every account may read. What is absent could not be read. */
export interface Os {
  /** By path below /proc/sys: `kernel/kptr_restrict`. */
  readonly sysctl: Readonly<Record<string, Shown<string>>>
  /** Units asked about by name. Undefined without systemd. */
  readonly services?: readonly ServiceState[] | undefined
  /** Timers that are active, of those that install updates. */
  readonly updateTimers: readonly Shown<string>[]
  readonly ssh: {
    /** Ports of TCP that systemd listens on for sshd. */
    readonly ports: readonly Shown<number>[]
    /** Its settings, and their folder, where they changed after sshd was started or told to read them again. */
    readonly newer: readonly Shown<string>[]
  }
  readonly clockSynchronised?: Shown<boolean> | undefined
  /** Active swap. Undefined when /proc/swaps could not be read. */
  readonly swaps?: readonly Storage[] | undefined
  /** Model directories that lie elsewhere by symbolic links; `itself`: the last part of the path is one. */
  readonly linked: readonly { readonly path: string; readonly real: string; readonly itself: boolean; readonly line: number }[]
  /** File systems of the model directories that exist. */
  readonly fileSystems: readonly Storage[]
  /** `/`, `/etc` and the like: what stands above files that other sections list. */
  readonly folders: readonly PathEntry[]
  /** GPU device nodes. */
  readonly devices: readonly PathEntry[]
  /** Active security modules, e.g. `lockdown,capability,yama,apparmor`. */
  readonly securityModules?: Shown<string> | undefined
  readonly selinuxEnforcing?: Shown<boolean> | undefined
  readonly appArmorEnabled?: Shown<boolean> | undefined
  /** Of one of its profiles: `enforce`, `kill` or `user` where any has that, which refuse; else `complain`, `unconfined`, or `none` where no profile is loaded. */
  readonly appArmorMode?: Shown<string> | undefined
  /** How far root itself is kept out of the kernel (kernel_lockdown(7)). */
  readonly lockdown?: Shown<'none' | 'integrity' | 'confidentiality'> | undefined
  /** Does the kernel load signed modules only? */
  readonly modulesSigned?: Shown<boolean> | undefined
  /** Of UEFI firmware. */
  readonly secureBoot?: Shown<boolean> | undefined
  /** `Storage=` of journald.conf(5), its default when absent, and whether /var/log/journal exists. */
  readonly journal?: Shown<{ readonly storage: string; readonly directory: boolean }> | undefined
  /** `Storage=` of coredump.conf(5), `external` by default. */
  readonly coredumpStorage?: Shown<string> | undefined
  /** Undefined when its configuration may not be read. */
  readonly logrotate?: Logrotate | undefined
  readonly filter?: FilterFiles | undefined
  /** Of the programs that a push of files needs, those that the host does not have. */
  readonly lacks?: readonly string[] | undefined
  /** Lines of rsyslog that send away. */
  readonly forwarding: readonly Shown<string>[]
}
