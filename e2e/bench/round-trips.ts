import type { Duplex } from 'node:stream'
import ssh2, { type ClientChannel, type ConnectConfig } from 'ssh2'

const { Client } = ssh2
const SSH_PORT = 22

/**
 * Counts round trips to a host that follow on each other: moments at which something is sent to it after something was heard of it, at least one round
 * trip apart, since an answer takes that long. An upper bound of those that are waited for. Logins and commands side by side count once;
 * what goes to other ports of the host, beside the probe, does not count. Call before the first connection is made.
 */
export function watchRoundTrips(roundTripMs: number): { start(): void; stop(): number } {
  let count = 0
  let heard = true
  let lastMs = Number.NEGATIVE_INFINITY
  const sent = () => {
    const nowMs = performance.now()
    if (heard && nowMs - lastMs >= roundTripMs) {
      count += 1
      lastMs = nowMs
    }
    heard = false
  }
  const { connect, forwardOut } = Client.prototype
  Client.prototype.forwardOut = function (this: InstanceType<typeof Client>, from, fromPort, to, port, done) {
    if (port !== SSH_PORT) return forwardOut.call(this, from, fromPort, to, port, done)
    sent()
    return forwardOut.call(this, from, fromPort, to, port, (error: Error | undefined, channel: ClientChannel) => {
      heard = true
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
        heard = true
        return push(chunk, encoding)
      }
    }
    return connect.call(this, config)
  }
  return {
    start() {
      count = 0
      heard = true
      lastMs = Number.NEGATIVE_INFINITY
    },
    stop: () => count,
  }
}
