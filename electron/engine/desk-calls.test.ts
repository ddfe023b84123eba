import { expect, test } from 'vitest'
import type { Services } from '#core/services.ts'
import { channels } from '#shared/ipc/channels.ts'
import { contracts } from '#shared/ipc/contracts.ts'
import { type Desk, deskCalls } from './desk-calls.ts'

/** A desk whose services end the test that reaches them. */
const closed: Desk = {
  services: new Proxy({} as Services, {
    get: (_, name) => {
      throw new Error(`reached ${String(name)}`)
    },
  }),
  home: '/nowhere',
  changed: () => undefined,
}

test.each(Object.keys(deskCalls))('%s answers nothing that has another shape', async (channel) => {
  for (const input of [undefined, 7, 'text', { path: 7 }, { path: '' }, { from: 'ftp' }, { plan: '../../x', id: 7, format: 'exe' }])
    await expect((async () => deskCalls[channel]?.(closed, input))()).rejects.toMatchObject({ failure: { code: 'ipc.invalid' } })
})

test('no call of main stands in the way of a channel that the engine answers a page', () => {
  const taken = channels.filter((channel) => Object.hasOwn(deskCalls, channel) && contracts[channel].by === 'engine')
  expect(taken).toEqual([])
})

test('a role that was noted is in the ledger', () => {
  const noted: unknown[] = []
  const services = { ledger: { append: (entry: unknown) => void noted.push(entry) } } as unknown as Services
  expect(deskCalls['role:note']?.({ ...closed, services }, { action: 'role.refuse', detail: 'push:start as Operator' })).toBeNull()
  expect(noted).toEqual([{ action: 'role.refuse', host: '', subject: 'role', detail: 'push:start as Operator' }])
})
