import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { includePattern } from './include-pattern.ts'
import type { NginxDirective } from './nginx.ts'
import { parseDump } from './parse.ts'

const fixtures = new URL('./__fixtures__/', import.meta.url)
const dump = (...files: readonly (readonly [path: string, text: string])[]) =>
  files.map(([path, text]) => `# configuration file ${path}:\n${text}\n\n`).join('')
const main = (text: string) => dump(['/etc/nginx/nginx.conf', text])

/** `name a b { … }`, for short expectations. */
const brief = (directives: readonly NginxDirective[]): unknown[] =>
  directives.map(({ name, parameters, block }) => (block ? [name, ...parameters, brief(block)] : [name, ...parameters]))

const read = (text: string) => {
  const parsed = parseDump(text)
  if (!parsed.ok) throw new Error(`${parsed.message} (line ${parsed.line})`)
  return parsed.directives
}

test.each<[name: string, text: string, expected: unknown[]]>([
  [
    'words and a block',
    'a b c; d { e f; }',
    [
      ['a', 'b', 'c'],
      ['d', [['e', 'f']]],
    ],
  ],
  ['quotes', `a "b c;{" 'd "e"' "";`, [['a', 'b c;{', 'd "e"', '']]],
  ['escapes that nginx knows', String.raw`a "b\"c\\d\te" \;;`, [['a', 'b"c\\d\te', '\\;']]],
  ['escapes that belong to the pattern', String.raw`a ~ \.php$ "^/\d+$";`, [['a', '~', '\\.php$', '^/\\d+$']]],
  [
    'comments',
    'a b; # c; {\nd#e f;#\n#}',
    [
      ['a', 'b'],
      ['d#e', 'f'],
    ],
  ],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: nginx writes variables like this.
  ['variables in braces', 'a ${b}c "${d}" x$y{ z; }', [['a', '${b}c', '${d}', 'x$y', [['z']]]]],
  ['braces inside words', 'a b}c d\\{2\\};', [['a', 'b}c', 'd\\{2\\}']]],
  [
    'Windows line ends',
    'a b;\r\nc {\r\n d;\r\n}\r\n',
    [
      ['a', 'b'],
      ['c', [['d']]],
    ],
  ],
  ['byte order mark', '\uFEFFa b;', [['a', 'b']]],
  ['quote followed by a brace', 'if ($a = "b"){ c; }', [['if', '($a', '=', 'b', ')', [['c']]]]],
  [
    'Lua',
    'a_by_lua_block { local s = "}" -- }\n x = [[ } ]] if a then b({}) end } c d;',
    [
      ['a_by_lua_block', []],
      ['c', 'd'],
    ],
  ],
])('reads %s as nginx does', (_, text, expected) => {
  expect(brief(read(main(text)))).toEqual(expected)
})

test('lines are those of the dump', () => {
  const [a, http] = read(dump(['/etc/nginx/nginx.conf', 'a;\nhttp {\n  include b.conf;\n}'], ['/etc/nginx/b.conf', '\n\nb c\n  d;']))
  expect([a?.line, http?.line]).toEqual([2, 3])
  expect(http?.block?.[0]).toMatchObject({ name: 'b', parameters: ['c', 'd'], file: '/etc/nginx/b.conf', line: 10 })
})

describe('include', () => {
  test('globs are sorted, relative to the folder of the main file, and expanded wherever they stand', () => {
    const directives = read(
      dump(
        ['/etc/nginx/nginx.conf', 'http { include conf.d/*.conf; server { include "snippets/x.inc"; } }'],
        ['/etc/nginx/conf.d/b.conf', 'b;'],
        ['/etc/nginx/conf.d/a.conf', 'a;'],
        ['/etc/nginx/conf.d/.hidden.conf', 'hidden;'],
        ['/etc/nginx/conf.d/deep/c.conf', 'c;'],
        ['/etc/nginx/snippets/x.inc', 'include snippets/y.inc;'],
        ['/etc/nginx/snippets/y.inc', 'y;'],
      ),
    )
    expect(brief(directives)).toEqual([['http', [['a'], ['b'], ['server', [['y']]]]]])
  })

  test.each([
    ['/etc/nginx/sites-enabled/*', '/etc/nginx/sites-enabled/default', true],
    ['/etc/nginx/*.conf', '/etc/nginx/sub/a.conf', false],
    ['/etc/nginx/[a-c]?.conf', '/etc/nginx/b1.conf', true],
    ['/etc/nginx/[!a].conf', '/etc/nginx/a.conf', false],
    ['/etc/nginx/[!a].conf', '/etc/nginx/b.conf', true],
    ['/etc/nginx/a+b(*.conf', '/etc/nginx/a+b(c.conf', true],
  ])('%s against %s: %s', (pattern, path, expected) => {
    expect(includePattern(pattern).test(path)).toBe(expected)
  })

  test('a named file that was not printed is an error, an empty glob is not', () => {
    expect(parseDump(main('include missing.conf;'))).toMatchObject({ ok: false, line: 2 })
    expect(parseDump(main('include missing.d/*.conf;'))).toMatchObject({ ok: true, directives: [] })
  })

  test('cycles end', () => {
    expect(parseDump(dump(['/n/nginx.conf', 'include a;'], ['/n/a', 'include a; include a;']))).toMatchObject({ ok: false })
  })
})

test.each([
  ['a b', 'unexpected end of file', 2],
  ['a {\n b;', 'unexpected end of file', 3],
  ['a;\n}', 'unexpected "}"', 3],
  [';', 'unexpected ";"', 2],
  ['a;\nb "c;\n', 'never closed', 3],
  ['a "b"c;', 'after a quoted string', 2],
])('%j is refused with its line', (text, message, line) => {
  const parsed = parseDump(main(text))
  expect(parsed).toMatchObject({ ok: false, line })
  expect(parsed.ok || parsed.message).toContain(message)
})

test('every recorded dump is read to the end', () => {
  for (const name of readdirSync(fixtures).filter((file) => file.endsWith('.txt'))) {
    const directives = read(readFileSync(new URL(name, fixtures), 'utf8'))
    expect(directives.map((directive) => directive.name)).toEqual(expect.arrayContaining(['user', 'events', 'http']))
  }
})

test('a recorded dump cut anywhere never throws', () => {
  const text = readFileSync(new URL('seed-ollama.txt', fixtures), 'utf8')
  fc.assert(fc.property(fc.nat(text.length), (length) => typeof parseDump(text.slice(0, length)).ok === 'boolean'))
})

test('whatever is quoted comes back', () => {
  const word = fc.string({ unit: fc.constantFrom('a', ' ', '"', "'", '\\', ';', '{', '}', '#', '$', '\n', 'é'), maxLength: 12 })
  const quote = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), (words) => {
      expect(brief(read(main(`a ${words.map(quote).join(' ')} ;\nb;`)))).toEqual([['a', ...words], ['b']])
    }),
  )
})

test('any text is read or refused, never thrown at', () => {
  const piece = fc.constantFrom(
    'a',
    ' ',
    '"',
    "'",
    '\\',
    ';',
    '{',
    '}',
    '#',
    '$',
    '${',
    '\n',
    'x_by_lua_block {',
    '[[',
    ']]',
    '--',
    'include b;',
  )
  fc.assert(fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => typeof parseDump(main(pieces.join(''))).ok === 'boolean'))
})
