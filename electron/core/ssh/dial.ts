import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Client } from 'ssh2'
import { abortedBy, dialFailure, forwardFailure, hopFailure } from './failures.ts'
import type { Hop } from './hop.ts'

/** Where a connection starts: this machine, or the hop before. */
export type From = { readonly client: Client; readonly hop: Hop } | undefined

/**
 * A byte stream to a hop: a TCP connection from here, or a `direct-tcpip` channel of the hop before (RFC 4254, 7.2). On failure, timeout
 * or abort nothing stays open.
 */
export function dial(hop: Hop, from: From, timeoutMs: number, signal: AbortSignal): Promise<Duplex> {
  if (signal.aborted) return Promise.reject(abortedBy(signal))
  return new Promise((resolve, reject) => {
    let settled = false
    /** Opens the stream; whatever comes after the end is closed at once. */
    const finish = (end: () => void): boolean => {
      if (settled) return false
      settled = true
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      end()
      return true
    }
    const give = (stream: Duplex): void => {
      if (!finish(() => resolve(stream))) stream.destroy()
    }
    const fail = (error: Error): void => {
      if (finish(() => reject(error))) abandon()
    }
    const onAbort = () => fail(abortedBy(signal))
    const timer = setTimeout(
      () => fail(hopFailure('ssh.unreachable', hop, `no answer within ${timeoutMs / 1000} s${via(from)}`)),
      timeoutMs,
    )
    signal.addEventListener('abort', onAbort, { once: true })
    const abandon = from === undefined ? overTcp(hop, give, fail) : overChannel(hop, from, give, fail)
  })
}

const via = (from: From): string => (from === undefined ? '' : `, from ${from.hop.name}`)

/** Nagle's algorithm would hold back the small packets of a handshake for a round trip. */
function overTcp(hop: Hop, give: (stream: Duplex) => void, fail: (error: Error) => void): () => void {
  const socket = connect({ host: hop.address, port: hop.port, noDelay: true })
  const onError = (error: Error) => fail(dialFailure(hop, error))
  socket.once('error', onError)
  socket.once('connect', () => {
    socket.removeListener('error', onError)
    give(socket)
  })
  return () => {
    // A socket that is being destroyed may still report its error.
    socket.on('error', () => undefined)
    socket.destroy()
  }
}

function overChannel(hop: Hop, from: NonNullable<From>, give: (stream: Duplex) => void, fail: (error: Error) => void): () => void {
  // A failure that comes at once must still find `abandon` in place.
  const later = (error: Error) => queueMicrotask(() => fail(error))
  try {
    from.client.forwardOut('127.0.0.1', 0, hop.address, hop.port, (error, channel) => {
      if (error === undefined) give(channel)
      else later(forwardFailure(hop, from.hop, error))
    })
  } catch {
    later(hopFailure('ssh.jump-lost', from.hop, 'it is not connected any more'))
  }
  return () => undefined
}
