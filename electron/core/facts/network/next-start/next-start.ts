import type { Citation } from '../../citation.ts'

/** What the configuration of the network asks for when the host starts, or takes with a lease. */
export interface NextStart {
  readonly asks: readonly Ask[]
  /** What was not followed, each a sentence. */
  readonly unread: readonly { readonly why: string; readonly cite: readonly Citation[] }[]
  /** Whether the kernel itself takes a default route from routers of IPv6, for each link. Undefined where that was not shown. */
  readonly kernel?: readonly KernelTakes[] | undefined
}

export interface KernelTakes {
  readonly interface: string
  readonly takesRoute: boolean
  /** It takes none because it was told so, and nothing says that at the next start. Undefined where that was not shown. */
  readonly isForNow?: boolean | undefined
  readonly cite: Citation
}

export interface Ask {
  /**
   * `route`: a default route, or what stands for one. `lease`: DHCP; `advertisement`: routers of IPv6, both of which may bring one. `command`: a line of a
   * script that adds one where it runs. `resolver`: a server of names.
   */
  readonly kind: 'route' | 'lease' | 'advertisement' | 'command' | 'resolver'
  /** Of a resolver. */
  readonly address?: string | undefined
  /** Undefined: any, or not known. */
  readonly interface?: string | undefined
  /** Told to take no route from it. */
  readonly refusesRoute?: boolean | undefined
  /** Nothing is said of it: so it is done where the link has IPv6. */
  readonly unsaid?: boolean | undefined
  readonly file: string
  readonly text: string
  readonly cite: Citation
}
