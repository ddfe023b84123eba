import { addressBlock } from '../../network/address-block.ts'
import { oncePer } from '../../once-per.ts'
import type { NginxDirective } from '../nginx.ts'

/** One socket that a `listen` directive asks for. */
export interface Listen {
  /** Without brackets: `*`, `0.0.0.0`, `::`, an address, a host name that only the host can resolve, or `unix:/path`. */
  readonly address: string
  /** 0 for a unix socket. */
  readonly port: number
  /** QUIC, or `udp` of a stream: another socket than that of TCP. */
  readonly datagrams: boolean
  readonly scope: 'loopback' | 'wildcard' | 'specific' | 'unix'
  readonly ssl: boolean
  readonly isDefault: boolean
  readonly proxyProtocol: boolean
  /** `ipv6only=off` on `[::]`: the socket takes IPv4 as well. */
  readonly bothFamilies?: boolean
  /** The range of ports goes on, further than Gatehouse follows. */
  readonly goesOn?: boolean
  /** The listen directive; for the implied `*:80`, the server block. */
  readonly directive: NginxDirective
}

const MAX_PORTS = 64

interface Written {
  readonly address: string
  readonly ports: string
}

/** Forms of the `listen` parameter: `addr:port`, `addr`, `port`, `[v6]:port`, `[v6]`, `unix:path`; a port may be a range (ngx_parse_url). */
function readAddress(text: string): Written {
  if (text.startsWith('unix:')) return { address: text, ports: '0' }
  if (/^\d+(?:-\d+)?$/.test(text)) return { address: '*', ports: text }
  const bracketed = /^\[([^\]]*)\](?::([\d-]+))?/.exec(text)
  if (bracketed) return { address: bracketed[1] ?? '', ports: bracketed[2] ?? '80' }
  const [address = '', ports = '80'] = text.split(':')
  return { address, ports }
}

/** `127.1`, `0x7f000001`, `0`: what the C library takes for an IPv4 address as well (inet_aton(3)). */
export function dotted(text: string): string | undefined {
  const parts = text.split('.')
  if (parts.length > 4 || !parts.every((part) => /^(?:0x[\da-f]{1,8}|\d{1,11})$/i.test(part))) return undefined
  const numbers = parts.map((part) => (/^0\d/.test(part) ? Number.parseInt(part, 8) : Number(part)))
  const last = numbers.pop() ?? 0
  if (Number.isNaN(last) || numbers.some((one) => !(one <= 255)) || last >= 256 ** (4 - numbers.length)) return undefined
  const all = numbers.reduce((sum, one, at) => sum + one * 256 ** (3 - at), last)
  return [24, 16, 8, 0].map((shift) => Math.floor(all / 2 ** shift) % 256).join('.')
}

/** Addresses that nginx binds for what is written. `localhost` is both, as /etc/hosts has it; other names only the host can resolve. */
const addressesOf = (written: string): readonly string[] => {
  const name = written.toLowerCase()
  return name === 'localhost' ? ['127.0.0.1', '::1'] : [dotted(name) ?? name]
}

const scopeOf = (address: string): Listen['scope'] => {
  if (address.startsWith('unix:')) return 'unix'
  const block = addressBlock(address)
  if (address === '*' || block?.bits === 0n) return 'wildcard'
  return address.startsWith('127.') || (block?.version === 6 && block.bits === 1n) ? 'loopback' : 'specific'
}

/** Every socket of one directive. `nginx` gives the same options to each of them. */
export function readListens(directive: NginxDirective): readonly Listen[] {
  const [text = '', ...flags] = directive.parameters
  const written = readAddress(text)
  const [first = 0, last = first] = written.ports.split('-').map((port) => Number.parseInt(port, 10) || 0)
  const count = Math.max(1, Math.min(last, 65_535) - first + 1)
  const quic = flags.includes('quic')
  const addresses = written.address.startsWith('unix:') ? [written.address] : addressesOf(written.address)
  return addresses.flatMap((address) =>
    Array.from({ length: Math.min(count, MAX_PORTS) }, (_, at) => ({
      address,
      port: first + at,
      datagrams: quic || flags.includes('udp'),
      scope: scopeOf(address),
      ssl: flags.includes('ssl') || quic,
      isDefault: flags.includes('default_server') || flags.includes('default'),
      proxyProtocol: flags.includes('proxy_protocol'),
      ...(flags.includes('ipv6only=off') && { bothFamilies: true }),
      ...(count > MAX_PORTS && { goesOn: true }),
      directive,
    })),
  )
}

/** A server without `listen` takes `*:80` when nginx starts as root, which as a service it does. */
export const impliedListen = (server: NginxDirective): Listen => ({
  address: '*',
  port: 80,
  datagrams: false,
  scope: 'wildcard',
  ssl: false,
  isDefault: false,
  proxyProtocol: false,
  directive: server,
})

/** Sockets that are one: servers are chosen by name only among those of the same socket. nginx compares addresses, not how they are written. */
export const socketKey = oncePer(({ address, port, datagrams }: Pick<Listen, 'address' | 'port' | 'datagrams'>): string => {
  const block = addressBlock(address)
  const same = address === '*' ? '4/0' : block ? `${block.version}/${block.bits.toString(16)}` : address
  return `${same}|${port}${datagrams ? '|udp' : ''}`
})

/** Families of the clients that come by it: IPv4 within IPv6 counts as IPv4 (ngx_http_access_handler). */
export const familiesAt = ({ address, scope, bothFamilies = false }: Listen): readonly (4 | 6)[] => {
  if (address === '*') return [4]
  const block = addressBlock(address)
  if (!block || scope === 'unix' || bothFamilies || /^::ffff:/i.test(address)) return [4, 6]
  return [block.version]
}

/** Which address is meant only the host knows: it may be one that another directive names by its number. */
export const isNamed = ({ address, scope }: Listen): boolean => scope === 'specific' && addressBlock(address) === undefined

/** As `listen` takes it: `10.0.0.1:443`, `[::]:443`, `unix:/run/nginx.sock`. */
export const printListen = (listen: Pick<Listen, 'address' | 'port'>): string => {
  if (listen.address.startsWith('unix:')) return listen.address
  return `${listen.address.includes(':') ? `[${listen.address}]` : listen.address}:${listen.port}`
}
