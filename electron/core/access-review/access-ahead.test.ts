import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fleetSchema } from '#shared/model/fleet.ts'
import { createAccessAhead } from './access-ahead.ts'

const fleet = fleetSchema.parse({
  ...{ version: 1, name: 'dc1', identities: { audit: { user: 'a' } } },
  hosts: [{ name: 'gpu-01', address: '10.0.0.1' }],
})
const log = vi.fn()

beforeEach(() => {
  vi.useFakeTimers()
  log.mockReset()
})
afterEach(() => vi.useRealTimers())

test('what accounts can do is worked out once results stand still, not while an audit runs', async () => {
  let runs = false
  const prepare = vi.fn(async () => {})
  const ahead = createAccessAhead({ access: { prepare }, open: () => fleet, isAuditing: () => runs, log })
  ahead.noticed('job:changed')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(prepare).not.toHaveBeenCalled()
  ahead.noticed('audit:changed')
  await vi.advanceTimersByTimeAsync(1_000)
  ahead.noticed('audit:changed')
  await vi.advanceTimersByTimeAsync(1_500)
  expect(prepare).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(prepare.mock.calls).toEqual([[fleet]])
  runs = true
  ahead.noticed('audit:changed')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(prepare).toHaveBeenCalledTimes(1)
})

test('without a fleet nothing is worked out, and what fails is logged: the screen says it when it asks', async () => {
  const prepare = vi.fn(async () => Promise.reject(new Error('disk I/O error')))
  const none = createAccessAhead({ access: { prepare }, open: () => null, isAuditing: () => false, log })
  none.noticed('audit:changed')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(prepare).not.toHaveBeenCalled()
  const failing = createAccessAhead({ access: { prepare }, open: () => fleet, isAuditing: () => false, log })
  failing.noticed('audit:changed')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(log).toHaveBeenCalledWith('warn', expect.stringContaining('ahead'), { detail: 'disk I/O error' })
})
