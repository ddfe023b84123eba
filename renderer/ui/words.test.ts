import { expect, test } from 'vitest'
import { count, nameFew } from './words.ts'

test.each([
  [0, '0 hosts'],
  [1, '1 host'],
  [6, '6 hosts'],
])('%d hosts', (value, words) => expect(count(value, 'host')).toBe(words))

test.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b'], 'a and b'],
  [['a', 'b', 'c', 'd'], 'a, b and 2 more'],
])('%j', (names, words) => expect(nameFew(names)).toBe(words))
