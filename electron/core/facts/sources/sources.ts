/** Where software comes from, and by what names the host finds the world. */
export interface Sources {
  readonly resolvers: readonly { readonly address: string; readonly file: string; readonly line: number }[]
  /** Files that name resolvers, as far as they could be read. */
  readonly resolverFiles: readonly string[]
  /** Whom systemd-resolved asks where it knows nobody else. Undefined where that was compiled in, and nothing tells what it is. */
  readonly fallbackResolvers?: Sources['resolvers'] | undefined
  readonly packageSources: readonly PackageSource[]
  /** apt takes lists that nobody signed from any of its sources, and installs from them without asking. */
  readonly aptUnsigned?: { readonly line: number } | undefined
  /** Registries that containers are pulled from, beside those in the names of images. */
  readonly registries: readonly {
    readonly host: string
    readonly role: 'mirror' | 'search'
    readonly file: string
    readonly line: number
  }[]
  /** Proxies that are set for package managers, for the daemons that pull images, and for logins and jobs. */
  readonly proxies: readonly ProxySetting[]
  /** Keys that files of all logins set, which an audit account that is not root could read. */
  readonly loginKeys?: readonly { readonly name: string; readonly file: string; readonly line: number }[] | undefined
  /** Files that are there and could not be read. */
  readonly unreadable: readonly string[]
  /** Files that say more than is read of one. */
  readonly cut: readonly string[]
  readonly automatic: AutomaticUpdates
  /** Kernels below /boot. */
  readonly kernels: readonly { readonly release: string; readonly line: number }[]
  /** Line of /run/reboot-required, when there is one. */
  readonly restartRequired?: number | undefined
}

export interface ProxySetting {
  readonly of: 'packages' | 'containers' | 'sessions'
  readonly name: string
  readonly value: string
  readonly line: number
}

export interface PackageSource {
  /** Empty when the repository names none that could be read. */
  readonly url: string
  readonly file: string
  readonly line: number
  /** What it gives is installed without a signature: the line that says so. `unverified`: nor is the certificate of its host checked. */
  readonly unsigned?: { readonly line: number; readonly unverified?: boolean } | undefined
}

export interface AptPin {
  /** Patterns of package names; `*` stands for all. */
  readonly packages: readonly string[]
  readonly kind: 'release' | 'origin' | 'version'
  readonly value: string
  readonly priority: number
  readonly line: number
}

/** Settings of unattended-upgrades or dnf-automatic; undefined where there are none. */
export interface AutomaticUpdates {
  /** `APT::Periodic` intervals as set; a value other than 0 is on. */
  readonly aptLists?: { readonly on: boolean; readonly line: number } | undefined
  readonly aptUpgrade?: { readonly on: boolean; readonly line: number } | undefined
  /** Patterns of the archives that unattended-upgrades installs from; `legacy`: of its old list, `Allowed-Origins`, which it reads first. */
  readonly aptOrigins?: readonly { readonly pattern: string; readonly legacy: boolean; readonly line: number }[] | undefined
  /** Days between two runs, where unattended-upgrades is on. */
  readonly aptEveryDays?: number | undefined
  /** Installs as the host shuts down; its timer then installs nothing. */
  readonly aptOnShutdown?: { readonly line: number } | undefined
  /** Patterns of the only packages that unattended-upgrades touches, beside what these depend on. */
  readonly aptOnly?: readonly { readonly pattern: string; readonly line: number }[] | undefined
  /** Patterns of packages that unattended-upgrades never touches. */
  readonly aptKeptBack?: readonly { readonly pattern: string; readonly line: number }[] | undefined
  /** apt_preferences(5), in the order in which apt takes the first that fits; last, for all packages, what APT::Default-Release says. */
  readonly aptPins?: readonly AptPin[] | undefined
  /** Files of it that the audit account may not read. */
  readonly aptPinsUnread?: readonly string[] | undefined
  /** Patterns of packages that dnf or zypper leaves out of every transaction, or keeps at their version. */
  readonly dnfKeptBack?: readonly { readonly pattern: string; readonly line: number }[] | undefined
  readonly dnfApply?: { readonly on: boolean; readonly line: number } | undefined
  /** `upgrade_type = security`: dnf-automatic installs what the repositories call a security update, and nothing where they state none. */
  readonly dnfSecurityOnly?: { readonly line: number } | undefined
}
