import { expect, test } from 'vitest'
import { GatehouseError } from '#shared/errors.ts'
import type { ExecOptions, ExecResult, HostSession } from '../ports.ts'
import { runProbe } from './run-probe.ts'
import { command } from './section.ts'

/** A host that only speaks: what it says is given word for word, with the nonce of this run. */
const speaking = (say: (nonce: string, options: ExecOptions) => Promise<ExecResult>): HostSession => ({
  exec: (_, options) => say(/gh_k=([0-9a-f]{32})/.exec(options.stdin ?? '')?.[1] ?? '', options),
  openTcp: () => Promise.reject(new Error('not here')),
  openFiles: () => Promise.reject(new Error('not here')),
  close: () => undefined,
})
const section = (id: string) => command({ id, argv: ['/bin/true'], privilege: 'none' })
const askSpeaking = (session: HostSession, signal = new AbortController().signal, timeoutMs = 10_000) =>
  runProbe(session, [section('a'), section('b')], { account: 'audit', signal, timeoutMs })

const begun = (nonce: string) =>
  Buffer.from(`${nonce} h base64 0\n${nonce} 0 b\n${nonce} 0 o eA==\n${nonce} 0 s w 4 0 a 0 - -\n${nonce} 1 b\n`)
const kept = { state: 'ok', stdout: 'x', exitCode: 0 }

test('a flood of what was not asked for is cut off', async () => {
  let given = 0
  const session = speaking(async (_, { onStdout }) => {
    const chunk = Buffer.alloc(65_536, 0x61)
    while (given < 2 ** 30 && onStdout(chunk) !== false) given += chunk.length
    return { exitCode: null }
  })
  const { failure, outputs } = await askSpeaking(session)
  expect(failure?.code).toBe('probe.garbled')
  expect(given).toBeLessThan(16 * 2 ** 20)
  expect(outputs.get('a')?.state).toBe('not-run')
})

test.each([
  ['a link that drops', 'ssh.connection-lost', () => Promise.reject(new GatehouseError({ code: 'ssh.connection-lost', detail: 'reset' }))],
  ['an answer that ends early', 'ssh.connection-lost', () => Promise.resolve({ exitCode: 0 })],
  ['an unexpected error', 'internal.unexpected', () => Promise.reject(new Error('what'))],
] as const)('%s keeps what was finished', async (_, code, end) => {
  const session = speaking((nonce, { onStdout }) => {
    onStdout(begun(nonce))
    return end()
  })
  const { failure, outputs } = await askSpeaking(session)
  expect(failure?.code).toBe(code)
  expect(outputs.get('a')).toMatchObject(kept)
  expect(outputs.get('b')).toMatchObject({ state: 'not-run', exitCode: null })
})

test('frames that are not as asked are discarded and reported', async () => {
  const session = speaking(async (nonce, { onStdout }) => {
    onStdout(begun(nonce))
    onStdout(Buffer.from(`${nonce} 1 o ???\n${nonce} 1 s w 4 0 a 0 - -\n${nonce} z\n`))
    return { exitCode: 0 }
  })
  const { failure, outputs } = await askSpeaking(session)
  expect(failure?.code).toBe('probe.garbled')
  expect(outputs.get('a')).toMatchObject(kept)
  expect(outputs.get('b')?.state).toBe('truncated')
})

const waits = speaking((nonce, { onStdout, signal }) => {
  onStdout(begun(nonce))
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('closed'))))
})

test('the limit of the whole probe ends it', async () => {
  const { failure, outputs } = await askSpeaking(waits, undefined, 300)
  expect(failure?.code).toBe('probe.timeout')
  expect(outputs.get('a')).toMatchObject(kept)
})

test('stopping ends it', async () => {
  const abort = new AbortController()
  setTimeout(() => abort.abort(), 50)
  const { failure } = await askSpeaking(waits, abort.signal)
  expect(failure?.code).toBe('job.cancelled')
  expect((await askSpeaking(waits, AbortSignal.abort())).failure?.code).toBe('job.cancelled')
})

test('tells of each section as it is answered, and which one is awaited', async () => {
  const told: unknown[] = []
  const session = speaking(async (nonce, { onStdout }) => {
    onStdout(
      Buffer.from(`${nonce} h base64 0\n${nonce} 0 b\n${nonce} 1 b\n${nonce} 1 s w 0 0 a 0 - -\n${nonce} 0 s w 0 0 a 0 - -\n${nonce} z\n`),
    )
    return { exitCode: 0 }
  })
  await runProbe(session, [section('a'), section('b')], {
    account: 'audit',
    signal: new AbortController().signal,
    timeoutMs: 1000,
    onSection: (...words) => told.push(words),
  })
  expect(told).toEqual([
    ['b', 1, 2, 'a'],
    ['a', 2, 2, ''],
  ])
})
