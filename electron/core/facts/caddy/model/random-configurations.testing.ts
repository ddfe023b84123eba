import { type Arbitrary, array, constantFrom, letrec, option, record, tuple } from 'fast-check'

/** Test support: servers that exercise the model, and requests to try on them. Every upstream is told which handler sent the request. */
export const requestPaths = [
  '/',
  '/api',
  '/api/',
  '/api/pull',
  '/API/Pull',
  '//api//pull',
  '/api/%70ull',
  '/api/./pull',
  '/v1/../api/pull',
  '/v1/chat',
  '/v1/chat/x',
  '/o',
  '/o/api/pull',
  '/O/v1/chat',
  '/x/api/push.json',
  '/a//b',
  '/api/push?key=1',
] as const
export const methods = ['GET', 'POST', 'DELETE'] as const
/** Addresses that clients come from. */
export const addresses = ['127.0.0.1', '127.0.9.9'] as const

const paths = [
  ...['/api/*', '/api', '/api/pull', '/API/PULL', '/v1/*', '/v1/chat', '*', '/o/*', '/o*', '*/pull', '*.json', '*api*', '/a//b', '/*/pull'],
  ...['/api/p?ll', '/x/[a-z]*/push.json', '/'],
] as const
const patterns = ['^/api/', '^/api/(pull|push)$', 'pull', '/$', '^/v1/(.*)$', '(?i)^/API', '^/(api|v1)/'] as const

const matchers: Arbitrary<Record<string, unknown>> = constantFrom<readonly (readonly [string, unknown])[]>(
  ...paths.map((path) => [['path', [path]]] as const),
  [['path', ['/api/pull', '/v1/*']]],
  ...patterns.map((pattern) => [['path_regexp', { name: 're', pattern }]] as const),
  [['method', ['GET']]],
  [['method', ['POST', 'DELETE']]],
  [['remote_ip', { ranges: ['127.0.0.0/24'] }]],
  [['remote_ip', { ranges: ['127.0.9.9', '10.0.0.0/8'] }]],
  [['header', { 'X-Key': ['secret'] }]],
  [['header', { 'X-Key': null }]],
  [['header', { 'X-Key': ['*'] }]],
  [['header', { 'X-Key': ['sec*', 'ab'] }]],
  [['header', { 'x-key': [] }]],
  [['header_regexp', { 'X-Key': { pattern: '^sec' } }]],
  [['not', [{ header: { 'X-Key': ['*ret'] } }]]],
  [['query', {}]],
  [['not', [{ query: {} }]]],
  [['query', { key: ['1'] }]],
  [['protocol', 'http']],
  [['host', ['localhost', '*.example']]],
  [['host', ['other.example']]],
  [['not', [{ path: ['/api/*'] }]]],
  [['not', [{ remote_ip: { ranges: ['127.0.0.1'] } }]]],
  [['not', [{ path: ['/v1/*'] }, { method: ['DELETE'] }]]],
).map((pairs) => Object.fromEntries(pairs))

const sets = array(
  tuple(matchers, option(matchers, { freq: 2, nil: {} })).map(([one, other]) => ({ ...other, ...one })),
  { maxLength: 2 },
)

type Handler = Record<string, unknown>

const authentication = { handler: 'authentication', providers: { http_basic: { accounts: [{ username: 'u', password: '@HASH@' }] } } }
const simple: Arbitrary<Handler> = constantFrom<Handler>(
  { handler: 'reverse_proxy', upstreams: [{ dial: '@UPSTREAM@' }] },
  { handler: 'reverse_proxy', upstreams: [{ dial: '@UPSTREAM@' }] },
  { handler: 'static_response', status_code: 403 },
  { handler: 'static_response', status_code: '204' },
  { handler: 'static_response' },
  { handler: 'error', status_code: 410 },
  authentication,
  authentication,
  {
    handler: 'reverse_proxy',
    upstreams: [{ dial: '@AUTH@' }],
    rewrite: { method: 'GET', uri: '/auth' },
    handle_response: [
      { match: { status_code: [2] }, routes: [{ handle: [{ handler: 'headers', request: { set: { 'X-User': ['u'] } } }] }] },
    ],
  },
  { handler: 'headers', response: { set: { 'Strict-Transport-Security': ['max-age=1'] } } },
  ...[
    { set: { 'X-Key': ['secret'] } },
    { set: { 'x-key': ['other', 'secret'] } },
    { add: { 'X-Key': ['secret'] } },
    { delete: ['X-Key'] },
    { delete: ['x-k*'], add: { 'X-Key': ['ab'] } },
    { delete: ['*ey'] },
    { set: { 'X-Key': ['{http.request.method}'] } },
    { replace: { 'X-Key': [{ search_regexp: 'secret', replace: 'none' }] } },
    { set: { Host: ['other.example'] } },
  ].map((request) => ({ handler: 'headers', request })),
  { handler: 'rewrite', strip_path_prefix: '/o' },
  { handler: 'rewrite', strip_path_prefix: '/api' },
  { handler: 'rewrite', strip_path_suffix: '.json' },
  { handler: 'rewrite', uri: '/v1/chat' },
  { handler: 'rewrite', uri: '/api{http.request.uri.path}' },
  { handler: 'rewrite', uri: '/z/{http.regexp.re.1}' },
  { handler: 'rewrite', uri_substring: [{ find: '/v1/', replace: '/api/' }] },
  { handler: 'rewrite', method: 'POST' },
  { handler: 'vars', a: 'b' },
)

interface Route {
  readonly group?: string
  readonly match?: readonly Record<string, unknown>[]
  readonly handle: readonly Handler[]
  readonly terminal?: boolean
}

const { route } = letrec<{ route: Route; handler: Handler }>((tie) => ({
  route: record(
    {
      group: constantFrom('g1', 'g1', 'g2'),
      match: sets,
      handle: array(tie('handler') as Arbitrary<Handler>, { minLength: 1, maxLength: 3 }),
      terminal: constantFrom(true, false),
    },
    { requiredKeys: ['handle'] },
  ) as Arbitrary<Route>,
  handler: option(
    array(tie('route') as Arbitrary<Route>, { minLength: 1, maxLength: 3 }).map((routes) => ({
      handler: 'subroute',
      routes,
    })),
    { nil: undefined, freq: 2 },
  ).chain((sub) => (sub && Math.abs(JSON.stringify(sub).length) % 3 === 0 ? constantFrom<Handler>(sub) : simple)),
}))

/** Routes of one server, and its error routes. `@UPSTREAM@`, `@AUTH@` and `@HASH@` are placeholders. */
export const servers: Arbitrary<{ readonly routes: readonly Route[]; readonly errors?: { readonly routes: readonly Route[] } }> = record(
  {
    routes: array(route, { minLength: 1, maxLength: 6 }),
    errors: constantFrom({ routes: [{ handle: [{ handler: 'reverse_proxy', upstreams: [{ dial: '@UPSTREAM@' }] }] }] }),
  },
  { requiredKeys: ['routes'] },
) as never
