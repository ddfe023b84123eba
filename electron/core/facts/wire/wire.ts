/** How a TCP connection from the jump host to the host's own address ended. `not-forwarded`: the jump host would not try. */
export const tcpOutcomes = ['connected', 'refused', 'no-answer', 'not-forwarded'] as const
export type TcpOutcome = (typeof tcpOutcomes)[number]

/** What one harmless request was answered, without any credentials. */
export interface WireAnswer {
  readonly method: string
  readonly path: string
  /** Undefined when no HTTP answer came; `failure` says why. */
  readonly status?: number | undefined
  /** Names in lower case; only those that say something here. */
  readonly headers: Readonly<Record<string, string>>
  /** Beginning of the body, for routes that name a program or its version. */
  readonly body?: string | undefined
  readonly failure?: string | undefined
  readonly line: number
}

export const tlsVersions = ['1.0', '1.1', '1.2', '1.3'] as const
export type TlsVersion = (typeof tlsVersions)[number]

/** `not-asked`: this side cannot offer the version, so nothing is known. `unclear`: neither a handshake nor a refusal. */
export const tlsOutcomes = ['served', 'refused', 'not-asked', 'unclear'] as const

export interface TlsVersionTried {
  readonly version: TlsVersion
  readonly outcome: (typeof tlsOutcomes)[number]
  /** The cipher, or why not. */
  readonly detail: string
}

/** `broken`: no encryption or one that is broken, or nobody who proves who he is. `static`: no forward secrecy (`core/wire/cipher-suites.ts`). */
export const weakCiphers = ['broken', 'static'] as const
export type WeakCiphers = (typeof weakCiphers)[number]

/** What was answered to one who offers nothing but such ciphers, up to TLS 1.2; TLS 1.3 has none. */
export interface CiphersTried {
  readonly kind: WeakCiphers
  readonly outcome: Exclude<TlsVersionTried['outcome'], 'not-asked'>
  /** The suite that the server chose, or why not. */
  readonly detail: string
}

/** What a TLS port shows. */
export interface WireTls {
  /** Name that was asked for (SNI); undefined when none was. */
  readonly serverName?: string | undefined
  readonly versions: readonly TlsVersionTried[]
  /** Line of the first version. */
  readonly line: number
  /** PEM, the server's own certificate first; empty when no handshake came to an end. */
  readonly chain: readonly string[]
  /** Line where the chain begins. */
  readonly chainLine: number
  /** Empty in what was recorded before these were tried. */
  readonly ciphers: readonly (CiphersTried & { readonly line: number })[]
}

/** One port of the host, as it looks from the jump host. */
export interface WireEndpoint {
  readonly address: string
  readonly port: number
  /** Who connected: the last jump host, or this workstation where there is none. */
  readonly from: string
  readonly tcp: TcpOutcome
  readonly reason?: string | undefined
  /** Set when a TLS handshake was tried; `answers` then came from inside. */
  readonly tls?: WireTls | undefined
  readonly answers: readonly WireAnswer[]
  readonly section: string
  /** Line that says how the connection ended. */
  readonly line: number
}

/** What the addresses of a host answer over the network: Gatehouse's own connections, forwarded by the jump host. */
export interface Wire {
  readonly endpoints: readonly WireEndpoint[]
}

/** `demanded`: credentials are asked for. `none`: the engine itself answered. `absent`: no such route. `unclear`: neither can be said. */
export type CredentialsSeen = 'demanded' | 'none' | 'absent' | 'elsewhere' | 'unclear'

/**
 * What a status says about credentials (RFC 9110, 15). 405 and 415 come from whoever knows the route, so the request got through; 403 refuses
 * this client whatever it shows; a redirect leads elsewhere, mostly to a login or to https. nginx answers 400 when a client certificate is
 * missing (ngx_http_ssl_module, 495 to 497), and for much else.
 */
export function credentialsSeen({ status, body }: Pick<WireAnswer, 'status' | 'body'>): CredentialsSeen {
  if (status === undefined) return 'unclear'
  if (status === 401 || status === 403 || status === 407) return 'demanded'
  if (status === 400) return /No required SSL certificate was sent|The SSL certificate error/.test(body ?? '') ? 'demanded' : 'unclear'
  if (status === 404 || status === 410 || status === 444) return 'absent'
  if (status >= 200 && status < 300) return 'none'
  if (status >= 300 && status < 400) return 'elsewhere'
  return status === 405 || status === 415 ? 'none' : 'unclear'
}

/**
 * A page where engines answer in JSON or plain text is of another program: an application answers each path that it does not know with its first page
 * (Open WebUI, `SPAStaticFiles` in backend/open_webui/main.py), some logins answer so as well. Of what is asked, engines show a page at LocalAI's /swagger/ alone.
 */
export const isForeignPage = ({ path, status = 0, headers }: WireAnswer): boolean =>
  status >= 200 && status < 300 && /^text\/html\b/i.test(headers['content-type'] ?? '') && !path.endsWith('/swagger/')

/** The same of an engine that something stands before. */
export const engineSeen = (answer: WireAnswer): CredentialsSeen => (isForeignPage(answer) ? 'absent' : credentialsSeen(answer))

/** Does whatever answers there know the routes of an engine? A page for every path, as of a web application, is HTML; an API that has other routes says 404. */
export const speaksAsEngine = ({ answers }: Pick<WireEndpoint, 'answers'>): boolean =>
  answers.filter(({ status = 0, headers }) => status >= 200 && status < 300 && /\bjson\b/.test(headers['content-type'] ?? '')).length >= 2
