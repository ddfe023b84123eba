import { PassThrough } from 'node:stream'
import type { ExecOptions, ExecResult, HostSession } from '#core/ports.ts'
import { GatehouseError } from '#shared/errors.ts'
import { spawnSsh } from './lab.ts'

/** A `HostSession` on OpenSSH's client: proves the probe on real shells apart from Gatehouse's own SSH. */
export const openSshSession = (host: string, words: readonly string[] = []): HostSession => ({
  exec: (command: string, { ahead = '', stdin = '', afresh = () => ahead + stdin, signal, onStdout, onStderr }: ExecOptions) =>
    new Promise<ExecResult>((resolve, reject) => {
      const child = spawnSsh([...words, host, command])
      const stop = () => child.kill()
      signal.addEventListener('abort', stop, { once: true })
      child.stdout.on('data', (chunk: Buffer) => onStdout(chunk) === false && child.kill())
      child.stderr.on('data', (chunk: Buffer) => onStderr?.(chunk))
      child.stdin.on('error', () => {})
      child.stdin.end(afresh())
      child.on('error', reject)
      child.on('close', (code) => {
        signal.removeEventListener('abort', stop)
        // 255 is ssh's own word for a lost or refused connection.
        if (code === 255) reject(new GatehouseError({ code: 'ssh.connection-lost', detail: host }))
        else resolve({ exitCode: code })
      })
    }),
  openFiles: () => Promise.reject(new Error('not here')),
  openTcp: async () => new PassThrough(),
  close: () => {},
})
