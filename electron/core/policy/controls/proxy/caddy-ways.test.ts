import { describe, expect, test } from 'vitest'
import { known, unknown } from '../../../facts/fact.ts'
import inferenceBehindProxy from '../inference/inference-behind-proxy.control.ts'
import sendsHsts from '../tls/proxy-sends-hsts.control.ts'
import servesTls from '../tls/proxy-serves-tls.control.ts'
import tlsVersions from '../tls/proxy-tls-versions.control.ts'
import { caddy, given, login, noNginx, site, toOllama } from './caddy-sites.testing.ts'
import managementRestricted from './management-endpoints-restricted.control.ts'
import { ask, facts, outcomes, policyContext, service } from './proxy-facts.ts'
import requiresAuthentication from './proxy-requires-authentication.control.ts'

const admins = policyContext({ modelAdmins: ['10.0.1.5', '10.0.9.0/24'] })
describe('a name at every address of its port', () => {
  const own = site([{ handle: [login, toOllama] }]).apps.http.servers.srv0
  const other = (listen: string, host: readonly string[] | null, ...first: readonly object[]) => ({
    apps: {
      http: {
        servers: { srv0: own, srv1: { listen: [listen], routes: [{ ...(host && { match: [{ host }] }), handle: [...first, toOllama] }] } },
      },
    },
  })
  test.each([
    ['an address of its own, open for any name', other('10.0.3.7:443', null), 'fail'],
    ['for another name alone', other('10.0.3.7:443', ['other.example']), 'pass'],
    ['with a login', other('10.0.3.7:443', null, login), 'pass'],
    ['another port', other('10.0.3.7:8443', null), 'pass'],
  ] as const)('%s', (_, config, expected) => {
    const found = ask(requiresAuthentication, given(config)).find(({ subject }) => subject === 'ai.example:443')
    expect(found?.status).toBe(expected)
  })
})

test.each<[string, unknown, string]>([
  ['open', site([{ handle: [toOllama] }]), 'fail: Every route answers without a login'],
  ['a login first', site([{ handle: [login, toOllama] }]), 'pass: Every forwarded route needs a login'],
  [
    'a login for some paths',
    site([{ match: [{ path: ['/v1/*'] }], handle: [login] }, { handle: [toOllama] }]),
    'fail: 21 of 31 routes answer without a login',
  ],
  [
    'a login but for paths as they are written',
    site([{ match: [{ not: [{ path: ['/api/%*'] }] }], handle: [login] }, { handle: [toOllama] }]),
    'not-evaluated: Whether a login is needed is not known',
  ],
  ['a login after', site([{ handle: [toOllama] }, { handle: [login] }]), 'fail: Every route answers without a login'],
  [
    'a secret header',
    site([{ match: [{ header: { 'X-Key': ['masked'] } }], handle: [toOllama] }]),
    'pass: Every forwarded route needs a login',
  ],
  [
    'one header asked for and another one refused',
    site([
      {
        match: [{ header: { Origin: ['https://chat.example.com'] }, not: [{ header: { 'User-Agent': ['*curl*'] } }] }],
        handle: [toOllama],
      },
      { handle: [{ handler: 'static_response', status_code: 403 }] },
    ]),
    'fail: Every route answers without a login',
  ],
  [
    'an upstream without a host, which is this machine',
    site([{ handle: [{ ...toOllama, upstreams: [{ dial: ':11434' }] }] }]),
    'fail: Every route answers without a login',
  ],
  [
    'the same behind a login',
    site([{ handle: [login, { ...toOllama, upstreams: [{ dial: 'tcp/:11434' }] }] }]),
    'pass: Every forwarded route needs a login',
  ],
  [
    'one header asked for and more refused than are tried',
    site([
      ...Array.from({ length: 20 }, (_, at) => ({
        match: [{ header: { [`X-Refused-${at}`]: ['*'] } }],
        handle: [{ handler: 'static_response', status_code: 403 }],
      })),
      { match: [{ header: { Origin: ['https://chat.example.com'] } }], handle: [toOllama] },
    ]),
    'not-evaluated: Part of Caddy is beyond the model',
  ],
  [
    'a header asked for and another one that must be absent',
    site([{ match: [{ header: { Authorization: ['*'], 'X-Block': null } }], handle: [toOllama] }]),
    'fail: Every route answers without a login',
  ],
  [
    'a key asked for where the same header refuses what all keys begin with',
    site([{ match: [{ header: { Authorization: ['Bearer masked'] }, not: [{ header: { Authorization: ['*'] } }] }], handle: [toOllama] }]),
    'not-applicable: No proxy forwards to the model server',
  ],
  [
    'early hints, which are no answer',
    site([{ handle: [{ handler: 'static_response', status_code: 103 }, toOllama] }]),
    'fail: Every route answers without a login',
  ],
  [
    'the path as the client sent it, put back after a part of it was cut off',
    site([
      {
        match: [{ path: ['/llm/*'] }],
        handle: [
          { handler: 'rewrite', strip_path_prefix: '/llm' },
          { handler: 'rewrite', uri: '/x{http.request.orig_uri.path}' },
          { handler: 'rewrite', strip_path_prefix: '/x/llm' },
          toOllama,
        ],
      },
    ]),
    'fail: Every route answers without a login',
  ],
  [
    'a file that opens all',
    site([
      { group: 'g', match: [{ file: { try_files: ['/srv/open.flag'] } }], handle: [toOllama] },
      { group: 'g', handle: [login, toOllama] },
    ]),
    'not-evaluated: Whether a login is needed is not known',
  ],
  [
    'a file that closes all, and nothing else does',
    site([
      { group: 'g', match: [{ file: { try_files: ['/srv/maintenance'] } }], handle: [{ handler: 'static_response', status_code: 503 }] },
      { group: 'g', handle: [toOllama] },
    ]),
    'fail: Every route answers without a login',
  ],
  [
    'client certificates, of which a handshake for another name needs none',
    site([{ handle: [toOllama] }], {
      tls_connection_policies: [{ match: { sni: ['ai.example'] }, client_authentication: { trusted_ca_certs: ['x'] } }, {}],
      strict_sni_host: false,
    }),
    'fail: Every route answers without a login',
  ],
  [
    'client certificates, where the request must name the host of its handshake',
    site([{ handle: [toOllama] }], {
      tls_connection_policies: [{ match: { sni: ['ai.example'] }, client_authentication: { trusted_ca_certs: ['x'] } }, {}],
    }),
    'pass: Every forwarded route needs a login',
  ],
  [
    'a header whose value is soon tried out',
    site([{ match: [{ header: { 'X-Internal': ['1'] } }], handle: [toOllama] }]),
    'not-evaluated: Whether a login is needed is not known',
  ],
  [
    'any token at all',
    site([{ match: [{ header: { Authorization: ['Bearer *'] } }], handle: [toOllama] }]),
    'fail: Every route answers without a login',
  ],
  [
    'a token by its beginning, which may be that of all of its vendor',
    site([{ match: [{ header: { Authorization: ['Bearer masked*'] } }], handle: [toOllama] }]),
    'fail: Every route answers without a login',
  ],
  [
    'another method than the client’s',
    site([
      {
        match: [{ method: ['GET'], path: ['/warm'] }],
        handle: [{ ...toOllama, rewrite: { method: 'POST', uri: '/api/pull' } }],
      },
      { handle: [login, toOllama] },
    ]),
    'fail: 1 of 31 routes answer without a login',
  ],
  [
    'a host that is told apart inside of a site for many',
    site(
      [
        { group: 'g', match: [{ host: ['ollama.lab.example'] }], handle: [{ handler: 'subroute', routes: [{ handle: [toOllama] }] }] },
        { group: 'g', handle: [{ handler: 'static_response', status_code: 403 }] },
      ],
      {},
      ['*.lab.example'],
    ),
    'fail: Every route answers without a login',
  ],
  [
    'a token by a beginning that may be a key',
    site([{ match: [{ header: { Authorization: ['Bearer maskedrandom*'] } }], handle: [toOllama] }]),
    'not-evaluated: Whether a login is needed is not known',
  ],
  [
    'a token of the right form behind what all of its vendor begin with',
    site([{ match: [{ header_regexp: { Authorization: { pattern: '^Bearer masked[A-Za-z0-9]{20}$' } } }], handle: [toOllama] }]),
    'fail: Every route answers without a login',
  ],
  [
    'a key in a pattern',
    site([{ match: [{ header_regexp: { Authorization: { pattern: '^Bearer\\s+masked$' } } }], handle: [toOllama] }]),
    'pass: Every forwarded route needs a login',
  ],
  [
    'a pattern that any token fits',
    site([{ match: [{ header_regexp: { Authorization: { pattern: '^Bearer .+$' } } }], handle: [toOllama] }]),
    'fail: Every route answers without a login',
  ],
  [
    'a short key, masked on the host',
    site([{ match: [{ header: { 'X-Token': ['short'] } }], handle: [toOllama] }]),
    'not-evaluated: Whether a login is needed is not known',
  ],
  [
    'one long key and a short one',
    site([{ match: [{ header: { Authorization: ['Bearer masked', 'Bearer short'] } }], handle: [toOllama] }]),
    'not-evaluated: Whether a login is needed is not known',
  ],
  [
    'a part of the request that the client writes twice',
    site([{ match: [{ header: { 'X-Key': ['{http.request.header.X-Other}'] } }], handle: [toOllama] }]),
    'not-evaluated: Whether a login is needed is not known',
  ],
  [
    'a pattern that four digits fit',
    site([{ match: [{ header_regexp: { 'X-Pin': { pattern: '^(0123456789abcdef|[0-9]{4})$' } } }], handle: [toOllama] }]),
    'fail: Every route answers without a login',
  ],
  [
    'an application that fails, and error routes to the model',
    site([{ handle: [{ handler: 'reverse_proxy', upstreams: [{ dial: '127.0.0.1:3000' }] }] }], {
      errors: { routes: [{ handle: [toOllama] }] },
    }),
    'not-evaluated: Whether a login is needed is not known',
  ],
  [
    'an application that sends on by a header of its answer',
    site([
      {
        handle: [
          {
            ...{ handler: 'reverse_proxy', upstreams: [{ dial: '127.0.0.1:3000' }] },
            handle_response: [{ match: { headers: { 'X-Accel-Redirect': ['*'] } }, routes: [{ handle: [toOllama] }] }],
          },
        ],
      },
    ]),
    'not-evaluated: Whether a login is needed is not known',
  ],
  [
    'any value of a header',
    site([{ match: [{ header: { 'X-Key': ['*'] } }], handle: [toOllama] }]),
    'fail: Every route answers without a login',
  ],
  [
    'a header that anybody sends',
    site([{ match: [{ header: { 'User-Agent': ['curl*'] } }], handle: [toOllama] }]),
    'fail: Every route answers without a login',
  ],
  ['an expression', site([{ match: [{ expression: 'x' }], handle: [toOllama] }]), 'not-evaluated: Whether a login is needed is not known'],
  [
    'an extension',
    site([{ handle: [{ handler: 'authentication', providers: { jwt: {} } }, toOllama] }]),
    'not-evaluated: Whether a login is needed is not known',
  ],
  ['an unknown handler', site([{ handle: [{ handler: 'exec' }, toOllama] }]), 'not-evaluated: Part of Caddy is beyond the model'],
  [
    'named addresses need no login',
    site([{ match: [{ not: [{ remote_ip: { ranges: ['10.0.0.0/8'] } }] }], handle: [login] }, { handle: [toOllama] }]),
    'warning: Some addresses need no login',
  ],
  [
    'refused, then forwarded',
    {
      apps: {
        http: {
          servers: { s: { ...site([{ handle: [login, toOllama] }]).apps.http.servers.srv0, errors: { routes: [{ handle: [toOllama] }] } } },
        },
      },
    },
    'fail: Every route answers without a login',
  ],
  [
    'client certificates',
    site([{ handle: [toOllama] }], { tls_connection_policies: [{ client_authentication: { trusted_ca_certs: ['x'] } }] }),
    'pass: Every forwarded route needs a login',
  ],
  [
    'any client certificate',
    site([{ handle: [toOllama] }], { tls_connection_policies: [{ client_authentication: { mode: 'require' } }] }),
    'fail: Every route answers without a login',
  ],
  [
    'under a prefix',
    site([{ match: [{ path: ['/o/*'] }], handle: [{ handler: 'rewrite', strip_path_prefix: '/o' }, toOllama] }]),
    'fail: Every route answers without a login',
  ],
  ['on loopback', site([{ handle: [toOllama] }], { listen: ['127.0.0.1:443'] }), 'not-applicable: No proxy forwards to the model server'],
  [
    'a target of its environment',
    site([{ handle: [{ handler: 'reverse_proxy', upstreams: [{ dial: '{env.MODEL}' }] }] }]),
    'not-evaluated: Part of Caddy is beyond the model',
  ],
  ['nothing', site([{ handle: [{ handler: 'static_response' }] }]), 'not-applicable: No proxy forwards to the model server'],
])('a login for all that Caddy forwards: %s', (_, config, expected) => {
  expect(outcomes(ask(requiresAuthentication, given(config)))).toEqual([expected])
})

test.each<[string, unknown, string]>([
  ['everything', site([{ handle: [login, toOllama] }]), 'fail: 11 management routes open to every user'],
  ['named routes', site([{ match: [{ path: ['/api/chat'] }], handle: [login, toOllama] }]), 'pass: No management route is forwarded'],
  [
    'administrators',
    site([
      { match: [{ path: ['/api/chat'] }], handle: [login, toOllama] },
      { match: [{ remote_ip: { ranges: ['10.0.1.5', '10.0.9.0/24'] } }], handle: [login, toOllama] },
      { handle: [{ handler: 'static_response', status_code: 403 }] },
    ]),
    'pass: Management is for administrators only',
  ],
  [
    'more than administrators',
    site([{ match: [{ path: ['/api/chat'] }, { remote_ip: { ranges: ['10.0.0.0/8'] } }], handle: [login, toOllama] }]),
    'fail: Management is open beyond admin hosts',
  ],
  [
    'others refused by name',
    site([
      { match: [{ not: [{ remote_ip: { ranges: ['10.0.9.0/24'] } }] }], handle: [{ handler: 'error', status_code: 403 }] },
      { handle: [login, toOllama] },
    ]),
    'pass: Management is for administrators only',
  ],
  [
    'an address from a header',
    site([{ match: [{ remote_ip: { forwarded: true, ranges: ['10.0.9.0/24'] } }], handle: [login, toOllama] }]),
    'fail: Clients can choose their own address',
  ],
  [
    'an address that proxies state, which may be anybody’s',
    site([{ match: [{ client_ip: { ranges: ['10.0.9.0/24'] } }], handle: [login, toOllama] }], {
      trusted_proxies: { source: 'static', ranges: ['10.0.0.0/8'] },
    }),
    'fail: Clients can choose their own address',
  ],
  [
    'an address that only this machine may state',
    site([{ match: [{ client_ip: { ranges: ['10.0.9.0/24'] } }], handle: [login, toOllama] }], {
      trusted_proxies: { source: 'static', ranges: ['127.0.0.1/32'] },
    }),
    'pass: Management is for administrators only',
  ],
  [
    'refused, then forwarded, and the model itself may fail',
    site([{ handle: [login, toOllama] }], { errors: { routes: [{ handle: [toOllama] }] } }),
    'fail: 11 management routes open to anyone',
  ],
])('management routes through Caddy: %s', (_, config, expected) => {
  expect(outcomes(ask(managementRestricted, given(config), admins))).toEqual([expected])
})

test.each<[string, unknown, readonly string[]]>([
  ['a name on 443', site([{ handle: [toOllama] }]), ['pass: The proxy serves TLS']],
  ['port 443 without a name', site([{ handle: [toOllama] }], {}, null), ['pass: The proxy serves TLS']],
  [
    'another port with a name',
    site([{ handle: [toOllama] }], { listen: [':8443'] }),
    ['pass: The proxy serves TLS', 'pass: The proxy serves TLS'],
  ],
  ['another port without a name', site([{ handle: [toOllama] }], { listen: [':8080'] }, null), ['fail: The proxy forwards plain HTTP']],
  ['port 80', site([{ handle: [toOllama] }], { listen: [':80'] }), ['fail: The proxy forwards plain HTTP']],
  [
    'a skipped name',
    site([{ handle: [toOllama] }], { listen: [':8080'], automatic_https: { skip: ['ai.example'] } }),
    ['fail: The proxy forwards plain HTTP'],
  ],
  ['switched off', site([{ handle: [toOllama] }], { automatic_https: { disable: true } }), ['fail: The proxy forwards plain HTTP']],
])('TLS of Caddy: %s', (_, config, expected) => {
  expect(outcomes(ask(servesTls, given(config))).slice(0, 1)).toEqual(expected.slice(0, 1))
})

test('versions and HSTS', () => {
  const versions = (config: unknown) => outcomes(ask(tlsVersions, given(config)))
  expect(versions(site([{ handle: [toOllama] }]))).toEqual(['pass: The configuration allows TLS 1.2, TLS 1.3 only'])
  expect(versions(site([{ handle: [toOllama] }], { tls_connection_policies: [{ protocol_min: 'tls1.0' }] }))).toEqual([
    'fail: protocol_min allows TLS 1.0',
  ])
  const header = { handler: 'headers', response: { set: { 'Strict-Transport-Security': ['max-age=1'] } } }
  expect(outcomes(ask(sendsHsts, given(site([{ handle: [header, toOllama] }]))))).toEqual(['pass: Strict-Transport-Security is sent'])
  expect(outcomes(ask(sendsHsts, given(site([{ match: [{ path: ['/api/*'] }], handle: [header] }, { handle: [toOllama] }]))))).toEqual([
    'warning: Some routes send no HSTS header',
  ])
  const taken = { handler: 'headers', response: { set: { 'Strict-Transport-Security': ['max-age=0; includeSubDomains'] } } }
  expect(outcomes(ask(sendsHsts, given(site([{ handle: [taken, toOllama] }]))))).toEqual(['warning: No Strict-Transport-Security is sent'])
  const nginx = (more: string) =>
    facts(`server { listen 443 ssl; ${more} location / { proxy_pass http://127.0.0.1:11434; } }`, [service('ollama')])
  expect(outcomes(ask(sendsHsts, nginx('add_header Strict-Transport-Security "max-age=1";')))).toEqual([
    'pass: Strict-Transport-Security is sent',
  ])
  expect(outcomes(ask(sendsHsts, nginx('add_header Strict-Transport-Security "max-age=0";')))).toEqual([
    'warning: No Strict-Transport-Security is sent',
  ])
  expect(outcomes(ask(sendsHsts, nginx('')))).toEqual(['warning: No Strict-Transport-Security is sent'])
})

test('a server is reached only through Caddy', () => {
  const all = given(site([{ handle: [toOllama] }]))
  expect(outcomes(ask(inferenceBehindProxy, { ...all, nginx: known(all.nginx) } as never))).toEqual(['pass: Reached only through Caddy'])
  const unread = unknown('it has files of another root', [])
  expect(outcomes(ask(inferenceBehindProxy, { ...all, nginx: unread } as never))).toEqual(['not-evaluated: The proxy could not be read'])
})

test('a path that Caddy puts something before is found', () => {
  const handle = [
    { handler: 'rewrite', strip_path_prefix: '/openai' },
    { handler: 'rewrite', uri: '/v1{http.request.uri}' },
    { handler: 'reverse_proxy', upstreams: [{ dial: '127.0.0.1:8000' }] },
  ]
  const config = site([{ match: [{ path: ['/openai/*'] }], handle: [{ handler: 'subroute', routes: [{ handle }] }] }])
  const found = facts('', [service('vllm')], { ...noNginx, caddy: caddy(config) })
  expect(outcomes(ask(requiresAuthentication, found))).toEqual(['fail: Every route answers without a login'])
})

test.each([
  ['one by its name', { delete: ['X-Forwarded-Prefix'] }, 'pass: No management route is forwarded'],
  ['all of a beginning', { delete: ['X-Forwarded-*'] }, 'pass: No management route is forwarded'],
  ['one by a value of its own', { set: { 'X-Forwarded-Prefix': [''] } }, 'pass: No management route is forwarded'],
  ['another one', { delete: ['X-Forwarded-For*'] }, 'fail: 23 management routes open to anyone'],
])('headers that are taken in hand before the proxy (request_header): %s', (_, request, expected) => {
  const toLocalAi = { handler: 'reverse_proxy', upstreams: [{ dial: '127.0.0.1:8080' }] }
  const config = site([{ match: [{ path: ['/v1/chat/*'] }], handle: [{ handler: 'headers', request }, toLocalAi] }])
  const found = facts('', [service('localai')], { ...noNginx, caddy: caddy(config) })
  expect(outcomes(ask(managementRestricted, found, admins))).toEqual([expected])
})

test.each([
  ['a prefix that a client names', {}, 'fail: 23 management routes open to every user'],
  ['one that Caddy sets', { set: { 'X-Forwarded-Prefix': [''] } }, 'pass: No management route is forwarded'],
  ['one that Caddy takes away', { delete: ['X-Forwarded-Prefix'] }, 'pass: No management route is forwarded'],
])('LocalAI takes off a path %s', (_, request, expected) => {
  const toLocalAi = { handler: 'reverse_proxy', upstreams: [{ dial: '127.0.0.1:8080' }], headers: { request } }
  const config = site([{ match: [{ path: ['/v1/chat/*'] }], handle: [login, toLocalAi] }])
  const found = facts('', [service('localai')], { ...noNginx, caddy: caddy(config) })
  expect(outcomes(ask(managementRestricted, found, admins))).toEqual([expected])
})

/** Each was seen with Caddy 2.6.2, as it adapts `handle …` around a `reverse_proxy`, beside a login for all that is left. */
const only = (match: object, ...handlers: readonly object[]) => [
  { group: 'g', match: [match], handle: [{ handler: 'subroute', routes: [{ handle: [...handlers, toOllama] }] }] },
  { group: 'g', handle: [{ handler: 'subroute', routes: [{ handle: [login, toOllama] }] }] },
]
const taken = (word: object) => ({ handler: 'rewrite', ...word })
const pattern = { path_regexp: { name: 'a', pattern: '^/([a-z]+)/(.*)$' } }
test.each<[name: string, routes: readonly object[], expected: RegExp]>([
  ['a word that is taken out', only({ path: ['/x/*'] }, taken({ uri_substring: [{ find: '/x', replace: '' }] })), /^fail: Every route/],
  [
    'a pattern that is put anew',
    only({ path: ['/x/*'] }, taken({ path_regexp: [{ find: '^/x/(.*)$', replace: '/api/$1' }] })),
    /not-evaluated: Part of Caddy is beyond the model/,
  ],
  [
    'one that is not followed',
    only({ path: ['/x/*'] }, taken({ path_regexp: [{ find: '^/x/(?=a)(.*)$', replace: '/$1' }] })),
    /not-evaluated: Part of Caddy is beyond the model/,
  ],
  [
    'one beginning within the other',
    [
      {
        match: [{ path: ['/a/*'] }],
        handle: [
          taken({ strip_path_prefix: '/a' }),
          {
            handler: 'subroute',
            routes: [{ match: [{ path: ['/b/*'] }], handle: [taken({ strip_path_prefix: '/b' }), toOllama] }],
          },
          { handler: 'static_response', status_code: 404 },
        ],
      },
      { handle: [login, toOllama] },
    ],
    /^fail: Every route/,
  ],
  [
    'a pattern, and a login for all but a beginning',
    [
      { match: [{ not: [{ path: ['/public/*'] }] }], handle: [login] },
      { match: [pattern], handle: [taken({ uri: '/{http.regexp.a.2}' }), toOllama] },
    ],
    /^fail: Every route/,
  ],
  ['a name that the client writes', only({ header: { Host: ['internal.lan'] } }), /fail: Every route/],
  ['a name by its beginning', only({ header: { Host: ['internal.*'] } }), /fail: Every route/],
  ['a name by all of its end', only({ header: { Host: ['*.lan'] } }), /fail: Every route/],
  ['a name by a pattern', only({ header_regexp: { Host: { pattern: '^internal\\.lan$' } } }), /fail: Every route/],
])('a way that takes no login: %s', (_, routes, expected) => {
  expect(outcomes(ask(requiresAuthentication, given(site(routes, {}, null)))).join(' ; ')).toMatch(expected)
})

test.each(['set', 'add'])('a key of the proxy’s own (%s) opens the engine to everybody', (operation) => {
  const withKey = { handler: 'reverse_proxy', upstreams: [{ dial: '127.0.0.1:8000' }] }
  const headers = { request: { [operation]: { Authorization: ['Bearer masked'] } } }
  const config = site([{ handle: [{ ...withKey, headers }] }])
  const found = ask(requiresAuthentication, facts('', [service('vllm', { apiKey: 'set' })], { ...noNginx, caddy: caddy(config) }))
  expect(outcomes(found)).toEqual(['fail: Every route answers without a login'])
})
