import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type AddressSet,
  contains,
  everything,
  intersect,
  normalise,
  parseInterval,
  printInterval,
  printSet,
  subtract,
  union,
} from './address-set.ts'

const hex = (value: number) => value.toString(16).padStart(8, '0')
const address = fc.integer({ min: 0, max: 60 })
const set: fc.Arbitrary<AddressSet> = fc
  .array(fc.tuple(address, address))
  .map((pairs) => normalise(pairs.map(([a, b]) => ({ from: hex(Math.min(a, b)), to: hex(Math.max(a, b)) }))))

describe('sets of addresses', () => {
  test('agree with membership one by one', () => {
    fc.assert(
      fc.property(set, set, address, (a, b, point) => {
        const [inA, inB] = [contains(a, hex(point)), contains(b, hex(point))]
        expect(contains(intersect(a, b), hex(point))).toBe(inA && inB)
        expect(contains(subtract(a, b), hex(point))).toBe(inA && !inB)
        expect(contains(union(a, b), hex(point))).toBe(inA || inB)
      }),
    )
  })

  test('one interval, put in or cut out, leaves a set in order', () => {
    const edge = fc.constantFrom('00000000', '00000001', '0000000f', '00000010', '0000ffff', 'fffffffe', 'ffffffff')
    const one = fc
      .tuple(edge, edge)
      .map((pair) => pair.toSorted())
      .map(([from = '', to = '']) => ({ from, to }))
    fc.assert(
      fc.property(
        fc.oneof(set, fc.array(one).map(normalise)),
        fc.oneof(
          one,
          set.map(([first]) => first ?? { from: hex(3), to: hex(9) }),
        ),
        (all, interval) => {
          expect(union(all, [interval])).toEqual(normalise([...all, interval]))
          const rest = subtract(all, [interval])
          expect(rest).toEqual(normalise(rest))
          expect(union(rest, intersect(all, [interval]))).toEqual(all)
          expect(intersect(rest, [interval])).toEqual([])
        },
      ),
    )
  })

  test('nothing is left of everything without itself', () => {
    for (const family of [4, 6] as const) expect(subtract(everything(family), everything(family))).toEqual([])
  })
})

test.each([
  ['10.0.1.0/24', '0a000100', '0a0001ff'],
  ['10.0.1.0/255.255.255.0', '0a000100', '0a0001ff'],
  ['10.0.1.5', '0a000105', '0a000105'],
  ['10.0.1.5-10.0.1.9', '0a000105', '0a000109'],
  ['0.0.0.0/0', '00000000', 'ffffffff'],
  ['fd00::/8', `fd${'0'.repeat(30)}`, `fd${'f'.repeat(30)}`],
])('%s is an interval', (text, from, to) => {
  expect(parseInterval(text)).toMatchObject({ from, to })
})

test.each([
  '',
  'eth0',
  '10.1',
  '0x7f000001',
  '10.0.0.0/33',
  '10.0.0.9-10.0.0.1',
  '10.0.0.1-::1',
  '10.0.0.0/255.0.255.0',
  'fe80::1%eth0',
  '1.2.3.4/8/8',
])('%s is none', (text) => {
  expect(parseInterval(text)).toBeUndefined()
})

test('prints networks, ranges and everything', () => {
  expect(printInterval({ from: '0a000100', to: '0a0001ff' })).toBe('10.0.1.0/24')
  expect(printInterval({ from: '0a000101', to: '0a0001ff' })).toBe('10.0.1.1-10.0.1.255')
  expect(printSet(everything(6))).toBe('any IPv6 address')
})
