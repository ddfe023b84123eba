import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { events } from '#shared/ipc/channels.ts'
import { spaced, staleAfter } from './invalidation.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('every event makes something stale', () => {
  for (const event of events) expect(staleAfter[event].length).toBeGreaterThan(0)
})

test('a burst is answered at once and once more at its end', () => {
  const act = vi.fn()
  const ask = spaced(100, act)
  for (let i = 0; i < 50; i += 1) ask()
  expect(act).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(100)
  expect(act).toHaveBeenCalledTimes(2)
  vi.advanceTimersByTime(1000)
  expect(act).toHaveBeenCalledTimes(2)
  ask()
  expect(act).toHaveBeenCalledTimes(3)
})
