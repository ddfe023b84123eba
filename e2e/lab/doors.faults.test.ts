import { expect, test } from 'vitest'
import { gatehouse } from './console.ts'
import { arrange, asRoot, labServer } from './lab.ts'
import { STATE, templateDesk, verdictOf } from './template-desk.ts'

/** A name that somebody else goes on to answer without a login: no push is proven while one of its doors is open. */

const NAME = 'ai.internal.yourcompany.com'
const OTHER = '/etc/nginx/conf.d/other.conf'
const { address } = labServer('gpu2')
/** A server of its own at the address that clients use; nginx prefers it to `*:443` whatever it is asked for. */
const server = `server { listen ${address}:443 ssl; ssl_certificate /etc/ssl/certs/internal-ca.crt; ssl_certificate_key /etc/ssl/private/internal-ca.key;
  location / { proxy_pass http://127.0.0.1:11434; } }`
const reload = 'nginx -q -s reload; sleep 1'
const logins = async () => (await gatehouse(['password', 'analyst'])).stdout.trim()

test('a server of nginx at an address of its own: refused while it is planned, undone when it came since, harmless with a login', async () => {
  const desk = templateDesk('nginx-ollama')
  const values = { logins: await logins(), replaces: '/etc/nginx/sites-enabled/ollama-secure', serverName: NAME }
  const { file } = await desk.plan('gpu2', values)
  await arrange('gpu2', `cat >${OTHER}; ${reload}`, server)
  const words = Object.entries(values).flatMap(([name, value]) => ['--set', `${name}=${value}`])
  const refused = await gatehouse(['plan', '--fleet', desk.fleet, '--host', 'gpu2', '--template', 'nginx-ollama', ...words])
  expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining(`${NAME}:443 would stay open. At ${address}:443`)])

  const before = await arrange('gpu2', STATE)
  const run = await desk.push(file)
  expect([verdictOf(run), run.stdout]).toEqual([
    'rolled back and proven',
    expect.stringContaining('At another address it answers without a login'),
  ])
  expect((await arrange('gpu2', STATE)).split('\n')).toEqual(before.split('\n'))

  const closed = server.replace('location', 'auth_basic x; auth_basic_user_file /etc/nginx/.htpasswd; location')
  await arrange('gpu2', `cat >${OTHER}; ${reload}`, closed)
  const anew = await desk.plan('gpu2', values)
  await desk.undone('gpu2', anew.file)
  await asRoot('gpu2', `rm ${OTHER}; ${reload}`)
}, 300_000)

test('a program that takes the connection before nginx does: seen by asking, undone', async () => {
  const desk = templateDesk('nginx-ollama')
  // Answers anything, for whoever comes from outside.
  await arrange(
    'gpu2',
    `ufw allow 443/tcp; ufw allow 10443/tcp; iptables -t nat -A PREROUTING -p tcp --dport 443 -j REDIRECT --to-ports 10443
     cat >/usr/local/bin/front && systemd-run --unit front python3 /usr/local/bin/front; sleep 2`,
    `import http.server, ssl
class Yes(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header("Content-Type", "application/json"); self.send_header("Content-Length", "2"); self.end_headers(); self.wfile.write(b"{}")
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); tls.load_cert_chain("/etc/ssl/certs/internal-ca.crt", "/etc/ssl/private/internal-ca.key")
at = http.server.ThreadingHTTPServer(("0.0.0.0", 10443), Yes); at.socket = tls.wrap_socket(at.socket, server_side=True); at.serve_forever()
`,
  )
  const { file } = await desk.plan('gpu2', { logins: await logins() })
  const before = await arrange('gpu2', STATE)
  const run = await desk.push(file)
  expect([verdictOf(run), run.stdout]).toEqual([
    'rolled back and proven',
    expect.stringContaining(`who asks ${address} port 443 for ${NAME} gets through without credentials`),
  ])
  expect((await arrange('gpu2', STATE)).split('\n')).toEqual(before.split('\n'))
  await arrange('gpu2', 'systemctl stop front; iptables -t nat -F PREROUTING')
  await desk.done((await desk.plan('gpu2', { logins: await logins() })).file)
}, 300_000)
