import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseModelFiles } from './parse.ts'

const parents = ['^/d/755/root/root/4096//', '^/d/700/root/root/4096//root']

/** Endings of the listing of one path: exit status, who looked, and whether the path counts as there and completely seen. */
test.each([
  ['a path that root does not find is absent', '#/1/root/done', { exists: false, complete: true }],
  [
    'a path that the audit account does not find may be hidden',
    '#/1/self/done',
    { exists: true, complete: false, problem: 'The audit account may not see it' },
  ],
  ['a path below a directory that anyone may enter is absent', '#/0/self/missing', { exists: false, complete: true }],
  ['a find that could not be started says nothing', '#/127/root/done', { exists: true, complete: false }],
])('%s', (_, end, expected) => {
  expect(parseModelFiles(['@//root/.ollama/models', ...parents, end].join('\n'))).toMatchObject([
    { path: '/root/.ollama/models', ...expected },
  ])
})

test('entries, links with their targets, sums, and a part that could not be read', () => {
  const [directory] = parseModelFiles(
    [
      '@//models',
      '^/d/755/root/root/4096//',
      'd/750/vllm/vllm/o/d/4096//models',
      'f/640/vllm/vllm/c/f/1024//models/a b/weights.safetensors',
      'l/777/vllm/vllm/o/f/76//models/link',
      '>/../blobs/1',
      '=/1/4096/d/750/vllm/vllm/o/d',
      '=/1/1024/f/640/vllm/vllm/c/f',
      '#/1/root/done',
    ].join('\n'),
  )
  expect(directory).toMatchObject({ exists: true, complete: false, problem: 'A part of it could not be read' })
  expect(directory?.entries.map(({ path, type, mode, target }) => [path, type, mode, target])).toEqual([
    ['/models', 'directory', 0o750, undefined],
    ['/models/a b/weights.safetensors', 'file', 0o640, undefined],
    ['/models/link', 'symlink', 0o777, '../blobs/1'],
  ])
})

test('a listing that stops in the middle is not complete', () => {
  expect(parseModelFiles('@//models\nd/750/vllm/vllm/o/d/4096//models\n')).toMatchObject([
    { complete: false, problem: 'The listing was cut short' },
  ])
})

test('recorded where only busybox is: stat instead of -printf, and links without their targets', () => {
  const directories = parseModelFiles(readFileSync(new URL('./__fixtures__/busybox-1.37.txt', import.meta.url), 'utf8'))
  expect(directories.map(({ path, exists, complete }) => [path, exists, complete])).toEqual([
    ['/srv/models', true, true],
    ['/models', false, true],
    ['/usr/share/ollama/.ollama/models', true, true],
    ['/var/lib/ollama', false, true],
    ['/root/.ollama/models', false, true],
    ['/opt/models', false, true],
  ])
  expect(directories[0]?.entries).toMatchObject([
    { path: '/srv/models', mode: 0o755, owner: 'ollama', closed: false },
    { path: '/srv/models/a', mode: 0o700 },
    { path: '/srv/models/a/two words', mode: 0o644, closed: true },
    { path: '/srv/models/a/link', type: 'symlink' },
    { path: '/srv/models/a/m.gguf' },
  ])
})
