import type { Duplex } from 'node:stream'
import ssh2, { type Algorithms, type Client } from 'ssh2'
import { type Failure, failureOf, GatehouseError } from '#shared/errors.ts'
import type { ConnectStage, PromptPort } from '../ports.ts'
import { algorithmsFor, type Carries } from './algorithms.ts'
import { authWire } from './auth-wire.ts'
import { authenticate } from './authentication.ts'
import { dial } from './dial.ts'
import { abortedBy, closedEarly, hopFailure, loginFailure } from './failures.ts'
import type { Hop } from './hop.ts'
import type { HostKeyPolicy } from './host-key-policy.ts'
import type { Ask, KeyRing } from './key-ring.ts'
import type { Semaphore } from './semaphore.ts'
import { commandsAtOnce, guardCompression, ignoreHostKeys, lightenCiphers, protocolOf } from './ssh2-internals.ts'
import { StageTimer } from './stage-timer.ts'
import { WaitingCommand } from './waiting-command.ts'

/** The server hung up (LoginGraceTime) while the admin compared a fingerprint, which he then trusted: worth a second connection. */
class TrustedTooLate extends Error {}

/** What every connection of one transport shares. */
export interface Connector {
  readonly hostKeys: HostKeyPolicy
  readonly keyRing: KeyRing
  readonly prompts: PromptPort
  readonly passwords: Map<string, string>
  readonly handshakes: Semaphore
  /** Limit of each stage: TCP, handshake, authentication, opening of a channel. */
  readonly stageTimeoutMs: number
}

/** One authenticated SSH connection. */
export interface Connection {
  readonly hop: Hop
  readonly client: Client
  readonly waiting: WaitingCommand
  /** Why it ended; undefined while it lives. */
  readonly ended: Failure | undefined
  /** Called once, when it has ended. */
  onEnd(listener: () => void): void
  close(): void
}

export type OnStage = (stage: ConnectStage, hop: string) => void

const { Client: Ssh2Client } = ssh2
const keepaliveMs = 10_000
const keepalivesMissed = 3
/** A peer that does not close after a goodbye is cut off. */
const lingerMs = 1_000

/**
 * Connects and logs in to one hop, from here or over the hop before. Counts as one handshake from the first packet until the login is
 * done, as sshd's MaxStartups does; not while it waits for `loginAfter` (as in `ConnectOptions`). Rejects with a `GatehouseError`; then nothing stays open.
 */
export async function openConnection(
  connector: Connector,
  hop: Hop,
  via: Connection | undefined,
  carries: Carries,
  signal: AbortSignal,
  onStage: OnStage,
  loginAfter?: Promise<void>,
): Promise<Connection> {
  try {
    const known = await connector.hostKeys.knownTypes(hop)
    let release = await connector.handshakes.acquire(signal)
    const attempt = async (hold?: Hold): Promise<Connection> => {
      if (via?.ended !== undefined) throw jumpLost(via, hop)
      onStage('tcp', hop.name)
      const stream = await dial(hop, via, connector.stageTimeoutMs, signal)
      return login(connector, hop, via, stream, algorithmsFor(known, carries), signal, onStage, hold)
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

/** Waits between the keys and the login; asks whether the connection is still there when it has waited. */
type Hold = (isOpen: () => boolean) => Promise<void>

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

/** The words for everything that ends because the jump host did. */
export const jumpLost = (via: Connection, hop: Hop): GatehouseError =>
  new GatehouseError({ code: 'ssh.jump-lost', detail: via.ended?.detail ?? `${via.hop.name} hung up`, host: hop.name })

function login(
  connector: Connector,
  hop: Hop,
  via: Connection | undefined,
  stream: Duplex,
  algorithms: Algorithms,
  signal: AbortSignal,
  onStage: OnStage,
  hold?: Hold,
): Promise<Connection> {
  const { hostKeys, keyRing, prompts, passwords, stageTimeoutMs } = connector
  const seconds = `${stageTimeoutMs / 1000} s`
  const client = new Ssh2Client()
  const listeners: (() => void)[] = []
  const offered: string[] = []
  /** Ends the prompts of this connection with it. */
  const asking = new AbortController()
  let ended: Failure | undefined

  const connection: Connection = {
    hop,
    client,
    waiting: new WaitingCommand(client),
    get ended() {
      return ended
    },
    onEnd: (listener) => void listeners.push(listener),
    close: () => {
      ended ??= { code: 'ssh.connection-lost', detail: `${hop.name}: closed`, host: hop.name }
      try {
        client.end()
      } catch {
        // The stream broke while the goodbye was written.
      }
      setTimeout(() => stream.destroy(), lingerMs).unref()
    },
  }

  return new Promise((resolve, reject) => {
    let stage: 'handshake' | 'authentication' | 'ready' = 'handshake'
    let verifying: Promise<void> | undefined
    const timer = new StageTimer()
    timer.start(stageTimeoutMs, () => fail(hopFailure('ssh.handshake-timeout', hop, `no key exchange within ${seconds}`)))
    /** Prompts that wait for the admin. */
    let prompting = 0
    const ask: Ask = (question) => {
      prompting++
      return timer.without(question(asking.signal)).finally(() => prompting--)
    }

    const fail = (error: unknown): void => {
      if (stage === 'ready' || ended !== undefined) return
      const failure = error instanceof GatehouseError ? error : hopFailure('internal.unexpected', hop, String(error))
      ended = failure.failure
      settle()
      asking.abort(failure)
      connection.close()
      reject(error instanceof TrustedTooLate ? error : failure)
    }
    const onAbort = () => fail(abortedBy(signal))
    const settle = (): void => {
      timer.stop()
      signal.removeEventListener('abort', onAbort)
    }
    signal.addEventListener('abort', onAbort, { once: true })

    /** The link broke. A question about the host key outlives it: the answer is still of use. */
    const lost = (failure: GatehouseError): void => {
      if (verifying === undefined) fail(failure)
      else verifying.then(() => fail(new TrustedTooLate()), fail)
    }
    // A forwarded stream stays half open when the host's sshd is gone, and ssh2 would wait for its keepalive.
    stream.once('end', () => stream.destroy())
    client.on('error', (error) => {
      // A server that cannot prove its key, or breaks the protocol, is not worth a question.
      if (stage !== 'ready' && error.level === 'handshake') fail(loginFailure(hop, stage, error, offered))
      else if (stage !== 'ready') lost(loginFailure(hop, stage, error, offered))
      else ended ??= hopFailure('ssh.connection-lost', hop, error.message).failure
    })
    client.on('close', () => {
      if (stage !== 'ready')
        lost(
          via?.ended === undefined
            ? hungUp(hop, stage === 'authentication' ? (prompting > 0 ? 'prompt' : 'login') : offered.length > 0 ? 'exchange' : 'greeting')
            : jumpLost(via, hop),
        )
      else ended ??= (via?.ended === undefined ? hopFailure('ssh.connection-lost', hop, 'the server hung up') : jumpLost(via, hop)).failure
      for (const listener of listeners.splice(0)) listener()
    })

    onStage('handshake', hop.name)
    try {
      client.connect({
        sock: stream,
        username: hop.identity.user,
        algorithms,
        hostVerifier: (blob: Buffer, verified: (trusted: boolean) => void) => {
          verifying = timer.without(hostKeys.verify(hop, blob, asking.signal))
          verifying
            .then(() => {
              verifying = undefined
              if (ended === undefined && !stream.destroyed && stream.writable) verified(true)
            })
            .catch((error: unknown) => {
              if (stage !== 'ready') return fail(error)
              // A new key exchange on an open connection is judged like the first.
              ended ??= failureOf(error)
              connection.close()
            })
        },
        readyTimeout: 0,
        keepaliveInterval: keepaliveMs,
        keepaliveCountMax: keepalivesMissed,
        debug: (text) => {
          const offer = /^Handshake: \(remote\) (.{1,2000})$/.exec(text)?.[1]
          if (offer !== undefined && offered.length < 12) offered.push(`server offers ${offer}`)
        },
      })
      const wire = authWire(client)
      ignoreHostKeys(client)
      // Keys are read while the key exchange is under way.
      const keys = keyRing.keysFor(hop, ask)
      keys.catch(fail)
      client.once('handshake', () => {
        // ssh2 writes a line of debug text for each packet as long as somebody listens.
        protocolOf(client)._debug = undefined
        stage = 'authentication'
        timer.start(stageTimeoutMs, () => fail(hopFailure('ssh.auth-timeout', hop, `not logged in within ${seconds}`)))
        onStage('authentication', hop.name)
        const held = hold === undefined ? undefined : timer.without(hold(() => ended === undefined))
        Promise.all([keys, held])
          .then(([found]) => (ended === undefined ? authenticate({ hop, wire, keys: found, prompts, ask, passwords }) : undefined))
          .catch(fail)
      })
      client.once('ready', () => {
        guardCompression(client)
        commandsAtOnce(client)
        lightenCiphers(client, stream)
        stage = 'ready'
        settle()
        onStage('ready', hop.name)
        resolve(connection)
      })
    } catch (error) {
      fail(error)
    }
  })
}

const hungUpWords = {
  greeting: closedEarly,
  exchange: 'the server hung up during the key exchange',
  login: 'the server hung up while logging in (LoginGraceTime, MaxAuthTries)',
  prompt: 'the server hung up while a prompt was open (LoginGraceTime)',
}

const hungUp = (hop: Hop, during: keyof typeof hungUpWords): GatehouseError =>
  hopFailure(during === 'prompt' ? 'ssh.auth-timeout' : 'ssh.connection-lost', hop, hungUpWords[during])
