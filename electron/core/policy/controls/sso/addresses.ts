/** Where oauth2-proxy listens: `[http://]addr:port`, `:port`, `unix://path`, `fd:N`, or nothing at all. */
export type BindAddress =
  | { readonly kind: 'tcp'; readonly address: string; readonly port: number; readonly loopback: boolean }
  /** A unix socket, an inherited one, or switched off. */
  | { readonly kind: 'local' }
  | { readonly kind: 'unknown' }

export function readBindAddress(text: string): BindAddress {
  const bare = text.trim()
  if (bare === '' || bare === '-' || /^(?:unix:|fd:)/i.test(bare)) return { kind: 'local' }
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
