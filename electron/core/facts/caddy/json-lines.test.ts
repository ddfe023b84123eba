import fc from 'fast-check'
import { expect, test } from 'vitest'
import { field, items, parseJsonLines } from './json-lines.ts'
import { plain } from './json-nodes.testing.ts'

test('property: JSON with line feeds anywhere is read as JSON without them', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.array(fc.nat(400), { maxLength: 10 }), (value, breaks) => {
      const places = new Set(breaks)
      const text = [...JSON.stringify(value)].map((character, at) => (places.has(at) ? `\n${character}` : character)).join('')
      expect(JSON.stringify(plain(parseJsonLines(text, 1)))).toBe(JSON.stringify(value))
    }),
  )
})

test('property: what JSON.parse reads is read alike, and what it refuses is refused', () => {
  const piece = fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '\\', '\n', 'a', '1', '-', 'true', 'null', '\\u00e9', '\\u0', ' ')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join('')
      const ours = parseJsonLines(text, 1)
      let theirs: unknown
      try {
        theirs = JSON.parse(text.replaceAll('\n', ''))
      } catch {
        expect(ours).toBeUndefined()
        return
      }
      expect(plain(ours)).toEqual(theirs)
    }),
  )
})

test('lines are those of the text', () => {
  const node = parseJsonLines('{\n"a":[\n1,\n{"b":"x"}]}', 10)
  expect(items(field(node, 'a')).map(({ line }) => line)).toEqual([12, 13])
  expect(parseJsonLines('['.repeat(5000), 1)).toBeUndefined()
})
