import type { JsonNode } from './json-lines.ts'

/** Caddy as it runs, with the JSON that it was given or that its Caddyfile means. */
export interface Caddy {
  readonly running: boolean
  readonly pid?: number | undefined
  /** Files that its Caddyfile imports, as written, and those that these import; undefined where they could not be followed. */
  readonly imports?: readonly string[] | undefined
  readonly version?: string | undefined
  /** `admin`: the running configuration, from its admin endpoint. `file`: what the file on disk means. */
  readonly source?: 'admin' | 'file' | undefined
  /** Lines are those of section `caddy`. Absent when it does not run. */
  readonly config?: JsonNode | undefined
}
