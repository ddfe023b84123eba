import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plainLines, plainText, splitAtToken } from './plain-text.ts'

describe('plainText', () => {
  test.each([
    ['ordinary text', 'LISTEN 0 4096 *:11434', 'LISTEN 0 4096 *:11434'],
    ['other scripts and emoji', 'modèle 模型 نموذج 🦙', 'modèle 模型 نموذج 🦙'],
    ['markup stays text', '<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
    ['colours', '\u001b[1;31mred\u001b[0m', 'red'],
    ['a title in an OSC string', 'a\u001b]0;owned\u0007b', 'ab'],
    ['a link in an OSC string ended by ST', 'a\u001b]8;;http://x\u001b\\b', 'ab'],
    ['an escape that never ends', 'a\u001b]0;never', 'a'],
    ['a two-character escape', 'a\u001bcb', 'ab'],
    ['control characters', 'a\u0000b\u0008c\rd\u007f', 'a␀b␈c␍d␡'],
    ['C1 controls', 'a\u0085b\u009b31m', 'a\ufffdb\ufffd31m'],
    ['bidi overrides', 'abc\u202etxt.exe', 'abc\ufffdtxt.exe'],
    ['bidi isolates and marks', '\u2066a\u2069\u200f', '\ufffda\ufffd\ufffd'],
    ['zero width', 'pay\u200bpal\ufeff', 'pay\ufffdpal\ufffd'],
    ['fillers that fonts leave out', 'a\u3164b\u115f', 'a\ufffdb\ufffd'],
    ['tag characters', 'a\u{e0041}', 'a\ufffd'],
    ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
    ['line and paragraph separators', 'a\u2028b\u2029', 'a\ufffdb\ufffd'],
    ['annotation marks', 'a\ufff9b', 'a\ufffdb'],
    ['tabs take room', 'a\tb', 'a    b'],
  ])('%s', (_, text, expected) => expect(plainText(text)).toBe(expected))

  test('long lines are cut and say how long they were', () => {
    expect(plainText('x'.repeat(10_000_000), 5)).toBe('xxxxx … 10000000 characters')
    expect(plainText('12345', 5)).toBe('12345')
  })

  test('a cut never halves a character', () => expect(plainText('🦙🦙', 3)).toBe('🦙 … 4 characters'))

  test('nothing invisible is left, whatever comes in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(plainText(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
      }),
    )
  })
})

test.each([
  ['', { lines: [], left: 0 }],
  ['a\n', { lines: ['a'], left: 0 }],
  ['a\r\n\nb', { lines: ['a', '', 'b'], left: 0 }],
  ['a\nb\nc\nd', { lines: ['a', 'b', 'c'], left: 1 }],
])('plainLines %j', (text, expected) => expect(plainLines(text, 3)).toEqual(expected))

test.each([
  ['LISTEN *:11434 *:*', '*:11434', ['LISTEN ', '*:11434', ' *:*']],
  ['no such word', '*:11434', ['no such word', '', '']],
  ['a line', undefined, ['a line', '', '']],
  ['a line', '', ['a line', '', '']],
])('splitAtToken %j at %j', (line, token, expected) => expect(splitAtToken(line, token)).toEqual(expected))
