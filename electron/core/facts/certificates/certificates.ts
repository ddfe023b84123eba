/** A certificate that a proxy is configured with, as its file holds it (RFC 5280). */
export interface Certificate {
  /** File as the proxy names it. */
  readonly path: string
  readonly subject: string
  readonly issuer: string
  /** Milliseconds since the epoch. */
  readonly notBefore: number
  readonly notAfter: number
  /** DNS names and IP addresses of subjectAltName. */
  readonly names: readonly string[]
  readonly isCa: boolean
  readonly selfSigned: boolean
  /** `rsa`, `ec`, `ed25519`, … as node:crypto names it. */
  readonly keyType: string
  readonly keyBits: number
  /** Its kind, where browsers do not take it. */
  readonly rareKey?: string | undefined
  /** The curve is written out instead of named. */
  readonly explicitCurve?: true | undefined
  /** An extension that must be understood and that clients do not, by its number. */
  readonly unknownCritical?: string | undefined
  /** Set when it was signed over a broken hash. */
  readonly weakSignature?: string | undefined
  /** Certificates in the file, leaf first. */
  readonly chainLength: number
  /** Every certificate of the file is signed by the one after it, an authority. */
  readonly chainInOrder: boolean
  /** It says what it is for (extendedKeyUsage), and that is not a server. */
  readonly otherPurpose?: true | undefined
  /** Its keyUsage leaves out digitalSignature: `all` where clients take it for nothing, `some` where TLS 1.2 without forward secrecy would do. */
  readonly signsNoHandshake?: 'some' | 'all' | undefined
  /** It was issued by a public authority, whose roots sign no servers, and what signed it is not there. */
  readonly lacksIssuer?: true | undefined
  /** Those after it, as shown: roots, which clients have by themselves, aside. */
  readonly issuers?: readonly Issuer[]
  readonly line: number
}

export interface Issuer {
  readonly subject: string
  readonly notBefore: number
  readonly notAfter: number
  readonly weakSignature?: string | undefined
  /** Why clients take nothing that it signed, as the end of a sentence. */
  readonly flaw?: string | undefined
}

/** What a TLS port answers, asked on the host itself or over the network: `section` says which. */
export interface TlsEndpoint {
  readonly port: number
  readonly serverName: string
  /** `1.0` … `1.3`. */
  readonly versions: readonly string[]
  /** Versions that could not be offered: about these nothing is known. */
  readonly untested: readonly string[]
  /** The certificate that was served, when one was; its line is one of `section`. */
  readonly served?: Omit<Certificate, 'path'> | undefined
  readonly section: string
  readonly line: number
}

/** Certificates of the proxies: in their files, and as their ports serve them. */
export interface Certificates {
  readonly certificates: readonly Certificate[]
  readonly unreadable: readonly { readonly path: string; readonly reason: string; readonly line: number }[]
  readonly endpoints: readonly TlsEndpoint[]
  /** Why no port was asked, when none was (no openssl on the host). */
  readonly notAsked?: string | undefined
}
