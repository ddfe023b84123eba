import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { events } from '#shared/ipc/channels.ts'
import { spaced, staleAfter } from './invalidation.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('every event makes something stale', () => {
  for (const event of events) expect(staleAfter[event].length).toBeGreaterThan(0)
})

test('a burst is answered at once and once more at its end', async () => {
  const act = vi.fn(async () => undefined)
  const ask = spaced(100, act)
  for (let i = 0; i < 50; i += 1) ask()
  expect(act).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(100)
  expect(act).toHaveBeenCalledTimes(2)
  await vi.advanceTimersByTimeAsync(1000)
  expect(act).toHaveBeenCalledTimes(2)
  ask()
  expect(act).toHaveBeenCalledTimes(3)
})

test('an answer that takes longer than the spacing arrives before it is asked for again', async () => {
  const answers: (() => void)[] = []
  const act = vi.fn(() => new Promise<void>((resolve) => answers.push(resolve)))
  const ask = spaced(100, act)
  ask()
  for (let i = 0; i < 5; i += 1) {
    ask()
    await vi.advanceTimersByTimeAsync(100)
  }
  expect(act).toHaveBeenCalledTimes(1)
  answers[0]?.()
  await vi.advanceTimersByTimeAsync(0)
  expect(act).toHaveBeenCalledTimes(2)
})

test('after an answer that failed it goes on', async () => {
  const act = vi.fn(() => Promise.reject(new Error('the engine stopped')))
  const ask = spaced(100, act)
  ask()
  ask()
  await vi.advanceTimersByTimeAsync(100)
  expect(act).toHaveBeenCalledTimes(2)
})
