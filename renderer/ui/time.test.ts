import { expect, test } from 'vitest'
import { age, ago, day, duration, moment } from './time.ts'

const now = new Date(2026, 10, 22, 14, 20)
const before = (minutes: number) => new Date(now.getTime() - minutes * 60_000)

test.each([
  [-5, 'now', 'Just now'],
  [0.5, 'now', 'Just now'],
  [12, '12 min', '12 min ago'],
  [120, '2 h', '2 h ago'],
  [6 * 1440, '6 d', '6 d ago'],
  [30 * 1440, '30 d', '23 Oct'],
  // A clock that went back: what was recorded before is not of just now.
  [-59, 'now', 'Just now'],
  [-60 * 24 * 60, 'now', '21 Jan 2027'],
])('%d minutes ago', (minutes, short, long) => {
  expect(age(before(minutes), now)).toBe(short)
  expect(ago(before(minutes), now)).toBe(long)
})

test('a moment is a time today and a date before', () => {
  expect(moment(before(20), now)).toBe('14:00')
  expect(moment(before(1440), now)).toBe('21 Nov')
  expect(moment(new Date(2025, 0, 3), now)).toBe('3 Jan 2025')
})

test.each([
  [38, '38 ms'],
  [1400, '1.4 s'],
  [38_000, '38 s'],
  [125_000, '2 min 5 s'],
])('%d ms', (ms, words) => expect(duration(ms)).toBe(words))

test.each([
  ['2026-11-24', '24 Nov 2026'],
  ['2026-01-02T23:30:00.000Z', '2 Jan 2026'],
])('the day of %s', (iso, expected) => {
  expect(day(iso)).toBe(expected)
})
