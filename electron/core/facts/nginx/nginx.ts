/** nginx as `nginx -T` reports it: the effective configuration as a tree. The model of how nginx chooses stands beside it. */
export interface NginxDirective {
  readonly name: string
  /** Quotes and escapes removed, as nginx itself sees them. */
  readonly parameters: readonly string[]
  readonly block?: readonly NginxDirective[] | undefined
  /** File it stands in, and its line in section `nginx`. */
  readonly file: string
  readonly line: number
}

export interface Nginx {
  readonly installed: boolean
  readonly running: boolean
  readonly version?: string | undefined
  /** Top level of the main file, every `include` replaced by what it brings in. Empty when not installed. */
  readonly directives: readonly NginxDirective[]
}
