import { expect, test } from 'vitest'
import { cleanPath, matchesHost, matchesPath, stripPrefix } from './paths.ts'

test.each([
  ['/api/*', '/API/pull', true],
  ['/api/*', '/api', false],
  ['/api*', '/apix', true],
  ['*/pull', '/a/pull', true],
  ['*api*', '/x/api/y', true],
  ['/*/pull', '/api/pull', true],
  ['/*/pull', '/a/b/pull', false],
  ['/a?c', '/abc', true],
  ['/a//b', '/a/b', false],
  ['/a/b', '/a//b', true],
  ['/a/b', '/x/../a/b', true],
  ['/[a-c]x', '/bx', true],
  ['*', '/', true],
  [`${'*a'.repeat(40)}b`, `/${'a'.repeat(300)}`, false],
])('path %s against %s: %s', (pattern, path, expected) => {
  const found = matchesPath(pattern, path)
  // A pattern that takes too long is not known, and never a match.
  expect(found === undefined ? false : found).toBe(expected)
})

// Caddy 2.6.2 and 2.11.4 take `/api/%*` for whatever begins so, and `/api/%70ull` where the client writes so.
test.each([
  ['/api/%*', '/api/pull', undefined],
  ['/API/%70ull', '/api/pull', undefined],
  ['/api/%*', '/v1/models', false],
])('path %s against %s hangs on how the client writes it: %s', (pattern, path, expected) =>
  expect(matchesPath(pattern, path)).toBe(expected),
)

test.each([
  ['*.example', 'a.example', true],
  ['*.example', 'a.b.example', false],
  ['AI.example', 'ai.Example', true],
  ['*', 'localhost', true],
])('host %s against %s: %s', (pattern, host, expected) => {
  expect(matchesHost(pattern, host)).toBe(expected)
})

test.each([
  ['/o/api', '/o', '/api'],
  ['/o', '/o', ''],
  ['/ox', '/o', 'x'],
  ['/O/api', 'o', '/api'],
  ['/api', '/o', '/api'],
])('%s without %s is %s', (path, prefix, expected) => {
  expect(stripPrefix(path, prefix)).toBe(expected)
})

test.each([
  ['/a/../b', true, '/b'],
  ['//a//b/', true, '/a/b/'],
  ['//a//b', false, '//a//b'],
  ['/..', true, '/'],
  ['/a/b/..', true, '/a'],
  ['/a/.', true, '/a'],
  ['', true, '.'],
  ['x/../y/', true, 'y/'],
  ['/a//', false, '/a//'],
])('%s (slashes merged: %s) is %s', (path, merge, expected) => {
  expect(cleanPath(path, merge)).toBe(expected)
})
