import fc from 'fast-check'
import { expect, test } from 'vitest'
import { diffLines } from './diff.ts'

test('what goes, what comes, and what stays', () => {
  expect(diffLines('a\nb\nc\n', 'a\nx\ny\nc\n')).toEqual([' a', '-b', '+x', '+y', ' c'])
  expect(diffLines('', 'a\n')).toEqual(['+a'])
})

test('secrets of what was there are not shown', () => {
  expect(diffLines('Environment="OPENAI_API_KEY=sk-0123456789abcdef0123456789abcdef"\n', 'b\n').join()).not.toContain('0123456789abcdef')
})

test('both texts can be read from it', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const diff = diffLines(`${before.join('\n')}\n`, `${after.join('\n')}\n`)
      const side = (mark: string) => diff.filter((line) => line[0] !== mark).map((line) => line.slice(1))
      expect([side('+'), side('-')]).toEqual([before, after])
    }),
  )
})
