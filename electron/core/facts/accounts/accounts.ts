/** One line of the passwd database (passwd(5)), from every source that nsswitch.conf names. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
  readonly shell: string
  /** Line of section `accounts`. */
  readonly line: number
}

export interface Group {
  readonly name: string
  readonly gid: number
  /** Supplementary members; accounts whose primary group this is are not listed here. */
  readonly members: readonly string[]
  /** Line of section `groups`. */
  readonly line: number
}

/** Why there may be more than was listed. */
export interface Unlisted {
  readonly reason: string
  /** The directory that nsswitch.conf(5) asks: `sss`, `ldap`. */
  readonly service?: string | undefined
  /** Line of section `groups`. */
  readonly line: number
}

/** Accounts and groups as the name service of the host tells them (nsswitch.conf(5)). */
export interface Accounts {
  readonly accounts: readonly Account[]
  readonly groups: readonly Group[]
  /** Accounts and members of groups that a directory has and does not list: a group without members may have some. */
  readonly unlisted?: Unlisted | undefined
  /** Was the directory asked which of its groups the accounts of this host’s own files are in? */
  readonly joined?: true | undefined
  /** A directory that gives sudo rules which stand in no file. */
  readonly sudoDirectory?: Unlisted | undefined
}
