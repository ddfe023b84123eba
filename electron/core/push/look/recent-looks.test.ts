import { expect, test } from 'vitest'
import type { Fleet } from '#shared/model/fleet.ts'
import { RecentLooks } from './recent-looks.ts'

const fleet = { name: 'lab' } as Fleet
const look = { state: 'connected' as const, findings: [], tookMs: 900, asked: [], doors: [] }

test('a look serves one push, for five minutes, of the fleet that it was made of', () => {
  let nowMs = 10_000
  const looks = new RecentLooks(() => nowMs)
  looks.keep(fleet, 'a', look, nowMs)
  looks.keep(fleet, 'b', look, nowMs)
  looks.keep(fleet, 'c', look, nowMs)
  expect(looks.take({ ...fleet }, 'c')).toBeUndefined()
  nowMs += 299_999
  expect(looks.take(fleet, 'a')).toBe(look)
  expect(looks.take(fleet, 'a')).toBeUndefined()
  nowMs += 1
  expect(looks.take(fleet, 'b')).toBeUndefined()
})
