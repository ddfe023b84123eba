import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { gatehouse } from './console.ts'
import { arrange } from './lab.ts'
import { templateDesk } from './template-desk.ts'

const NAME = 'ai.internal.yourcompany.com'

/** Caddy of this machine instead of nginx, as Debian's package starts it: TLS, and Ollama without a login. */
const CADDY = `base64 -d >/usr/bin/caddy; chmod 755 /usr/bin/caddy
useradd --system --shell /usr/sbin/nologin --home-dir /var/lib/caddy --create-home caddy
mkdir -p /etc/caddy/tls /var/log/caddy; chown caddy: /var/log/caddy; chmod 750 /var/log/caddy
cp /etc/ssl/certs/internal-ca.crt /etc/caddy/tls/ai.crt; cp /etc/ssl/private/internal-ca.key /etc/caddy/tls/ai.key
chown -R root:caddy /etc/caddy/tls; chmod 750 /etc/caddy/tls; chmod 640 /etc/caddy/tls/ai.key
printf '%s\\n' 'https://${NAME} {' '  tls /etc/caddy/tls/ai.crt /etc/caddy/tls/ai.key' '  reverse_proxy 127.0.0.1:11434' '}' >/etc/caddy/Caddyfile
printf '%s\\n' '[Service]' User=caddy Group=caddy 'ExecStart=/usr/bin/caddy run --environ --config /etc/caddy/Caddyfile' \\
  'ExecReload=/usr/bin/caddy reload --config /etc/caddy/Caddyfile --force' AmbientCapabilities=CAP_NET_BIND_SERVICE PrivateTmp=true ProtectSystem=full >/etc/systemd/system/caddy.service
systemctl disable -q --now nginx; systemctl daemon-reload; systemctl start caddy
for _ in $(seq 50); do curl -s -m 2 -o /dev/null http://127.0.0.1:2019/config/ && exit 0; sleep 0.2; done; exit 1`

test('Caddy in front of Ollama: everybody got in, and then only who has a login', async () => {
  const desk = templateDesk('caddy-ollama')
  await arrange('gpu2', CADDY, readFileSync('/usr/bin/caddy').toString('base64'))
  const made = await gatehouse(['password', 'analyst'])
  const password = /once: (\S+)/.exec(made.stderr)?.[1] ?? expect.fail()
  const { file, plan } = await desk.plan('gpu2', { logins: made.stdout.trim() })
  expect(plan.turns).toContainEqual(expect.objectContaining({ control: 'proxy-requires-authentication', status: 'fail' }))
  expect(plan.parameters).toMatchObject({ serverName: NAME, port: 11434, certificate: '/etc/caddy/tls/ai.crt' })
  expect(JSON.stringify(plan.files)).not.toContain('$2b$10$')
  await desk.undone('gpu2', file)
  await desk.done(file)
  const ask = (words: string) =>
    arrange('gpu2', `curl -sk --resolve ${NAME}:443:127.0.0.1 -o /dev/null -w '%{http_code}' https://${NAME}${words}`)
  expect([await ask('/api/tags'), await ask('/api/tags -u analyst:wrong-password')]).toEqual(['401', '401'])
  expect(await ask(`/api/chat -u analyst:${password} -d '{"model":"llama3.2"}'`)).toBe('200')
  expect(await ask(`/api/signout -u analyst:${password} -d ''`)).toBe('404')
  const [line = ''] = (await arrange('gpu2', 'cat /var/log/caddy/gatehouse-ollama.log')).trim().split('\n')
  expect(JSON.parse(line)).toMatchObject({ status: 401, request: { uri: '/api/tags' } })
  expect(await arrange('gpu2', 'stat -c "%U:%G %a" /etc/caddy/gatehouse-logins.caddy')).toBe('root:caddy 640\n')
}, 300_000)

test('what Caddy does not take is refused by the host, and nothing is left there', async () => {
  const desk = templateDesk('caddy-ollama')
  const made = await gatehouse(['password', 'a'])
  const { file } = await desk.plan('gpu2', { logins: made.stdout.trim(), certificate: '/etc/caddy/tls/none.pem' })
  const before = await arrange('gpu2', 'ls -la /etc/caddy /var/log/caddy')
  const run = await desk.push(file)
  expect([run.status, run.stderr]).toEqual([2, expect.stringMatching(/none\.pem/)])
  expect(await arrange('gpu2', 'ls -la /etc/caddy /var/log/caddy')).toBe(before)
}, 120_000)
