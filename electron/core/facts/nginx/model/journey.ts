import type { NginxDirective } from '../nginx.ts'
import type { Gate, Refusal } from './access.ts'
import type { Assumption } from './assumption.ts'
import type { Location } from './locations.ts'
import type { Passage } from './rewrite.ts'
import type { Scope } from './scope.ts'
import type { HttpModel, Server } from './servers.ts'
import type { Target } from './target.ts'
import type { RequestState } from './variables.ts'

export interface Request {
  readonly method: string
  /** As sent, without query. */
  readonly path: string
  readonly scheme: 'http' | 'https'
  readonly host: string
  /** The client may send other names as well. */
  readonly anyHost: boolean
  readonly port: number
  /** Of the default server of the socket, unless TLS named the server before the path was read. */
  readonly mergeSlashes: boolean
}

export type Outcome =
  /** `path`: what the upstream is asked for; undefined when it is not known. */
  | {
      readonly kind: 'proxied'
      readonly directive: NginxDirective
      readonly target: Target
      readonly path?: string | undefined
      /** What the upstream is asked with. */
      readonly method?: string | undefined
      /** nginx sends the path as it understood it, without the dots that the client wrote. */
      readonly resolved?: boolean | undefined
      /** The end of a line in the client's path got into it. */
      readonly splits?: boolean | undefined
    }
  /** nginx answers by itself. `status` is 0 where the file system decides. */
  | { readonly kind: 'answered'; readonly status: number; readonly directive: NginxDirective }
  | { readonly kind: 'unmodelled'; readonly reason: string; readonly directive: NginxDirective }

/** One way a request can go. Several are possible where something outside the request decides. */
export interface Answer {
  readonly outcome: Outcome
  readonly location?: Location | undefined
  /** Block whose settings rule the upstream request. */
  readonly scope: Scope
  /** Every access phase passed, in order. */
  readonly gates: readonly Gate[]
  readonly assumptions: readonly Assumption[]
  /** This way is open to those whom a gate refused with this status, through `error_page`. */
  readonly afterRefusal?: Refusal | undefined
  /** Of a request that failed before certificates are looked at, sent on by `error_page`. */
  readonly uncertified?: boolean | undefined
}

/** A request on its way, after what it has passed. */
export interface Journey {
  readonly model: HttpModel
  readonly server: Server
  readonly state: RequestState
  readonly gates: readonly Gate[]
  readonly assumptions: readonly Assumption[]
  readonly hops: number
  /** nginx itself sent the request on, so locations marked `internal` answer. */
  readonly internal: boolean
  /** The path is no longer the client's, so proxy_pass sends the normalised one. A named location keeps the client's. */
  readonly newPath: boolean
  /** After `rewrite … break`, on the server or in a location: proxy_pass leaves its own path out (`valid_location`). */
  readonly broken: boolean
  /** On an error page already: its own errors have none, unless `recursive_error_pages on`. */
  readonly onErrorPage: boolean
  /** Error pages that it went to, and the paths that they were for. */
  readonly pages: readonly string[]
  readonly inSubrequest: boolean
  readonly uncertified?: boolean | undefined
  /** Shared by all branches of a request: circles that branch would double with every round. */
  readonly steps: { left: number }
}

/** Through the directives of a rewrite phase. */
export const follow = (journey: Journey, passage: Passage): Journey => ({
  ...journey,
  state: passage.state,
  assumptions: [...journey.assumptions, ...passage.assumptions],
  internal: journey.internal || passage.rewritten,
  newPath: journey.newPath || passage.rewritten,
  broken: journey.broken || passage.broken,
})

/** The answer to a request that got this far, with all that it had to show and all that was assumed on the way. */
export const ended = (journey: Journey, scope: Scope, outcome: Outcome, location?: Location): Answer => ({
  outcome,
  location,
  scope,
  gates: journey.gates,
  assumptions: journey.assumptions,
  ...(journey.uncertified && { uncertified: true }),
})
