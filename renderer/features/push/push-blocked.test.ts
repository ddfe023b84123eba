import { expect, test } from 'vitest'
import { pushBlocked } from './push-blocked.ts'

const lockOut = { host: 'gpu-01', danger: 'lock-out' } as const

test.each([
  ['nothing typed', ''],
  ['half the name', 'gpu-0'],
  ['another case', 'GPU-01'],
  ['a space behind it', 'gpu-01 '],
  ['another host', 'gpu-02'],
])('where everybody could be locked out: %s', (_name, typed) => expect(pushBlocked(lockOut, typed)).toBe('Type the name of the host first'))

test('the name of the host, and plans without that danger', () => {
  expect(pushBlocked(lockOut, 'gpu-01')).toBeUndefined()
  expect(pushBlocked({ host: 'gpu-01', danger: 'restart' }, '')).toBeUndefined()
})
