import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { known, unknown } from '../../../facts/fact.ts'
import inferenceBehindProxy from '../inference/inference-behind-proxy.control.ts'
import engineRequiresKey from './engine-requires-key-when-exposed.control.ts'
import managementRestricted from './management-endpoints-restricted.control.ts'
import managementDirect from './management-not-directly-reachable.control.ts'
import { ask, facts, outcomes, policyContext, service } from './proxy-facts.ts'
import proxyRequiresAuthentication from './proxy-requires-authentication.control.ts'

const recorded = (name: string) => readFileSync(new URL(`../../../facts/nginx/__fixtures__/${name}.txt`, import.meta.url), 'utf8')
const tls = 'listen 443 ssl; server_name ai.example; ssl_certificate a.crt; ssl_certificate_key a.key;'
const basic = 'auth_basic "x"; auth_basic_user_file /etc/nginx/.htpasswd;'
const toOllama = 'proxy_pass http://127.0.0.1:11434;'
const admins = policyContext({ modelAdmins: ['10.0.1.5', '10.0.9.0/24'] })

describe('a name at every address of its port', () => {
  const own = `server { ${tls} ${basic} location / { ${toOllama} } }`
  const by = (listen: string, more = '') =>
    `server { listen ${listen} ssl; server_name other.example; ssl_certificate a.crt; ssl_certificate_key a.key; ${more} location / { ${toOllama} } }`
  const of = (configuration: string) =>
    Object.fromEntries(
      ask(proxyRequiresAuthentication, facts(configuration, [service('ollama')])).map(({ subject, status }) => [subject, status]),
    )
  test.each([
    ['an address of its own, open', by('10.0.3.7:443'), 'fail'],
    ['the other IP version, open', by('[::]:443'), 'fail'],
    ['an address of its own, with a login', by('10.0.3.7:443', basic), 'pass'],
    ['another port', by('10.0.3.7:8443'), 'pass'],
    ['loopback', by('127.0.0.1:443'), 'pass'],
    ['the same socket, chosen by its own name', by('443'), 'pass'],
    [
      'an address of its own, at which the name is taken',
      `${by('10.0.3.7:443')} ${own.replace('listen 443', 'listen 10.0.3.7:443')}`,
      'pass',
    ],
  ] as const)('%s', (_, other, expected) => expect(of(own + other)['ai.example:443']).toBe(expected))

  test('the other is named, and judged under its own name as before', () => {
    const [verdict] = ask(proxyRequiresAuthentication, facts(own + by('10.0.3.7:443'), [service('ollama')]))
    expect(verdict?.title).toBe('At another address it answers without a login')
    expect(verdict?.reason).toContain('At 10.0.3.7:443 another server answers this name, other.example:443.')
    expect(of(own + by('10.0.3.7:443'))).toEqual({ 'ai.example:443': 'fail', 'other.example:443': 'fail' })
  })
})

describe('the example that the article prints', () => {
  const given = facts(recorded('seed-ollama'), [service('ollama')])

  test('users are asked for a password wherever nginx forwards', () => {
    expect(outcomes(ask(proxyRequiresAuthentication, given))).toEqual(['pass: Every forwarded route needs a login'])
  })

  test('management is only half closed: the named locations lead nowhere, the rest is open to every user', () => {
    const verdicts = ask(managementRestricted, given, admins)
    expect(outcomes(verdicts)).toEqual([
      'fail: 8 management routes open to every user',
      'warning: Location lets hosts in but leads nowhere',
      'warning: Location lets hosts in but leads nowhere',
    ])
    expect(verdicts[0]?.reason).toContain('POST /api/create, POST /api/copy, POST /api/blobs/{digest}, POST /api/me, POST /api/signout')
    expect(verdicts[0]?.reason).not.toContain('/api/pull')
    expect(verdicts.slice(1).map(({ subject }) => subject)).toEqual([
      'ai.internal.yourcompany.com:443 /api/pull',
      'ai.internal.yourcompany.com:443 /api/delete',
    ])
    expect(verdicts[1]?.reason).toContain('neither proxy_pass nor a login')
  })
})

test.each<[name: string, configuration: string, expected: readonly string[]]>([
  ['login on the server', `server { ${tls} ${basic} location / { ${toOllama} } }`, ['pass: Every forwarded route needs a login']],
  ['login in the location', `server { ${tls} location / { ${basic} ${toOllama} } }`, ['pass: Every forwarded route needs a login']],
  ['none', `server { ${tls} location / { ${toOllama} } }`, ['fail: Every route answers without a login']],
  [
    'switched off inside',
    `server { ${tls} ${basic} location / { auth_basic off; ${toOllama} } }`,
    ['fail: Every route answers without a login'],
  ],
  ['no user file', `server { ${tls} auth_basic "x"; location / { ${toOllama} } }`, ['fail: Every route answers without a login']],
  [
    'a sibling location forwards without',
    `server { ${tls} location / { ${basic} ${toOllama} } location /api/pull { ${toOllama} } }`,
    ['fail: 1 of 31 routes answer without a login'],
  ],
  [
    'health alone is open',
    `server { ${tls} ${basic} location / { ${toOllama} } location = /api/version { auth_basic off; ${toOllama} } }`,
    ['warning: Health routes answer without a login'],
  ],
  [
    'satisfy any',
    `server { ${tls} satisfy any; allow 10.0.0.0/8; deny all; ${basic} location / { ${toOllama} } }`,
    ['warning: Some addresses need no login'],
  ],
  [
    'satisfy any, and clients state their address',
    `server { ${tls} set_real_ip_from 0.0.0.0/0; real_ip_header X-Forwarded-For; satisfy any; allow 10.0.0.0/8; deny all; ${basic} location / { ${toOllama} } }`,
    ['fail: Clients can choose an address without login'],
  ],
  [
    'satisfy any, and a load balancer states the address',
    `server { ${tls} set_real_ip_from 10.0.9.3; real_ip_header X-Forwarded-For; satisfy any; allow 10.0.0.0/8; deny all; ${basic} location / { ${toOllama} } }`,
    ['warning: Some addresses need no login'],
  ],
  [
    'satisfy any, allow all',
    `server { ${tls} satisfy any; allow all; ${basic} location / { ${toOllama} } }`,
    ['fail: Every route answers without a login'],
  ],
  [
    'client certificates',
    `server { ${tls} ssl_verify_client on; location / { ${toOllama} } }`,
    ['pass: Every forwarded route needs a login'],
  ],
  [
    'optional client certificates',
    `server { ${tls} ssl_verify_client optional; location / { ${toOllama} } }`,
    ['fail: Every route answers without a login'],
  ],
  [
    'optional, and tested',
    `server { ${tls} ssl_verify_client optional; location / { if ($ssl_client_verify != SUCCESS) { return 403; } ${toOllama} } }`,
    ['pass: Every forwarded route needs a login'],
  ],
  [
    'a key in a header',
    `server { ${tls} location / { if ($http_x_api_key != "k3y-for-chat") { return 401; } ${toOllama} } }`,
    ['pass: Every forwarded route needs a login'],
  ],
  [
    'a value in a header that is too short for a key',
    `server { ${tls} location / { if ($http_x_internal != "1") { return 401; } ${toOllama} } }`,
    ['not-evaluated: Whether a login is needed is not known'],
  ],
  [
    'the name of a program, which anybody may send',
    `server { ${tls} location / { if ($http_user_agent !~ "MyApp") { return 403; } ${toOllama} } }`,
    ['fail: Every route answers without a login'],
  ],
  [
    'any value in a header will do',
    `server { ${tls} location / { if ($http_x_api_key = "") { return 401; } ${toOllama} } }`,
    ['fail: Every route answers without a login'],
  ],
  [
    'a map of keys',
    `map $http_authorization $known { default 0; "Bearer k3y-for-chat" 1; } server { ${tls} if ($known = 0) { return 401; } location / { ${toOllama} } }`,
    ['pass: Every forwarded route needs a login'],
  ],
  [
    'a script',
    `server { ${tls} location / { access_by_lua_block { if x then y({}) end } ${toOllama} } }`,
    ['not-evaluated: Whether a login is needed is not known'],
  ],
  [
    'auth_request that says yes to all',
    `server { ${tls} auth_request /auth; location / { ${toOllama} } location = /auth { internal; return 200; } }`,
    ['fail: Every route answers without a login'],
  ],
  ...(
    [
      ['/oauth2/auth', 'http://10.0.0.9:4180', 'pass: Every forwarded route needs a login'],
      ['/api/authz/auth-request', 'http://authelia:9091', 'pass: Every forwarded route needs a login'],
      ['/api/verify', 'https://auth.example', 'pass: Every forwarded route needs a login'],
      ['/api/verify', 'https://auth.example', 'not-evaluated: Clients write the URL that Authelia judges', ''],
      [
        '/api/authz/auth-request',
        'http://authelia:9091',
        'not-evaluated: Clients write the URL that Authelia judges',
        '$scheme://$http_host$request_uri',
      ],
      [
        '/api/authz/auth-request',
        'http://authelia:9091',
        'not-evaluated: Clients write the URL that Authelia judges',
        '$target_url; set $target_url $scheme://$http_host$request_uri',
      ],
      ['/outpost.goauthentik.io/auth/nginx', 'http://10.0.0.9:9000', 'pass: Every forwarded route needs a login'],
      ['/outpost.goauthentik.io/auth/nginx', 'http://10.0.0.9:9000', 'not-evaluated: Clients write the URL that authentik judges', ''],
      ['/validate', 'http://127.0.0.1:9090', 'pass: Every forwarded route needs a login'],
      ['/validate', 'http://127.0.0.1:5000', 'not-evaluated: A program that is not known decides'],
      ['/', 'http://127.0.0.1:9000', 'not-evaluated: A program that is not known decides'],
    ] as const
  ).map(([path, to, expected, url = '$scheme://$host$request_uri']): [string, string, readonly string[]] => [
    `auth_request to ${to}${path}${url === '' ? ' without a URL' : ` for ${url}`}`,
    `server { ${tls} auth_request /auth; location / { ${toOllama} }
      location = /auth { internal; ${url === '' ? '' : `proxy_set_header X-Original-URL ${url};`} proxy_pass ${to}${path}; } }`,
    [expected],
  ]),
  [
    'auth_request to a page that may be there',
    `server { ${tls} auth_request /auth; location / { ${toOllama} } location = /auth { internal; root /srv; } }`,
    ['not-evaluated: Whether a login is needed is not known'],
  ],
  [
    'auth_request to a program that speaks FastCGI',
    `server { ${tls} auth_request /auth; location / { ${toOllama} } location = /auth { internal; fastcgi_pass 127.0.0.1:9000; } }`,
    ['not-evaluated: Whether a login is needed is not known'],
  ],
  [
    'auth_request that turns everybody away',
    `server { ${tls} location / { ${basic} ${toOllama} } location /api { auth_request /auth; ${toOllama} } location = /auth { internal; return 403; } }`,
    ['pass: Every forwarded route needs a login'],
  ],
  [
    'refused, then forwarded',
    `server { ${tls} ${basic} error_page 401 = @m; location / { ${toOllama} } location @m { auth_basic off; ${toOllama} } }`,
    ['fail: Every route answers without a login'],
  ],
  [
    'metrics for a named network',
    `server { ${tls} ${basic} location / { ${toOllama} } location = /api/ps { auth_basic off; allow 10.0.9.0/24; deny all; ${toOllama} } }`,
    ['warning: Monitoring routes answer without a login'],
  ],
  [
    'for this machine only',
    `server { ${tls} ${basic} location / { ${toOllama} } location = /api/ps { auth_basic off; allow 127.0.0.1; allow ::1; deny all; ${toOllama} } }`,
    ['pass: Every forwarded route needs a login'],
  ],
  [
    'handshake refused',
    `server { ${tls} ssl_reject_handshake on; location / { ${toOllama} } }`,
    ['not-applicable: No proxy forwards to the model server'],
  ],
  [
    'only a redirect',
    'server { listen 80; return 301 https://$host$request_uri; }',
    ['not-applicable: No proxy forwards to the model server'],
  ],
  [
    'on loopback only',
    `server { listen 127.0.0.1:80; location / { ${toOllama} } }`,
    ['not-applicable: No proxy forwards to the model server'],
  ],
  [
    'a target decided at run time',
    `server { ${tls} ${basic} location / { proxy_pass http://$arg_backend$unheard; } }`,
    ['not-evaluated: Part of nginx is beyond the model'],
  ],
  [
    'a target set above',
    `server { ${tls} set $b 127.0.0.1:11434; location / { proxy_pass http://$b; } }`,
    ['fail: Every route answers without a login'],
  ],
  [
    'an upstream group',
    `upstream m { server 127.0.0.1:11434; } server { ${tls} location / { proxy_pass http://m; } }`,
    ['fail: Every route answers without a login'],
  ],
  [
    'under a prefix',
    `server { ${tls} location /ollama/ { proxy_pass http://localhost:11434/; } }`,
    ['fail: Every route answers without a login'],
  ],
  [
    'under a rewritten prefix',
    `server { ${tls} location /o/ { rewrite ^/o(/.*)$ $1 break; ${toOllama} } }`,
    ['fail: Every route answers without a login'],
  ],
  [
    'the address of the host',
    `server { ${tls} location / { proxy_pass http://10.0.3.7:11434; } }`,
    ['not-applicable: No proxy forwards to the model server'],
  ],
])('a login for all that nginx forwards: %s', (_, configuration, expected) => {
  expect(outcomes(ask(proxyRequiresAuthentication, facts(configuration, [service('ollama')])))).toEqual(expected)
})

test('the key of the engine counts only where the header of the client gets there', () => {
  const vllm = service('vllm', { apiKey: 'set' })
  const v1 = (more: string) => facts(`server { ${tls} location /v1/ { proxy_pass http://127.0.0.1:8000; ${more} } }`, [vllm])
  expect(outcomes(ask(proxyRequiresAuthentication, v1('')))).toEqual(['pass: Every forwarded route needs a login'])
  expect(outcomes(ask(proxyRequiresAuthentication, v1('proxy_set_header Authorization "Bearer k";')))).toEqual([
    'fail: Every route answers without a login',
  ])
  const all = facts(`server { ${tls} location / { proxy_pass http://127.0.0.1:8000; } }`, [vllm])
  const [verdict] = ask(proxyRequiresAuthentication, all)
  expect(verdict?.status).toBe('fail')
  expect(verdict?.reason).toContain('POST /invocations')
  expect(verdict?.reason).not.toContain('/v1/chat')
})

test.each<[name: string, configuration: string, expected: readonly string[]]>([
  [
    'only named routes',
    `server { ${tls} ${basic} location = /api/chat { ${toOllama} } location / { return 404; } }`,
    ['pass: No management route is forwarded'],
  ],
  [
    'administrators with a login',
    `server { ${tls} ${basic} location = /api/chat { ${toOllama} } location /api/ { allow 10.0.1.5; allow 10.0.9.0/25; deny all; ${toOllama} } }`,
    ['pass: Management is for administrators only'],
  ],
  [
    'administrators without a login',
    `server { ${tls} location /api/ { allow 10.0.1.5; deny all; ${toOllama} } }`,
    ['warning: Admin hosts need no login for management'],
  ],
  [
    'more than administrators',
    `server { ${tls} ${basic} location /api/ { allow 10.0.0.0/16; deny all; ${toOllama} } }`,
    ['fail: Management is open beyond admin hosts'],
  ],
  ['no restriction and no login', `server { ${tls} location / { ${toOllama} } }`, ['fail: 11 management routes open to anyone']],
  [
    'allow without deny',
    `server { ${tls} ${basic} location /api/ { allow 10.0.1.5; ${toOllama} } }`,
    ['fail: 11 management routes open to every user'],
  ],
  [
    'child with a list of its own',
    `server { ${tls} ${basic} allow 10.0.1.5; deny all; location / { allow all; ${toOllama} } }`,
    ['fail: 11 management routes open to every user'],
  ],
  [
    'satisfy any: a login is enough',
    `server { ${tls} ${basic} satisfy any; allow 10.0.1.5; deny all; location / { ${toOllama} } }`,
    ['fail: 11 management routes open to every user'],
  ],
  [
    'addresses that clients choose',
    `set_real_ip_from 0.0.0.0/0; real_ip_header X-Forwarded-For; server { ${tls} ${basic} location /api/ { allow 10.0.1.5; deny all; ${toOllama} } }`,
    ['fail: Clients can choose their own address'],
  ],
  [
    'addresses that clients choose, by the location',
    `server { ${tls} ${basic} location /api/ { set_real_ip_from 10.0.0.0/8; allow 10.0.1.5; deny all; ${toOllama} } }`,
    ['fail: Clients can choose their own address'],
  ],
  [
    'a load balancer that states who a client is',
    `set_real_ip_from 10.0.9.3; real_ip_header X-Forwarded-For; server { ${tls} ${basic} location /api/ { allow 10.0.1.5; deny all; ${toOllama} } }`,
    ['pass: Management is for administrators only'],
  ],
  [
    'addresses from the PROXY protocol, which the socket does not speak',
    `set_real_ip_from 0.0.0.0/0; real_ip_header proxy_protocol; server { ${tls} ${basic} location /api/ { allow 10.0.1.5; deny all; ${toOllama} } }`,
    ['pass: Management is for administrators only'],
  ],
  [
    'accounts of their own',
    `server { ${tls} ${basic} location / { return 404; } location = /api/chat { ${toOllama} } location = /api/pull { auth_basic_user_file /etc/nginx/.admins; ${toOllama} } }`,
    ['warning: Management is guarded by login only'],
  ],
  [
    'DELETE refused by method, the rest by a pattern',
    `server { ${tls} ${basic} location / { limit_except GET POST { deny all; } ${toOllama} } location ~ ^/api/(pull|push|create|copy|blobs|me|signout|experimental) { return 403; } }`,
    ['pass: No management route is forwarded'],
  ],
  [
    'a pattern that its anchor spoils',
    `server { ${tls} ${basic} location / { ${toOllama} } location ~ ^/api/(pull|push|create|copy|delete|blobs|me|signout|experimental/.*)$ { return 403; } }`,
    ['fail: 2 management routes open to every user'],
  ],
  [
    'a pattern made dead by ^~',
    `server { ${tls} ${basic} location ^~ /api/ { ${toOllama} } location ~ ^/api/ { return 403; } }`,
    ['fail: 11 management routes open to every user'],
  ],
  [
    'a condition on the address',
    `geo $admin { default 0; 10.0.1.5 1; } server { ${tls} ${basic} location / { if ($admin = 0) { return 403; } ${toOllama} } }`,
    ['pass: Management is for administrators only'],
  ],
])('management routes through nginx: %s', (_, configuration, expected) => {
  expect(outcomes(ask(managementRestricted, facts(configuration, [service('ollama')]), admins))).toEqual(expected)
})

test('what a local program passes on is not judged', () => {
  const listeners = known([
    { protocol: 'tcp', address: '127.0.0.1', port: 4180, scope: 'loopback', processes: [{ name: 'oauth2-proxy', pid: 7 }], line: 5 },
  ])
  const given = facts(`server { ${tls} location / { proxy_pass http://127.0.0.1:4180; } }`, [service('ollama')], { listeners })
  expect(outcomes(ask(proxyRequiresAuthentication, given))).toEqual(['not-evaluated: oauth2-proxy is not modelled yet'])
})

test('what an interface that is known to pass requests on does is not judged either, behind nginx or beside it', () => {
  const bind = { address: '127.0.0.1', port: 4000, scope: 'loopback', section: 'listeners', line: 5 }
  const litellm = { id: 'litellm', name: 'LiteLLM proxy', forwards: true, binds: [bind], section: 'processes', line: 7 }
  const behind = facts(`server { ${tls} location / { proxy_pass http://127.0.0.1:4000; } }`, [service('ollama')], {
    programs: known([litellm]),
  })
  expect(outcomes(ask(proxyRequiresAuthentication, behind))).toEqual(['not-evaluated: LiteLLM proxy is not modelled yet'])
  const wide = { ...litellm, binds: [{ ...bind, address: '0.0.0.0', scope: 'wildcard' }] }
  const beside = facts('', [service('ollama')], { programs: known([wide]) })
  expect(outcomes(ask(proxyRequiresAuthentication, beside))).toEqual(['not-evaluated: LiteLLM proxy is not modelled'])
  const local = facts('', [service('ollama')], { programs: known([litellm]) })
  expect(outcomes(ask(proxyRequiresAuthentication, local))).toEqual(['not-applicable: No proxy forwards to the model server'])
})

test('a tunnel brings clients to a server on loopback without a socket that others see', () => {
  const tunnel = { id: 'cloudflared', name: 'cloudflared', kind: 'tunnel', binds: [], section: 'processes', line: 7 }
  const given = facts('', [service('ollama')], { programs: known([tunnel]) })
  expect(outcomes(ask(proxyRequiresAuthentication, given))).toEqual(['not-evaluated: cloudflared is not modelled'])
  expect(outcomes(ask(inferenceBehindProxy, { ...given, nginx: known(given.nginx) } as never))).toEqual([
    'not-evaluated: cloudflared is not modelled',
  ])
})

test.each<[string, string, readonly string[], string]>([
  ['a program of Node', '/usr/bin/node', ['node', '/opt/proxy.js'], 'not-evaluated: A program that is not known may forward'],
  ['with the address of the engine', '/opt/relay', ['relay', 'localhost:11434'], 'not-evaluated: A program that is not known may forward'],
  ['any other', '/opt/agent', ['agent', '127.0.0.1:9'], 'not-applicable: No proxy forwards to the model server'],
])('a listener that nobody knows: %s', (_, executable, argv, expected) => {
  const given = facts('', [service('ollama')], {
    listeners: known([
      { protocol: 'tcp', address: '*', port: 9443, scope: 'wildcard', processes: [{ name: 'MainThread', pid: 9 }], line: 4 },
    ]),
    processes: known([{ pid: 9, ppid: 1, user: 'ada', uid: 1, name: 'MainThread', argv, executable, line: 9 }]),
  })
  expect(outcomes(ask(proxyRequiresAuthentication, given))).toEqual([expected])
})

test.each([
  ['haproxy', 'HAProxy'],
  ['cache-main', 'Varnish'],
  ['httpd-prefork', 'Apache'],
  ['stunnel4', 'stunnel'],
  ['systemd-socket-', 'systemd-socket-proxyd'],
])('a listener named %s is %s, which is not modelled', (name, program) => {
  const listeners = known([{ protocol: 'tcp', address: '*', port: 9443, scope: 'wildcard', processes: [{ name, pid: 9 }], line: 4 }])
  expect(outcomes(ask(managementRestricted, facts('', [service('ollama')], { listeners })))).toEqual([
    `not-evaluated: ${program} is not modelled yet`,
  ])
})

/** As Debian's units and the documentation of each program start it. */
test.each([
  ['HAProxy', 'haproxy', ['/usr/sbin/haproxy', '-Ws', '-f', '/etc/haproxy/haproxy.cfg', '-p', '/run/haproxy.pid']],
  ['Apache', 'apache2', ['/usr/sbin/apache2', '-k', 'start']],
  ['Traefik', 'traefik', ['/usr/local/bin/traefik', '--configfile=/etc/traefik/traefik.yml']],
  ['Envoy', 'envoy', ['/usr/bin/envoy', '-c', '/etc/envoy/envoy.yaml', '--concurrency', '4']],
])('%s beside an nginx that is sound is named with its port, and holds up what would pass', (program, name, argv) => {
  const given = facts(`server { ${tls} location / { ${basic} ${toOllama} } }`, [service('ollama')], {
    listeners: known([{ protocol: 'tcp', address: '*', port: 9443, scope: 'wildcard', processes: [{ name, pid: 9 }], line: 4 }]),
    processes: known([{ pid: 9, ppid: 1, user: 'root', uid: 0, name, argv, executable: argv[0], line: 9 }]),
  })
  const verdicts = [proxyRequiresAuthentication, managementRestricted].map((control) =>
    ask(control, given).filter(({ status }) => status === 'not-evaluated'),
  )
  for (const beyond of verdicts) {
    expect(outcomes(beyond)).toEqual([`not-evaluated: ${program} is not modelled yet`])
    expect(beyond[0]).toMatchObject({ reason: expect.stringContaining(`${program} listens on *:9443`) })
  }
})

/** As systemd-nspawn of Debian 12 starts them on a host of the lab. */
test('an nginx in a machine is not taken for that of the host, whichever network it has', () => {
  const cgroup = '/machine.slice/systemd-nspawn@web.service/payload'
  const inside = { pid: 9, ppid: 8, user: 'root', uid: 0, name: 'nginx', argv: ['nginx:', 'master', 'process'], cgroup, line: 9 }
  const own = { ...inside, pid: 7, ppid: 1, cgroup: '/system.slice/nginx.service', line: 7 }
  const bound = (port: number, pid: number) => ({
    ...{ protocol: 'tcp', address: '*', port, scope: 'wildcard', line: port },
    processes: [{ name: 'nginx', pid }],
  })
  const judged = (listeners: readonly object[], processes: readonly object[]) =>
    ask(
      proxyRequiresAuthentication,
      facts(`server { ${tls} location / { ${basic} ${toOllama} } }`, [service('ollama')], {
        listeners: known(listeners),
        processes: known(processes),
      }),
    )
      .filter(({ status }) => status === 'not-evaluated')
      .map(({ title, reason }) => [title, reason])
  const title = 'An nginx in a machine was not read'
  expect(judged([bound(443, 7)], [own])).toEqual([])
  expect(judged([bound(443, 7), bound(8443, 9)], [own, inside])).toEqual([
    [title, expect.stringMatching(/^nginx in the machine web, a system of its own, listens on \*:8443 of this host/)],
  ])
  expect(judged([bound(443, 7)], [own, inside])).toEqual([
    [title, expect.stringMatching(/^nginx runs in the machine web \(pid 9\), .* and where it listens is not known/)],
  ])
})

test('a relay that was started with the address of the engine is said once, by its name', () => {
  const argv = ['/lib/systemd/systemd-socket-proxyd', '127.0.0.1:11434']
  const given = facts('', [service('ollama')], {
    listeners: known([
      { protocol: 'tcp', address: '*', port: 8091, scope: 'wildcard', processes: [{ name: 'systemd-socket-', pid: 9 }], line: 4 },
    ]),
    processes: known([{ pid: 9, ppid: 1, user: 'ada', uid: 1, name: 'systemd-socket-', argv, executable: argv[0], line: 9 }]),
  })
  const verdicts = ask(proxyRequiresAuthentication, given)
  expect(outcomes(verdicts)).toEqual(['not-evaluated: systemd-socket-proxyd is not modelled yet'])
  expect(verdicts.map(({ subject }) => subject)).toEqual(['systemd-socket-proxyd 8091'])
})

test('a list of addresses is not judged when the fleet file names no administrators', () => {
  const given = facts(`server { ${tls} ${basic} location /api/ { allow 10.0.1.5; deny all; ${toOllama} } }`, [service('ollama')])
  expect(outcomes(ask(managementRestricted, given))).toEqual(['not-evaluated: The fleet file names no model admins'])
})

test.each<[name: string, more: Readonly<Record<string, unknown>>, expected: readonly string[]]>([
  ['nothing else', {}, ['not-applicable: No proxy forwards to the model server']],
  [
    'Caddy listens',
    {
      listeners: known([{ protocol: 'tcp', address: '*', port: 443, scope: 'wildcard', processes: [{ name: 'caddy', pid: 9 }], line: 4 }]),
    },
    ['not-evaluated: Caddy is not modelled yet'],
  ],
  [
    'a container publishes 443',
    {
      containers: known({
        runtimes: ['docker'],
        containers: [
          {
            name: 'web',
            image: 'nginx:1.27',
            running: true,
            ports: [{ hostAddress: '0.0.0.0', hostPort: 443, containerPort: 443, protocol: 'tcp' }],
            mounts: [{ source: '/srv/web/conf.d', destination: '/etc/nginx/conf.d', readOnly: true }],
            line: 2,
          },
        ],
      }),
    },
    ['not-evaluated: A proxy in a container is not modelled yet'],
  ],
])('without nginx: %s', (_, more, expected) => {
  const given = facts('', [service('ollama')], { nginx: { installed: false, running: false, directives: [] }, ...more })
  for (const control of [proxyRequiresAuthentication, managementRestricted]) expect(outcomes(ask(control, given))).toEqual(expected)
  if ('containers' in more) expect(ask(managementRestricted, given)[0]?.reason).toContain('comes from /srv/web/conf.d of this host')
})

test.each([
  ['loopback', service('ollama'), 'pass: The inference port is local only', 'pass: The management port is local only'],
  [
    'wide, but stopped',
    service('ollama', { address: '0.0.0.0', running: false }),
    'not-applicable: No inference server runs',
    'not-applicable: No inference server runs',
  ],
  [
    'wide, no key',
    service('ollama', { address: '0.0.0.0' }),
    'fail: Inference port answers without a key',
    'fail: Management routes are open to the network',
  ],
  [
    'wide, key unread',
    service('localai', { address: '::', apiKey: 'unknown' }),
    'not-evaluated: Whether a key is needed is not known',
    'not-evaluated: Who may manage models is not known',
  ],
  [
    'wide, key set',
    service('localai', { address: '10.0.3.7', apiKey: 'set' }),
    'warning: 5 of 61 routes ignore the API key',
    'warning: Any key holder can manage models',
  ],
  [
    'wide, with a key that guides print',
    service('llama.cpp', { address: '0.0.0.0', apiKey: 'placeholder' }),
    'fail: Its key is one that everybody knows',
    'fail: Management routes are open to the network',
  ],
  [
    'vLLM with a key',
    service('vllm', { address: '0.0.0.0', apiKey: 'set' }),
    'fail: 20 of 33 routes ignore the API key',
    'fail: Management routes are open to the network',
  ],
  [
    'loopback, and perhaps an address of its own',
    service('ollama', { bindUnknown: 'it has an address of its own' }),
    "not-evaluated: The server's sockets are not known",
    "not-evaluated: The server's sockets are not known",
  ],
  [
    'no sockets seen',
    service('ollama', { binds: [], bindUnknown: 'listening sockets could not be read' }),
    "not-evaluated: The server's sockets are not known",
    "not-evaluated: The server's sockets are not known",
  ],
  [
    'LocalAI with accounts alone, which older releases ask for below /v1 only',
    service('localai', { address: '::', apiKey: 'set', environment: { LOCALAI_AUTH: 'true' } }),
    'not-evaluated: Some routes may ignore the key',
    'warning: Any key holder can manage models',
  ],
  [
    'LocalAI with accounts that anyone may open',
    service('localai', { address: '::', apiKey: 'set', environment: { LOCALAI_AUTH: 'true', LOCALAI_REGISTRATION_MODE: 'open' } }),
    'fail: Anyone may open an account of LocalAI',
    'warning: Any key holder can manage models',
  ],
  ['a UNIX socket alone', service('vllm', { binds: [] }), 'pass: No port is open for others', 'pass: No port is open for others'],
  [
    'a network of its own',
    service('ollama', { binds: [], ownNetwork: { sockets: ['0.0.0.0:11434'], addresses: [] } }),
    'pass: No port is open for others',
    'pass: No port is open for others',
  ],
])('the engine itself: %s', (_, one, key, management) => {
  expect(outcomes(ask(engineRequiresKey, facts('', [one])))).toEqual([key])
  expect(outcomes(ask(managementDirect, facts('', [one])))).toEqual([management])
})

test('the routes that a key of vLLM does not cover are named', () => {
  const [verdict] = ask(engineRequiresKey, facts('', [service('vllm', { address: '0.0.0.0', apiKey: 'set' })]))
  expect(verdict?.reason).toContain('POST /invocations')
})

test('no inference server: nothing applies', () => {
  for (const control of [proxyRequiresAuthentication, managementRestricted, engineRequiresKey, managementDirect])
    expect(outcomes(ask(control, facts('', [])))).toEqual(['not-applicable: No inference server on this host'])
})

test('sockets that could not be seen: whether nginx forwards to the server is not known, which is not the same as no', () => {
  const given = facts(`server { ${tls} ${basic} location / { ${toOllama} } }`, [service('ollama', { binds: [] })], {
    listeners: unknown('ss is missing', ['listeners']),
  })
  for (const control of [proxyRequiresAuthentication, managementRestricted])
    expect(outcomes(ask(control, given))).toEqual(['not-evaluated: Where the server listens is not known'])
})
