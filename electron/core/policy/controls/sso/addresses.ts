/** Where oauth2-proxy listens: `[http://]addr:port`, `:port`, `unix://path`, `fd:N` for a socket that it was given, of whatever kind, or nothing at all. */
export type BindAddress =
  | { readonly kind: 'tcp'; readonly address: string; readonly port: number; readonly loopback: boolean }
  /** A unix socket, or switched off. */
  | { readonly kind: 'local' }
  | { readonly kind: 'unknown' }

/** `unknown` for what is none of these forms. An empty host, as in `:4180`, is every address. */
export function readBindAddress(text: string): BindAddress {
  const bare = text.trim()
  if (bare === '' || bare === '-' || /^unix:/i.test(bare)) return { kind: 'local' }
  if (/^fd:/i.test(bare)) return { kind: 'unknown' }
  const match = /^(?:https?:\/\/)?(?:\[([^\]]*)\]|([^:/[\]]*)):(\d{1,5})\/?$/i.exec(bare)
  if (!match) return { kind: 'unknown' }
  const address = match[1] ?? match[2] ?? ''
  return {
    kind: 'tcp',
    address,
    port: Number(match[3]),
    loopback: address === 'localhost' || address.startsWith('127.') || address === '::1',
  }
}

/** A URL that leaves this machine without TLS. */
export const isInClear = (url: string): boolean => /^http:\/\//i.test(url) && !/^http:\/\/(?:localhost|127\.|\[::1\])/i.test(url)
