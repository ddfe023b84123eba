import { type DemoHost, text } from '../../demo/demo-host.ts'
import { ollama, rules } from '../bases.ts'
import { applied, type CorpusHost, corpusHost, type Sin } from '../corpus-host.ts'
import { on, withFiles, withFirewall, withListener } from '../sins/host.ts'
import { closedToJump, ollamaOn, openToJump } from '../sins/listening.ts'
import { caddyCertificate, issuedUntil } from '../tls-doors.ts'

const engine = { handler: 'reverse_proxy', upstreams: [{ dial: '127.0.0.1:11434' }] }
const login = { handler: 'authentication', providers: { http_basic: { accounts: [{ username: 'team', password: 'masked' }] } } }
const hsts = { handler: 'headers', response: { set: { 'Strict-Transport-Security': ['max-age=31536000'] } } }
const users = { match: [{ path: ['/api/chat', '/api/generate', '/v1/*'] }], handle: [engine] }
const managers = {
  match: [
    { path: ['/api/pull', '/api/push', '/api/create', '/api/copy', '/api/delete', '/api/blobs/*'], remote_ip: { ranges: ['10.0.1.5'] } },
  ],
  handle: [engine],
}
const rest = { handle: [{ handler: 'static_response', status_code: 404 }] }

const host = ['vllm.dc1.example']

interface Caddy {
  readonly admin?: object
  readonly before?: readonly object[]
  readonly routes?: readonly object[]
  readonly server?: object
  /** Where a second server listens, with the same routes. */
  readonly beside?: string
}

/** A site with TLS, a login before everything, and management for one host. */
const configuration = ({ admin, before = [hsts, login], routes = [managers, users, rest], server, beside }: Caddy) => {
  const all = [{ match: [{ host }], handle: [{ handler: 'subroute', routes: [{ handle: before }, ...routes] }], terminal: true }]
  const srv0 = { listen: [':443'], logs: {}, routes: all, ...server }
  return { ...(admin && { admin }), apps: { http: { servers: { srv0, ...(beside && { srv1: { listen: [beside], routes: all } }) } } } }
}

const { nginx: _, ...withoutNginx } = ollama
/** Ollama behind Caddy instead of nginx. */
const base: DemoHost = {
  ...withoutNginx,
  name: 'caddy',
  caddy: configuration({}),
  files: new Map([...ollama.files].filter(([path]) => !path.startsWith('/etc/nginx/'))),
  listeners: ollama.listeners.map((one) => (one.process === 'nginx' ? { ...one, process: 'caddy', pid: 880 } : one)),
  processes: [
    ...ollama.processes.filter(({ name }) => name !== 'nginx'),
    {
      pid: 880,
      ppid: 1,
      user: 'caddy',
      uid: 989,
      name: 'caddy',
      argv: ['/usr/bin/caddy', 'run', '--environ', '--config', '/etc/caddy/Caddyfile'],
      cgroup: '/system.slice/caddy.service',
    },
  ],
}
const says = (caddy: Caddy): Sin => on((host) => ({ ...host, caddy: configuration(caddy) }))

const shown = applied({
  base,
  sins: [
    openToJump,
    withFirewall(rules({ inbound: ['ip saddr 10.20.0.10 tcp dport 443 accept'] })),
    withFiles({ [caddyCertificate]: text(issuedUntil('2041-01-01T00:00:00Z')) }),
  ],
})

/** Caddy in front, one thing wrong at a time. */
export const caddy: readonly CorpusHost[] = [
  corpusHost('caddy', 'Ollama behind Caddy with a login, management for one host only', base),
  corpusHost('caddy-admin-wide', 'Its admin endpoint is open to the network', base, says({ admin: { listen: '0.0.0.0:2019' } })),
  corpusHost('caddy-admin-off', 'Its admin endpoint is off', base, says({ admin: { disabled: true } })),
  corpusHost('caddy-without-login', 'No login', base, says({ before: [hsts] })),
  corpusHost(
    'caddy-login-too-late',
    'The login stands behind what forwards',
    base,
    says({ before: [hsts], routes: [managers, users, { handle: [login] }, rest] }),
  ),
  corpusHost('caddy-management-for-all', 'Every user may pull and delete', base, says({ routes: [{ handle: [engine] }] })),
  corpusHost(
    'caddy-plain-http-beside',
    'Another port forwards in clear',
    base,
    withListener({ protocol: 'tcp', address: '*', port: 8080, process: 'caddy', pid: 880 }),
    closedToJump(8080),
    says({ beside: ':8080' }),
  ),
  corpusHost(
    'caddy-old-tls',
    'TLS 1.0 is still allowed',
    base,
    says({ server: { tls_connection_policies: [{ protocol_min: 'tls1.0' }] } }),
  ),
  corpusHost('caddy-without-hsts', 'No Strict-Transport-Security', base, says({ before: [login] })),
  corpusHost('caddy-passed-by', 'Ollama listens on every interface', base, ollamaOn('*')),
  corpusHost('caddy-seen', 'Caddy answers the jump host', shown),
  corpusHost(
    'caddy-seen-expired',
    'The certificate that it serves has ended',
    shown,
    withFiles({ [caddyCertificate]: text(issuedUntil('2026-11-01T00:00:00Z')) }),
  ),
]
