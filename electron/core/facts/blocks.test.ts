import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readBlocks } from './blocks.ts'

test('blocks by name, rows with their lines, stray lines dropped', () => {
  const blocks = readBlocks('noise\n@a one two\n=x\n\nplain\n=@b\n@a\n=y\n@b\n')
  expect(blocks.get('a')).toEqual([
    {
      words: 'one two',
      line: 2,
      rows: [
        { text: 'x', line: 3 },
        { text: '@b', line: 6 },
      ],
    },
    { words: '', line: 7, rows: [{ text: 'y', line: 8 }] },
  ])
  expect(blocks.get('b')).toEqual([{ words: '', line: 9, rows: [] }])
})

test('property: a row never begins a block', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 40 }).map((text) => text.replaceAll('\n', ' '))), (rows) => {
      const blocks = readBlocks(`@only\n${rows.map((row) => `=${row}\n`).join('')}`)
      expect([...blocks.keys()]).toEqual(['only'])
      expect(blocks.get('only')?.[0]?.rows.map(({ text }) => text)).toEqual(rows)
    }),
  )
})
