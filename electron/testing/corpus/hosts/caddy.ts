import { type DemoHost, directory, file, text } from '../../demo/demo-host.ts'
import { ollama, rules } from '../bases.ts'
import { applied, type CorpusHost, corpusHost, type Sin } from '../corpus-host.ts'
import { below, on, withFiles, withFirewall, withListener, withProcess, withUnit } from '../sins/host.ts'
import { closedToJump, ollamaOn, openToJump } from '../sins/listening.ts'
import { withSoftware, withSystem } from '../sins/system.ts'
import { caddyCertificate, issuedUntil } from '../tls-doors.ts'
import { says as gatewaySays, oauth2Proxy } from './sso.ts'

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
  /** How its log file is rolled; without, it writes to the journal. */
  readonly log?: object
}

/** A site with TLS, a login before everything, and management for one host. */
const configuration = ({ admin, before = [hsts, login], routes = [managers, users, rest], server, beside, log }: Caddy) => {
  const all = [{ match: [{ host }], handle: [{ handler: 'subroute', routes: [{ handle: before }, ...routes] }], terminal: true }]
  const srv0 = { listen: [':443'], logs: {}, routes: all, ...server }
  const logging = log && { logs: { default: { writer: { output: 'file', filename: '/var/log/nginx/caddy.log', ...log } } } }
  return {
    ...(admin && { admin }),
    ...(logging && { logging }),
    apps: { http: { servers: { srv0, ...(beside && { srv1: { listen: [beside], logs: {}, routes: all } }) } } },
  }
}

const { nginx: _, ...withoutNginx } = ollama
const caddyfile = '/etc/caddy/Caddyfile'
const store = '/var/lib/caddy/.local/share/caddy'
const key = `${store}/certificates/acme-v02.api.letsencrypt.org-directory/vllm.dc1.example/vllm.dc1.example.key`
/** Ollama behind Caddy instead of nginx. */
const base: DemoHost = {
  ...withoutNginx,
  name: 'caddy',
  caddies: [configuration({})],
  accounts: [...ollama.accounts, { name: 'caddy', uid: 989, gid: 989, home: '/var/lib/caddy', shell: '/usr/sbin/nologin' }],
  groups: [...ollama.groups, { name: 'caddy', gid: 989, members: [] }],
  units: [
    ...ollama.units.filter(({ id }) => id !== 'nginx.service'),
    { id: 'caddy.service', properties: { MainPID: '880', ActiveState: 'active', User: 'caddy', Group: 'caddy' } },
  ],
  files: new Map([
    ...[...ollama.files].filter(([path]) => !path.startsWith('/etc/nginx/')),
    ['/etc/caddy', directory('root', 0o755)],
    [caddyfile, file('root', 0o640, 17, 'caddy')],
    ['/var/lib/caddy', directory('caddy', 0o755)],
    [store, directory('caddy', 0o700)],
    [key, file('caddy', 0o600, 227)],
  ]),
  listeners: [
    ...ollama.listeners.map((one) => (one.process === 'nginx' ? { ...one, process: 'caddy', pid: 880 } : one)),
    { protocol: 'tcp', address: '127.0.0.1', port: 2019, process: 'caddy', pid: 880 },
  ],
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
const says = (caddy: Caddy): Sin => on((host) => ({ ...host, caddies: [configuration(caddy)] }))

const filed = applied({
  base,
  sins: [says({ log: { roll: false } }), withSystem(() => ({ logrotate: ['daily', 'rotate 90'] }))],
})

const shown = applied({
  base,
  sins: [
    openToJump,
    withFirewall(rules({ inbound: ['ip saddr 10.20.0.10 tcp dport 443 accept'] })),
    withFiles({ [caddyCertificate]: text(issuedUntil('2041-01-01T00:00:00Z')) }),
  ],
})

const person = { ppid: 1, user: 'okafor', uid: 1000, cgroup: '/user.slice/user-1000.slice/session-4.scope' }
const beside = (pid: number, name: string, port: number, ...argv: readonly string[]): readonly Sin[] => [
  withProcess({ ...person, pid, name, argv }),
  withListener({ protocol: 'tcp', address: '127.0.0.1', port, process: name, pid }),
]

/** A cluster and an interface that ask nobody, for this machine only. */
const workbench = applied({
  base: { ...base, name: 'workbench' },
  sins: [
    ...beside(2101, 'dashboard.py', 8265, '/usr/bin/python3', '/opt/ray/dashboard/dashboard.py', '--host=127.0.0.1', '--port=8265'),
    ...beside(2103, 'comfyui', 8188, '/opt/comfy/bin/python3', '/opt/ComfyUI/main.py', '--listen', '127.0.0.1'),
  ],
})
const led = (beginning: string, dial: string) => ({
  match: [{ path: [`${beginning}/*`] }],
  handle: [
    { handler: 'rewrite', strip_path_prefix: beginning },
    { handler: 'reverse_proxy', upstreams: [{ dial }] },
  ],
})

/** Logins at oauth2-proxy instead of Caddy's own. */
const single = applied({
  base: { ...base, name: 'single' },
  sins: [
    ...oauth2Proxy,
    says({ before: [hsts], routes: [{ handle: [{ handler: 'reverse_proxy', upstreams: [{ dial: '127.0.0.1:4180' }] }] }] }),
  ],
})

/** Caddy in front, one thing wrong at a time. */
export const caddy: readonly CorpusHost[] = [
  corpusHost('caddy', 'Ollama behind Caddy with a login, management for one host only', base),
  corpusHost('caddy-admin-wide', 'Its admin endpoint is open to the network', base, says({ admin: { listen: '0.0.0.0:2019' } })),
  corpusHost('caddy-every-account', 'Every account of the provider is a user', single, gatewaySays('email_domains = ["*"]')),
  corpusHost(
    'caddy-of-last-year',
    'Caddy from the archive of its makers, and not updated since',
    base,
    withSoftware({ packages: [...base.software.packages, ['caddy', '2.10.2', 'Matthew Holt <mholt@users.noreply.github.com>']] }),
  ),
  corpusHost('caddy-admin-off', 'Its admin endpoint is off', base, says({ admin: { disabled: true } })),
  corpusHost('caddy-without-login', 'No login', base, says({ before: [hsts] })),
  corpusHost(
    'caddy-any-token',
    'A token is asked for, whatever it is',
    base,
    says({
      before: [hsts],
      routes: [
        { match: [{ header: { Authorization: ['Bearer *'] } }], handle: [{ handler: 'subroute', routes: [managers, users] }] },
        rest,
      ],
    }),
  ),
  corpusHost(
    'caddy-login-too-late',
    'The login stands behind what forwards',
    base,
    says({ before: [hsts], routes: [managers, users, { handle: [login] }, rest] }),
  ),
  corpusHost('caddy-workbench', 'A cluster and an interface that ask nobody, on loopback', workbench),
  corpusHost(
    'caddy-workbench-open',
    'Caddy leads to both before it asks for a login',
    workbench,
    says({
      before: [hsts],
      routes: [led('/ray', 'localhost:8265'), led('/art', '127.0.0.1:8188'), { handle: [login] }, managers, users, rest],
    }),
  ),
  corpusHost('caddy-management-for-all', 'Every user may pull and delete', base, says({ routes: [{ handle: [engine] }] })),
  corpusHost(
    'caddy-plain-http-beside',
    'Port 80 forwards in clear',
    base,
    withListener({ protocol: 'tcp', address: '*', port: 80, process: 'caddy', pid: 880 }),
    closedToJump(80),
    says({ beside: ':80' }),
  ),
  corpusHost(
    'caddy-old-tls',
    'TLS 1.0 is still allowed',
    base,
    says({ server: { tls_connection_policies: [{ protocol_min: 'tls1.0' }] } }),
  ),
  corpusHost(
    'caddy-without-forward-secrecy',
    'A suite is named whose keys are those of the certificate',
    base,
    says({ server: { tls_connection_policies: [{ cipher_suites: ['TLS_RSA_WITH_AES_128_GCM_SHA256'] }] } }),
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
  corpusHost('caddy-other-port-encrypted', 'The same on another port, which Caddy encrypts by itself', base, [
    withListener({ protocol: 'tcp', address: '*', port: 8443, process: 'caddy', pid: 880 }),
    closedToJump(8443),
    says({ beside: ':8443' }),
  ]),
  corpusHost('caddy-without-log', 'No access log', base, says({ server: { logs: undefined } })),
  corpusHost(
    'caddy-credentials-logged',
    'Passwords are written to the log',
    base,
    says({ server: { logs: { should_log_credentials: true } } }),
  ),
  corpusHost('caddy-logs-kept', 'A file that Caddy does not roll is left to logrotate', filed),
  corpusHost('caddy-logs-of-two-weeks', 'Caddy deletes its log after two weeks', filed, says({ log: { roll: true, roll_keep_days: 14 } })),
  corpusHost(
    'caddy-file-of-a-person',
    'A group may write the Caddyfile',
    base,
    withFiles({ [caddyfile]: file('root', 0o664, 9, 'video') }),
  ),
  corpusHost(
    'caddy-file-for-all',
    'Every account reads the hashes in the Caddyfile',
    base,
    withFiles({ [caddyfile]: file('root', 0o644, 17) }),
  ),
  corpusHost('caddy-file-missing', 'Its Caddyfile lies where nobody looks', base, withFiles({ [caddyfile]: undefined })),
  corpusHost(
    'caddy-keys-for-all',
    'Keys and their folder were opened for a backup',
    base,
    below(store, (one) => ({ ...one, mode: one.mode | 0o055 })),
  ),
  corpusHost(
    'caddy-keys-elsewhere',
    'XDG_DATA_HOME leads elsewhere',
    base,
    withUnit('caddy.service', { Environment: 'XDG_DATA_HOME=/srv/tls' }),
  ),
  corpusHost(
    'caddy-resumes',
    'Started with --resume, what it saved is closed',
    base,
    withFiles({ '/var/lib/caddy/.config/caddy/autosave.json': file('caddy', 0o600, 900) }),
    on((host) => ({
      ...host,
      processes: host.processes.map((one) =>
        one.name === 'caddy' ? { ...one, argv: ['/usr/bin/caddy', 'run', '--environ', '--resume'] } : one,
      ),
    })),
  ),
  corpusHost(
    'caddy-second',
    'A second Caddy of another unit, without a login and with an open admin endpoint',
    base,
    withListener({ protocol: 'tcp', address: '*', port: 8443, process: 'caddy', pid: 881 }),
    closedToJump(8443),
    on((host) => ({
      ...host,
      caddies: [...(host.caddies ?? []), configuration({ admin: { listen: ':2020' }, before: [hsts], server: { listen: [':8443'] } })],
      units: [
        ...host.units,
        { id: 'caddy-labs.service', properties: { MainPID: '881', ActiveState: 'active', User: 'caddy', Group: 'caddy' } },
      ],
      processes: [
        ...host.processes,
        ...host.processes.flatMap((one) =>
          one.name === 'caddy' ? [{ ...one, pid: 881, cgroup: '/system.slice/caddy-labs.service' }] : [],
        ),
      ],
    })),
  ),
]
