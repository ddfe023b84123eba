import type { RouteClass } from './engine-routes.ts'

/** From where somebody may connect. Networks stand in the fleet file; `any` is all the rest of the world. */
export const origins = ['app', 'management', 'jump', 'any'] as const
export type Origin = (typeof origins)[number]

/** Does the packet filter of the host let new connections from there through to the socket? */
export interface OriginReach {
  readonly origin: Origin
  /** `accept` when any part of the networks gets through; `unnamed` when the fleet file names none; `unknown` when rules decide that are not understood. */
  readonly verdict: 'accept' | 'stopped' | 'unknown' | 'unnamed'
  /** Of what is stopped: the unit whose own filter alone does it (IPAddressDeny=), past a firewall that lets it in. */
  readonly stoppedByUnit?: string | undefined
  /** The rule or policy that decides, as printed on the host. */
  readonly rule?: string | undefined
  readonly section?: string | undefined
  readonly line?: number | undefined
}

/** Routes of one engine behind one socket that are met by the same authentication. */
export interface RouteGroup {
  /** Id of the inference service. */
  readonly service: string
  readonly class: RouteClass
  /** `POST /api/chat`. */
  readonly routes: readonly string[]
  readonly authentication: 'yes' | 'partly' | 'unknown' | 'no'
  /** Who asks: `auth_basic`, `API key`. */
  readonly by: readonly string[]
  /** Only these client addresses are let in, when a list says so. */
  readonly onlyFrom?: readonly string[] | undefined
}

/** A socket of the host behind which a model answers: three truths that are kept apart. */
export interface Endpoint {
  /** Stable within a host: `nginx ai.example:443`, `ollama.service 0.0.0.0:11434`. */
  readonly id: string
  /** 1. Bound: where it listens. UDP is HTTP/3, beside TCP or alone; absent in reports from before it was drawn. */
  readonly protocol?: 'tcp' | 'udp' | undefined
  readonly address: string
  readonly port: number
  readonly scope: 'loopback' | 'wildcard' | 'specific'
  /** `nginx`, or the engine itself. */
  readonly program: string
  /** The proxy in front of the engine; undefined when the engine's own port is meant. */
  readonly proxy?: { readonly name: string; readonly encrypted: boolean } | undefined
  /** 2. Reachable: who gets there by the rules. */
  readonly reach: readonly OriginReach[]
  /** 3. Answers: what must be shown for which routes. */
  readonly groups: readonly RouteGroup[]
  /** Routes of the engine that the proxy answers by itself. */
  readonly withheld: number
  /** What a connection over the network really met, when one was made. */
  readonly seen?:
    | { readonly from: string; readonly outcome: 'connected' | 'refused' | 'no-answer' | 'not-forwarded'; readonly open: readonly string[] }
    | undefined
}

const administrators: readonly RouteClass[] = ['management', 'account', 'egress']

/** Whom no user's login is enough for, see `isSharedManagement`. */
export const isForAdministrators = (kind: RouteClass): boolean => administrators.includes(kind)

/** Routes of administrators that any user with a login may use: a login is not enough for these, named hosts are wanted. */
export const isSharedManagement = ({ class: kind, authentication, onlyFrom }: RouteGroup): boolean =>
  isForAdministrators(kind) && authentication === 'yes' && onlyFrom === undefined

/** Answers whoever connects. That a server lives may be told to anyone. */
const isUnguarded = ({ class: kind, authentication, onlyFrom }: RouteGroup): boolean =>
  kind !== 'health' && (authentication === 'no' || authentication === 'partly') && onlyFrom === undefined

/**
 * The loudest thing that is true of it. open: an answer without showing anything. shared: management for every user. unknown: that cannot be said.
 * closed: nobody gets there by the rules.
 */
export function exposureOf({ scope, reach, groups, seen }: Endpoint): 'open' | 'shared' | 'unknown' | 'guarded' | 'closed' {
  if (scope === 'loopback') return 'closed'
  if (seen !== undefined && seen.open.length > 0) return 'open'
  if (!reach.some(({ verdict }) => verdict === 'accept')) return reach.some(({ verdict }) => verdict === 'unknown') ? 'unknown' : 'closed'
  if (groups.some(isUnguarded)) return 'open'
  if (groups.some(isSharedManagement)) return 'shared'
  return groups.some(({ authentication }) => authentication === 'unknown') ? 'unknown' : 'guarded'
}
