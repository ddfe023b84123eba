import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { GatehouseError } from '#shared/errors.ts'

/** A collector of syslog: over TLS (RFC 5425) its certificate must be valid for its name; `ca` is PEM and replaces the authorities of the system. */
export interface Collector {
  readonly host: string
  readonly port: number
  readonly tls: boolean
  readonly ca?: string | undefined
}

const QUIET_MS = 15_000

/** `tls://name:6514` or `tcp://name:601`; the ports are the standard ones when left out. Undefined for anything else. */
export function collectorOf(text: string): Omit<Collector, 'ca'> | undefined {
  const [, scheme, bracketed, name, digits] =
    /^(tls|tcp):\/\/(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?\/?$/.exec(text) ?? []
  const port = digits === undefined ? (scheme === 'tls' ? 6514 : 601) : Number(digits)
  const host = bracketed ?? name
  return scheme === undefined || host === undefined || port < 1 || port > 65_535 ? undefined : { host, port, tls: scheme === 'tls' }
}

/**
 * Hands the messages over, each with its length before it (RFC 6587, octet counting). Syslog knows no receipt: what resolves was taken by the
 * other side's system and the connection ended in order. At most one message is held in memory. Throws `siem.unreachable`.
 */
export async function sendMessages(collector: Collector, messages: Iterable<string>): Promise<number> {
  const { host, port, tls, ca } = collector
  const failed = (error: Error) =>
    new GatehouseError({ code: 'siem.unreachable', detail: `${host}:${port}: ${error.message}` }, { cause: error })
  const servername = isIP(host) === 0 ? { servername: host } : {}
  const socket: Socket = tls ? connectTls({ host, port, ...servername, ...(ca !== undefined && { ca }) }) : connectPlain({ host, port })
  socket.setTimeout(QUIET_MS, () => socket.destroy(new Error(`no answer for ${QUIET_MS / 1000} s`)))
  const ended = new Promise<never>((_, reject) => {
    socket.once('error', (error) => reject(failed(error)))
    socket.once('close', () => reject(failed(new Error('the other side hung up'))))
  })
  ended.catch(() => undefined)
  const once = (event: 'connect' | 'secureConnect' | 'drain' | 'close') =>
    Promise.race([ended, new Promise<void>((resolve) => socket.once(event, () => resolve()))])
  try {
    await once(tls ? 'secureConnect' : 'connect')
    socket.resume()
    let sent = 0
    for (const message of messages) {
      if (!socket.write(`${Buffer.byteLength(message)} ${message}`)) await once('drain')
      sent += 1
    }
    const closed = new Promise<void>((resolve, reject) => {
      socket.once('close', (hadError) => (hadError ? undefined : resolve()))
      socket.once('error', (error) => reject(failed(error)))
    })
    socket.end()
    await closed
    return sent
  } finally {
    socket.destroy()
  }
}
