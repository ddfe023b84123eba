import { type ChildProcess, execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { GatehouseError } from '#shared/errors.ts'
import type { HostSession } from '../../ports.ts'
import { localSession } from '../local-session.testing.ts'
import type { HashTask } from './hash-script.ts'
import { openHashShell } from './hash-shell.ts'
import { runHashing } from './run-hashing.ts'

const never = new AbortController().signal
const nowhere = { signal: never, hasher: 'sha256sum', onHasher: () => undefined, onRead: () => undefined } as const
const gone: HashTask = {
  algorithm: 'sha256',
  file: {
    path: '/nonexistent/file',
    type: 'file',
    mode: 0o644,
    owner: 'o',
    group: 'g',
    size: 1,
    allocated: 1,
    device: '1',
    inode: '1',
    mtimeNs: '1',
    ctimeNs: '1',
  },
}

/** Counts the commands that a host is asked to start. */
function counting(session: HostSession): { readonly session: HostSession; readonly started: () => number } {
  let count = 0
  return {
    session: {
      ...session,
      exec: (...call) => {
        count++
        return session.exec(...call)
      },
    },
    started: () => count,
  }
}

const ended = (child: ChildProcess | undefined) => expect.poll(() => child?.exitCode, { timeout: 5_000 }).toBe(0)

test('what waits has done its preparations, and hashes without another command', async () => {
  const children: ChildProcess[] = []
  const { session, started } = counting(localSession(['dash'], children))
  const shell = openHashShell(session, never)
  const niceness = () => execFileSync('ps', ['-o', 'ni=', '-p', String(children[0]?.pid)], { encoding: 'utf8' }).trim()
  await expect.poll(niceness, { timeout: 5_000 }).toBe('19')
  const outcomes: string[] = []
  const failure = await runHashing(session, [gone], { ...nowhere, shell, onDone: (_, { kind }) => outcomes.push(kind) })
  expect([failure, outcomes, started()]).toEqual([undefined, ['skipped'], 1])
})

test('one that ended while it waited is replaced', async () => {
  const { session, started } = counting(localSession(['dash']))
  const shell = openHashShell(
    { ...session, exec: () => Promise.reject(new GatehouseError({ code: 'ssh.exec-refused', detail: 'no session' })) },
    never,
  )
  await expect.poll(() => shell.ended).toBe(true)
  const outcomes: string[] = []
  const failure = await runHashing(session, [gone], { ...nowhere, shell, onDone: (_, { kind }) => outcomes.push(kind) })
  expect([failure, outcomes, started()]).toEqual([undefined, ['skipped'], 1])
})

test('one that is not needed ends, and has said nothing', async () => {
  const children: ChildProcess[] = []
  const shell = openHashShell(localSession(['dash'], children), never)
  shell.close()
  await ended(children[0])
  expect(shell.ended).toBe(true)
})
