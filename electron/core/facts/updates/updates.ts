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

/** What its Release file says, and the host that it came from. */
export interface SecurityArchive {
  readonly origin: string
  readonly label: string
  readonly suite: string
  readonly codename: string
  readonly site: string
}

/** Packages of the distribution, and the security updates that lists on the host know of. */
export interface Updates {
  readonly manager: 'dpkg' | 'rpm'
  /** Those that Gatehouse looks at by name, and those that are held. */
  readonly packages: readonly InstalledPackage[]
  readonly pending: readonly SecurityUpdate[]
  /** Newer builds of module streams (RHEL) in a list that does not state of which stream: perhaps no update at all. */
  readonly ofUnknownStream: readonly SecurityUpdate[]
  /** Of the distribution, and kept at their version (`apt-mark hold`). */
  readonly held?: readonly InstalledPackage[] | undefined
  /** Security archives of this release whose lists are on the host. */
  readonly securityArchives?: readonly SecurityArchive[] | undefined
  /** The other archives of this release by the same distribution, whose lists are on the host. */
  readonly otherArchives?: readonly SecurityArchive[] | undefined
  /** Ubuntu without the list of ESM Apps, by which alone fixes of universe come: the security archive says nothing of those. */
  readonly withoutPro?: boolean | undefined
  /** Security updates that update-notifier counted, and that apt installs once the host is attached to Ubuntu Pro. */
  readonly behindPro?: { readonly count: number; readonly line: number } | undefined
  /** Of the release, by os-release(5). */
  readonly codenames?: readonly string[] | undefined
  /** Of the kernel that runs another build is installed under the same name: only a restart brings it into use. */
  readonly rebuiltKernel?: { readonly running: string; readonly installed: string; readonly line: number } | undefined
  /** Why pending updates cannot be judged; absent when they can. */
  readonly unknown?: string | undefined
  /** Day of the newest security list that was read; milliseconds since the epoch. */
  readonly listsMs?: number | undefined
  /** Lines that prove where the list comes from. */
  readonly listLine?: number | undefined
  /** Number of installed packages. */
  readonly installed: number
}
