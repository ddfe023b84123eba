import { expect, test } from 'vitest'
import { known } from '../../../facts/fact.ts'
import { parseOAuth2Proxies } from '../../../facts/oauth2-proxy/parse.ts'
import servesTls from '../tls/proxy-serves-tls.control.ts'
import { askOAuth, given, site, toOllama } from './caddy-sites.testing.ts'
import managementRestricted from './management-endpoints-restricted.control.ts'
import { ask, facts, outcomes, policyContext, service } from './proxy-facts.ts'
import requiresAuthentication from './proxy-requires-authentication.control.ts'

const admins = policyContext({ modelAdmins: ['10.0.1.5', '10.0.9.0/24'] })
const oauth = (...lines: readonly string[]) =>
  known(
    parseOAuth2Proxies(
      [
        '@process 9 /system.slice/oauth2-proxy.service',
        '@argv',
        '=oauth2-proxy',
        '@environment process',
        '@config read /etc/o.cfg',
        ...lines.map((line) => `:${line}`),
        '@end',
      ].join('\n'),
    ) ?? [],
  )

const tls = 'listen 443 ssl; server_name ai.example;'
const ollama = 'proxy_pass http://127.0.0.1:11434;'
const auth = (path: string, more = '') => `location = /auth { internal; ${more} proxy_pass http://127.0.0.1:4180${path}; }`
const behind = (http: string, ...lines: readonly string[]) =>
  outcomes(ask(requiresAuthentication, facts(http, [service('ollama')], { 'oauth2-proxy': oauth(...lines) })))

test('an oauth2-proxy on a socket that it was given: who gets there is not known', () => {
  const lines = ['http_address = "fd:3"', 'upstreams = ["http://127.0.0.1:11434"]']
  expect(behind('', ...lines)).toEqual(['not-evaluated: What oauth2-proxy passes on is not known'])
})

test.each<[string, string, readonly string[], string]>([
  [
    'asked by nginx',
    `server { ${tls} auth_request /auth; location / { ${ollama} } ${auth('/oauth2/auth')} }`,
    ['reverse_proxy = true'],
    'pass: Every forwarded route needs a login',
  ],
  [
    'asked for its ping',
    `server { ${tls} auth_request /auth; location / { ${ollama} } ${auth('/ping')} }`,
    [],
    'fail: Every route answers without a login',
  ],
  [
    'asked for its sign-in page',
    `server { ${tls} auth_request /auth; location / { ${ollama} } ${auth('/oauth2/sign_in')} }`,
    [],
    'fail: Every route answers without a login',
  ],
  [
    'a skip rule',
    `server { ${tls} auth_request /auth; location / { ${ollama} } ${auth('/oauth2/auth', 'proxy_set_header X-Forwarded-Uri $request_uri;')} }`,
    ['reverse_proxy = true', 'skip_auth_routes = ["^/api/"]'],
    'fail: 20 of 31 routes answer without a login',
  ],
  [
    'a skip rule, for whatever path a header of the client names',
    `server { ${tls} auth_request /auth; location / { ${ollama} } ${auth('/oauth2/auth')} }`,
    ['reverse_proxy = true', 'skip_auth_routes = ["^/healthz$"]'],
    'fail: Every route answers without a login',
  ],
  [
    'a skip rule for one method',
    `server { ${tls} location / { proxy_pass http://127.0.0.1:4180; } }`,
    ['reverse_proxy = true', 'skip_auth_routes = ["DELETE=^/hook$"]', 'upstreams = ["http://127.0.0.1:11434"]'],
    'fail: 2 of 31 routes answer without a login',
  ],
  [
    'a skip rule, where the path is the one that nginx names',
    `server { ${tls} location / { proxy_set_header X-Forwarded-Uri $request_uri; proxy_pass http://127.0.0.1:4180; } }`,
    ['reverse_proxy = true', 'skip_auth_routes = ["^/healthz$"]', 'upstreams = ["http://127.0.0.1:11434"]'],
    'pass: Every forwarded route needs a login',
  ],
  [
    'a skip rule for GET, by which nginx asks whatever the client does',
    `server { ${tls} auth_request /auth; location / { ${ollama} } ${auth('/oauth2/auth', 'proxy_set_header X-Forwarded-Uri $request_uri;')} }`,
    ['reverse_proxy = true', 'skip_auth_routes = ["GET=^/api/"]'],
    'fail: 20 of 31 routes answer without a login',
  ],
  [
    'a skip rule for another method than the one by which nginx asks',
    `server { ${tls} auth_request /auth; location / { ${ollama} } ${auth('/oauth2/auth', 'proxy_set_header X-Forwarded-Uri $request_uri;')} }`,
    ['reverse_proxy = true', 'skip_auth_routes = ["POST=^/api/"]'],
    'pass: Every forwarded route needs a login',
  ],
  [
    'a skip rule for a beginning, and nginx takes the dots out of the path that it was told with (/healthz/../llm/api/pull)',
    `server { ${tls} auth_request /auth; location /llm/ { proxy_pass http://127.0.0.1:11434/; } ${auth('/oauth2/auth', 'proxy_set_header X-Forwarded-Uri $request_uri;')} }`,
    ['reverse_proxy = true', 'skip_auth_routes = ["^/healthz"]'],
    'fail: Every route answers without a login',
  ],
  [
    'a skip rule for a beginning, and nginx leaves the dots to the engine',
    `server { ${tls} auth_request /auth; location / { ${ollama} } ${auth('/oauth2/auth', 'proxy_set_header X-Forwarded-Uri $request_uri;')} }`,
    ['reverse_proxy = true', 'skip_auth_routes = ["^/healthz"]'],
    'pass: Every forwarded route needs a login',
  ],
  [
    'a skip rule for a whole path, which dots do not fit',
    `server { ${tls} auth_request /auth; location /llm/ { proxy_pass http://127.0.0.1:11434/; } ${auth('/oauth2/auth', 'proxy_set_header X-Forwarded-Uri $request_uri;')} }`,
    ['reverse_proxy = true', 'skip_auth_routes = ["^/healthz$"]'],
    'pass: Every forwarded route needs a login',
  ],
  [
    'a skip rule for the path before nginx takes its beginning off',
    `server { ${tls} location /llm/ { proxy_set_header X-Forwarded-Uri $request_uri; proxy_pass http://127.0.0.1:4180/; } }`,
    ['reverse_proxy = true', 'skip_auth_routes = ["^/llm/"]', 'upstreams = ["http://127.0.0.1:11434"]'],
    'fail: Every route answers without a login',
  ],
  [
    'a skip rule without headers',
    `server { ${tls} location / { proxy_pass http://127.0.0.1:4180; } }`,
    ['skip_auth_routes = ["^/healthz$"]', 'upstreams = ["http://127.0.0.1:11434"]'],
    'pass: Every forwarded route needs a login',
  ],
  [
    'a skip rule that a query may fit',
    `server { ${tls} location / { proxy_pass http://127.0.0.1:4180; } }`,
    ['skip_auth_routes = ["^/.*[.]css$"]', 'upstreams = ["http://127.0.0.1:11434"]'],
    'not-evaluated: Whether a login is needed is not known',
  ],
  [
    'this machine is trusted, and nginx is of it',
    `server { ${tls} location / { proxy_pass http://127.0.0.1:4180; } }`,
    ['trusted_ips = ["127.0.0.1/32"]', 'upstreams = ["http://127.0.0.1:11434"]'],
    'fail: Every route answers without a login',
  ],
  [
    'everybody is trusted',
    '',
    ['http_address = ":4180"', 'trusted_ips = ["0.0.0.0/0"]', 'upstreams = ["http://127.0.0.1:11434"]'],
    'fail: Every route answers without a login',
  ],
  [
    'trusted by a header that nginx leaves to the client',
    `server { ${tls} location / { proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_pass http://127.0.0.1:4180; } }`,
    [
      'reverse_proxy = true',
      'real_client_ip_header = "X-Forwarded-For"',
      'trusted_ips = ["10.0.0.0/8"]',
      'upstreams = ["http://127.0.0.1:11434"]',
    ],
    'fail: Every route answers without a login',
  ],
  [
    'trusted by a header that nginx writes',
    `server { ${tls} location / { proxy_set_header X-Real-IP $remote_addr; proxy_pass http://127.0.0.1:4180; } }`,
    ['reverse_proxy = true', 'trusted_ips = ["10.0.0.0/8"]', 'upstreams = ["http://127.0.0.1:11434"]'],
    'warning: Some addresses need no login',
  ],
  [
    'a health check by the name of a program, which the client writes',
    `server { ${tls} auth_request /auth; location / { ${ollama} } ${auth('/oauth2/auth')} }`,
    ['reverse_proxy = true', 'ping_user_agent = "kube-probe"'],
    'not-evaluated: Whether a login is needed is not known',
  ],
  [
    'the same, where nginx names the program',
    `server { ${tls} auth_request /auth; location / { ${ollama} } ${auth('/oauth2/auth', 'proxy_set_header User-Agent nginx;')} }`,
    ['reverse_proxy = true', 'gcp_healthchecks = true'],
    'pass: Every forwarded route needs a login',
  ],
  [
    'the engine is asked',
    `server { ${tls} auth_request /auth; location / { ${ollama} } location = /auth { internal; proxy_pass http://127.0.0.1:11434/; } }`,
    [],
    'fail: Every route answers without a login',
  ],
  [
    'behind nginx',
    `server { ${tls} location / { proxy_pass http://127.0.0.1:4180; } }`,
    ['upstreams = ["http://127.0.0.1:11434"]'],
    'pass: Every forwarded route needs a login',
  ],
  [
    'behind nginx, trusted addresses',
    `server { ${tls} location / { proxy_pass http://127.0.0.1:4180; } }`,
    ['upstreams = ["http://127.0.0.1:11434"]', 'trusted_ips = "10.0.0.0/8"'],
    'warning: Some addresses need no login',
  ],
  ['by itself', '', ['http_address = ":4180"', 'upstreams = ["http://127.0.0.1:11434/"]'], 'pass: Every forwarded route needs a login'],
  [
    'by itself, at a port that it does not serve for its certificate',
    '',
    [
      ...['http_address = ":4180"', 'https_address = "127.0.0.1:443"', 'tls_cert_file = "/c.pem"'],
      'upstreams = ["http://127.0.0.1:11434/"]',
    ],
    'not-applicable: No proxy forwards to the model server',
  ],
  [
    'by itself, for whatever path a header of the client names',
    '',
    ['http_address = ":4180"', 'reverse_proxy = true', 'skip_auth_routes = ["^/healthz$"]', 'upstreams = ["http://127.0.0.1:11434"]'],
    'fail: Every route answers without a login',
  ],
  [
    'by itself, where it believes headers of the proxy alone',
    '',
    [
      ...['http_address = ":4180"', 'reverse_proxy = true', 'skip_auth_routes = ["^/healthz$"]', 'trusted_proxy_ips = ["10.0.3.1"]'],
      'upstreams = ["http://127.0.0.1:11434"]',
    ],
    'pass: Every forwarded route needs a login',
  ],
  [
    'by itself, trusted by a header that the client writes',
    '',
    ['http_address = ":4180"', 'reverse_proxy = true', 'trusted_ips = ["10.0.0.0/8"]', 'upstreams = ["http://127.0.0.1:11434"]'],
    'fail: Every route answers without a login',
  ],
  [
    'behind a nginx that it may not believe, a skip rule',
    `server { ${tls} location / { proxy_pass http://127.0.0.1:4180; } }`,
    [
      ...['reverse_proxy = true', 'skip_auth_routes = ["^/healthz$"]', 'trusted_proxy_ips = ["10.0.3.1"]'],
      'upstreams = ["http://127.0.0.1:11434"]',
    ],
    'not-evaluated: Whether a login is needed is not known',
  ],
  ['by itself on loopback', '', ['upstreams = ["http://127.0.0.1:11434/"]'], 'not-applicable: No proxy forwards to the model server'],
  [
    'by itself, a name as upstream',
    '',
    ['http_address = ":4180"', 'upstreams = ["http://model:11434/"]'],
    'not-evaluated: What oauth2-proxy passes on is not known',
  ],
])('%s', (_, http, lines, expected) => {
  expect(behind(http, ...lines)).toEqual([expected])
})

test.each<[string, string, string, readonly string[], string]>([
  [
    'a query opened what a skip rule fits',
    '7.10.0',
    `server { ${tls} location / { proxy_pass http://127.0.0.1:4180; } }`,
    ['skip_auth_routes = ["^/.*[.]css$"]', 'upstreams = ["http://127.0.0.1:11434"]'],
    'fail: Every route answers without a login',
  ],
  [
    'a query opens no more',
    '7.11.0',
    `server { ${tls} location / { proxy_pass http://127.0.0.1:4180; } }`,
    ['skip_auth_routes = ["^/.*[.]css$"]', 'upstreams = ["http://127.0.0.1:11434"]'],
    'pass: Every forwarded route needs a login',
  ],
  [
    'a name in User-Agent opened all',
    '7.15.1',
    `server { ${tls} auth_request /auth; location / { ${ollama} } ${auth('/oauth2/auth')} }`,
    ['reverse_proxy = true', 'ping_user_agent = "kube-probe"'],
    'fail: Every route answers without a login',
  ],
  [
    'a name in User-Agent opens no more',
    '7.15.2',
    `server { ${tls} auth_request /auth; location / { ${ollama} } ${auth('/oauth2/auth')} }`,
    ['reverse_proxy = true', 'ping_user_agent = "kube-probe"'],
    'pass: Every forwarded route needs a login',
  ],
])('%s: %s', (_, version, http, lines, expected) => {
  const proxies = oauth(...lines)
  const running =
    proxies.known && proxies.value.map((one) => ({ ...one, version: { known: true, text: version, from: 'program', line: 3 } }))
  const all = facts(http, [service('ollama')], { 'oauth2-proxy': known(running) as never })
  expect(outcomes(ask(requiresAuthentication, all))).toEqual([expected])
})

test('the way of logging in is named, and management is open to all who may', () => {
  const all = facts(`server { ${tls} location / { proxy_pass http://127.0.0.1:4180; } }`, [service('ollama')], {
    'oauth2-proxy': oauth('upstreams = ["http://127.0.0.1:11434"]'),
  })
  expect(ask(requiresAuthentication, all)[0]?.reason).toContain('oauth2-proxy')
  expect(outcomes(ask(managementRestricted, all, admins))).toEqual(['fail: 11 management routes open to every user'])
  expect(
    outcomes(
      ask(
        servesTls,
        facts('', [service('ollama')], { 'oauth2-proxy': oauth('http_address = ":4180"', 'upstreams = ["http://127.0.0.1:11434"]') }),
      ),
    ),
  ).toEqual(['fail: The proxy forwards plain HTTP'])
})

test('Caddy asks it', () => {
  const judged = (uri: string) =>
    outcomes(
      ask(requiresAuthentication, given(site([{ handle: [askOAuth(uri), toOllama] }]), { 'oauth2-proxy': oauth('reverse_proxy = true') })),
    )
  expect(judged('/oauth2/auth')).toEqual(['pass: Every forwarded route needs a login'])
  expect(judged('/ping')).toEqual(['fail: Every route answers without a login'])
  // What Caddy 2.6.2 sends: a prefix is taken off before it tells the path, or afterwards, and then with the dots that went before it.
  const told = (rule: string, ...handle: unknown[]) =>
    outcomes(
      ask(
        requiresAuthentication,
        given(site([{ match: [{ path: ['/llm/*'] }], handle }]), {
          'oauth2-proxy': oauth('reverse_proxy = true', `skip_auth_routes = ["${rule}"]`),
        }),
      ),
    )
  const strip = { handler: 'rewrite', strip_path_prefix: '/llm' }
  const login = askOAuth('/oauth2/auth')
  expect(told('GET=^/api/', strip, login, toOllama)).toEqual(['fail: 20 of 31 routes answer without a login'])
  expect(told('^/healthz', strip, login, toOllama)).toEqual(['pass: Every forwarded route needs a login'])
  expect(told('^/healthz', login, strip, toOllama)).toEqual(['fail: Every route answers without a login'])
  expect(told('^/api/pull$', login, strip, toOllama)).toEqual(['pass: Every forwarded route needs a login'])
})

test.each([
  ['the address that Caddy sees', {}, 'warning: Some addresses need no login'],
  [
    'an address that a client of a trusted network states',
    { trusted_proxies: { source: 'static', ranges: ['192.168.0.0/16'] } },
    'fail: Every route answers without a login',
  ],
])('behind Caddy, trusted by %s', (_, server, expected) => {
  const lines = ['reverse_proxy = true', 'real_client_ip_header = "X-Forwarded-For"', 'trusted_ips = ["10.0.0.0/8"]']
  const config = site([{ handle: [askOAuth('/oauth2/auth'), toOllama] }], server)
  expect(outcomes(ask(requiresAuthentication, given(config, { 'oauth2-proxy': oauth(...lines) })))).toEqual([expected])
})
