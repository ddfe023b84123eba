export interface Certificate {
  /** File as the proxy names it. */
  readonly path: string
  readonly subject: string
  readonly issuer: string
  /** Milliseconds since the epoch. */
  readonly notBefore: number
  readonly notAfter: number
  readonly names: readonly string[]
  readonly isCa: boolean
  readonly selfSigned: boolean
  readonly keyType: string
  readonly keyBits: number
  /** Certificates in the file, leaf first. */
  readonly chainLength: number
  readonly line: number
}

/** What a TLS port answers, asked on the host itself. */
export interface TlsEndpoint {
  readonly port: number
  readonly serverName: string
  /** `1.0` … `1.3`. */
  readonly versions: readonly string[]
  readonly section: string
  readonly line: number
}

export interface Certificates {
  readonly certificates: readonly Certificate[]
  readonly unreadable: readonly { readonly path: string; readonly reason: string; readonly line: number }[]
  readonly endpoints: readonly TlsEndpoint[]
}
