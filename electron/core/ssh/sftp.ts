import type { SFTPWrapper, Stats } from 'ssh2'
import { GatehouseError } from '#shared/errors.ts'
import type { RemoteFile, RemoteFiles } from '../ports.ts'
import type { Connection } from './connection.ts'
import { abortedBy, hopFailure } from './failures.ts'
import { shown } from './untrusted-text.ts'

/** SSH_FXF_READ (draft-ietf-secsh-filexfer-02, 6.3): nothing else is ever asked for. */
const READ_ONLY = 0x0000_0001

/** One READ of the protocol; every server takes 32 KiB (draft 02, section 3). */
const CHUNK_BYTES = 32_768
const READS_IN_FLIGHT = 16

/**
 * Opens the SFTP subsystem in a channel of its own. Reads only: nothing here can write, rename or remove. `signal` ends the channel
 * and everything under way on it.
 */
export function openSftp(connection: Connection, signal: AbortSignal, openTimeoutMs: number): Promise<RemoteFiles> {
  const { hop, client } = connection
  const lost = () => new GatehouseError(connection.ended ?? hopFailure('ssh.connection-lost', hop, 'it ended').failure)
  if (signal.aborted) return Promise.reject(abortedBy(signal))
  if (connection.ended !== undefined) return Promise.reject(lost())
  return new Promise((resolve, reject) => {
    let settled = false
    const settle = (end: () => void): void => {
      if (settled) return
      settled = true
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      end()
    }
    const onAbort = () => settle(() => reject(abortedBy(signal)))
    const timer = setTimeout(
      () => settle(() => reject(hopFailure('ssh.connection-lost', hop, `no SFTP within ${openTimeoutMs / 1000} s`))),
      openTimeoutMs,
    )
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      client.sftp((error, channel) => {
        if (settled) return error === undefined ? channel.end() : undefined
        if (error === undefined) return settle(() => resolve(remoteFiles(channel, connection, signal)))
        const words = shown(error.message.replace('(SSH) Channel open failure: ', ''), 200)
        settle(() => reject(connection.ended ? lost() : hopFailure('ssh.sftp-refused', hop, words)))
      })
    } catch {
      settle(() => reject(lost()))
    }
  })
}

function remoteFiles(channel: SFTPWrapper, connection: Connection, signal: AbortSignal): RemoteFiles {
  const { hop } = connection
  const end = () => channel.end()
  // Errors reach every caller through its callback.
  channel.on('error', () => undefined)
  signal.addEventListener('abort', end, { once: true })

  /** One request. An abort rejects at once; the answer that comes later is dropped. */
  function ask<T>(path: string, abort: AbortSignal, send: (done: (error: Error | null | undefined, value: T) => void) => void): Promise<T> {
    if (abort.aborted) return Promise.reject(abortedBy(abort))
    return new Promise((resolve, reject) => {
      const onAbort = () => reject(abortedBy(abort))
      abort.addEventListener('abort', onAbort, { once: true })
      const fail = (message: string) =>
        reject(
          connection.ended
            ? new GatehouseError(connection.ended)
            : new GatehouseError({ code: 'models.unreadable', detail: `${path}: ${shown(message, 200)}`, host: hop.name }),
        )
      try {
        send((error, value) => {
          abort.removeEventListener('abort', onAbort)
          if (error) fail(error.message)
          else resolve(value)
        })
      } catch (thrown) {
        abort.removeEventListener('abort', onAbort)
        fail(thrown instanceof Error ? thrown.message : String(thrown))
      }
    })
  }

  return {
    async open(path, own = signal) {
      const either = own === signal ? signal : AbortSignal.any([signal, own])
      const unreadable = (why: string) => new GatehouseError({ code: 'models.unreadable', detail: `${path}: ${why}`, host: hop.name })
      // Opening a named pipe would block the server, and a link may lead anywhere: both are refused before they are opened.
      const before = await ask<Stats>(path, either, (done) => channel.lstat(path, done))
      if (!before.isFile()) throw unreadable('it is not a regular file')
      const handle = await ask<Buffer>(path, either, (done) => channel.open(path, READ_ONLY, done))
      const { size } = await ask<Stats>(path, either, (done) => channel.fstat(handle, done))
      let open = true
      const file: RemoteFile = {
        path,
        size,
        async read(offset, length, abort = either) {
          const wanted = Math.max(0, Math.min(length, size - offset))
          const bytes = Buffer.alloc(wanted)
          let next = 0
          const lane = async (): Promise<void> => {
            while (next < wanted) {
              let at = next
              next += CHUNK_BYTES
              const until = Math.min(next, wanted)
              while (at < until) {
                const got = await ask<number>(path, abort, (done) => channel.read(handle, bytes, at, until - at, offset + at, done))
                if (got === 0) throw unreadable('it became shorter while it was read')
                at += got
              }
            }
          }
          await Promise.all(Array.from({ length: Math.min(READS_IN_FLIGHT, Math.ceil(wanted / CHUNK_BYTES)) }, lane))
          return bytes
        },
        async close() {
          if (!open || connection.ended) return
          open = false
          channel.close(handle, () => undefined)
        },
      }
      return file
    },
    close() {
      signal.removeEventListener('abort', end)
      channel.end()
    },
  }
}
