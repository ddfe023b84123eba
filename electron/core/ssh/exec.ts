import type { EventEmitter } from 'node:events'
import { Readable } from 'node:stream'
import type { ClientCallback, ClientChannel } from 'ssh2'
import { GatehouseError } from '#shared/errors.ts'
import type { ExecOptions, ExecResult } from '../ports.ts'
import type { Connection } from './connection.ts'
import { abortedBy, hopFailure } from './failures.ts'
import { COMMAND_REFUSED, leaveRoom, whenCommandRuns } from './ssh2-internals.ts'
import { shown } from './untrusted-text.ts'
import { endsWith } from './waiting-command.ts'

/** What a command may say on stderr before the rest is dropped. */
const maximumStderrBytes = 65_536

/** What ends with its input only (a forced command, say) sees that end when it has said nothing for this long, and is not kept then. */
const KEPT_OPEN_MS = 5000

/** Bytes of a feed that are read ahead. */
const FEED_BYTES = 2_097_152

/** SSH_OPEN_ADMINISTRATIVELY_PROHIBITED to SSH_OPEN_RESOURCE_SHORTAGE (RFC 4254, 5.1): MaxSessions, or no sessions at all. */
const isOpenFailure = (error: Error): boolean => typeof Reflect.get(error, 'reason') === 'number'

/**
 * Runs one command in one channel. Output waits in the channel's window (2 MiB)
 * while the reader is busy; when `onStdout` returns false the channel is closed and the exit code is null.
 */
export async function execOn(connection: Connection, command: string, options: ExecOptions, openTimeoutMs: number): Promise<ExecResult> {
  const { client, waiting } = connection
  const { ahead, stdin = '', afresh = () => ahead + stdin } = options
  const begin = (use: ClientCallback) => client.exec(command, use)
  if (ahead === undefined) return runIn(connection, begin, options, openTimeoutMs)

  const ready = await waiting.takeRested(command, ahead)
  if (ready === undefined) await waiting.yield()
  let said = false
  const onStdout = (chunk: Buffer) => {
    said = true
    return options.onStdout(chunk)
  }
  const keep: Keep = (channel, rested, rests) => waiting.keep(command, ahead, channel, rested, rests)
  const early = ready && (await runIn(connection, (use) => use(undefined, ready), { ...options, onStdout }, openTimeoutMs, keep))
  const result = early && said ? early : await runIn(connection, begin, { ...options, stdin: afresh() }, openTimeoutMs, keep)
  if (connection.ended === undefined) waiting.prepare(command, ahead)
  return result
}

/** Given the channel whose reader has all it wants: whether the command `rests` by then, and what tells of what it prints later. */
type Keep = (channel: ClientChannel, rested: boolean, rests: (chunk: Buffer) => boolean) => void

/** With `keep` and `rests`, a command whose reader stopped is given away instead of closed. */
export function runIn(
  connection: Connection,
  begin: (use: ClientCallback) => void,
  options: ExecOptions,
  openTimeoutMs: number,
  keep?: Keep,
): Promise<ExecResult> {
  const { hop } = connection
  const lost = () => new GatehouseError(connection.ended ?? hopFailure('ssh.connection-lost', hop, 'it ended').failure)
  if (options.signal.aborted) return Promise.reject(abortedBy(options.signal))
  if (connection.ended !== undefined) return Promise.reject(lost())
  return new Promise((resolve, reject) => {
    let channel: ClientChannel | undefined
    let settled = false
    let result: ExecResult | undefined
    let stderrBytes = 0
    let inputTimer: NodeJS.Timeout | undefined

    const settle = (end: () => void, keep?: () => void): void => {
      if (settled) return
      settled = true
      clearTimeout(openTimer)
      clearTimeout(timer)
      clearTimeout(inputTimer)
      options.signal.removeEventListener('abort', onAbort)
      if (keep === undefined) channel?.close()
      else keep()
      end()
    }
    const fail = (failure: GatehouseError) => settle(() => reject(failure))
    const onAbort = () => fail(abortedBy(options.signal))
    const openTimer = setTimeout(
      () => fail(hopFailure('ssh.connection-lost', hop, `no channel within ${openTimeoutMs / 1000} s`)),
      openTimeoutMs,
    )
    const timer = setTimeout(
      () => fail(hopFailure('probe.timeout', hop, `the command did not finish within ${options.timeoutMs / 1000} s`)),
      options.timeoutMs,
    )
    options.signal.addEventListener('abort', onAbort, { once: true })

    const refuse = (error: Error): void => {
      const words = shown(error.message.replace('(SSH) Channel open failure: ', ''), 200)
      if (connection.ended !== undefined) fail(lost())
      else fail(hopFailure('ssh.exec-refused', hop, isOpenFailure(error) ? `no session: ${words}` : words))
    }
    const use = (open: ClientChannel): void => {
      channel = open
      if (settled) {
        open.close()
        return
      }
      const heard: (() => void)[] = []
      const on = (source: EventEmitter, event: string, act: Parameters<EventEmitter['on']>[1]): void => {
        source.on(event, act)
        heard.push(() => source.off(event, act))
      }
      const rests = keep && options.rests !== undefined ? endsWith(options.rests) : undefined
      const giveAway = (rested: boolean) => {
        if (keep === undefined || rests === undefined || !open.writable) return undefined
        return () => {
          for (const unhear of heard) unhear()
          keep(open, rested, rests)
        }
      }
      on(open, COMMAND_REFUSED, () => refuse(new Error('Unable to exec')))
      on(open, 'data', (chunk: Buffer) => {
        if (settled) return
        inputTimer?.refresh()
        const rested = rests?.(chunk) ?? false
        if (options.onStdout(chunk) === false) settle(() => resolve({ exitCode: null }), giveAway(rested))
      })
      on(open.stderr, 'data', (chunk: Buffer) => {
        if (settled || stderrBytes >= maximumStderrBytes) return
        const kept = chunk.subarray(0, maximumStderrBytes - stderrBytes)
        stderrBytes += kept.length
        options.onStderr?.(kept)
      })
      on(open, 'exit', (code: number | null, signal?: string) => {
        result = code === null ? { exitCode: null, signal: shown(signal ?? '', 40) } : { exitCode: code }
      })
      on(open, 'close', () => {
        if (result !== undefined || connection.ended === undefined) settle(() => resolve(result ?? { exitCode: null }))
        else fail(lost())
      })
      // The remote may stop reading before all input is written; its exit code tells what came of it.
      on(open, 'error', () => undefined)
      if (rests !== undefined) {
        open.write(options.stdin ?? '')
        inputTimer = setTimeout(() => open.end(), KEPT_OPEN_MS)
      } else if (options.feed === undefined) open.end(options.stdin ?? '')
      else {
        leaveRoom(open)
        open.write(options.stdin ?? '')
        const feed = Readable.from(options.feed, { objectMode: false, highWaterMark: FEED_BYTES })
        feed.on('error', (error) => fail(error instanceof GatehouseError ? error : hopFailure('internal.unexpected', hop, error.message)))
        open.once('close', () => feed.destroy())
        feed.pipe(open)
      }
      options.onAsked?.()
      whenCommandRuns(open, () => settled || options.onRuns?.())
    }
    try {
      begin((error, open) => {
        clearTimeout(openTimer)
        if (error === undefined) use(open)
        else refuse(error)
      })
    } catch {
      fail(lost())
    }
  })
}
