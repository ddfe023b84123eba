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

export interface Accounts {
  readonly accounts: readonly Account[]
  readonly groups: readonly Group[]
}
