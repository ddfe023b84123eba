import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readAssignedValue, readExecStart, splitQuoted } from './words.ts'

test.each([
  ['', []],
  ['A=1 B=2', ['A=1', 'B=2']],
  ['"OLLAMA_ORIGINS=http://a b,*" X=1', ['OLLAMA_ORIGINS=http://a b,*', 'X=1']],
  ['"Q=say \\"hi\\" \\$x \\\\ y"', ['Q=say "hi" $x \\ y']],
  ['"N=two\\nlines\\ttab\\x01"', ['N=two\nlines\ttab\u0001']],
  ["$'N=two\\nlines'", ['N=two\nlines']],
])('list %j', (text, words) => {
  expect(splitQuoted(text)).toEqual(words)
})

/** shell_maybe_quote() of systemd with flags 0, as systemctl calls it. */
const quote = (word: string): string => {
  if (word !== '' && !/[\s"\\`$'*?[\](){}<>|&;!#~]/.test(word)) return word
  const control: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' }
  const text = word.replace(/["\\`$]/g, '\\$&').replace(/[\n\t\r]/g, (char) => control[char] ?? char)
  return `"${text}"`
}

test('property: what systemctl quotes comes back', () => {
  const word = fc.string({ unit: fc.constantFrom(...'aZ=/ "\\$`\'\n\t{};#'.split('')), maxLength: 12 })
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), (words) => {
      expect(splitQuoted(words.map(quote).join(' '))).toEqual(words)
    }),
  )
})

test.each([
  ['0.0.0.0', '0.0.0.0'],
  ['"0.0.0.0"', '0.0.0.0'],
  ["'a b'", 'a b'],
  ['a"b c"d  ', 'ab cd'],
  ['"say \\"hi\\""', 'say "hi"'],
  ['a\\ b', 'a b'],
  ['it"s', 'it"s'],
  ['', ''],
])('value in an environment file %j', (text, value) => {
  expect(readAssignedValue(text)).toBe(value)
})

test.each([
  [
    '{ path=/usr/local/bin/ollama ; argv[]=/usr/local/bin/ollama serve ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }',
    ['/usr/local/bin/ollama', 'serve'],
  ],
  [
    '{ path=/usr/sbin/nginx ; argv[]=/usr/sbin/nginx -g daemon on; master_process on; ; ignore_errors=no ; start_time=[n/a] ; pid=0 }',
    ['/usr/sbin/nginx', '-g', 'daemon', 'on;', 'master_process', 'on;'],
  ],
  ['{ path=/bin/sh ; argv[]=/bin/sh -c a ; b ; ignore_errors=no ; start_time=[n/a] }', ['/bin/sh', '-c', 'a', ';', 'b']],
  ['{ path=/a ; argv[]=/a 1 ; ignore_errors=no ; pid=0 } ; { path=/b ; argv[]=/b 2 ; ignore_errors=no ; pid=0 }', ['/a', '1']],
  ['', []],
])('ExecStart %j', (text, words) => {
  expect(readExecStart(text)).toEqual(words)
})
