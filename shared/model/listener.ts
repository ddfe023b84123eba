/** A socket that accepts traffic on a host, as `ss` shows it. */
export interface Listener {
  readonly protocol: 'tcp' | 'udp'
  /** As printed, without brackets or scope: `0.0.0.0`, `::`, `127.0.0.1`, `*`. */
  readonly address: string
  readonly port: number
  /** `loopback`: this machine only. `wildcard`: every interface. `specific`: one address that others can reach. */
  readonly scope: 'loopback' | 'wildcard' | 'specific'
  /** Empty when the audit account may not see whose it is. */
  readonly processes: readonly { readonly name: string; readonly pid: number }[]
  /** Line of the `listeners` section, from 1. */
  readonly line: number
  /** Section when it is not `listeners`: `listeners-proc` on hosts without ss. */
  readonly section?: string | undefined
}

/** With `/udp` behind a socket of datagrams: a port number alone means TCP. */
export const printSocket = (
  socket: Pick<Listener, 'address' | 'port'> & { readonly protocol?: Listener['protocol'] | undefined },
): string => `${printBind(socket)}${socket.protocol === 'udp' ? '/udp' : ''}`

/** Without the protocol; see `printSocket`. */
export const printBind = (listener: Pick<Listener, 'address' | 'port'>): string =>
  `${listener.address.includes(':') ? `[${listener.address}]` : listener.address}:${listener.port}`
