import { expect, test } from 'vitest'
import { finding } from '../../stores/__fixtures__/hosts.ts'
import { evidenceText } from './evidence-text.ts'

const proof = {
  section: 'nginx',
  command: 'sudo nginx -T',
  exitCode: 0,
  durationMs: 20,
  sha256: 'ab',
  lines: [{ number: 24, text: 'proxy_pass http://127.0.0.1:11434;', note: 'Passed on without a login.' }],
}

test('a ticket says on which host, about what, and how it is known', () => {
  const one = finding('INF-3', 'fail', { title: 'No login', subject: 'team-42.example:443', reason: 'Forwarded: GET /', evidence: [proof] })
  expect(evidenceText('gpu-02', one)).toBe(
    [
      'gpu-02, INF-3: No login: team-42.example:443 (fail)',
      'Forwarded: GET /',
      '$ sudo nginx -T\n# exit 0, sha256 ab\n  24  proxy_pass http://127.0.0.1:11434;\n      ^ Passed on without a login.',
    ].join('\n\n'),
  )
})

test('what is about the whole host names nothing', () =>
  expect(evidenceText('gpu-02', finding('INF-7', 'pass', { title: 'IPv6 is filtered', subject: '', reason: '' }))).toContain(
    'INF-7: IPv6 is filtered (pass)',
  ))
