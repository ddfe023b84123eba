import type { EngineRoute } from '#shared/model/engine-routes.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import type { JsonNode } from '../../../facts/caddy/json-lines.ts'
import type { CaddyRoute } from '../../../facts/caddy/model/routes.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { AddressBlock } from '../../../facts/network/address-block.ts'
import type { ProxiedRoute } from '../../../facts/nginx/model/proxied-route.ts'
import type { LetIn } from './address-rules.ts'
import type { NamedCiphers } from './named-ciphers.ts'

/** `partly`: some addresses need no login. `unknown`: something that Gatehouse does not model decides. */
export type Authenticated = 'yes' | 'partly' | 'unknown' | 'no'

/** TLS versions that a configuration allows on a socket. */
export interface SocketTls {
  /** Name of the setting, for people. */
  readonly setting: string
  /** `1.2`, `3.0 (SSL)`. */
  readonly versions: readonly string[]
  /** The default of the release, not written down. */
  readonly implied: boolean
  readonly lines: readonly Citation[]
  /** What is said of the ciphers up to TLS 1.2; undefined where the default of the build holds. */
  readonly ciphers?: { readonly setting: string; readonly named: NamedCiphers; readonly line: Citation } | undefined
}

/** A socket on which a proxy answers under some names. */
export interface ProxySocket {
  /** Stable name for findings: `ai.example:443`, `*:443`. */
  readonly subject: string
  /** The name that clients ask for, as written, where it is that of one site of Caddy. */
  readonly host?: string | undefined
  /** Address and port as written. */
  readonly printed: string
  readonly port: number
  /** Fronts under other names whose clients get here, too: another address of the same port, at which nobody else takes their name. */
  readonly strays?: readonly string[] | undefined
  /** Only programs of this machine get there. */
  readonly local: boolean
  readonly encrypted: boolean
  /** HTTP/3 over UDP (RFC 9114): nothing but it on this socket, or the same routes on UDP beside TCP. */
  readonly quic?: 'only' | 'beside' | undefined
  readonly tls?: SocketTls | undefined
  readonly line: Citation
}

/** What a proxy tells the program that it asks. Headers in lower case. */
export interface Told {
  /** Headers that it sets itself, so that the client's own do not get there. */
  readonly sets: readonly string[]
  /** Those of them that tell the path as the client wrote it. */
  readonly asSent: readonly string[]
  /** The path that they tell. */
  readonly seen: string
  /** What is passed on to the engine is the path as the proxy understood it, without the dots that the client wrote. */
  readonly resolved: boolean
}

/** One request of an engine that a proxy passes on, and what stands in its way. Controls judge these, whatever language the proxy speaks. */
export interface ProxyPath {
  /** For people: `nginx`, `Caddy`, `oauth2-proxy`. */
  readonly program: string
  readonly service: InferenceService
  readonly route: EngineRoute
  /** What the client asks for. */
  readonly clientPath: string
  readonly socket: ProxySocket
  /** Login that the proxy asks for, the engine's own key left aside. */
  readonly login: Authenticated
  /** For people, who is asked: `auth_basic`, `oauth2-proxy`. */
  readonly loginBy: readonly string[]
  /** Does the key that a client sends reach the engine? */
  readonly keyPasses: boolean
  readonly told?: Told | undefined
  /** Whose accounts are asked for: two paths with one keeper are open to the same people. */
  readonly keeper?: string | undefined
  /** Lists of addresses. Each must let a client in. */
  readonly lists: readonly LetIn[]
  readonly listLines: readonly Citation[]
  /** Something that is not modelled may decide by address. */
  readonly addressUnknown: boolean
  /** Why clients may choose the address that the lists look at, though nobody is known who does. */
  readonly addressDoubt?: string | undefined
  /** Networks whose clients may choose the address that the lists look at. */
  readonly forgers: readonly AddressBlock[]
  /** Browsers are told to come back by TLS only. */
  readonly hsts: boolean
  /** The line that passes it on. */
  readonly line: Citation
  /** A setting that was meant to ask for a login and asks nobody. */
  readonly unfinished?: { readonly why: string; readonly line: Citation } | undefined
  /** Where controls about TLS find nginx's own settings. */
  readonly nginx?: ProxiedRoute | undefined
  /** Where controls about logs find Caddy's. */
  readonly caddy?: (Pick<CaddyRoute, 'server' | 'host'> & { readonly config: JsonNode }) | undefined
}

/** A route asked for under its own path, that the proxy answers by itself. */
export interface WithheldPath {
  readonly route: EngineRoute
  readonly line: Citation
  /** A block that lets named hosts in for it and then leads nowhere. */
  readonly stranded?: { readonly name: string; readonly line: Citation } | undefined
}
