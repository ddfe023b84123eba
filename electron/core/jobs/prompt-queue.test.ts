import { expect, test } from 'vitest'
import { createPromptQueue } from './prompt-queue.ts'

const request = { kind: 'passphrase', hop: 'bastion', address: '192.0.2.1', file: '~/.ssh/id_ed25519', attempt: 1 } as const

test('prompts queue in order and each is answered once', async () => {
  const events: string[] = []
  const queue = createPromptQueue((event) => events.push(event))
  const first = queue.ask(request, new AbortController().signal)
  const second = queue.ask({ ...request, file: 'other' }, new AbortController().signal)
  const [a, b] = queue.pending()
  expect(b).toMatchObject({ kind: 'passphrase', file: 'other' })
  expect(queue.answer({ id: a?.id ?? '', answers: ['secret'] })).toBe(true)
  expect(queue.answer({ id: a?.id ?? '', answers: ['again'] })).toBe(false)
  expect(await first).toEqual(['secret'])
  expect(queue.pending()).toHaveLength(1)
  queue.answer({ id: b?.id ?? '', answers: null })
  expect(await second).toBeNull()
  expect(events).toEqual(Array(4).fill('prompt:changed'))
})

test('a stopped audit takes its prompt away', async () => {
  const queue = createPromptQueue(() => undefined)
  const stop = new AbortController()
  const answer = queue.ask(request, stop.signal)
  stop.abort()
  expect(await answer).toBeNull()
  expect(queue.pending()).toEqual([])
  expect(await queue.ask(request, stop.signal)).toBeNull()
})
