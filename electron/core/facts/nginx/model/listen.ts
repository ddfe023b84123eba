import type { NginxDirective } from '../nginx.ts'

export interface Listen {
  /** Without brackets: `*`, `0.0.0.0`, `::`, an address, a host name, or `unix:/path`. */
  readonly address: string
  /** 0 for a unix socket. */
  readonly port: number
  readonly scope: 'loopback' | 'wildcard' | 'specific' | 'unix'
  readonly ssl: boolean
  readonly isDefault: boolean
  readonly proxyProtocol: boolean
  /** The listen directive; for the implied `*:80`, the server block. */
  readonly directive: NginxDirective
}

/** Forms of the `listen` parameter: `addr:port`, `addr`, `port`, `[v6]:port`, `[v6]`, `unix:path` (ngx_http_core_module). */
function readAddress(text: string): { readonly address: string; readonly port: number } {
  if (text.startsWith('unix:')) return { address: text, port: 0 }
  if (/^\d+$/.test(text)) return { address: '*', port: Number(text) }
  const bracketed = /^\[([^\]]*)\](?::(\d+))?/.exec(text)
  if (bracketed) return { address: bracketed[1] ?? '', port: Number(bracketed[2] ?? 80) }
  const [address = '', port] = text.split(':')
  // A port range such as 8000-8010 counts by its first port.
  return { address, port: port === undefined ? 80 : Number.parseInt(port, 10) || 0 }
}

const scopeOf = (address: string): Listen['scope'] => {
  if (address.startsWith('unix:')) return 'unix'
  if (address === '*' || address === '0.0.0.0' || /^[0:]+$/.test(address)) return 'wildcard'
  return address === 'localhost' || address.startsWith('127.') || /^(?:0*:)*:?0*1$/.test(address) ? 'loopback' : 'specific'
}

export function readListen(directive: NginxDirective): Listen {
  const [text = '', ...flags] = directive.parameters
  const { address, port } = readAddress(text)
  return {
    address,
    port,
    scope: scopeOf(address),
    ssl: flags.includes('ssl') || flags.includes('quic'),
    isDefault: flags.includes('default_server') || flags.includes('default'),
    proxyProtocol: flags.includes('proxy_protocol'),
    directive,
  }
}

/** A server without `listen` takes `*:80` when nginx starts as root, which as a service it does. */
export const impliedListen = (server: NginxDirective): Listen => ({
  address: '*',
  port: 80,
  scope: 'wildcard',
  ssl: false,
  isDefault: false,
  proxyProtocol: false,
  directive: server,
})

/** Sockets that are one: servers are chosen by name only among those of the same socket. */
export const socketKey = (listen: Pick<Listen, 'address' | 'port'>): string =>
  `${listen.address === '0.0.0.0' ? '*' : listen.address}|${listen.port}`

export const printListen = (listen: Pick<Listen, 'address' | 'port'>): string => {
  if (listen.address.startsWith('unix:')) return listen.address
  return `${listen.address.includes(':') ? `[${listen.address}]` : listen.address}:${listen.port}`
}
