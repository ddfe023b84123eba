import { type ChildProcess, spawn } from 'node:child_process'
import { Readable } from 'node:stream'
import type { ExecOptions, ExecResult, HostSession } from '../ports.ts'

const elsewhere = () => Promise.reject(new Error('not here'))

/** This machine as a host, for tests: `/bin/sh` is the given shell. A reader that stops, or an abort, closes the pipes, as sshd does. */
export function localSession(shell: readonly [string, ...string[]], children: ChildProcess[] = []): HostSession {
  const [program, ...words] = shell
  return {
    exec: (_, { ahead = '', stdin = '', feed, onStdout, signal }: ExecOptions) =>
      new Promise<ExecResult>((resolve, reject) => {
        const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'ignore'] })
        children.push(child)
        const stop = () => {
          child.stdout.destroy()
          reject(signal.reason)
        }
        signal.addEventListener('abort', stop, { once: true })
        child.on('error', () => resolve({ exitCode: null }))
        child.stdin.on('error', () => undefined)
        if (feed === undefined) child.stdin.end(ahead + stdin)
        else {
          child.stdin.write(ahead + stdin)
          const source = Readable.from(feed, { objectMode: false })
          source.on('error', (error) => {
            child.stdin.destroy()
            reject(error)
          })
          source.pipe(child.stdin)
        }
        child.stdout.on('data', (chunk: Buffer) => {
          if (onStdout(chunk) !== false) return
          child.stdout.destroy()
          resolve({ exitCode: null })
        })
        child.on('close', (exitCode) => resolve({ exitCode }))
      }),
    openTcp: elsewhere,
    openFiles: elsewhere,
    close: () => undefined,
  }
}
