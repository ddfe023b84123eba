import { expect, test } from 'vitest'
import type { Reply } from '#shared/ipc/contract.ts'
import { rememberFleet } from './fleet-memory.ts'

test('remembers how the open fleet was opened, and nothing that failed', async () => {
  let next: Reply<unknown> = { ok: true, value: null }
  const { call, opened } = rememberFleet(async () => next)
  expect(opened()).toBeNull()
  await call('fleet:load', { path: '/a.yaml' })
  await call('fleet:current', null)
  expect(opened()).toEqual({ channel: 'fleet:load', input: { path: '/a.yaml' } })
  next = { ok: false, failure: { code: 'fleet.unreadable', detail: '' } }
  await call('fleet:load', { path: '/b.yaml' })
  await call('fleet:close', null)
  expect(opened()).toEqual({ channel: 'fleet:load', input: { path: '/a.yaml' } })
  next = { ok: true, value: null }
  await call('fleet:demo', null)
  expect(opened()).toEqual({ channel: 'fleet:demo', input: null })
  await call('fleet:close', null)
  expect(opened()).toBeNull()
})
