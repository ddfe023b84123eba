import fc from 'fast-check'
import { expect, test } from 'vitest'
import { columnsInView, scrolledTo } from './column-window.ts'

test('what is drawn covers what is in view, and never leaves the table', () => {
  fc.assert(
    fc.property(fc.nat(20_000), fc.integer({ min: 1, max: 3000 }), fc.nat(500), (left, width, total) => {
      const [start, end] = columnsInView(left, width, 124, total)
      expect(start).toBeGreaterThanOrEqual(0)
      expect(end).toBeLessThanOrEqual(total)
      expect(end).toBeGreaterThanOrEqual(start)
      expect(start).toBeLessThanOrEqual(Math.floor(left / 124))
      expect(end).toBeGreaterThanOrEqual(Math.min(total, Math.ceil((left + width) / 124)))
    }),
  )
})

test.each([
  ['in sight stays', 300, 200],
  ['left of what is seen is led to', 100, 100],
  ['right of it ends where the room ends', 900, 424],
])('a column %s', (_, left, scrollLeft) => expect(scrolledTo(left, 124, 200, 600)).toBe(scrollLeft))
