import fc from 'fast-check'
import { expect, test } from 'vitest'
import { publisherOf, publishersAfter, verifiedPublisher } from './publishers.ts'

test.each([
  ['https://huggingface.co/meta-llama/Llama-3.1-8B/tree/0e9e39f', 'huggingface.co/meta-llama'],
  ['hf.co/mistralai/Mistral-7B', 'huggingface.co/mistralai'],
  ['huggingface.co/o/n at 1', 'huggingface.co/o'],
  ['https://huggingface.co/api/models/Qwen/Qwen3', 'huggingface.co/Qwen'],
  ['registry.ollama.ai/library/llama3.2:latest', 'ollama.com/library'],
  ['https://WWW.Ollama.com/library/llama3.2', 'ollama.com/library'],
  ['https://models.example.org:8443/team/x', 'models.example.org/team'],
  ['a colleague', undefined],
  ['huggingface.co', undefined],
  ['', undefined],
])('%s', (source, expected) => {
  const found = publisherOf(source)
  expect(found && `${found.site}/${found.account}`).toBe(expected)
})

test('a look-alike is not the publisher; case does not matter', () => {
  const list = publishersAfter([])
  expect(verifiedPublisher('hf.co/Meta-Llama/x', list)?.name).toBe('Meta')
  for (const other of ['hf.co/meta-llama-2/x', 'huggingface.co.example.org/meta-llama/x', 'https://example.org/huggingface.co/meta-llama'])
    expect(verifiedPublisher(other, list)).toBeUndefined()
})

test('added, removed, and added again', () => {
  const change = (word: 'added' | 'removed') => ({
    ...{ site: 'huggingface.co', account: 'META-llama', name: 'Somebody', change: word, reason: 'r', by: 'a', at: '2026-11-26T00:00:00Z' },
  })
  const found = (words: readonly ('added' | 'removed')[]) =>
    verifiedPublisher('hf.co/meta-llama/x', publishersAfter(words.map(change)))?.name
  expect([found([]), found(['removed']), found(['removed', 'added'])]).toEqual(['Meta', undefined, 'Somebody'])
})

test('any text is read without throwing', () => {
  fc.assert(fc.property(fc.string(), (text) => void verifiedPublisher(text, publishersAfter([]))))
})
