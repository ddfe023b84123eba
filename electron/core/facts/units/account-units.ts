/** Units and Quadlets that managers of accounts start (`systemd --user`, user@.service(5)), as files: no system manager knows of them. */
export interface AccountUnits {
  readonly files: readonly AccountUnit[]
  /** Accounts whose manager starts with the host (loginctl(1), enable-linger), but whose folders of units could not be looked into. */
  readonly unread: readonly { readonly account: string; readonly line: number }[]
}

/** A file that names an inference engine. */
export interface AccountUnit {
  readonly path: string
  /** The service that it is, or that a generator makes of it. */
  readonly unit: string
  /** A target of its manager wants it, so it starts with that. Of a Quadlet its own [Install] says so. */
  readonly enabled: boolean
  readonly line: number
}
