import { expect, test } from 'vitest'
import { moveCell, moveOf } from './grid-moves.ts'

test.each([
  ['right', [0, 1]],
  ['left', [0, 0]],
  ['up', [0, 0]],
  ['down', [1, 0]],
  ['row-end', [0, 6]],
  ['page-down', [17, 0]],
  ['bottom', [17, 0]],
] as const)('from the corner %s', (move, expected) => expect(moveCell([0, 0], move, 18, 7)).toEqual(expected))

test.each([
  ['page-down', [14, 2]],
  ['page-up', [0, 2]],
] as const)('of a grid of which ten rows are in sight %s', (move, expected) => expect(moveCell([4, 2], move, 18, 7, 10)).toEqual(expected))

const pressed = (key: string, held: object = {}) => moveOf({ key, ctrlKey: false, metaKey: false, altKey: false, ...held })

test('a key with Ctrl leads to the ends alone, and with Alt or Meta it is none of the grid', () => {
  expect([pressed('Home'), pressed('End', { ctrlKey: true }), pressed('ArrowUp', { ctrlKey: true })]).toEqual([
    'row-start',
    'bottom',
    undefined,
  ])
  expect([pressed('ArrowLeft', { altKey: true }), pressed('Home', { metaKey: true }), pressed('x')]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})
