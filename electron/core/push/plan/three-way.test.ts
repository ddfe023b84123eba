import fc from 'fast-check'
import { expect, test } from 'vitest'
import { threeWay } from './three-way.ts'

test('what somebody changed, what the template changes, and what both do alike', () => {
  expect(threeWay(['a', 'b', 'c'], ['a', 'x', 'c', 'y'], ['a', 'b', 'z', 'y'])).toEqual([
    ...['PNT a', 'P T b', ' N  x', 'PN  c', '  T z', ' NT y'],
  ])
  expect(threeWay(['a'], ['b'], ['b'])).toEqual(['P   a', ' NT b'])
  expect(threeWay([], [], ['a'])).toEqual(['  T a'])
  expect(threeWay([], ['a', 'b', 'c'], ['a', 'x', 'c'])).toEqual([' NT a', ' N  b', '  T x', ' NT c'])
})

test('each text is told whole and in its order, whatever it holds', () => {
  const text = fc.array(fc.constantFrom('a', 'b', '', ' ', 'P', 'constructor'), { maxLength: 12 })
  fc.assert(
    fc.property(text, text, text, (planned, now, wanted) => {
      const lines = threeWay(planned, now, wanted)
      const told = (at: number, mark: string) => lines.filter((line) => line[at] === mark).map((line) => line.slice(4))
      expect([told(0, 'P'), told(1, 'N'), told(2, 'T')]).toEqual([planned, now, wanted])
    }),
  )
})
