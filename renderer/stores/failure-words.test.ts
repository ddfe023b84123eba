import { expect, test } from 'vitest'
import { wordsOf } from './failure-words.ts'

test.each([
  ['no route to host', 'no route to host.'],
  ['It says: no!', 'It says: no!'],
  ['Is it on?', 'Is it on?'],
  ['', ''],
])('a detail ends as a sentence, since the hint follows it: %j', (detail, expected) => {
  expect(wordsOf({ code: 'push.not-possible', detail }).detail).toBe(expected)
})
