import { expect, test } from 'vitest'
import { caddy, given, login, noNginx, site, toOllama } from './caddy-sites.testing.ts'
import { ask, facts, outcomes, service } from './proxy-facts.ts'
import requiresAuthentication from './proxy-requires-authentication.control.ts'

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
    'a beginning that is cut off, and a path of its own put in place of what is left',
    only({ path: ['/models/*'] }, taken({ strip_path_prefix: '/models' }), {
      handler: 'subroute',
      routes: [
        { match: [{ path: ['/update'] }], handle: [taken({ uri: '/api/pull' })] },
        { match: [{ not: [{ path: ['/api/pull'] }] }], handle: [{ handler: 'static_response', status_code: 404 }] },
      ],
    }),
    /^fail: 1 of 31 routes/,
  ],
  [
    'two, and a login for the inner one',
    [
      { match: [{ path: ['/llm/pull', '/pull', '/api/*', '/llm/api/*', '/v2/api/*', '/llm/v2/api/*'] }], handle: [login] },
      { handle: [taken({ strip_path_prefix: '/llm' })] },
      { handle: [taken({ strip_path_prefix: '/v2' })] },
      { match: [{ path: ['/pull'] }], handle: [taken({ uri: '/api/pull' })] },
      { match: [{ path: ['/api/*'] }], handle: [toOllama] },
    ],
    /^fail: 1 of 20 routes/,
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
