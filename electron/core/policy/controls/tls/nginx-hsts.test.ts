import { expect, test } from 'vitest'
import { tls, toOllama } from '../proxy/nginx-words.testing.ts'
import { ask, facts, outcomes, service } from '../proxy/proxy-facts.ts'
import proxySendsHsts from './proxy-sends-hsts.control.ts'

const hsts = 'add_header Strict-Transport-Security max-age=31536000;'
const other = 'add_header X-A b;'
const judged = (around: string, inside: string) =>
  outcomes(
    ask(
      proxySendsHsts,
      facts(
        `server { listen 443 ssl; ssl_certificate /c; ssl_certificate_key /k; ${around} location / { ${inside} proxy_pass http://127.0.0.1:11434; } }`,
        [service('ollama')],
      ),
    ),
  ).map((outcome) => outcome.split(':')[0])

// As nginx 1.30.6 sent it.
test.each<[name: string, around: string, inside: string, sent: boolean]>([
  ['inherited', hsts, '', true],
  ['another one in its place', hsts, other, false],
  ['both', hsts, `add_header_inherit merge; ${other}`, true],
  ['both, as is said around', `${hsts} add_header_inherit merge;`, other, true],
  ['none', hsts, 'add_header_inherit off;', false],
  ['none, as is said around', `${hsts} add_header_inherit off;`, '', false],
  ['another one again', `${hsts} add_header_inherit merge;`, `${other} add_header_inherit on;`, false],
])('HSTS and how headers are inherited: %s', (_, around, inside, sent) => {
  expect(judged(around, inside)).toEqual([sent ? 'pass' : 'warning'])
})

test('a route that two sockets lead to, as those that certbot writes, is counted once', () => {
  const both = `server { listen [::]:443 ssl ipv6only=on; ${tls} location / { ${toOllama} } }`
  const [verdict] = ask(proxySendsHsts, facts(both, [service('ollama')]))
  expect(verdict?.reason).toContain('31 of 31 forwarded routes')
})
