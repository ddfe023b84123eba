import type { Duplex } from 'node:stream'
import ssh2, { type ClientChannel, type ConnectConfig } from 'ssh2'

const { Client } = ssh2
const SSH_PORT = 22

/**
 * Counts round trips to a host that follow on each other: moments at which something is sent to it after something was heard of it, which came at least
 * one round trip after the moment before, since no answer is faster. An upper bound of those that are waited for: what is sent and not waited for
 * counts, too. Logins and commands side by side count once, when they keep step; what goes to other ports of the host, beside the probe, does not count.
 * Call before the first connection is made.
 */
export function watchRoundTrips(roundTripMs: number): { start(): void; stop(): number } {
  let count = 0
  let heardMs = 0
  let countedMs = Number.NEGATIVE_INFINITY
  const heard = () => {
    heardMs = performance.now()
  }
  const sent = () => {
    if (heardMs - countedMs < roundTripMs) return
    count += 1
    countedMs = performance.now()
  }
  const { connect, forwardOut } = Client.prototype
  Client.prototype.forwardOut = function (this: InstanceType<typeof Client>, from, fromPort, to, port, done) {
    if (port !== SSH_PORT) return forwardOut.call(this, from, fromPort, to, port, done)
    sent()
    return forwardOut.call(this, from, fromPort, to, port, (error: Error | undefined, channel: ClientChannel) => {
      heard()
      done?.(error, channel)
    })
  }
  Client.prototype.connect = function (this: InstanceType<typeof Client>, config: ConnectConfig) {
    const stream = config.sock as Duplex | undefined
    // What comes over a jump host is a channel; the connection to the first is a socket.
    if (stream && 'outgoing' in stream) {
      const write = stream.write.bind(stream)
      stream.write = ((...words: Parameters<Duplex['write']>) => {
        sent()
        return write(...words)
      }) as Duplex['write']
      const push = stream.push.bind(stream)
      stream.push = (chunk, encoding) => {
        heard()
        return push(chunk, encoding)
      }
    }
    return connect.call(this, config)
  }
  return {
    start() {
      count = 0
      countedMs = Number.NEGATIVE_INFINITY
    },
    stop: () => count,
  }
}
