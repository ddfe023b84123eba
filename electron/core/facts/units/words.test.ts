import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readAssignedValue, readCommand, readExecStart, splitQuoted } from './words.ts'

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

/** As systemd 252 prints them. */
test.each<[string, string, boolean, boolean, string[]]>([
  [
    'path=/bin/sh ; argv[]=/bin/sh -c cd /tmp; /srv/pre.sh x && exec /opt/y | /opt/z ; flags=privileged',
    '/bin/sh',
    true,
    false,
    ['/srv/pre.sh', '/opt/y', '/opt/z'],
  ],
  ['path=/srv/pre2.sh ; argv[]=/srv/pre2.sh ; flags=no-setuid', '/srv/pre2.sh', true, false, []],
  ['path=/srv/pre3.sh ; argv[]=/srv/pre3.sh a b ; flags=ignore-failure', '/srv/pre3.sh', false, true, []],
  ['path=/bin/true ; argv[]=/bin/true ; flags=ambient', '/bin/true', false, false, []],
  [
    'path=/usr/bin/bash ; argv[]=/usr/bin/bash -e /srv/a.sh /srv/data ; flags=ignore-failure privileged',
    '/usr/bin/bash',
    true,
    true,
    ['/srv/a.sh'],
  ],
  ['path=/usr/bin/env ; argv[]=/usr/bin/env A=/x bash /srv/a.sh ; flags=', '/usr/bin/env', false, false, []],
  ['path=/usr/bin/python3 ; argv[]=/usr/bin/python3 -m x /srv/data ; flags=', '/usr/bin/python3', false, false, []],
  // Of systemd 262, for `|cd /srv && /srv/a.sh`.
  ['path=/bin/sh ; argv[]=sh cd /srv && /srv/a.sh ; flags=no-env-expand via-shell', '/bin/sh', false, false, ['/srv/a.sh']],
  ['path=/bin/mkdir ; argv[]=/bin/mkdir -p /srv/data ; flags=', '/bin/mkdir', false, false, []],
])('command %s', (text, program, asRoot, optional, scripts) => {
  const row = `{ ${text} ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }`
  expect(readCommand('ExecStartPre', row)).toEqual({ setting: 'ExecStartPre', program, asRoot, optional, scripts })
})
