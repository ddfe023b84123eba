/** Addresses and routes of the host. */
export interface Network {
  readonly addresses: readonly { readonly interface: string; readonly address: string; readonly prefixLength: number }[]
  readonly defaultRoute: boolean
}
