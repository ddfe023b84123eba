import { expect, test } from 'vitest'
import type { TrendPoint } from '#shared/model/history.ts'
import { lineOf, namesOf, scoreOf } from './trend-line.ts'

const point = (day: string, openCritical: number, passed = 0, applicable = 0): TrendPoint => ({
  ...{
    audit: day,
    startedAt: `${day}T00:00:00.000Z`,
    outcome: 'complete',
    hosts: 1,
    known: 1,
    unreached: 0,
    passed,
    applicable,
    openCritical,
  },
})
const open = ({ openCritical }: TrendPoint) => openCritical

test('time goes to the right, more goes up, and a week is seven days wide', () => {
  expect(lineOf([point('2026-11-01', 0), point('2026-11-08', 5), point('2026-11-15', 10)], open, 10)).toBe('0.0,64.0 300.0,32.0 600.0,0.0')
})

test('one audit alone is a line, none is nothing, and nothing divides by nothing', () => {
  expect(lineOf([point('2026-11-01', 2)], open, 2)).toBe('0,0.0 600,0.0')
  expect(lineOf([point('2026-11-01', 0), point('2026-11-01', 0)], open, 0)).toBe('0,64.0 600,64.0')
  expect(lineOf([], open, 1)).toBe('')
  expect([scoreOf(point('2026-11-01', 0)), scoreOf(point('2026-11-01', 0, 2, 3))]).toEqual([0, 67])
})

test('two audits of one minute have two names, and day and time are of one clock', () => {
  const at = (audit: string, startedAt: string) => ({ ...point('2026-11-01', 0), audit, startedAt })
  const local = (seconds: number, minute = 30) => new Date(2026, 10, 27, 0, minute, seconds).toISOString()
  expect([...namesOf([at('a', local(5)), at('b', local(41)), at('c', local(0, 31))]).values()]).toEqual([
    '27 Nov 2026 00:30:05',
    '27 Nov 2026 00:30:41',
    '27 Nov 2026 00:31',
  ])
})
