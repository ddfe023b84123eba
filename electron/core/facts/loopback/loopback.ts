import type { WireAnswer } from '../wire/wire.ts'

/** The answer of one route. */
export interface LoopbackAnswer extends WireAnswer {
  /** Where the body stands, apart from the status. */
  readonly bodyLine?: number | undefined
}

/** What an engine's port answers to this machine itself, without any credentials. */
export interface LoopbackPort {
  readonly port: number
  readonly answers: readonly LoopbackAnswer[]
}

/** What engines answered to the host itself, on 127.0.0.1, without credentials. */
export interface Loopback {
  readonly ports: readonly LoopbackPort[]
  /** Why nothing was asked, when nothing was: neither curl nor wget is on the host. */
  readonly notAsked?: string | undefined
}
