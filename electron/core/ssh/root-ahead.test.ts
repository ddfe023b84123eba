import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { never, run, until } from './loopback.testing.ts'
import { UNTIL_ASKED } from './root-ahead.ts'
import { ROOT_SHELL } from './root-shell.ts'
import { hostWith, type Started } from './shell-host.testing.ts'

type Session = Awaited<ReturnType<typeof hostWith>>['session']

async function root(session: Session, feed: string) {
  let stdout = ''
  const onStdout = (chunk: Buffer): undefined => {
    stdout += chunk
  }
  const result = await session.exec(ROOT_SHELL, {
    ...{ stdin: 'begins;', feed: Readable.from([Buffer.from(feed)]), timeoutMs: 5_000, signal: never(), onStdout },
  })
  return { ...result, stdout }
}

async function* pause(milliseconds: number): AsyncGenerator<Uint8Array> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds))
}

const commands = (started: readonly Started[]) => started.map(({ command }) => command)

test('the second shell of root on a connection waits without any right, and takes its input by a line', async () => {
  const { started, session } = await hostWith()
  expect(await root(session, '1')).toEqual({ exitCode: 0, stdout: 'heard begins;1' })
  await until(() => started.length === 2)
  expect(await root(session, '2')).toEqual({ exitCode: 0, stdout: 'heard \nbegins;2' })
  await until(() => started.length === 3)
  expect(commands(started)).toEqual([ROOT_SHELL, UNTIL_ASKED, UNTIL_ASKED])
}, 20_000)

test('one that ended while it waited is not asked', async () => {
  const { started, session } = await hostWith()
  await root(session, '1')
  await until(() => started.length === 2)
  started[1]?.channel.exit(0)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(await root(session, '2')).toEqual({ exitCode: 0, stdout: 'heard begins;2' })
  expect(commands(started)).toEqual([ROOT_SHELL, UNTIL_ASKED, ROOT_SHELL])
}, 20_000)

test('one that is about to begin does not begin beside the next', async () => {
  const { started, session } = await hostWith()
  await root(session, '1')
  const second = session.exec(ROOT_SHELL, { feed: pause(4000), timeoutMs: 10_000, signal: never(), onStdout: () => undefined })
  await new Promise((resolve) => setTimeout(resolve, 3600))
  expect(commands(started)).toEqual([ROOT_SHELL, ROOT_SHELL])
  await second
}, 20_000)

test('what waits for the next audit is not sent away for it', async () => {
  const { started, session } = await hostWith()
  await session.exec('sh', { ahead: 'f;', stdin: 'f 1', timeoutMs: 5_000, signal: never(), onStdout: () => undefined })
  await until(() => started.length === 2)
  await root(session, '1')
  await new Promise((resolve) => setTimeout(resolve, 3500))
  expect(commands(started)).toEqual(['sh', 'sh', ROOT_SHELL])
  expect(started[1]?.closed).toBe(false)
}, 20_000)

test('where sudo let none start, none waits', async () => {
  const { started, session } = await hostWith({}, (one) => {
    one.refuses = true
  })
  expect(await root(session, '1')).toEqual({ exitCode: 127, stdout: '' })
  await new Promise((resolve) => setTimeout(resolve, 3500))
  expect(commands(started)).toEqual([ROOT_SHELL])
}, 20_000)

test('a server that allows one session has room beside one that waits', async () => {
  const { started, session } = await hostWith({ maximumSessions: 1 })
  await root(session, '1')
  await until(() => started.length === 2)
  expect(await run(session, 'id')).toMatchObject({ stdout: 'heard ' })
  expect(started[1]?.closed).toBe(true)
}, 20_000)

test.each(['/bin/sh', '/bin/dash', '/bin/bash', '/bin/busybox'])(
  '%s as sh leaves all that follows the line to what it becomes',
  async (shell) => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-root-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'sudo'), '#!/bin/sh\necho "$*"\nexec cat\n')
    chmodSync(join(folder, 'sudo'), 0o755)
    const [, inner = ''] = /^\/bin\/sh -c '(.*)'$/.exec(UNTIL_ASKED) ?? []
    const child = spawn(shell, ['-c', inner], { argv0: 'sh', env: { PATH: `${folder}:/usr/bin:/bin` } })
    let said = ''
    child.stdout.on('data', (chunk) => {
      said += chunk
    })
    const program = `${'x'.repeat(20_000)}\necho \\n\n`
    child.stdin.end(`\n${program}`)
    await new Promise((resolve) => child.on('close', resolve))
    expect(said).toBe(`-n /bin/sh\n${program}`)
  },
)
