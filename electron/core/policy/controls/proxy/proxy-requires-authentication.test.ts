import { describe, expect, test } from 'vitest'
import { basic, tls, toOllama } from './nginx-words.testing.ts'
import { ask, facts, outcomes, service } from './proxy-facts.ts'
import proxyRequiresAuthentication from './proxy-requires-authentication.control.ts'

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
    'satisfy any, for the whole of IPv6',
    `server { ${tls.replace('443', '[::]:443')} satisfy any; allow ::/0; deny all; ${basic} location / { ${toOllama} } }`,
    ['fail: Every route answers without a login'],
  ],
  [
    'satisfy any, for the whole of IPv6, by which nobody comes',
    `server { ${tls} satisfy any; allow ::/0; deny all; ${basic} location / { ${toOllama} } }`,
    ['pass: Every forwarded route needs a login'],
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
      ['/authelia/api/authz/auth-request', 'http://127.0.0.1:9091', 'pass: Every forwarded route needs a login'],
      ['/elsewhere/api/authz/auth-request', 'http://127.0.0.1:9091', 'not-evaluated: A program that is not known decides'],
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
      ['/api/auth/nginx', 'http://tinyauth:3000', 'pass: Every forwarded route needs a login'],
      ['/api/auth/nginx', 'http://tinyauth:3000', 'not-evaluated: Clients write the URL that Tinyauth judges', ''],
      [
        '/api/auth/nginx',
        'http://tinyauth:3000',
        'pass: Every forwarded route needs a login',
        '$http_x; proxy_set_header x-forwarded-host $host; proxy_set_header x-forwarded-uri $request_uri',
      ],
      [
        '/api/auth/nginx',
        'http://tinyauth:3000',
        'not-evaluated: Clients write the URL that Tinyauth judges',
        '$http_x; proxy_set_header x-forwarded-host $http_host; proxy_set_header x-forwarded-uri $request_uri',
      ],
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
