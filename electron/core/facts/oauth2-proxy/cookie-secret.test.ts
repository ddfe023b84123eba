import { expect, test } from 'vitest'
import { secretBytes, shapeBytes } from './cookie-secret.ts'

// Lengths of values made by the commands of the documentation, and those that do not decode.
test.each([
  [44, 43, true, 32],
  [43, 43, true, 32],
  [32, 32, true, 24],
  [24, 22, true, 16],
  [16, 16, true, 16],
  [16, 16, false, 16],
  [44, 43, false, 44],
  [5, 5, true, 5],
])('a secret of %i letters (%i bare, URL-safe %s) has %i bytes', (written, bare, safe, bytes) => {
  expect(secretBytes(written, bare, safe)).toBe(bytes)
  expect(shapeBytes(`"${(safe ? 'x' : 'o').repeat(bare)}${'='.repeat(written - bare)}" # note`)).toBe(bytes)
})

test('a shape that is no single string has no length', () => {
  expect([shapeBytes('"""xx'), shapeBytes('xx'), shapeBytes('"xx" "x"')]).toEqual([undefined, undefined, undefined])
})
