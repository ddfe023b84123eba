import { expect, test } from 'vitest'
import { isDay, isOver } from './validity.ts'

const noon = Date.UTC(2026, 10, 24, 12)
test.each<[string, boolean]>([
  ['2026-11-23', true],
  ['2026-11-24', false],
  ['2026-11-25', false],
  ['', true],
  ['never', true],
  ['2027-02-30', true],
  ['2027-13-01', true],
  ['2027', true],
  ['2027-01-01T00:00:00Z', true],
])('%s is over: %s', (day, over) => {
  expect(isOver(day, noon)).toBe(over)
  if (!isDay(day)) expect(isOver(day, 0)).toBe(true)
})
