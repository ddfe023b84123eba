import { expect, test } from 'vitest'
import { moveCell } from './grid-moves.ts'

test.each([
  ['right', [0, 1]],
  ['left', [0, 0]],
  ['up', [0, 0]],
  ['down', [1, 0]],
  ['row-end', [0, 6]],
  ['bottom', [17, 0]],
] as const)('from the corner %s', (move, expected) => expect(moveCell([0, 0], move, 18, 7)).toEqual(expected))
