import { expect, test } from 'vitest'
import { arrange } from './lab.ts'
import { templateDesk } from './template-desk.ts'

const NAME = 'ai.internal.yourcompany.com'

/** oauth2-proxy beside nginx, sound: a stand-in, so what a provider says is not proven, but what nginx makes of its answers is. */
const GATEWAY = `cp /usr/bin/python3 /usr/local/lib/stand-ins/bin/oauth2-proxy
printf '%s\\n' '#!/usr/bin/python3 -I' 'import sys' 'sys.path.insert(0, "/usr/local/lib/stand-ins")' 'import pose' \\
  'pose.launch("/usr/local/lib/stand-ins/bin/oauth2-proxy", "oauth2_proxy.py")' >/usr/local/bin/oauth2-proxy
chmod 755 /usr/local/bin/oauth2-proxy
useradd --system --shell /usr/sbin/nologin --home-dir /nonexistent oauth2-proxy
mkdir -p /etc/oauth2-proxy; openssl rand -hex 32 >/etc/oauth2-proxy/client-secret
printf '%s\\n' 'http_address = "127.0.0.1:4180"' 'reverse_proxy = true' 'trusted_proxy_ips = ["127.0.0.1/32"]' 'provider = "oidc"' \\
  'oidc_issuer_url = "https://login.lab.internal/realms/ai"' 'client_id = "gpu2"' 'client_secret_file = "/etc/oauth2-proxy/client-secret"' \\
  "cookie_secret = \\"$(openssl rand -base64 32 | tr -- '+/' '-_')\\"" 'email_domains = ["lab.internal"]' 'allowed_groups = ["ai-users"]' \\
  'cookie_samesite = "lax"' 'upstreams = ["static://202"]' 'set_xauthrequest = true' >/etc/oauth2-proxy/oauth2-proxy.cfg
chown -R root:oauth2-proxy /etc/oauth2-proxy; chmod 640 /etc/oauth2-proxy/*
printf '%s\\n' '[Service]' User=oauth2-proxy Group=oauth2-proxy 'ExecStart=/usr/local/bin/oauth2-proxy --config=/etc/oauth2-proxy/oauth2-proxy.cfg' \\
  >/etc/systemd/system/oauth2-proxy.service
systemctl daemon-reload; systemctl start oauth2-proxy
for _ in $(seq 50); do curl -s -m 2 -o /dev/null http://127.0.0.1:4180/ping && exit 0; sleep 0.2; done; exit 1`

test('oauth2-proxy: an unverified provider, everybody let in, cookies in clear', async () => {
  const desk = templateDesk('oauth2-proxy-oidc')
  await arrange(
    'gpu2',
    `${GATEWAY.replace(/\nfor _ in .*$/s, '')}
     sed -i -e '/^email_domains/c email_domains = ["*"]' -e '/^allowed_groups/d' /etc/oauth2-proxy/oauth2-proxy.cfg
     printf '%s\\n' 'ssl_insecure_skip_verify = true' 'cookie_secure = false' 'auth_logging = false' >>/etc/oauth2-proxy/oauth2-proxy.cfg
     systemctl restart oauth2-proxy; sleep 2`,
  )
  const values = { issuer: 'https://login.lab.internal/realms/ai', client: 'gpu2', domains: 'lab.internal', groups: 'ai-users' }
  const { file, plan } = await desk.plan('gpu2', values)
  expect(plan.parameters).toMatchObject({ unit: 'oauth2-proxy.service', port: 4180 })
  const failed = plan.turns.filter(({ status }) => status === 'fail').map(({ control }) => control)
  for (const control of ['cookie-flags-set', 'logs-logins', 'provider-verified', 'users-restricted'])
    expect(failed).toContain(`oauth2-proxy-${control}`)
  await desk.undone('gpu2', file)
  await desk.done(file)
  const words = await arrange('gpu2', 'tr "\\0" "\\n" </proc/$(systemctl show -p MainPID --value oauth2-proxy)/cmdline')
  expect(words.split('\n')).toEqual(
    expect.arrayContaining(['--email-domain=lab.internal', '--allowed-group=ai-users', '--cookie-secure=true']),
  )
  const ask = (what: string) => arrange('gpu2', `curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:4180${what}`)
  expect([await ask('/ping'), await ask('/oauth2/auth')]).toEqual(['200', '401'])
  expect(await ask("/oauth2/auth -H 'Cookie: _oauth2_proxy=lab-session'")).toBe('202')
  expect(await desk.takenBack(plan)).toBe('committed and proven')
  await arrange(
    'gpu2',
    'rm -r /etc/oauth2-proxy /etc/systemd/system/oauth2-proxy.service; systemctl daemon-reload; pkill oauth2-proxy; userdel oauth2-proxy',
  )
}, 400_000)

test('nginx asks oauth2-proxy in front of Ollama: only a session gets through', async () => {
  const desk = templateDesk('oauth2-proxy-nginx')
  await arrange('gpu2', GATEWAY)
  const { file, plan } = await desk.plan('gpu2')
  expect(plan.turns).toContainEqual(expect.objectContaining({ control: 'management-endpoints-restricted', status: 'fail' }))
  expect(plan.parameters).toMatchObject({ serverName: NAME, gatewayPort: 4180, replaces: ['/etc/nginx/sites-enabled/ollama-secure'] })
  await desk.undone('gpu2', file)
  await desk.done(file)
  const ask = (words: string) =>
    arrange('gpu2', `curl -sk --resolve ${NAME}:443:127.0.0.1 -o /dev/null -w '%{http_code}' https://${NAME}${words}`)
  const session = `-H 'Cookie: _oauth2_proxy=lab-session'`
  expect([await ask('/api/tags'), await ask(`/api/tags -H 'Cookie: _oauth2_proxy=other'`)]).toEqual(['401', '401'])
  expect(await ask(`/api/chat ${session} -d '{"model":"llama3.2"}'`)).toBe('200')
  expect(await ask(`/api/pull ${session} -d '{"model":"x"}'`)).toBe('403')
  expect([await ask(`/api/signout ${session} -d ''`), await ask('/oauth2/auth')]).toEqual(['404', '404'])
  await arrange('gpu2', 'systemctl stop oauth2-proxy')
  expect(await ask(`/api/tags ${session}`)).toBe('500')
}, 300_000)
