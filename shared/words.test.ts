import { expect, test } from 'vitest'
import { clockWords } from './words.ts'

test.each([
  [0, undefined],
  [119, undefined],
  [-119, undefined],
  [120, '2 minutes ahead'],
  [-7_200, '2 hours behind'],
  [-40 * 86_400, '40 days behind'],
  [157_766_400, '5 years ahead'],
])('a clock that differs by %d s is %s', (seconds, words) => expect(clockWords(seconds)).toBe(words))
