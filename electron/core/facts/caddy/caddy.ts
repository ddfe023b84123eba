import type { FactResult } from '../fact.ts'
import { field, type JsonNode } from './json-lines.ts'

/** One running Caddy, with the JSON that it was given or that its Caddyfile means. */
export interface CaddyInstance {
  /** Stable within a host: `caddy` for caddy.service and a bare process, else its unit or `container <name>`. */
  readonly id: string
  readonly pid: number
  /** Files that its Caddyfile imports, as written, and those that these import; undefined where they could not be followed. */
  readonly imports?: readonly string[] | undefined
  readonly version?: string | undefined
  /** `admin`: the running configuration, from its admin endpoint. `file`: what the file on disk means. */
  readonly source?: 'admin' | 'file' | undefined
  /** Lines are those of section `caddy`. */
  readonly config?: JsonNode | undefined
  /** Why there is no configuration. */
  readonly unread?: string | undefined
  /** Name of its container, or its id where no runtime tells; one that is read shares the network of the host. */
  readonly container?: string | undefined
  /** Line of the process in section `caddy`. */
  readonly line: number
}

/** Every Caddy that runs on the host: one for each process that serves. */
export interface Caddy {
  readonly instances: readonly CaddyInstance[]
}

export type ReadCaddy = CaddyInstance & { readonly config: JsonNode }

/** Those whose configuration is known. */
export const readCaddies = (caddy: FactResult<Caddy>): readonly ReadCaddy[] =>
  (caddy.known ? caddy.value.instances : []).flatMap((one) => (one.config ? [{ ...one, config: one.config }] : []))

/** Those that run and could not be read. */
export const unreadCaddies = (caddy: FactResult<Caddy>): readonly CaddyInstance[] =>
  (caddy.known ? caddy.value.instances : []).filter(({ config }) => config === undefined)

/**
 * Where only its file was read, and that has Caddy put another configuration in its place when it starts (`admin.config.load`): what runs is not known. Tried
 * with 2.6.2 and 2.11.4. What its admin endpoint tells is what was pulled.
 */
export const pullsAnother = ({ source, config }: ReadCaddy): JsonNode | undefined =>
  source === 'file' ? field(config, 'admin', 'config', 'load') : undefined
