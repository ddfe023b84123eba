import { expect, test } from 'vitest'
import type { TrendPoint } from '#shared/model/history.ts'
import { lineOf, scoreOf } from './trend-line.ts'

const point = (day: string, openCritical: number, passed = 0, applicable = 0): TrendPoint => ({
  ...{ audit: day, startedAt: `${day}T00:00:00.000Z`, outcome: 'complete', hosts: 1, known: 1, passed, applicable, openCritical },
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
