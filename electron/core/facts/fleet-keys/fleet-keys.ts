/** What was known of the other hosts of the fleet when this one was audited. Lines point into section `fleet-keys`; nothing is asked on the host. */
export interface FleetKeys {
  /** Hosts whose keys were read whole. */
  readonly read: readonly string[]
  /** Hosts of which keys may be missing. */
  readonly unread: readonly { readonly host: string; readonly reason: string; readonly line: number }[]
  /** Keys of this host that were looked for on the others. */
  readonly lookedFor: ReadonlySet<string>
  /** Where else they stand. */
  readonly places: readonly KeyPlace[]
  /** They stand in more places than are told. */
  readonly cut: boolean
}

export interface KeyPlace {
  /** `SHA256:…` as ssh-keygen prints it. */
  readonly fingerprint: string
  readonly host: string
  readonly account: string
  readonly line: number
}
