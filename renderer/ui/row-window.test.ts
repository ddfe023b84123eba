import fc from 'fast-check'
import { expect, test } from 'vitest'
import { groupHeight, linesOf, scrollTo, windowOf } from './row-window.ts'

const many = (count: number) => Array.from({ length: count }, (_, index) => index)

test('groups lie below each other, with a heading where they have one', () => {
  expect(linesOf([{ head: 'A', rows: ['x'] }, { rows: ['y'] }], 33).map(({ kind, top }) => [kind, top])).toEqual([
    ['group', 0],
    ['row', groupHeight],
    ['row', groupHeight + 33],
  ])
})

test('a short list is drawn as a whole', () => {
  expect(windowOf(linesOf([{ rows: many(150) }], 33), 0, 600)).toEqual({ from: 0, to: 150, above: 0, below: 0 })
})

test('property: of a long list what is in sight is drawn, few rows are, and the height never changes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 151, max: 5000 }), fc.nat(170_000), fc.integer({ min: 100, max: 1200 }), (count, scrollTop, height) => {
      const lines = linesOf([{ head: 'A', rows: many(count) }], 33)
      const total = groupHeight + count * 33
      const top = Math.max(0, Math.min(scrollTop, total - height))
      const { from, to, above, below } = windowOf(lines, top, height)
      const drawn = lines.slice(from, to)
      expect(drawn.reduce((sum, line) => sum + line.height, above + below)).toBe(total)
      expect(above).toBeLessThanOrEqual(top)
      expect(total - below).toBeGreaterThanOrEqual(Math.min(total, top + height))
      expect(drawn.length).toBeLessThan((height + 900) / 33 + 3)
    }),
  )
})

test('a row out of sight is scrolled to, one in sight is left', () => {
  expect(scrollTo({ top: 10, height: 33 }, 100, 400, 28)).toBe(10)
  expect(scrollTo({ top: 480, height: 33 }, 100, 400, 28)).toBe(480 + 33 + 28 - 400)
  expect(scrollTo({ top: 120, height: 33 }, 100, 400, 28)).toBeUndefined()
})
