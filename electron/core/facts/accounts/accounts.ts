export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
  readonly shell: string
  readonly line: number
}

export interface Group {
  readonly name: string
  readonly gid: number
  readonly members: readonly string[]
}

export interface Accounts {
  readonly accounts: readonly Account[]
  readonly groups: readonly Group[]
}
