import { expect, test } from 'vitest'
import type { SecretRequest } from './engine-protocol.ts'
import { createSecretClient } from './secret-client.ts'

test('asks main by id, in any order, and throws its refusal', async () => {
  const sent: [number, SecretRequest][] = []
  const client = createSecretClient((id, request) => sent.push([id, request]))
  const store = client.store(true)
  const [first, second, third] = [store.get('a'), store.get('b'), store.set('c', 'secret')]
  expect(sent.map(([, request]) => request.operation)).toEqual(['get', 'get', 'set'])
  client.settle(sent[2]?.[0] ?? 0, { ok: false, failure: { code: 'internal.unexpected', detail: 'no sound store' } })
  client.settle(sent[1]?.[0] ?? 0, { ok: true, value: null })
  client.settle(sent[0]?.[0] ?? 0, { ok: true, value: 'of a' })
  client.settle(99, { ok: true, value: 'nobody asked' })
  expect(await first).toBe('of a')
  expect(await second).toBeUndefined()
  await expect(third).rejects.toThrow('no sound store')
  expect(client.store(false).available).toBe(false)
})
