import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { render } from '#core/push/templates/render.ts'
import { shippedTemplate } from '#core/push/templates/templates.ts'
import { adaptedCaddyfile } from './caddyfile.ts'

/** Written by `caddy adapt` (2.6.2, Debian 12) of the files that the template makes of these values. */
const adapted = JSON.parse(readFileSync(new URL('__fixtures__/caddy-ollama.json', import.meta.url), 'utf8'))

const { files } = render(shippedTemplate('caddy-ollama').manifest, {
  ...{ serverName: 'ai.example', certificate: '/etc/ssl/a.pem', certificateKey: '/etc/ssl/a.key', port: 11434, caddyGroup: 997 },
  ...{ logins: ['ada', 'bob'].map((name) => `${name}:$2b$12$${'a'.repeat(53)}`), modelAdmins: ['10.0.1.5', 'fd00::/8'] },
})
const contentOf = (path: string) => files.find((file) => file.path === path)?.content
const text = contentOf('/etc/caddy/Caddyfile') ?? ''

test('what the template writes means what Caddy says that it means', () => expect(adaptedCaddyfile(text, contentOf)).toEqual(adapted))

test.each([
  ['an import that is not there', text, () => undefined],
  ['a directive that is not modelled', text.replace('respond 404', 'redir /'), contentOf],
  ['a way to the upstream that is not modelled', text.replace('flush_interval -1', 'lb_policy first'), contentOf],
  ['a matcher that is not modelled', text.replace('remote_ip 127.0.0.1', 'header X-Key s'), contentOf],
  ['two sites', `${text}https://b.example {\n    respond 404\n}\n`, contentOf],
  ['no site', '', contentOf],
])('nothing is guessed of %s', (_, caddyfile, imported) => expect(adaptedCaddyfile(caddyfile, imported)).toBeUndefined())
