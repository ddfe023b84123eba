import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { safetensors, tensor } from '#testing/models/safetensors-builder.ts'
import type { ByteSource } from '../byte-source.ts'
import { readSafetensors } from './safetensors.ts'
import { Unreadable } from './unreadable.ts'

const sourceOf = (bytes: Uint8Array): ByteSource => ({
  path: '/m',
  size: bytes.length,
  read: async (offset, length) => bytes.subarray(offset, offset + length),
})
const read = (header: string, dataBytes = 0) => readSafetensors(sourceOf(safetensors(header, dataBytes)), () => undefined)
const refused = async (header: string, dataBytes = 0): Promise<string> => {
  const error = await read(header, dataBytes).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(Unreadable)
  return error instanceof Unreadable ? error.message : ''
}
/** Longer than what is in memory at once. */
const FAR = 700_000

test.each([
  ['a long note', { __metadata__: { long: `xé\\"${'é'.repeat(FAR)}`, last: 'y' }, a: tensor(0, 8) }],
  ['many notes', { __metadata__: Object.fromEntries(Array.from({ length: 40_000 }, (_, at) => [`name ${at}`, '"\\é'])), a: tensor(0, 8) }],
  ['notes behind the tensors', { a: tensor(0, 8), __metadata__: { format: 'pt' } }],
])('%s', async (_, header) => {
  const { tensors, metadata } = await read(JSON.stringify(header), 8)
  expect([tensors, metadata.kept.size]).toEqual([1, Math.min(200, Object.keys(header.__metadata__).length)])
  for (const [name, value] of metadata.kept) expect(Object(header.__metadata__)[name].startsWith(value)).toBe(true)
})

test('names and windows of every length: what JSON.parse reads, this reads', async () => {
  const name = fc.string({ unit: 'grapheme', maxLength: 60 }).filter((text) => text !== '__metadata__' && !/\p{Surrogate}/u.test(text))
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(name, { maxLength: 40 }), fc.nat(300_000), fc.boolean(), async (names, spaces, isBackwards) => {
      const entries = names.map((text, at) => `${JSON.stringify(text)} :${JSON.stringify(tensor(at * 4, at * 4 + 4))}`)
      if (isBackwards) entries.reverse()
      const pad = { __metadata__: { pad: 'x'.repeat(spaces) } }
      const text = `{"__metadata__":${JSON.stringify(pad.__metadata__)}${entries.map((entry) => `,\n${entry}`).join('')}}${' '.repeat(spaces)}`
      expect((await read(text, names.length * 4)).tensors).toBe(names.length)
    }),
    { numRuns: 40, endOnFailure: true },
  )
})

describe('refused', () => {
  const empty = (at: number) => ({ dtype: 'I64', shape: [0], data_offsets: [at, at] })
  test.each<[string, string, number, RegExp]>([
    ['an empty tensor within another', JSON.stringify({ a: tensor(0, 8), b: empty(4) }), 8, /within another, at data byte 4/],
    ['an empty tensor behind the end', JSON.stringify({ a: tensor(0, 8), b: empty(12) }), 8, /within another/],
    ['one tensor under two names', JSON.stringify({ a: tensor(0, 8), b: tensor(0, 8) }), 8, /overlap at data byte 0/],
    [
      'a name twice, far apart',
      `{"a":${JSON.stringify(empty(0))},"__metadata__":{"x":"${'x'.repeat(FAR)}"},"\\u0061":${JSON.stringify(empty(0))}}`,
      0,
      /twice/,
    ],
    ['two metadata', '{"__metadata__":{},"__metadata__":{}}', 0, /stands twice/],
    ['a note twice', '{"__metadata__":{"a":"1","a":"2"}}', 0, /a name twice/],
    ['a note of two texts', '{"__metadata__":{"a":"1" "2"}}', 0, /comma/],
    ['a field twice', '{"a":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}}', 0, /dtype twice/],
    ['a number with a dot', '{"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}', 1, /comma/],
    ['a number with a zero before it', '{"a":{"dtype":"U8","shape":[01],"data_offsets":[0,1]}}', 1, /a number is none/],
    ['a number above 2^53', '{"a":{"dtype":"U8","shape":[9007199254740993],"data_offsets":[0,1]}}', 1, /a number is none/],
    ['offsets that are three', '{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0,0]}}', 0, /more than 2/],
    ['an escape that is none, far in a note', `{"__metadata__":{"x":"${'x'.repeat(FAR)}\\q"}}`, 0, /broken escape/],
    ['a line break in a note', `{"__metadata__":{"x":"${'x'.repeat(FAR)}\n"}}`, 0, /control character/],
    ['a name without end', `{"${'x'.repeat(FAR)}`, 0, /more than 65536 bytes/],
    ['text behind the end, far behind', `{}${' '.repeat(FAR)}x`, 0, /after the end/],
    ['an end that is missing', '{"a":', 0, /too early/],
    ['nothing', '', 0, /does not begin/],
  ])('%s', async (_, header, dataBytes, reason) => {
    expect(await refused(header, dataBytes)).toMatch(reason)
  })
})
