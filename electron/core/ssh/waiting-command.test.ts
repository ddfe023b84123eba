import { expect, test } from 'vitest'
import type { ExecResult, HostSession } from '../ports.ts'
import { never, run, until } from './loopback.testing.ts'
import { hostWith, type Started } from './shell-host.testing.ts'

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

/** Asks what says `done N` of each line `N`, and reads on. */
function count(session: HostSession, ahead: string, stdin: string): Promise<ExecResult> {
  const onStdout = (chunk: Buffer) => !String(chunk).includes('done')
  return session.exec('sh', { ahead, stdin: `${stdin}\n`, rests: `rests ${stdin}\n`, timeoutMs: 20_000, signal: never(), onStdout })
}

/** Rests after a moment, with its answer (0), or never. */
function counting(one: Started, restsMs: number): void {
  one.channel.on('data', (chunk: Buffer) => {
    const [, call] = /(\d+)\n$/.exec(String(chunk)) ?? []
    const say = (text: string) => one.channel.writable && one.channel.write(text)
    if (call === undefined) return
    say(restsMs === 0 ? `done ${call}\nrests ${call}\n` : `done ${call}\n`)
    if (restsMs > 0 && restsMs < Infinity) setTimeout(() => say(`rests ${call}\n`), restsMs)
  })
}

test.each([0, 50])('one that reads on is kept, and given only what is new: it rests %d ms later', async (restsMs) => {
  const { started, session } = await hostWith({}, (one) => counting(one, restsMs))
  const countAndRest = async (ahead: string, call: string) => {
    expect(await count(session, ahead, call)).toEqual({ exitCode: null })
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  for (const call of ['1', '2', '3']) await countAndRest('ahead;', call)
  expect(started.map(({ heard, closed }) => [heard, closed])).toEqual([['ahead;1\n2\n3\n', false]])
  // Another beginning ends it.
  await countAndRest('other;', '4')
  await until(() => started[0]?.closed === true)
  expect(started[1]?.heard).toBe('other;4\n')
})

test('asked again at once, the last words of one that is about to rest are waited for', async () => {
  const { started, session } = await hostWith({}, (one) => counting(one, 50))
  for (const call of ['1', '2', '3']) await count(session, 'ahead;', call)
  expect(started.map(({ heard }) => heard)).toEqual(['ahead;1\n2\n3\n'])
  // The host says its last words to somebody who is still there.
  await new Promise((resolve) => setTimeout(resolve, 300))
})

test('one that has nothing yet is given its input in the order in which it begins soonest', async () => {
  const { started, session } = await hostWith({}, (one) => counting(one, 0))
  for (const call of ['1', '2']) {
    const onStdout = (chunk: Buffer) => !String(chunk).includes('done')
    const options = { ahead: 'one;two;', stdin: `${call}\n`, afresh: () => `one;begin;two;${call}\n`, rests: `rests ${call}\n` }
    await session.exec('sh', { ...options, timeoutMs: 20_000, signal: never(), onStdout })
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  expect(started.map(({ heard }) => heard)).toEqual(['one;begin;two;1\n2\n'])
})

test('one that does not rest yet is not taken', async () => {
  const { started, session } = await hostWith({}, (one) => counting(one, Infinity))
  for (const call of ['1', '2']) await count(session, 'ahead;', call)
  expect(started.map(({ heard }) => heard)).toEqual(['ahead;1\n', 'ahead;2\n'])
  await until(() => started[0]?.closed === true)
})

test('one that ended while it was kept is started anew', async () => {
  const { started, session } = await hostWith({}, (one) => counting(one, 0))
  await count(session, 'ahead;', '1')
  started[0]?.channel.exit(0)
  started[0]?.channel.close()
  await until(() => started[0]?.closed === true)
  expect(await count(session, 'ahead;', '2')).toEqual({ exitCode: null })
  expect(started[1]?.heard).toBe('ahead;2\n')
})

test('a server that allows one session has room beside one that is kept', async () => {
  const { started, session } = await hostWith({ maximumSessions: 1 }, (one) => one.command === 'sh' && counting(one, 0))
  await count(session, 'ahead;', '1')
  expect(await run(session, 'id')).toMatchObject({ stdout: 'heard ' })
  expect(started[0]?.closed).toBe(true)
})

test('what waits for the end of its input sees it', async () => {
  const { started, session } = await hostWith()
  expect(await count(session, 'ahead;', '1')).toEqual({ exitCode: 0 })
  expect(started[0]?.heard).toBe('ahead;1\n')
}, 15_000)

test('what goes on telling is kept, however long it takes', async () => {
  const { started, session } = await hostWith({}, ({ channel }) => {
    const telling = setInterval(() => channel.writable && channel.write('.'), 1000)
    setTimeout(() => channel.write('done 1\nrests 1\n'), 6500)
    channel.once('close', () => clearInterval(telling))
  })
  expect(await count(session, 'ahead;', '1')).toEqual({ exitCode: null })
  expect(started.map(({ heard, closed }) => [heard, closed])).toEqual([['ahead;1\n', false]])
}, 15_000)

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
