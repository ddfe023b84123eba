import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readKeyOptions } from './key-options.ts'

/** After auth-options.c and sshkey.c of OpenSSH 9.9. */
test.each<[string, Record<string, string | undefined>]>([
  ['ssh-ed25519 AAAA a', {}],
  ['restrict,FROM="10.0.0.10" ssh-ed25519 AAAA', { restrict: undefined, from: '10.0.0.10' }],
  ['command="a \\"b\\" c",from="10.0.0.10" ssh-ed25519 AAAA', { command: 'a "b" c', from: '10.0.0.10' }],
  // Only a quote is escaped: the backslash before the other stays, and the value goes on.
  ['command="a\\\\",from="10.0.0.10" ssh-ed25519 AAAA', {}],
  ['command="C:\\dir",from="10.0.0.10" ssh-ed25519 AAAA', { command: 'C:\\dir', from: '10.0.0.10' }],
  ['no-pty from="10.0.0.10" ssh-ed25519 AAAA', { 'no-pty': undefined }],
  ['no-pty=yes,from="10.0.0.10" ssh-ed25519 AAAA', {}],
  ['from="10.0.0.10"x,restrict ssh-ed25519 AAAA', {}],
  ['from="10.0.0.10', {}],
])('%s', (line, expected) => {
  const { options } = readKeyOptions(line)
  expect(Object.fromEntries(options.map(({ name, value }) => [name, value]))).toEqual(expected)
})

test('whatever stands there, the end lies in the text and no option behind it is read', () => {
  const words = fc.constantFrom('from="', '"', ',', '\\', ' ', 'restrict', 'ssh-rsa', '10.0.0.1')
  fc.assert(
    fc.property(fc.array(words, { maxLength: 12 }), (all) => {
      const text = all.join('')
      const { options, end } = readKeyOptions(text)
      expect(end).toBeLessThanOrEqual(text.length)
      expect(
        options.map(({ name, value = '' }) => name.length + value.length).reduce((sum, length) => sum + length, 0),
      ).toBeLessThanOrEqual(end)
    }),
  )
})
