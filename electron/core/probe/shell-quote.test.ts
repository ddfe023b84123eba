import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shellDisplay, shellQuote } from './shell-quote.ts'

const shells: [string, string[]][] = [
  ['/usr/bin/dash', []],
  ['/usr/bin/bash', []],
  ['/usr/bin/busybox', ['sh']],
]
const words = fc.array(
  fc.oneof(
    fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '')),
    fc.constantFrom("'", "''", "\\'", '$(id)', '`id`', '"', '\n', '-n', '', '~', '*', '!x', '\r', '\u001b[31m', '￿', "a'b'c"),
  ),
  { maxLength: 40 },
)

test.each(shells)('%s %j takes every word as it is', (program, applet) => {
  fc.assert(
    fc.property(words, (all) => {
      // Lone surrogates have no UTF-8 form.
      const expected = all.map((word) => Buffer.from(word).toString())
      const text = `printf '%s\\0' ${expected.map(shellQuote).join(' ')}`
      const out = execFileSync(program, applet, { input: text }).toString()
      expect(out).toBe(expected.length === 0 ? '\0' : expected.map((word) => `${word}\0`).join(''))
    }),
    { numRuns: 40 },
  )
})

test('NUL is refused', () => expect(() => shellQuote('a\0b')).toThrow(RangeError))

test.each([
  ['-Htulnp', '-Htulnp'],
  ['/etc/os-release', '/etc/os-release'],
  ['a b', "'a b'"],
  ['', "''"],
  ['$x', "'$x'"],
  ['é', "'é'"],
])('display of %j', (word, shown) => expect(shellDisplay(word)).toBe(shown))
