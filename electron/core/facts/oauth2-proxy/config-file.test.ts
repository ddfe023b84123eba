import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseConfigFile } from './config-file.ts'
import { effective } from './options.ts'
import { parseOAuth2Proxies } from './parse.ts'

test.each([
  ['a = "b\\"c"', { a: ['b"c'] }],
  ["a = 'b\\c'", { a: ['b\\c'] }],
  ['a = [ "x", "y", ]', { a: ['x', 'y'] }],
  ['a = []', { a: [] }],
  ['a = 5 # five\n\n# only words\nb=true', { a: ['5'], b: ['true'] }],
])('reads %j', (text, expected) => {
  const file = parseConfigFile(text.split('\n'))
  expect(file.ok && Object.fromEntries([...file.entries].map(([key, entry]) => [key, entry.values]))).toEqual(expected)
})

test.each([['a'], ['[table]\na = 1'], ['a = ["x"'], ['a = ["x" "y"]'], ['a = "x" y'], ['a = '], ['a = "x']])('refuses %j', (text) => {
  expect(parseConfigFile(text.split('\n'))).toMatchObject({ ok: false })
})

test('property: any text is read or refused', () => {
  const piece = fc.constantFrom(
    'a',
    '=',
    '[',
    ']',
    '"',
    "'",
    ',',
    '#',
    '\n',
    '\\',
    ' ',
    '@process 1 /x\n',
    '@argv\n',
    '@end\n',
    ':',
    '@config read /x\n',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const text = pieces.join('')
      parseConfigFile(text.split('\n'))
      const found = parseOAuth2Proxies(text)
      for (const proxy of found ?? []) expect(typeof effective(proxy, 'upstreams').known).toBe('boolean')
    }),
  )
})
