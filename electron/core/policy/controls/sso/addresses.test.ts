import { expect, test } from 'vitest'
import { readBindAddress } from './addresses.ts'

test.each([
  ['127.0.0.1:4180', { kind: 'tcp', loopback: true, port: 4180 }],
  ['http://[::1]:4180', { kind: 'tcp', loopback: true }],
  [':4180', { kind: 'tcp', loopback: false }],
  ['https://0.0.0.0:443', { kind: 'tcp', loopback: false }],
  ['', { kind: 'local' }],
  ['fd:3', { kind: 'unknown' }],
  ['4180', { kind: 'unknown' }],
])('address %j', (text, expected) => {
  expect(readBindAddress(text)).toMatchObject(expected)
})
