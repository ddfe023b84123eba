import type { ExecOptions, ExecResult, HostSession } from '../../ports.ts'
import { hashFunctions } from './hash-script.ts'

const TIMEOUT_MS = 48 * 3_600_000

/**
 * A shell on the host that has read how to hash and waits for what. A command costs three round trips before the host has its input, which are
 * over by the time that the listing is, when it is opened with it. Whoever does not `run` it has to `close` it.
 */
export interface HashShell {
  /** It has ended, or the host refused it: another one is needed. */
  readonly ended: boolean
  /** Once. Rejects as `HostSession.exec`, and when `signal` is aborted. */
  run(script: string, signal: AbortSignal, onStdout: ExecOptions['onStdout']): Promise<ExecResult>
  close(): void
}

/** Starts it at once and does not wait; that it failed is told by `run`. */
export function openHashShell(session: HostSession, signal: AbortSignal): HashShell {
  let say: (script: string) => void = () => undefined
  const script = new Promise<string>((resolve) => {
    say = resolve
  })
  async function* feed(): AsyncGenerator<Uint8Array> {
    const text = await script
    if (text !== '') yield Buffer.from(text)
  }
  const stop = new AbortController()
  let read: ExecOptions['onStdout'] = () => undefined
  let ended = false
  const result = session.exec('/bin/sh', {
    stdin: hashFunctions,
    feed: feed(),
    timeoutMs: TIMEOUT_MS,
    signal: AbortSignal.any([signal, stop.signal]),
    onStdout: (chunk) => read(chunk),
  })
  const end = () => {
    ended = true
    // A feed that waits would be held for ever.
    say('')
  }
  result.then(end, end)
  return {
    get ended() {
      return ended
    },
    run(text, cancelled, onStdout) {
      read = onStdout
      cancelled.addEventListener('abort', () => stop.abort(cancelled.reason), { once: true })
      if (cancelled.aborted) stop.abort(cancelled.reason)
      say(text)
      return result
    },
    close: () => say(''),
  }
}
