import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { awks } from '#testing/installed.ts'
import { maskedLines } from './mask.ts'

const printed = (text: string): readonly string[] =>
  awks.map(([program = '', ...args]) => spawnSync(program, [...args, maskedLines], { input: text, encoding: 'utf8' }).stdout)

/** As each awk has it, read back. */
const masked = (config: unknown, space?: number): unknown => {
  const [first, ...others] = printed(JSON.stringify(config, null, space)).map((text) => JSON.parse(text.replaceAll('\n', '')) as unknown)
  for (const other of others) expect(other).toEqual(first)
  return first
}

const matcher = (match: unknown) => ({ apps: { http: { servers: { s: { listen: [':80'], routes: [{ match: [match] }] } } } } })

test.each<[string, unknown, unknown]>([
  ['a key', { header: { 'X-Whatever': ['0123456789'] } }, { header: { 'X-Whatever': ['masked'] } }],
  [
    'each of several, their words and their stars',
    { header: { Authorization: ['Bearer 0123456789', 'Bearer *', 'Bearer abc*', '*0123456789*', '', 'bearer a"b\\'] } },
    { header: { Authorization: ['Bearer masked', 'Bearer *', 'Bearer short*', '*masked*', '', 'bearer short'] } },
  ],
  [
    'what looks like a key',
    {
      header: { 'X-Key': ['Bearer JMPFXBuLtxUo6gsi2Gka*', 'my-long-long-long-word'] },
      header_regexp: { 'X-Key': { pattern: '^JMPFXBuLtxUo6gsi2Gka' }, 'X-Jwt': { pattern: '^eyJhbGciOiJIUzI1NiIsInR5' } },
    },
    {
      header: { 'X-Key': ['Bearer maskedrandom*', 'masked'] },
      header_regexp: { 'X-Key': { pattern: '^maskedrandom' }, 'X-Jwt': { pattern: '^masked' } },
    },
  ],
  [
    'what guides print where a key belongs',
    {
      header: {
        Authorization: [
          'Bearer changeme',
          'Bearer your-secret-key',
          'Bearer token-abc123',
          'Bearer my-secret-key',
          'Bearer yours-9fQ.2xL8',
        ],
      },
      header_regexp: { 'X-Key': { pattern: '^your_api_key$' } },
    },
    {
      header: { Authorization: ['Bearer change-me', 'Bearer change-me', 'Bearer change-me', 'Bearer change-me', 'Bearer masked'] },
      header_regexp: { 'X-Key': { pattern: '^change-me$' } },
    },
  ],
  ['none', { header: { 'X-Key': null, 'User-Agent': ['curl*'] } }, { header: { 'X-Key': null, 'User-Agent': ['curl*'] } }],
  [
    'placeholders',
    { header: { 'X-Key': ['{env.K}', 'Bearer {file./run/key}', '{env.K:0123456789}', '0123{4567}', '{http.request.host}'] } },
    { header: { 'X-Key': ['{env.K}', 'Bearer {file./run/key}', '{env.K:}', 'shortmasked', '{http.request.host}'] } },
  ],
  ['a parameter', { query: { key: ['0123456789', '*'] }, path: ['/v1/*'] }, { query: { key: ['masked', '*'] }, path: ['/v1/*'] }],
  [
    'patterns',
    {
      header_regexp: {
        Authorization: { name: 'a', pattern: '^Bearer\\s+(sk-0123456789|[A-Za-z0-9]+\\d)$' },
        Origin: { pattern: 'https://a-long-name' },
      },
    },
    {
      header_regexp: {
        Authorization: { name: 'a', pattern: '^Bearer\\s+(masked|[A-Za-z0-9]+\\d)$' },
        Origin: { pattern: 'https://a-long-name' },
      },
    },
  ],
  [
    'placeholders in patterns, which Caddy does not fill in',
    { header_regexp: { Authorization: { pattern: '^Bearer {env.OLLAMA_API_KEY}$' }, 'X-Key': { pattern: '[a-z]{8}{x}' } } },
    { header_regexp: { Authorization: { pattern: '^Bearer short$' }, 'X-Key': { pattern: '[a-z]{8}{x}' } } },
  ],
  ['inside a negation', { not: [{ header: { 'X-Key': ['0123456789'] } }] }, { not: [{ header: { 'X-Key': ['masked'] } }] }],
  ['an expression', { expression: '{http.request.header.X} == "0123456789"' }, { expression: 'masked' }],
  [
    'an expression as of Caddy 2.8',
    { expression: { expr: 'a == "0123456789"', name: 'n' } },
    { expression: { expr: 'masked', name: 'n' } },
  ],
])('a configuration without %s', (_, given, expected) => {
  expect(awks.length).toBeGreaterThan(0)
  expect(masked(matcher(given))).toEqual(matcher(expected))
  expect(masked(matcher(given), 2)).toEqual(matcher(expected))
})

test('a header that the proxy sets is masked, what it names stays', () => {
  const sets = (key: string) => ({
    handler: 'reverse_proxy',
    headers: { request: { set: { Authorization: [key], Host: ['ollama-host'] } } },
  })
  expect(masked(sets('Bearer 0123456789'))).toEqual(sets('Bearer masked'))
})

test('under whatever name it is sent, and where it takes the place of the client’s', () => {
  const changes = (key: string) => ({
    handler: 'headers',
    request: {
      set: { 'X-Auth-Pass': [key, '{http.auth.user.id}'], 'X-Forwarded-Proto': ['https-anyway'] },
      add: { 'X-Internal': [key] },
      delete: ['X-Api-Anything'],
      replace: { Authorization: [{ search_regexp: '^Basic.*$', replace: `Bearer ${key}` }] },
    },
    response: { set: { 'Strict-Transport-Security': ['max-age=63072000'] } },
  })
  expect(masked(changes('0123456789'))).toEqual(changes('masked'))
  const rewrite = { handler: 'rewrite', uri_substring: [{ find: '/version1', replace: '/version1/beta' }] }
  expect(masked(rewrite)).toEqual(rewrite)
})

test('property: what is no secret is the same afterwards, whatever stands in it', () => {
  const text = fc.string({ unit: fc.constantFrom('"', '\\', '{', '[', ',', ':', '}', ']', 'a', ' ', 'é', '/') })
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      text,
      fc.boolean(),
      fc.integer(),
      fc.constant(null),
      fc.array(tie('any')),
      fc.dictionary(text, tie('any')),
    ),
  })).any
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 1), (inner, space) => {
      expect(masked({ apps: inner }, space)).toEqual({ apps: JSON.parse(JSON.stringify(inner)) })
    }),
    { numRuns: 40 },
  )
})

test('a line holds no more than it did', () => {
  for (const one of printed('{"apps":{"http":{"a":[{"b":1},{"c":["x","y"]}]}}}\n'))
    expect(one).toBe('{\n"apps":{\n"http":{\n"a":[\n{\n"b":1},\n{\n"c":["x",\n"y"]}]}}}\n')
})
