/** A package of the distribution's package manager. */
export interface InstalledPackage {
  readonly name: string
  readonly version: string
  /** Maintainer (dpkg) or vendor (rpm), as the package says. */
  readonly vendor: string
  /** Built by the distribution, which backports fixes, so that upstream's version ranges say nothing about it. */
  readonly byDistribution: boolean
  readonly line: number
}

/** A version of the security archive that is newer than the installed one. */
export interface SecurityUpdate {
  readonly name: string
  readonly installed: string
  readonly available: string
  readonly line: number
}

export interface Updates {
  readonly manager: 'dpkg' | 'rpm'
  /** Those that Gatehouse looks at by name. */
  readonly packages: readonly InstalledPackage[]
  readonly pending: readonly SecurityUpdate[]
  /** Newer builds of module streams (RHEL) in a list that does not state of which stream: perhaps no update at all. */
  readonly ofUnknownStream: readonly SecurityUpdate[]
  /** Why pending updates cannot be judged; absent when they can. */
  readonly unknown?: string | undefined
  /** Day of the newest security list that was read; milliseconds since the epoch. */
  readonly listsMs?: number | undefined
  /** Lines that prove where the list comes from. */
  readonly listLine?: number | undefined
  /** Number of installed packages. */
  readonly installed: number
}
