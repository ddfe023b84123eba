import { expect, test } from 'vitest'
import { advisoriesHandlers } from './advisories.handlers.ts'

const handlers = (chosen: string | null, calls: unknown[] = []) =>
  advisoriesHandlers({ openAdvisories: async () => chosen }, async (...call) => {
    calls.push(call)
    return { ok: true, value: 'the state' }
  })

test('the file that the dialog named is imported, whatever the page sent', async () => {
  const calls: unknown[] = []
  expect(await handlers('/media/usb/update.gha', calls)['advisories:import']({ path: '/etc/shadow' } as never)).toBe('the state')
  expect(calls).toEqual([['advisories:import', { path: '/media/usb/update.gha' }]])
})

test('a closed dialog imports nothing', async () => {
  const calls: unknown[] = []
  expect(await handlers(null, calls)['advisories:import'](null)).toBeNull()
  expect(calls).toEqual([])
})
