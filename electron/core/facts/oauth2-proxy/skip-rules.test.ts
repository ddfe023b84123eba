import { expect, test } from 'vitest'
import { opens, skipRules } from './skip-rules.ts'

const known = (...list: string[]) => ({ known: true as const, values: list, source: 'config' as const, line: 3 })

test.each([
  ['/api/', 'POST', '/api/pull', true],
  ['^/api/tags$', 'GET', '/api/pull', false],
  ['GET=^/health', 'POST', '/health', false],
  ['get=^/health', 'GET', '/health', true],
  ['POST!=^/v1/', 'POST', '/api/pull', true],
  ['POST!=^/v1/', 'POST', '/v1/models', false],
  ['!=^/v1/', 'DELETE', '/api/delete', true],
  ['(?R)', 'GET', '/', undefined],
])('skip_auth_routes %s, %s %s: %s', (text, method, path, expected) => {
  const [rule] = skipRules(known(text), known())
  expect(rule && opens(rule, method, path)).toBe(expected)
})

test('skip_auth_regex names a path only', () => {
  const [rule] = skipRules(known(), known('GET=x'))
  expect(rule && [opens(rule, 'POST', '/GET=x'), opens(rule, 'GET', '/x')]).toEqual([true, false])
})
