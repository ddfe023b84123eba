import { GatehouseError } from '#shared/errors.ts'
import { algorithmsFor } from './algorithms.ts'
import { type Connection, jumpLost, type Reach } from './connection.ts'
import { dial } from './dial.ts'
import { abortedBy } from './failures.ts'
import { type Hold, logIn, TrustedTooLate } from './login.ts'

/**
 * Connects and logs in to one hop, from here or over the hop before. Counts as one handshake from the first packet until the login is
 * done, as sshd's MaxStartups does; not while it waits for `loginAfter` (as in `ConnectOptions`). Rejects with a `GatehouseError`; then nothing stays open.
 */
export async function openConnection(reach: Reach, loginAfter?: Promise<void>): Promise<Connection> {
  const { connector, hop, via, carries, signal, onStage } = reach
  try {
    const known = await connector.hostKeys.knownTypes(hop)
    let release = await connector.handshakes.acquire(signal)
    const attempt = async (hold?: Hold): Promise<Connection> => {
      if (via?.ended !== undefined) throw jumpLost(via, hop)
      onStage('tcp', hop.name)
      const stream = await dial(hop, via, connector.stageTimeoutMs, signal)
      return logIn(reach, stream, algorithmsFor(known, carries), hold)
    }
    const whole = () => attempt().catch((error: unknown) => (error instanceof TrustedTooLate ? attempt() : Promise.reject(error)))
    const ahead = async (until: Promise<void>): Promise<Connection> => {
      let isLoggingIn = false
      const hold: Hold = async (isOpen) => {
        release()
        await until
        const place = await connector.handshakes.acquire(signal)
        isLoggingIn = isOpen()
        if (isLoggingIn) release = place
        else place()
      }
      try {
        return await attempt(hold)
      } catch (error) {
        if (isLoggingIn || signal.aborted) throw error
        release()
        await untilAborted(until, signal)
        release = await connector.handshakes.acquire(signal)
        return whole()
      }
    }
    try {
      return await (loginAfter === undefined ? whole() : ahead(loginAfter))
    } finally {
      release()
    }
  } catch (error) {
    if (signal.aborted) throw abortedBy(signal)
    throw error instanceof GatehouseError && via?.ended !== undefined && error.failure.code !== 'ssh.jump-lost' ? jumpLost(via, hop) : error
  }
}

/** Rejects with the reason of `signal` when that comes first. */
function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
    work.then(() => {
      signal.removeEventListener('abort', leave)
      resolve()
    }, reject)
  })
}
