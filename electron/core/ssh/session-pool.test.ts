import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Connection } from './connection.ts'
import type { Hop } from './hop.ts'
import { sessionPool } from './session-pool.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const hop = (name: string) => ({ name, address: name, port: 22, identity: { user: 'audit' } }) as unknown as Hop

/** A pool over connections that only remember that they were closed. */
function world() {
  const open = new Set<string>()
  let opened = 0
  let ended = 0
  const pool = sessionPool(async ({ name }) => {
    opened++
    open.add(name)
    const onEnd: (() => void)[] = []
    const connection = {
      ended: undefined as unknown,
      onEnd: (listener: () => void) => onEnd.push(listener),
      close: () => {
        connection.ended ??= { code: 'ssh.connection-lost', detail: '' }
        open.delete(name)
        ended++
        for (const listener of onEnd.splice(0)) listener()
      },
    }
    return connection as unknown as Connection
  })
  const lease = (name: string, fresh = false) => pool.lease(hop(name), new AbortController().signal, () => {}, fresh)
  const use = async (name: string) => (await lease(name)).release()
  return { open, opened: () => opened, ended: () => ended, lease, use }
}

test('of many connections that nobody uses, those unused longest are closed', async () => {
  const { open, use } = world()
  const names = Array.from({ length: 20 }, (_, index) => `gpu-${index}`)
  for (const name of names) await use(name)
  expect([...open]).toEqual(names.slice(-16))
})

test('a connection in use is not counted, and one used again is not the oldest', async () => {
  const { open, opened, lease, use } = world()
  await lease('busy')
  for (let index = 0; index < 16; index++) await use(`gpu-${index}`)
  await use('gpu-0')
  expect(opened()).toBe(17)
  await use('gpu-16')
  expect(open).toContain('busy')
  expect(open).toContain('gpu-0')
  expect(open).not.toContain('gpu-1')
})

test('an unused connection is closed after a minute, one taken up again is not', async () => {
  const { open, lease, use } = world()
  await use('gpu-1')
  await use('gpu-2')
  await vi.advanceTimersByTimeAsync(59_000)
  await lease('gpu-2')
  await vi.advanceTimersByTimeAsync(2_000)
  expect([...open]).toEqual(['gpu-2'])
})

test('a connection that ended in use is not kept', async () => {
  const { open, opened, lease, use } = world()
  const { connection, release } = await lease('gpu-1')
  connection.close()
  release()
  expect(vi.getTimerCount()).toBe(0)
  await use('gpu-1')
  expect(opened()).toBe(2)
  expect([...open]).toEqual(['gpu-1'])
})

test.each(['unused', 'in use'])('one that a new one took the place of ends soon after, %s then', async (was) => {
  const { ended, lease } = world()
  const old = await lease('gpu-1')
  if (was === 'unused') old.release()
  await lease('gpu-1', true)
  if (was === 'in use') old.release()
  await vi.advanceTimersByTimeAsync(4_000)
  expect(ended()).toBe(0)
  await vi.advanceTimersByTimeAsync(2_000)
  expect([ended(), old.connection.ended]).toEqual([1, expect.anything()])
})
