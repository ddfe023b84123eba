import { describe, expect, test } from 'vitest'
import { known, unknown } from '../../../facts/fact.ts'
import inferenceBehindProxy from '../inference/inference-behind-proxy.control.ts'
import { caddy, given, login, noNginx, site, toOllama } from './caddy-sites.testing.ts'
import { ask, facts, outcomes, service } from './proxy-facts.ts'
import requiresAuthentication from './proxy-requires-authentication.control.ts'

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

test('a server is reached only through Caddy', () => {
  const all = given(site([{ handle: [toOllama] }]))
  expect(outcomes(ask(inferenceBehindProxy, { ...all, nginx: known(all.nginx) } as never))).toEqual(['pass: Reached only through Caddy'])
  const unread = unknown('it has files of another root', [])
  expect(outcomes(ask(inferenceBehindProxy, { ...all, nginx: unread } as never))).toEqual(['not-evaluated: The proxy could not be read'])
})

test.each(['set', 'add'])('a key of the proxy’s own (%s) opens the engine to everybody', (operation) => {
  const withKey = { handler: 'reverse_proxy', upstreams: [{ dial: '127.0.0.1:8000' }] }
  const headers = { request: { [operation]: { Authorization: ['Bearer masked'] } } }
  const config = site([{ handle: [{ ...withKey, headers }] }])
  const found = ask(requiresAuthentication, facts('', [service('vllm', { apiKey: 'set' })], { ...noNginx, caddy: caddy(config) }))
  expect(outcomes(found)).toEqual(['fail: Every route answers without a login'])
})
