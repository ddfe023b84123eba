export interface Process {
  readonly pid: number
  readonly ppid: number
  readonly user: string
  readonly uid: number
  /** Short name (comm). */
  readonly name: string
  /** Command line word by word where /proc was readable, else split at blanks. */
  readonly argv: readonly string[]
  /** cgroup path, when read: names the unit or container. */
  readonly cgroup?: string | undefined
  readonly line: number
}
