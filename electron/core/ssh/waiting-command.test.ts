import type { ServerChannel } from 'ssh2'
import { expect, test } from 'vitest'
import type { ExecResult, HostSession } from '../ports.ts'
import { bench, type LoopbackOptions, never, run, startLoopback, until } from './loopback.testing.ts'

interface Started {
  readonly command: string
  readonly channel: ServerChannel
  heard: string
  closed: boolean
}

/** A host whose commands say what they heard when their input ends. */
async function hostWith(options: LoopbackOptions = {}) {
  const started: Started[] = []
  const server = await startLoopback({
    ...options,
    onExec: (command, channel, connection) => {
      const one: Started = { command, channel, heard: '', closed: false }
      started.push(one)
      channel.on('data', (chunk: Buffer) => {
        one.heard += chunk
      })
      channel.on('close', () => {
        one.closed = true
      })
      connection.once('close', () => {
        one.closed = true
      })
      channel.on('end', () => {
        if (one.closed) return
        channel.write(`heard ${one.heard}`)
        channel.exit(0)
        channel.end()
      })
    },
  })
  const { transport, host } = bench({ hosts: { a: server.port } })
  return { started, server, session: await transport.connect(host('a'), { signal: never() }) }
}

async function ask(session: HostSession, ahead: string, stdin: string): Promise<ExecResult & { stdout: string }> {
  let stdout = ''
  const onStdout = (chunk: Buffer): undefined => {
    stdout += chunk
  }
  return { ...(await session.exec('sh', { ahead, stdin, timeoutMs: 5_000, signal: never(), onStdout })), stdout }
}

test('the same command waits for its next use and is given only what is new then', async () => {
  const { started, session } = await hostWith()
  expect(await ask(session, 'f() { :; };', 'f 1')).toEqual({ exitCode: 0, stdout: 'heard f() { :; };f 1' })
  await until(() => started[1]?.heard === 'f() { :; };')
  expect(await ask(session, 'f() { :; };', 'f 2')).toEqual({ exitCode: 0, stdout: 'heard f() { :; };f 2' })
  expect(started[1]?.heard).toBe('f() { :; };f 2')
  await until(() => started.length === 3)
})

test('another beginning is not taken for it, and what waited ends', async () => {
  const { started, session } = await hostWith()
  await ask(session, 'old;', 'a')
  await until(() => started[1]?.heard === 'old;')
  expect(await ask(session, 'new;', 'b')).toEqual({ exitCode: 0, stdout: 'heard new;b' })
  await until(() => started[1]?.closed === true)
})

test.each(['before', 'as'])('one that ended while it waited is started anew %s it is used', async (when) => {
  const { started, session } = await hostWith()
  await ask(session, 'x;', '1')
  await until(() => started[1]?.heard === 'x;')
  const end = () => {
    started[1]?.channel.exit(1)
    started[1]?.channel.close()
  }
  if (when === 'before') end()
  else started[1]?.channel.once('data', end)
  if (when === 'before') await until(() => started[1]?.closed === true)
  expect(await ask(session, 'x;', '2')).toEqual({ exitCode: 0, stdout: 'heard x;2' })
})

test('a server that allows one session has room for another command, and nothing waits after the connection', async () => {
  const { started, server, session } = await hostWith({ maximumSessions: 1 })
  await ask(session, 'x;', '1')
  await until(() => started[1]?.heard === 'x;')
  expect(await run(session, 'id')).toMatchObject({ stdout: 'heard ' })
  expect(started.map(({ command }) => command)).toEqual(['sh', 'sh', 'id'])
  await ask(session, 'x;', '2')
  await until(() => started[4]?.heard === 'x;')
  server.cut()
  await until(() => started.every(({ closed }) => closed))
})

test('a command without such a beginning is started once', async () => {
  const { started, session } = await hostWith()
  await run(session, 'id')
  await new Promise((resolve) => setTimeout(resolve, 400))
  expect(started).toHaveLength(1)
})
