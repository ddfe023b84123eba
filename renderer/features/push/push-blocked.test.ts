import { expect, test } from 'vitest'
import { pushBlocked } from './push-blocked.ts'

const plan = (id: string, danger: 'restart' | 'lock-out') => ({ host: 'gpu-01', danger, template: { id, version: 1, sha256: '' } })
const lockOut = plan('sshd-behind-jump', 'lock-out')

test.each([
  ['nothing typed', ''],
  ['half the name', 'gpu-0'],
  ['another case', 'GPU-01'],
  ['a space behind it', 'gpu-01 '],
  ['another host', 'gpu-02'],
])('where everybody could be locked out: %s', (_name, typed) =>
  expect(pushBlocked(lockOut, typed, false)).toBe('Type the name of the host first'),
)

test('the name of the host, and plans without that danger', () => {
  expect(pushBlocked(lockOut, 'gpu-01', false)).toBeUndefined()
  expect(pushBlocked(plan('nginx-ollama', 'restart'), '', false)).toBeUndefined()
})

test('in the demo only what its hosts act out', () => {
  expect(pushBlocked(plan('ollama-loopback', 'restart'), '', true)).toBeUndefined()
  expect(pushBlocked(plan('caddy-ollama', 'restart'), '', true)).toMatch(/nginx-ollama.* only$/)
  expect(pushBlocked(plan('caddy-ollama', 'lock-out'), 'gpu-01', true)).toMatch(/cannot carry it out/)
})
