import type { Duplex } from 'node:stream'
import type { Algorithms } from 'ssh2'
import { failureOf, GatehouseError } from '#shared/errors.ts'
import { type AuthWire, authWire } from './auth-wire.ts'
import { authenticate } from './authentication.ts'
import { type Connection, jumpLost, type Reach, StreamConnection } from './connection.ts'
import { abortedBy, closedEarly, hopFailure, loginFailure } from './failures.ts'
import type { Hop } from './hop.ts'
import type { Ask, Keys } from './key-ring.ts'
import { commandsAtOnce, guardCompression, ignoreHostKeys, lightenCiphers, protocolOf } from './ssh2-internals.ts'
import { StageTimer } from './stage-timer.ts'

/** The server hung up (LoginGraceTime) while the admin compared a fingerprint, which he then trusted: worth a second connection. */
export class TrustedTooLate extends Error {}

/** Waits between the keys and the login; asks whether the connection is still there when it has waited. */
export type Hold = (isOpen: () => boolean) => Promise<void>

const keepaliveMs = 10_000
const keepalivesMissed = 3

/**
 * Key exchange and authentication over a byte stream that is open. Rejects with a `GatehouseError`, or with `TrustedTooLate`; then the stream is
 * closed.
 */
export const logIn = (reach: Reach, stream: Duplex, algorithms: Algorithms, hold?: Hold): Promise<Connection> =>
  new Promise((resolve, reject) => new Login(reach, stream, hold, resolve, reject).begin(algorithms))

class Login {
  readonly #reach: Reach
  readonly #connection: StreamConnection
  readonly #hold: Hold | undefined
  readonly #resolve: (connection: Connection) => void
  readonly #reject: (error: Error) => void
  readonly #timer = new StageTimer()
  /** Ends the prompts of this connection with it. */
  readonly #asking = new AbortController()
  readonly #offered: string[] = []
  #stage: 'handshake' | 'authentication' | 'ready' = 'handshake'
  #verifying: Promise<void> | undefined
  /** The key by which this server was taken for itself. */
  #trusted: Buffer | undefined
  /** Prompts that wait for the admin. */
  #prompting = 0

  constructor(
    reach: Reach,
    stream: Duplex,
    hold: Hold | undefined,
    resolve: (connection: Connection) => void,
    reject: (error: Error) => void,
  ) {
    this.#reach = reach
    this.#connection = new StreamConnection(reach.hop, stream)
    this.#hold = hold
    this.#resolve = resolve
    this.#reject = reject
  }

  begin(algorithms: Algorithms): void {
    const { connector, hop, signal, onStage } = this.#reach
    const { client, stream } = this.#connection
    this.#limit('ssh.handshake-timeout', 'no key exchange within')
    signal.addEventListener('abort', this.#onAbort, { once: true })
    // A forwarded stream stays half open when the host's sshd is gone, and ssh2 would wait for its keepalive.
    stream.once('end', () => stream.destroy())
    client.on('error', (error) => this.#onError(error))
    client.on('close', () => this.#onClose())
    onStage('handshake', hop.name)
    try {
      client.connect({
        sock: stream,
        username: hop.identity.user,
        algorithms,
        hostVerifier: (blob: Buffer, verified: (trusted: boolean) => void) => this.#verify(blob, verified),
        readyTimeout: 0,
        keepaliveInterval: keepaliveMs,
        keepaliveCountMax: keepalivesMissed,
        debug: (text) => {
          const offer = /^Handshake: \(remote\) (.{1,2000})$/.exec(text)?.[1]
          if (offer !== undefined && this.#offered.length < 12) this.#offered.push(`server offers ${offer}`)
        },
      })
      const wire = authWire(client)
      ignoreHostKeys(client)
      // Keys are read while the key exchange is under way.
      const keys = connector.keyRing.keysFor(hop, this.#ask)
      keys.catch(this.#fail)
      client.once('handshake', () => this.#authenticate(wire, keys))
      client.once('ready', () => this.#onReady())
    } catch (error) {
      this.#fail(error)
    }
  }

  #limit(code: 'ssh.handshake-timeout' | 'ssh.auth-timeout', what: string): void {
    const { connector, hop } = this.#reach
    const { stageTimeoutMs } = connector
    this.#timer.start(stageTimeoutMs, () => this.#fail(hopFailure(code, hop, `${what} ${stageTimeoutMs / 1000} s`)))
  }

  #ask: Ask = (question) => {
    this.#prompting++
    return this.#timer.without(question(this.#asking.signal)).finally(() => this.#prompting--)
  }

  /**
   * A new key exchange on an open connection (`RekeyLimit` of sshd_config(5)) shows the same key again, and is answered at once: ssh2 that has to wait there goes
   * on without what it deflates with, and the server hangs up.
   */
  #verify(blob: Buffer, verified: (trusted: boolean) => void): void {
    if (this.#trusted?.equals(blob)) {
      verified(true)
      return
    }
    const { connector, hop } = this.#reach
    const { stream } = this.#connection
    const verifying = this.#timer.without(connector.hostKeys.verify(hop, blob, this.#asking.signal))
    this.#verifying = verifying
    verifying
      .then(() => {
        this.#verifying = undefined
        this.#trusted = Buffer.from(blob)
        if (this.#connection.ended === undefined && !stream.destroyed && stream.writable) verified(true)
      })
      .catch((error: unknown) => {
        if (this.#stage !== 'ready') return this.#fail(error)
        // Another key on an open connection is judged like the first.
        this.#connection.endBecause(failureOf(error))
        this.#connection.close()
      })
  }

  #authenticate(wire: AuthWire, reading: Promise<Keys>): void {
    const { connector, hop, onStage } = this.#reach
    const { prompts, passwords } = connector
    // ssh2 writes a line of debug text for each packet as long as somebody listens.
    protocolOf(this.#connection.client)._debug = undefined
    this.#stage = 'authentication'
    this.#limit('ssh.auth-timeout', 'not logged in within')
    onStage('authentication', hop.name)
    const isOpen = () => this.#connection.ended === undefined
    const held = this.#hold && this.#timer.without(this.#hold(isOpen))
    Promise.all([reading, held])
      .then(([keys]) => (isOpen() ? authenticate({ hop, wire, keys, prompts, ask: this.#ask, passwords }) : undefined))
      .catch(this.#fail)
  }

  #onReady(): void {
    const { client, stream } = this.#connection
    guardCompression(client)
    commandsAtOnce(client)
    lightenCiphers(client, stream)
    this.#stage = 'ready'
    this.#settle()
    this.#reach.onStage('ready', this.#reach.hop.name)
    this.#resolve(this.#connection)
  }

  #onError(error: Error & { readonly level?: string }): void {
    const { hop } = this.#reach
    if (this.#stage === 'ready') {
      this.#connection.endBecause(hopFailure('ssh.connection-lost', hop, error.message).failure)
      return
    }
    const failure = loginFailure(hop, this.#stage, error, this.#offered)
    // A server that cannot prove its key, or breaks the protocol, is not worth a question.
    if (error.level === 'handshake') this.#fail(failure)
    else this.#lost(failure)
  }

  #onClose(): void {
    const { hop, via } = this.#reach
    const jump = via?.ended === undefined ? undefined : jumpLost(via, hop)
    if (this.#stage === 'ready') this.#connection.endBecause((jump ?? hopFailure('ssh.connection-lost', hop, 'the server hung up')).failure)
    else this.#lost(jump ?? hungUp(hop, this.#during()))
    this.#connection.tellEnd()
  }

  #during(): keyof typeof hungUpWords {
    if (this.#stage === 'authentication') return this.#prompting > 0 ? 'prompt' : 'login'
    return this.#offered.length > 0 ? 'exchange' : 'greeting'
  }

  /** The link broke. A question about the host key outlives it: the answer is still of use. */
  #lost(failure: GatehouseError): void {
    if (this.#verifying === undefined) this.#fail(failure)
    else this.#verifying.then(() => this.#fail(new TrustedTooLate()), this.#fail)
  }

  #onAbort = (): void => this.#fail(abortedBy(this.#reach.signal))

  #fail = (error: unknown): void => {
    if (this.#stage === 'ready' || this.#connection.ended !== undefined) return
    const failure = error instanceof GatehouseError ? error : hopFailure('internal.unexpected', this.#reach.hop, String(error))
    this.#connection.endBecause(failure.failure)
    this.#settle()
    this.#asking.abort(failure)
    this.#connection.close()
    this.#reject(error instanceof TrustedTooLate ? error : failure)
  }

  #settle(): void {
    this.#timer.stop()
    this.#reach.signal.removeEventListener('abort', this.#onAbort)
  }
}

const hungUpWords = {
  greeting: closedEarly,
  exchange: 'the server hung up during the key exchange',
  login: 'the server hung up while logging in (LoginGraceTime, MaxAuthTries)',
  prompt: 'the server hung up while a prompt was open (LoginGraceTime)',
}

const hungUp = (hop: Hop, during: keyof typeof hungUpWords): GatehouseError =>
  hopFailure(during === 'prompt' ? 'ssh.auth-timeout' : 'ssh.connection-lost', hop, hungUpWords[during])
