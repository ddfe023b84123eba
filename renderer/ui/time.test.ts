import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { age, ago, day, dayClock, duration, moment } from './time.ts'

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
  [119_700, '2 min 0 s'],
  [59_700, '1 min 0 s'],
  [999.6, '1.0 s'],
])('%d ms', (ms, words) => expect(duration(ms)).toBe(words))

describe.each([
  ['Australia/Sydney', '3 Jan 2026 10:30'],
  ['America/Los_Angeles', '2 Jan 2026 15:30'],
  ['UTC', '2 Jan 2026 23:30'],
])('by a clock of %s', (zone, local) => {
  beforeEach(() => void vi.stubEnv('TZ', zone))
  afterEach(() => void vi.unstubAllEnvs())

  test('a date is as it is written', () => expect(day('2026-11-24')).toBe('24 Nov 2026'))
  test('a moment is of the day on which this clock showed it, as the times beside it say', () => {
    expect(dayClock(new Date('2026-01-02T23:30:00.000Z'))).toBe(local)
    expect(day('2026-01-02T23:30:00.000Z')).toBe(local.slice(0, -6))
  })
})
