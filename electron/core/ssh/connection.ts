import type { Duplex } from 'node:stream'
import ssh2, { type Client } from 'ssh2'
import { type Failure, GatehouseError } from '#shared/errors.ts'
import type { ConnectStage, PromptPort } from '../ports.ts'
import type { Carries } from './algorithms.ts'
import type { Hop } from './hop.ts'
import type { HostKeyPolicy } from './host-key-policy.ts'
import type { KeyRing } from './key-ring.ts'
import type { Semaphore } from './semaphore.ts'
import { WaitingCommand } from './waiting-command.ts'

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

/** One hop that is to be reached. */
export interface Reach {
  readonly connector: Connector
  readonly hop: Hop
  /** The hop before; from here when there is none. */
  readonly via: Connection | undefined
  readonly carries: Carries
  readonly signal: AbortSignal
  readonly onStage: OnStage
}

const { Client: Ssh2Client } = ssh2
/** A peer that does not close after a goodbye is cut off. */
const lingerMs = 1_000

/** A connection over a byte stream, from its first packet on. */
export class StreamConnection implements Connection {
  readonly client: Client = new Ssh2Client()
  readonly waiting = new WaitingCommand(this.client)
  readonly hop: Hop
  readonly stream: Duplex
  #ended: Failure | undefined
  readonly #listeners: (() => void)[] = []

  constructor(hop: Hop, stream: Duplex) {
    this.hop = hop
    this.stream = stream
  }

  get ended(): Failure | undefined {
    return this.#ended
  }

  /** The first reason is the one that stands. */
  endBecause(failure: Failure): void {
    this.#ended ??= failure
  }

  onEnd(listener: () => void): void {
    this.#listeners.push(listener)
  }

  tellEnd(): void {
    for (const listener of this.#listeners.splice(0)) listener()
  }

  close(): void {
    this.endBecause({ code: 'ssh.connection-lost', detail: `${this.hop.name}: closed`, host: this.hop.name })
    try {
      this.client.end()
    } catch {
      // The stream broke while the goodbye was written.
    }
    setTimeout(() => this.stream.destroy(), lingerMs).unref()
  }
}

/** The words for everything that ends because the jump host did. */
export const jumpLost = (via: Connection, hop: Hop): GatehouseError =>
  new GatehouseError({ code: 'ssh.jump-lost', detail: via.ended?.detail ?? `${via.hop.name} hung up`, host: hop.name })
