import { expect, test } from 'vitest'
import { hostMissing, pushBlocked } from './push-blocked.ts'

const lockOut = { host: 'gpu-01', danger: 'lock-out' } as const

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
  expect(pushBlocked({ host: 'gpu-01', danger: 'restart' }, '', false)).toBeUndefined()
})

test('nothing is pushed to a host whose undo is being drilled: it holds one change at a time', () =>
  expect(pushBlocked({ host: 'gpu-01', danger: 'restart' }, '', true)).toBe('The undo of gpu-01 is being drilled'))

test('a push of before is ended, or taken back, where its host is in the open fleet', () => {
  const fleet = (...names: readonly string[]) => ({ hosts: names.map((name) => ({ name, address: 'a', port: 22, labels: [] })), jump: [] })
  expect(hostMissing('gpu-01', null)).toBe('Open the fleet of gpu-01 first')
  expect(hostMissing('gpu-01', fleet('gpu-02'))).toBe('gpu-01 is not in the open fleet')
  expect(hostMissing('gpu-01', fleet('gpu-01'))).toBeUndefined()
  expect(hostMissing('gpu-01', undefined)).toBeUndefined()
})
