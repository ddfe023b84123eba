import type { Failure } from '#shared/errors.ts'
import type { Reply } from '#shared/ipc/contract.ts'

/** What main tells the engine before anything else. */
export interface EngineInit {
  /** Folder of the database and Gatehouse's own known_hosts, 0700. */
  readonly dataFolder: string
  readonly logFolder: string
  readonly home: string
  readonly version: string
  /** Whether main can store secrets soundly. */
  readonly secretsAvailable: boolean
}

export type SecretRequest =
  | { readonly operation: 'get'; readonly name: string }
  | { readonly operation: 'set'; readonly name: string; readonly value: string }
  | { readonly operation: 'delete'; readonly name: string }

export type ToEngine =
  | { readonly kind: 'init'; readonly init: EngineInit }
  | { readonly kind: 'call'; readonly id: number; readonly channel: string; readonly input: unknown }
  | { readonly kind: 'secret'; readonly id: number; readonly reply: Reply<string | null> }
  /** Answered by `pong`, once what was sent before has been taken up. */
  | { readonly kind: 'ping' }

export type FromEngine =
  | { readonly kind: 'ready'; readonly storeFailure: Failure | null }
  | { readonly kind: 'reply'; readonly id: number; readonly reply: Reply<unknown> }
  | { readonly kind: 'changed'; readonly event: string }
  | { readonly kind: 'secret'; readonly id: number; readonly request: SecretRequest }
  | { readonly kind: 'pong' }
  /** Last words before the process ends. */
  | { readonly kind: 'fatal'; readonly message: string }
