import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NameSet } from './name-set.ts'

test('a name is new once', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 200 }), (names) => {
      const [set, known] = [new NameSet(), new Set<string>()]
      for (const name of names) {
        expect(set.add(name)).toBe(!known.has(name))
        known.add(name)
      }
    }),
  )
})

test('names of a great tokenizer are told apart', () => {
  const set = new NameSet()
  for (let index = 0; index < 300_000; index++) if (!set.add(`k${index}`)) throw new Error(`k${index} was taken for another`)
  expect(set.add('k299999')).toBe(false)
})
