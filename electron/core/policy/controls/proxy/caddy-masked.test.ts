import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { awks } from '#testing/installed.ts'
import { maskedLines } from '../../../facts/caddy/mask.ts'
import { given, site, toOllama } from './caddy-sites.testing.ts'
import { ask, outcomes } from './proxy-facts.ts'
import requiresAuthentication from './proxy-requires-authentication.control.ts'

/** What hosts send in place of a key must prove no more than the key. */
const key = 'JMPFXBuLtxUo6gsiZGkaHYmep85Eeu3D'
const matchers: readonly object[] = [
  ...[
    key,
    `Bearer ${key}`,
    'Bearer abc',
    'Bearer sk-proj-*',
    '*session=*',
    '*authenticated=1*',
    `*auth=${key}*`,
    'authenticated=1; path=/x',
  ].map((value) => ({ header: { Cookie: [value] } })),
  ...[
    'ann@example.org',
    '192.168.100.200',
    '10.20.30.0/24',
    'fe80::1:2:3',
    'api.example.org',
    '*@example.org',
    'a b c d e f',
    'a-long-word',
  ].map((value) => ({ header: { 'X-User-Email': [value] } })),
  ...['change-me', 'Bearer change-me', 'sk-1234', 'your-api-key', 'my-secret-key', 'token-abc123', 'EMPTY'].map((value) => ({
    header: { Authorization: [value] },
  })),
  ...[`^Bearer ${key}$`, '^Bearer .+', '^change-me$', '^Bearer sk-internal-', '(^|; )session_id=([^;]+)', '^abcdefgh\\d+$'].map(
    (pattern) => ({
      header_regexp: { Authorization: { pattern } },
    }),
  ),
  ...[key, 'abc', 'change-me', '192.168.100.200'].map((value) => ({ query: { key: [value] } })),
]

test.each(matchers)('judged as if it were not masked: %j', (matcher) => {
  const judged = (configuration: unknown) => outcomes(ask(requiresAuthentication, given(configuration)))
  const plain = site([{ match: [matcher], handle: [toOllama] }])
  const expected = judged(plain)
  for (const [program = '', ...args] of awks) {
    const { stdout } = spawnSync(program, [...args, maskedLines], { input: JSON.stringify(plain), encoding: 'utf8' })
    expect(judged(JSON.parse(stdout.replaceAll('\n', '')))).toEqual(expected)
    expect(stdout).not.toContain(key)
  }
})
