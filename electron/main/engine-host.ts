import { type Failure, fail } from '#shared/errors.ts'
import type { Reply } from '#shared/ipc/contract.ts'
import type { EngineInit, FromEngine, SecretRequest, ToEngine } from '../engine/engine-protocol.ts'

/** The part of Electron's `UtilityProcess` that is used. */
export interface EngineProcess {
  postMessage(message: ToEngine): void
  kill(): boolean
  onMessage(listener: (message: FromEngine) => void): void
  /** `code` as the platform gives it; null when unknown. */
  onExit(listener: (code: number | null) => void): void
}

export interface EngineCall {
  readonly channel: string
  readonly input: unknown
}

export interface EngineHostOptions {
  readonly fork: () => EngineProcess
  readonly init: EngineInit
  /** An event of core that windows must hear, or `engine:changed`. */
  readonly changed: (event: string) => void
  readonly secret: (request: SecretRequest) => Promise<Reply<string | null>>
  /** What an engine that replaces a dead one must be told before anything else, so that the window finds what it had. */
  readonly restore?: () => EngineCall | null
  readonly log: (message: string) => void
  readonly now?: () => number
  readonly later?: (task: () => void, delayMs: number) => void
  readonly every?: (task: () => void, periodMs: number) => void
}

export interface EngineStatus {
  readonly state: 'running' | 'unresponsive' | 'restarting' | 'stopped'
  /** Why it last stopped, when it did. */
  readonly message: string | null
  readonly storeFailure: Failure | null
}

export interface EngineHost {
  start(): void
  /** Never rejects. A call that was under way when the engine died answers `engine.stopped`; it is not sent twice. */
  call(channel: string, input: unknown): Promise<Reply<unknown>>
  status(): EngineStatus
  /** Ends one that says nothing, and starts one where none was started again. */
  restart(): void
  /** Ends the engine for good. */
  stop(): void
}

/** More crashes than this within the window, and the engine stays down: the same crash would only repeat. */
const maxRestarts = 5
const restartWindowMs = 60_000
/** Long enough that the admin sees what happened; doubled each time. */
const firstDelayMs = 500

/** How often it is asked whether it is there. */
const beatMs = 5000
/** One that says nothing for so long may be busy and is left alone, but that is said. More than one: a computer that wakes up beats at once. */
const silentBeats = 2

/** Runs the engine in a process of its own, so that its death is an event here and never the end of the window. */
export function createEngineHost(options: EngineHostOptions): EngineHost {
  const now = options.now ?? Date.now
  const later = options.later ?? ((task, delayMs) => void setTimeout(task, delayMs).unref())
  const every = options.every ?? ((task, periodMs) => void setInterval(task, periodMs).unref())
  const waiting = new Map<number, { readonly message: ToEngine; readonly answer: (reply: Reply<unknown>) => void }>()
  let crashes: number[] = []
  let lastId = 0
  let ready = false
  let ended = false
  let restarted = false
  let engine: EngineProcess | null = null
  /** What this engine said of its own end. */
  let lastWords = ''
  /** Since it last said anything. */
  let beats = 0
  // Calls made before it is ready are held, so the first start is no state of its own.
  let status: EngineStatus = { state: 'running', message: null, storeFailure: null }

  const become = (next: Partial<EngineStatus>): void => {
    status = { ...status, ...next }
    options.changed('engine:changed')
  }

  const receive = (from: EngineProcess, message: FromEngine): void => {
    if (from !== engine) return
    beats = 0
    if (status.state === 'unresponsive') become({ state: 'running' })
    switch (message.kind) {
      case 'ready':
        ready = true
        if (restarted) {
          const restored = options.restore?.() ?? null
          // Nobody waits for its answer: the events that it causes tell the window.
          if (restored !== null) from.postMessage({ kind: 'call', id: 0, ...restored })
        }
        become({ state: 'running', storeFailure: message.storeFailure })
        for (const { message: held } of waiting.values()) from.postMessage(held)
        return
      case 'reply':
        waiting.get(message.id)?.answer(message.reply)
        waiting.delete(message.id)
        return
      case 'changed':
        options.changed(message.event)
        return
      case 'secret':
        void options.secret(message.request).then((reply) => {
          if (from === engine) from.postMessage({ kind: 'secret', id: message.id, reply })
        })
        return
      case 'fatal':
        lastWords = message.message
    }
  }

  const died = (code: number | null): void => {
    engine = null
    const sent = ready ? [...waiting.entries()] : []
    ready = false
    for (const [id, { answer }] of sent) {
      waiting.delete(id)
      answer(fail('engine.stopped', 'It stopped while it worked on this.'))
    }
    if (ended) return
    const time = now()
    restarted = true
    crashes = [...crashes.filter((at) => time - at < restartWindowMs), time]
    const reason = `The engine ended with code ${code ?? 'unknown'}${lastWords === '' ? '' : `: ${lastWords}`}.`
    lastWords = ''
    options.log(reason)
    if (crashes.length > maxRestarts) {
      become({ state: 'stopped', message: reason })
      for (const { answer } of waiting.values()) answer(stopped())
      waiting.clear()
      return
    }
    become({ state: 'restarting', message: reason })
    later(start, firstDelayMs * 2 ** (crashes.length - 1))
  }

  const start = (): void => {
    if (ended || engine !== null) return
    const started = options.fork()
    engine = started
    started.onMessage((message) => receive(started, message))
    started.onExit((code) => {
      if (started === engine) died(code)
    })
    started.postMessage({ kind: 'init', init: options.init })
    beats = 0
  }

  const beat = (): void => {
    if (engine === null) return
    if (beats === 0) engine.postMessage({ kind: 'ping' })
    if (beats === silentBeats && !ended) {
      options.log(`The engine has said nothing for ${(silentBeats * beatMs) / 1000} s.`)
      become({ state: 'unresponsive' })
    }
    beats += 1
  }

  const stopped = (): Reply<never> => fail('engine.stopped', status.message ?? 'Gatehouse is closing.')

  return {
    start: () => {
      every(beat, beatMs)
      start()
    },
    call: (channel, input) => {
      if (ended || status.state === 'stopped') return Promise.resolve(stopped())
      lastId += 1
      const id = lastId
      const message: ToEngine = { kind: 'call', id, channel, input }
      return new Promise((answer) => {
        waiting.set(id, { message, answer })
        if (ready) engine?.postMessage(message)
      })
    },
    status: () => status,
    restart: () => {
      if (status.state === 'unresponsive') {
        lastWords = 'it did not answer'
        engine?.kill()
      } else if (status.state === 'stopped') {
        crashes = []
        become({ state: 'restarting' })
        start()
      }
    },
    stop: () => {
      ended = true
      engine?.kill()
    },
  }
}
