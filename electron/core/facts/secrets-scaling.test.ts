import { expect, test } from 'vitest'
import { redact } from '../facts/secrets.ts'

/** Pieces that make a careless pattern look at every pair of positions. At this length that takes minutes, and the test runs into its limit. */
const worst = ['A', 'a.', 'a-', '"a', 'a:', 'a=', '--a ', '--a-', 'a://b:', 'sk-', '$1$', 'Bearer ', "'", '"a=', '{SHA}', 'KEY_']
const more = ['Authorization: ', 'Authorization ', ' ', '-----BEGIN ', 'a b: ', "','", 'a,a']

test.each([...worst, ...more])('a long line of %j does not hold up the audit', (piece) => {
  const text = piece.repeat(Math.ceil(200_000 / piece.length))
  expect(redact(text).split('\n')).toHaveLength(1)
})
