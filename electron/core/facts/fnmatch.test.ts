import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fnmatch } from './fnmatch.ts'

test.each([
  ['/bin/ls', '/bin/ls', true],
  ['/bin/l\\s', '/bin/ls', true],
  ['a\\*', 'a*', true],
  ['a\\*', 'ab', false],
  ['a\\\\b', 'a\\b', true],
  ['a\\', 'a\\', true],
  ['a\\b*', 'abc', true],
  ['a\\b*', 'acb', false],
  ['a\\?c?', 'a?cd', true],
  ['a\\[b', 'a[b', true],
  ['a[b', 'x', undefined],
] as const)('fnmatch: %s, %s', (pattern, text, fits) => expect(fnmatch(pattern, text, false)).toBe(fits))

test('property: fnmatch never throws, and a star fits everything', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab[]!^-*?\\/:alpha'.split('')) }), fc.string(), (pattern, text) => {
      fnmatch(pattern, text, true)
      expect(fnmatch('*', text, false)).toBe(true)
    }),
  )
})
