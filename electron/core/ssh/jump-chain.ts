import { type Failure, failureOf } from '#shared/errors.ts'
import type { JumpState } from '../ports.ts'
import type { Connection, Connector, OnStage } from './connection.ts'
import type { Hop } from './hop.ts'
import { openConnection } from './open-connection.ts'
import { SharedFlight } from './shared-flight.ts'
import { acknowledgeAtOnce, measureRoundTrip } from './ssh2-internals.ts'

/** The jump hosts of a fleet, connected one over the other and shared by all hosts. */
export interface JumpChain {
  /** The last jump host; undefined when hosts are reached directly. Connects when needed: many callers, one connection and one prompt. */
  connect(signal: AbortSignal, onStage: OnStage): Promise<Connection | undefined>
  /** A jump host that is connected, by its name, and the one that it was reached through; that is undefined for the first. */
  link(name: string): { readonly connection: Connection; readonly before: Connection | undefined } | undefined
  states(): readonly JumpState[]
  /** What failed before this moment (`performance.now`) is tried anew, at once. */
  forget(before: number): void
  close(): void
}

/** Callers that come this soon after a failure belong to the same burst and get the same answer. */
const burstMs = 1_000
const firstBackoffMs = 1_000
const maximumBackoffMs = 15_000
const roundTripEveryMs = 10_000

interface Attempt {
  readonly flight: SharedFlight<Connection>
  readonly listeners: Set<OnStage>
}

/** From the first hop to the last; none are connected yet. `changed` tells that `states` has another answer. */
export function jumpChain(connector: Connector, hops: readonly Hop[], changed: () => void): JumpChain {
  const states = new Map<Hop, JumpState>(hops.map((hop) => [hop, { name: hop.name, state: 'idle' }]))
  const links: Connection[] = []
  let attempt: Attempt | undefined
  let closing = false
  let failed: { readonly error: unknown; readonly at: number; readonly times: number } | undefined

  const become = (hop: Hop, state: JumpState['state'], more: { readonly failure?: Failure; readonly roundTripMs?: number } = {}): void => {
    states.set(hop, { name: hop.name, state, ...more })
    changed()
  }
  const last = (): Connection | undefined => (links.length === hops.length ? links.at(-1) : undefined)

  function watch(hop: Hop, link: Connection): void {
    const measure = (): void => {
      measureRoundTrip(link.client).then(
        (roundTripMs) => link.ended === undefined && become(hop, 'connected', { roundTripMs }),
        () => undefined,
      )
    }
    const timer = setInterval(measure, roundTripEveryMs)
    timer.unref()
    measure()
    link.onEnd(() => {
      clearInterval(timer)
      // The hops beyond hang on this one.
      const place = links.indexOf(link)
      if (place >= 0) for (const later of links.splice(place).slice(1)) later.close()
      become(hop, closing ? 'idle' : 'failed', closing || link.ended === undefined ? {} : { failure: link.ended })
    })
  }

  async function connectAll(signal: AbortSignal, onStage: OnStage): Promise<Connection> {
    for (const hop of hops.slice(links.length)) {
      become(hop, 'connecting')
      try {
        const link = await openConnection({ connector, hop, via: links.at(-1), carries: 'dense', signal, onStage })
        acknowledgeAtOnce(link.client)
        links.push(link)
        become(hop, 'connected')
        watch(hop, link)
      } catch (error) {
        become(hop, signal.aborted ? 'idle' : 'failed', signal.aborted ? {} : { failure: failureOf(error) })
        throw error
      }
    }
    const end = last()
    if (end === undefined) throw new Error('a jump chain without jump hosts')
    return end
  }

  /** Failures of the network are retried ever more slowly; a refusal or a declined prompt is the admin's to retry. */
  const waitMs = (): number => {
    if (
      failed === undefined ||
      !['ssh.unreachable', 'ssh.refused', 'ssh.connection-lost', 'ssh.handshake-timeout'].includes(failureOf(failed.error).code)
    )
      return 0
    const backoffMs = Math.min(maximumBackoffMs, firstBackoffMs * 2 ** (failed.times - 1))
    return Math.max(0, failed.at + backoffMs - performance.now())
  }

  function begin(): Attempt {
    const listeners = new Set<OnStage>()
    const tell: OnStage = (stage, hop) => {
      for (const listener of listeners) listener(stage, hop)
    }
    const flight = new SharedFlight(async (signal) => {
      try {
        await pause(waitMs(), signal)
        const link = await connectAll(signal, tell)
        failed = undefined
        return link
      } catch (error) {
        if (!signal.aborted) failed = { error, at: performance.now(), times: (failed?.times ?? 0) + 1 }
        throw error
      } finally {
        if (attempt?.flight === flight) attempt = undefined
      }
    })
    return { flight, listeners }
  }

  return {
    connect: async (signal, onStage) => {
      if (hops.length === 0) return undefined
      const up = last()
      if (up !== undefined && up.ended === undefined) return up
      if (failed !== undefined && performance.now() - failed.at < burstMs) throw failed.error
      if (attempt === undefined || attempt.flight.abandoned) attempt = begin()
      attempt.listeners.add(onStage)
      return attempt.flight.join(signal)
    },
    link: (name) => {
      const at = links.findIndex(({ hop }) => hop.name === name)
      const connection = links[at]
      return connection && { connection, before: links[at - 1] }
    },
    states: () => hops.map((hop) => states.get(hop) ?? { name: hop.name, state: 'idle' }),
    forget: (before) => {
      if (failed !== undefined && failed.at < before) failed = { ...failed, at: Number.NEGATIVE_INFINITY }
    },
    close: () => {
      closing = true
      for (const link of [...links].reverse()) link.close()
    },
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const leave = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', leave)
      resolve()
    }, ms)
    signal.addEventListener('abort', leave, { once: true })
  })
}
