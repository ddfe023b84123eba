/** nginx as `nginx -T` reports it: the effective configuration as a tree. The model of how nginx chooses stands beside it. */
export interface NginxDirective {
  readonly name: string
  /** Quotes and escapes removed, as nginx itself sees them. */
  readonly parameters: readonly string[]
  readonly block?: readonly NginxDirective[] | undefined
  /** File it stands in, and its line in the section that printed it. */
  readonly file: string
  readonly line: number
  /** Absent: `nginx`, the host's own. */
  readonly section?: string | undefined
}

/** Where it can be shown. */
export const placeOf = ({ section = 'nginx', line }: Pick<NginxDirective, 'section' | 'line'>) => ({ section, line })

/** Another maker's, with fixes and holes of its own under a number of its own: NGINX Plus, OpenResty, Angie, Tengine. */
interface NginxFork {
  /** With that number. */
  readonly name: string
  /** The release of nginx that it was made of, where it states that. */
  readonly nginx?: string | undefined
}

/** nginx in a container of Docker or Podman, as its own `nginx -T` reports it. */
export interface ContainedNginx {
  /** Id of the container. */
  readonly container: string
  readonly version?: string | undefined
  readonly fork?: NginxFork | undefined
  readonly directives: readonly NginxDirective[]
  /** Why nothing is known of it; `directives` is empty then. */
  readonly unread?: string | undefined
  readonly line: number
}

/** The configuration of the host's nginx as `nginx -T` prints it, and those in containers. */
export interface Nginx {
  readonly installed: boolean
  readonly running: boolean
  readonly version?: string | undefined
  readonly fork?: NginxFork | undefined
  /** Top level of the main file, every `include` replaced by what it brings in. Empty when not installed. */
  readonly directives: readonly NginxDirective[]
  /** What of it changed on disk after it was last loaded: it runs with what stood there before. Absent: nothing, or that is not known. */
  readonly changed?: readonly string[] | undefined
  /** Those in containers, beside the host's own. Absent: none runs, or nothing was asked. */
  readonly contained?: readonly ContainedNginx[] | undefined
}
