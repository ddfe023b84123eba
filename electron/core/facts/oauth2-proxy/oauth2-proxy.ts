/** A line of the section, without its mark. */
export interface Row {
  readonly text: string
  readonly line: number
}

/** Where a setting got its value. `alpha`: the file of `--alpha-config`. `default`: nothing sets it. */
export type SettingSource = 'flag' | 'environment' | 'config' | 'alpha' | 'default'

/** An option in effect: flags go before variables, and those before the file. */
export interface Setting {
  /** One value, or the entries of a list. Empty for a list that nothing sets. */
  readonly values: readonly string[]
  readonly source: SettingSource
  /** Line in section `oauth2-proxy`; 0 for a default. */
  readonly line: number
}

/** Length of the cookie secret as oauth2-proxy uses it. The secret itself never leaves the host. */
export interface CookieSecret {
  readonly bytes: number
  readonly source: 'flag' | 'environment' | 'config' | 'file' | 'alpha'
  /** A hand typed it, or a guide prints it: nobody drew it at random. Absent where that was not seen, as of a file of its own. */
  readonly typed?: true | undefined
  readonly line: number
}

/** Which version runs: told by its program, or by the tag of its image; or why that is not known. */
export type RunningVersion =
  | { readonly known: true; readonly text: string; readonly from: 'program' | 'image'; readonly line: number }
  | { readonly known: false; readonly why: string }

/** What the alpha configuration sets, by the names of the classic file. */
export interface AlphaConfig {
  readonly path: string
  readonly settings: ReadonlyMap<string, Setting>
  /** Why settings that are not in `settings` are not known to be at their default. */
  readonly unread?: string | undefined
}

/** One running oauth2-proxy and its effective settings. */
export interface OAuth2Proxy {
  /** Stable within a host: the unit, `container:<id>`, or `oauth2-proxy` for a bare process. */
  readonly id: string
  readonly pid: number
  readonly container: boolean
  readonly cgroup: string
  readonly version: RunningVersion
  /** Next hops of its default IPv4 routes where it runs in a container; `0.0.0.0` for a route without one. */
  readonly gateways: readonly string[]
  /** Settings that something sets, by their name in the configuration file. Names that could be overridden by something unread are left out. */
  readonly settings: ReadonlyMap<string, Setting>
  /** Why settings that are not in `settings` are not known to be at their default. */
  readonly unread?: string | undefined
  /** Everything about listeners, upstreams, headers and providers stands in a file of its own (`--alpha-config`). */
  readonly alphaConfig?: AlphaConfig | undefined
  readonly cookieSecret?: CookieSecret | undefined
  /** Line of the process in section `oauth2-proxy`. */
  readonly line: number
}
