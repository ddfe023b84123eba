import type { Connection, OnStage } from './connection.ts'
import type { Hop } from './hop.ts'
import { SharedFlight } from './shared-flight.ts'

/** One use of a shared connection. */
export interface Lease {
  readonly connection: Connection
  release(): void
}

/** Connections that are kept and shared, one for each hop; a jump host is logged in to once for all that lies behind it. */
export interface SessionPool {
  /** The open connection to this hop, or a new one. Callers at the same time share one login. `fresh`: a new one in any case; `loginAfter` as in `ConnectOptions`. */
  lease(hop: Hop, signal: AbortSignal, onStage: OnStage, fresh?: boolean, loginAfter?: Promise<void>): Promise<Lease>
  close(): void
}

/** How long a connection that nobody uses is kept for the next audit. */
const idleMs = 60_000
/** And one that a new one took the place of, which nobody can use again: its goodbye must not come in between what the new one was made for. */
const REPLACED_MS = 5_000

/** More than these are not kept, those unused longest go first: each takes a third of a MiB here and a process on the host. */
const MOST_IDLE = 16

interface Entry {
  readonly key: string
  readonly flight: SharedFlight<Connection>
  readonly listeners: Set<OnStage>
  connection: Connection | undefined
  leases: number
  idle: NodeJS.Timeout | undefined
}

/** `open` makes a connection when one is leased that is not there; what it rejects with, whoever waits for it gets. */
export function sessionPool(
  open: (hop: Hop, signal: AbortSignal, onStage: OnStage, loginAfter?: Promise<void>) => Promise<Connection>,
): SessionPool {
  const entries = new Map<string, Entry>()
  /** With those that a fresh one took the place of. */
  const connected = new Set<Connection>()
  /** What ends those that nobody uses, unused longest first. */
  const unused = new Map<Entry, () => void>()
  // Another account or key is another connection, even to the same address.
  const keyOf = ({ name, address, port, identity }: Hop): string => JSON.stringify([name, address, port, identity])

  function begin(key: string, hop: Hop, loginAfter?: Promise<void>): Entry {
    const listeners = new Set<OnStage>()
    const drop = (): void => {
      if (entries.get(key) === entry) entries.delete(key)
      stopIdling(entry)
    }
    const flight = new SharedFlight(async (signal) => {
      const tell: OnStage = (stage, name) => {
        for (const listener of listeners) listener(stage, name)
      }
      const connection = await open(hop, signal, tell, loginAfter).catch((error: unknown) => {
        drop()
        throw error
      })
      // Everybody left in the moment it was done.
      if (signal.aborted) connection.close()
      entry.connection = connection
      connected.add(connection)
      if (loginAfter !== undefined) takeover(entry)
      connection.onEnd(() => {
        connected.delete(connection)
        drop()
      })
      listeners.clear()
      return connection
    })
    const entry: Entry = { key, flight, listeners, connection: undefined, leases: 0, idle: undefined }
    // Others do not wait for what this one waits for.
    if (loginAfter === undefined) takeover(entry)
    return entry
  }

  /** From now on this is the connection to its hop. */
  function takeover(entry: Entry): void {
    const before = entries.get(entry.key)
    entries.set(entry.key, entry)
    if (before?.connection !== undefined && before.leases === 0) {
      stopIdling(before)
      startIdling(before, before.connection)
    }
  }

  function stopIdling(entry: Entry): void {
    clearTimeout(entry.idle)
    unused.delete(entry)
  }

  function startIdling(entry: Entry, connection: Connection): void {
    if (connection.ended !== undefined) return
    const end = (): void => {
      stopIdling(entry)
      connection.close()
    }
    entry.idle = setTimeout(end, entries.get(entry.key) === entry ? idleMs : REPLACED_MS)
    entry.idle.unref()
    unused.set(entry, end)
    const [endOldest] = unused.values()
    if (unused.size > MOST_IDLE) endOldest?.()
  }

  function leased(entry: Entry, connection: Connection): Lease {
    stopIdling(entry)
    entry.leases++
    let released = false
    return {
      connection,
      release: () => {
        if (released) return
        released = true
        if (--entry.leases === 0) startIdling(entry, connection)
      },
    }
  }

  return {
    lease: async (hop, signal, onStage, fresh = false, loginAfter) => {
      const key = keyOf(hop)
      const found = fresh ? undefined : entries.get(key)
      const usable = found !== undefined && !found.flight.abandoned && found.connection?.ended === undefined
      const entry = usable ? found : begin(key, hop, loginAfter)
      if (entry.connection === undefined) entry.listeners.add(onStage)
      else onStage('ready', hop.name)
      return leased(entry, await entry.flight.join(signal))
    },
    close: () => {
      for (const connection of connected) connection.close()
      entries.clear()
    },
  }
}
