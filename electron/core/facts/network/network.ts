/** Addresses and routes of the host. */
export interface Network {
  readonly addresses: readonly InterfaceAddress[]
  readonly routes: readonly Route[]
  /** A route to anywhere exists, in IPv4 or IPv6. */
  readonly defaultRoute: boolean
}

export interface InterfaceAddress {
  readonly interface: string
  readonly address: string
  readonly prefixLength: number
  /** Line of section `addresses`. */
  readonly line: number
}

/** A route by which packets leave. One entry for each next hop. */
export interface Route {
  readonly family: 4 | 6
  /** `0.0.0.0/0` or `::/0` for the default route. */
  readonly destination: string
  readonly interface: string
  /** `main` unless policy routing is in use. */
  readonly table: string
  readonly section: 'routes' | 'routes-6'
  readonly line: number
}
