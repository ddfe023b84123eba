import { expect, test } from 'vitest'
import { conflictRows, stateText } from './conflict-rows.ts'

test('a line that the host and the plan do not agree about moved; one that the template changes was planned', () => {
  expect(conflictRows(['PNT a', 'P T b', ' N  c', 'PN  d', '  T  e']).map(({ kind, text }) => [kind, text])).toEqual([
    ...[
      ['same', 'a'],
      ['moved', 'b'],
      ['moved', 'c'],
      ['planned', 'd'],
      ['planned', ' e'],
    ],
  ])
})

test.each([
  ['absent', 'not there'],
  [`${'a'.repeat(64)}:0:33:640`, 'owner 0:33, mode 640, SHA-256 aaaaaaaaaaaa…'],
  ['unread:0:33:640', 'owner 0:33, mode 640'],
  [`link:${'b'.repeat(64)}`, 'a link, bbbbbbbbbbbb…'],
  ['other', 'other'],
])('%s', (state, text) => expect(stateText(state)).toBe(text))
