import { type Arbitrary, array, constantFrom, integer, letrec, oneof, option, record, tuple, uniqueArray } from 'fast-check'

/** Test support: server blocks that exercise the model, and requests to try on them. Every handler names itself in a header. */
const paths = [
  '/',
  '/api',
  '/api/',
  '/api/pull',
  '/api/p',
  '/v1',
  '/v1/',
  '/v1/chat',
  '/API/pull',
  '/o/',
  '/o',
  '/a//b',
  '/x/api/',
] as const
const patterns = ['^/api/', '^/api/(pull|push)$', 'pull', '/$', '^/v1/(.*)$', '^/(api|v1)/', '^/o', '[a-z]+/chat'] as const

export const requestPaths = [
  '/',
  '/api',
  '/api/',
  '/api/pull',
  '/api/pull/',
  '/api/pullx',
  '//api//pull',
  '/api/%70ull',
  '/api/./pull',
  '/v1/../api/pull',
  '/API/pull',
  '/api/pull%2f',
  '/v1',
  '/v1/',
  '/v1/chat',
  '/v1/chat/x',
  '/o',
  '/o/api/pull',
  '/x/api/push',
  '/a//b',
  '/api/push?x=1',
  '/..',
  '/api/%2e%2e/v1/chat',
  '/%61pi//./pull',
  '/api/pull/..',
  '/api/pull;x',
  '/api/...',
] as const
export const methods = ['GET', 'POST', 'DELETE'] as const
/** Addresses that clients come from. */
export const addresses = ['127.0.0.1', '127.0.9.9'] as const

/** Of every configuration, in `http`. */
export const maps =
  'map $request_method $writes { default 0; POST 1; DELETE 1; } map $uri $wanted { default ""; ~^/api/(?<what>pull|push)$ $what; /v1/chat chat; }'

/** In `http` where clients are told apart by their address. */
export const geos = [
  'geo $near { default 0; 127.0.9.0/24 1; }',
  'geo $away { 127.0.9.0/24 0; 127.0.9.9 yes; 10.0.0.0/8 yes; default 0; }',
  'geo $plain { 127.0.0.1/32 here; 127.0.9.9/32 there; }',
  'geo $many { default 0; 127.0.0.0/8 1; 127.0.9.0/24 0; 127.0.9.10 1; ::1 1; }',
  'geo $remote_addr $named { default 0; 127.0.9.8/31 1; }',
  String.raw`map $remote_addr $known { default 0; 127.0.9.9 1; ~^127.7. 2; 127.0.0.0/8 3; "~^(127\.0\.9\.1\d?|::1|fd00::5)$" 4; } map $known$many $two { default 0; 11 1; 10 2; 01 3; }`,
  'map $near $refused { 0 1; default ""; } map $request_method$near $written { default 0; ~^POST0 1; } map $uri-$near $both { default ""; /api/pull-1 in; /o-0 0; }',
].join(' ')

/** One `if` that hangs on them; `@PASS@` names who gets on. */
export const geoBodies: Arbitrary<string> = record({
  words: constantFrom(
    ...['$near', '$near = 0', '$near != 1', '$near ~ ^1', '$away', '$away = yes', '$away !~ yes', '$plain', '$plain = here', '$plain = ""'],
    ...[
      '$many',
      '$many = 0',
      '$refused',
      '$refused = 1',
      '$written',
      '$both',
      '$both = in',
      '$named',
      '$known = 1',
      '$known',
      '$two = 3',
      '$two',
    ],
    ...[
      '$remote_addr = 127.0.9.9',
      '$remote_addr != 127.0.9.9',
      '$remote_addr = 127.0.9.0/24',
      '$remote_addr ~ ^127.0.9.',
      '$remote_addr ~ ^127.0.9',
    ],
    ...[
      String.raw`$remote_addr !~ "^127\.0\.9\."`,
      String.raw`$remote_addr !~* "^127\.(0\.9|7\.\d+)\.\d{1,2}$"`,
      '$remote_addr ~ "^[01]27.0.(0|9).[0-9]$"',
    ],
    ...[
      '$remote_addr !~ "^(?:127.0.9.9|127.7)"',
      '$remote_addr ~ ".9$|^127.7"',
      String.raw`$remote_addr ~ "\d\.9$"`,
      String.raw`$remote_addr !~ "\.[^9]\d*$"`,
    ],
  ),
  does: constantFrom('return 403;', 'return 405;', 'rewrite ^ /o last;', 'set $x 1;'),
  at: constantFrom('server', 'location'),
}).map(({ words, does, at }) => {
  const condition = `if (${words}) { ${does} }`
  const pass = (id: number) => `proxy_set_header X-Location ${id}; proxy_pass @UPSTREAM@;`
  return `${at === 'server' ? condition : ''} location / { ${at === 'location' ? condition : ''} ${pass(1)} } location /o { ${pass(2)} }`
})

interface Node {
  readonly modifier: string
  readonly path: string
  readonly lines: readonly string[]
  readonly handler: string
  readonly children: readonly Node[]
}

const access = constantFrom(
  'auth_basic "r"; auth_basic_user_file @USERS@;',
  'auth_basic "r";',
  'auth_basic off;',
  'allow 127.0.0.1; deny all;',
  'deny all;',
  'deny 127.0.0.1;',
  'allow all;',
  'allow 10.0.0.0/8; deny all;',
  'satisfy any;',
  'satisfy all;',
  'allow 127.0.9.0/24; deny all;',
  'deny 127.0.9.9; allow all;',
  'auth_request /auth-yes;',
  'auth_request /auth-no;',
  'auth_request /auth-ask;',
  'auth_request /auth-odd;',
  'auth_request off;',
)
/** Who may state another address in a header. */
const trust = constantFrom(
  'set_real_ip_from 127.0.9.0/24;',
  'set_real_ip_from 127.0.9.9; real_ip_header X-Forwarded-For;',
  'set_real_ip_from 127.0.0.0/8; real_ip_header X-Forwarded-For; real_ip_recursive on;',
  'set_real_ip_from 127.0.9.9; set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For; real_ip_recursive on;',
  'set_real_ip_from 0.0.0.0/0; real_ip_header X-Client;',
  'set_real_ip_from 0.0.0.0/0; real_ip_header proxy_protocol;',
  'real_ip_header X-Forwarded-For;',
  'real_ip_recursive on;',
)
/** Headers that a client may send about its address. */
export const statements: readonly Readonly<Record<string, string>>[] = [
  { 'x-forwarded-for': '10.1.2.3' },
  { 'x-forwarded-for': '10.1.2.3, 127.0.9.9', 'x-real-ip': '127.0.0.1' },
  { 'x-forwarded-for': '127.0.9.9, nonsense', 'x-client': '10.9.9.9' },
  { 'x-real-ip': '10.1.2.3:80', 'x-forwarded-for': '127.0.0.1,10.1.2.3, 127.0.9.9' },
]
const rewrites = constantFrom(
  'rewrite ^/o/(.*)$ /$1 break;',
  'rewrite ^/o/(.*)$ /api/$1 last;',
  'rewrite ^/x(/.*)$ $1;',
  'return 204;',
  'return 403;',
  'return 418;',
  'error_page 418 403 = @named;',
  'error_page 404 = /v1/chat;',
  'internal;',
  'if ($request_method = POST) { return 405; }',
  'if ($request_method != GET) { rewrite ^ /v1/chat last; }',
  'if ($uri ~ pull) { return 410; }',
  'set $x 1; if ($x) { break; }',
  'limit_except GET { deny all; }',
  'limit_except GET POST { auth_basic "r"; auth_basic_user_file @USERS@; }',
  'try_files /none @named;',
  'try_files /none =418;',
  'error_page 403 = @named;',
  'error_page 404 = @named;',
  'error_page 401 = @named;',
  'error_page 401 403 =200 /v1/chat;',
  'if ($writes) { return 405; }',
  'if ($wanted = pull) { return 409; }',
  'if ($wanted) { rewrite ^ /o/$wanted break; }',
  'rewrite ^/api/(?<rest>.*)$ /v1/$rest last;',
  'rewrite ^/v1/chat /o? last;',
  'set $y $uri; if ($y ~* ^/API) { return 422; }',
  'try_files $uri /v1/chat;',
  'try_files /none /api/;',
  'limit_except POST { allow 127.0.0.1; deny all; }',
  'return 301 /elsewhere;',
  'alias /nowhere/;',
  'recursive_error_pages on;',
  'error_page 405 = @named;',
)
/** What a client states, and rewrites that take a path apart: held against nginx by what gets through, not answer by answer. */
const wilder = constantFrom(
  'if ($remote_user = "") { return 401; }',
  'if ($remote_user != u) { return 403; }',
  'if ($args = "") { return 403; }',
  'if ($args ~ letmein) { rewrite ^ /api/pull last; }',
  'if ($arg_x != 1) { return 403; }',
  'if ($host = a.example) { return 403; }',
  'if ($http_host = a.example) { return 403; }',
  'if ($http_host != a.example) { return 403; }',
  'if ($host != a.example) { return 403; }',
  'if ($http_x_client !~ "^(opensesame123|.*)$") { return 403; }',
  'if ($request_uri ~ ^/api/(pull|push)) { return 403; }',
  'if ($request_uri !~ "^/v1/") { return 403; }',
  'if ($named = none) { return 403; }',
  'if ($sent) { return 403; }',
  'if ($unsaid) { return 403; }',
  'if ($request_uri !~ "debug") { return 403; }',
  'if ($request_uri ~ "pu(ll|sh)") { return 403; }',
  'if ($request ~ "/api/pull") { return 403; }',
  'if ($uri ~ ^/(o|x)(/.*)$) { set $tail $2; }',
  'if ($request_uri ~ "^/o/([^?]*)") { set $tail /api/$1; }',
  'if ($taken) { set $tail $2; }',
  'if ($request !~ "^GET /v1") { return 401; }',
  'if ($path !~ ^/v1) { return 401; }',
  'if ($ways) { return 401; }',
  'set $p x; if ($request_uri ~ ^/([^/?]*)) { set $p $1; } if ($p != v1) { return 401; }',
  'if ($request_uri ~ ^(?<p>[^?]*)) { set $z 1; } if ($p !~ ^/v1) { return 401; }',
  'set $t "$request_method$request_uri"; if ($t !~ "^GET/v1") { return 401; }',
  String.raw`set $q ""; if ($request_uri ~ "\?(.*)$") { set $q $1; } if ($q !~ ^debug) { return 401; }`,
  'set $own none; if ($http_x_client ~ "^(a.+)$") { set $own $1; } if ($own !~ ^any) { return 403; }',
  'set $own $http_x_client; if ($own = "") { return 401; }',
  'if ($http_x_client !~ "(opensesame123|o(ne))$") { set $hold "$2x"; } if ($hold) { return 403; }',
  'if ($http_authorization !~ "^Basic (?<shown>.+)$") { return 401; } set $own "$shown$arg_x"; if ($own = opensesame123) { return 403; }',
  'if ($http_authorization ~ "^Basic (.+)$") { set $own $1; } if ($uri ~ ^/(o|x)) { set $z 1; } set $own $own; if ($own = "") { return 401; }',
  'set $tail $taken$1;',
  'rewrite ^/o/(.*)$ $before$1;',
  'rewrite ^/x/(.*)$ $1 last;',
  'rewrite ^ $arg_to break;',
  'rewrite ^/(o|x)/(.*)$ /api/$2 last;',
  'rewrite ^/(?<a>[a-z]+)/o/(?<rest>.*)$ /api/$rest break;',
  'rewrite ^/v(\\d+)/(.+)$ /api/$2;',
  'rewrite ^(/api)?/x/(.*) $1/$2 last;',
  'rewrite ^ /api/pull break;',
  'error_page 405 = @named;',
  'error_page 502 = @named; proxy_intercept_errors on;',
  'mirror /v1/chat;',
  'index none.html /api/tags;',
  'error_page 404 = /api$uri;',
  'error_page 403 404 405 = /api/tags;',
  'try_files /none /api$uri?$args;',
  'set $page "@named"; error_page 404 403 = $page;',
  'set $to "@HOST@"; if ($host = a.example) { set $to "127.0.0.1:1"; }',
)
const wilderHandlers = constantFrom(
  '',
  '@PASS@;',
  '@PASS@/$1;',
  '@PASS@/api/$2;',
  '@PASS@$uri;',
  '@PASS@$uri;',
  'http://$to;',
  'http://$backend;',
  'http://$backend/api/$1;',
  'http://$picked;',
  'http://$picked/api/$1;',
  'http://$picked$uri;',
  'http://$taken$1;',
  'http://$taken$2;',
  'http://$taken/api$2;',
  '@PASS@$tail;',
  '@PASS@/api$tail;',
)
/** In `http`, beside `maps`. `@HOST@` is the stub. */
export const wilderMaps =
  'map $http_x_client $unsaid { opensesame123 0; ~.* 1; } map $host $named { default some; a.example none; } map $request_uri $sent { default 0; ~^/api/pull 1; } map $host $backend { default "127.0.0.1:1"; a.example "@HOST@"; } ' +
  'map $request_uri $path { "~^(?<asked>[^?]*)" $asked; } map "$request_method:$request_uri" $ways { default 1; "~^GET:/v1" 0; } ' +
  'map $uri $taken { default ""; "~^/(o|x)(/.*)$" "@HOST@"; ~^/v7/(.*)$ "@HOST@"; } map $http_x_client $picked { default "127.0.0.1:1"; any "127.0.0.1:1"; anyone "@HOST@"; } map $uri $before { default "/api/"; "~^/o/(api/.*)$" "/"; "~^/o/" "/v1/"; } '
export const wilderPaths = [
  '/o/pull',
  '/x/push',
  '/ab/o/pull',
  '/v7/pull',
  '/api/x/pull',
  '/x/pull',
  '/api/pull?letmein',
  '/api/pull?debug',
  '/o/api/tags?debug',
  '/api/tags?to=/api/pull',
  '/v7/api/pull',
  '/api/pull?x=1',
  '/%61pi/pull',
  '/tags',
  // Decoded once more by the program behind.
  '/%2561pi/pull',
  '/api/pul%256c',
  '/o/%2561pi/pull',
  '/x/pul%256c',
  // In absolute form, whose host counts before that of the header.
  'http://a.example/api/pull',
  'http://gpu.lab/api/tags',
] as const

const handlers = constantFrom(
  '',
  '@PASS@;',
  '@PASS@;',
  '@PASS@/;',
  '@PASS@/api/;',
  '@PASS@$request_uri;',
  '@PASS@$uri;',
  'empty_gif;',
  'flv;',
)

const rarely = { freq: 2, nil: '' } as const
const often = { freq: 3, nil: '' } as const
const linesWith = (more: Arbitrary<string>) =>
  tuple(option(access, often), option(access, often), option(more, often), option(more, rarely), option(trust, rarely)).map((all) =>
    all.filter((line, index) => line !== '' && all.findIndex((other) => other.split(' ')[0] === line.split(' ')[0]) === index),
  )

const nodesWith = (lines: Arbitrary<string[]>, handlers: Arbitrary<string>): Arbitrary<Node> =>
  letrec<{ node: Node }>((tie) => ({
    node: record({
      modifier: constantFrom('', '', '', '=', '^~', '~', '~*'),
      path: integer({ min: 0, max: 1000 }).map(String),
      lines,
      handler: handlers,
      children: option(array(tie('node') as Arbitrary<Node>, { maxLength: 2 }), {
        freq: 2,
        nil: [],
        depthSize: 'small',
      }),
    }),
  })).node

let counter = 0

function render(one: Node, seen: Set<string>, outer: string | undefined): string {
  const regex = one.modifier.startsWith('~')
  const pick = Number(one.path)
  const path = regex ? (patterns[pick % patterns.length] ?? '') : (paths[pick % paths.length] ?? '')
  // nginx refuses duplicates, prefixes outside their parent, and anything inside an exact location.
  const key = `${one.modifier.startsWith('^') ? '' : one.modifier} ${path}`
  if (seen.has(key) || (outer !== undefined && !regex && !path.startsWith(outer))) return ''
  seen.add(key)
  const inner = new Set<string>()
  const children = one.modifier === '=' ? '' : one.children.map((child) => render(child, inner, regex ? undefined : path)).join('')
  // Neither takes a path of proxy_pass: a pattern without one of its groups, and a group where there is no pattern.
  const handler = regex
    ? one.handler.replace(/@PASS@\/(?!(?:api\/)?\$)[^;]*/, '@PASS@')
    : one.handler.replace(/(?<!\$taken(?:\/api)?)\/?\$\d/, '')
  const id = ++counter
  const pass =
    !handler.startsWith('@PASS@') && !/http:/.test(handler)
      ? handler
      : `proxy_set_header X-Location ${id}; proxy_pass ${handler.replace('@PASS@', '@UPSTREAM@')}`
  return `location ${one.modifier} ${path} { ${one.lines.join(' ')} ${pass} ${children} }\n`
}

/** The body of a server block without `listen`. `@UPSTREAM@`, `@USERS@` are placeholders; ids of handlers start at 1 in each. */
const bodiesWith = (lines: Arbitrary<string[]>, handlers: Arbitrary<string>, more = ''): Arbitrary<string> =>
  tuple(array(nodesWith(lines, handlers), { minLength: 1, maxLength: 6 }), lines, constantFrom('', '', 'merge_slashes off;')).map(
    ([nodes, top, merge]) => {
      counter = 0
      const seen = new Set<string>()
      const named = [
        'location @named { proxy_set_header X-Location named; proxy_pass @UPSTREAM@; }',
        'location = /auth-yes { internal; return 204; }',
        'location = /auth-no { internal; return 403; }',
        'location = /auth-odd { internal; return 302 /x; }',
        'location = /auth-ask { internal; proxy_pass @AUTH@; proxy_pass_request_body off; }',
        more,
      ].join(' ')
      const server = top.filter((line) => !/^(?:limit_except|try_files|internal)/.test(line)).join(' ')
      return `${merge} ${server}\n${nodes.map((one) => render(one, seen, undefined)).join('')}${named}\n`
    },
  )

export const serverBodies = bodiesWith(linesWith(rewrites), handlers)
export const wilderBodies = bodiesWith(
  linesWith(oneof(rewrites, wilder, wilder)),
  oneof(handlers, wilderHandlers),
  'location = /never { set $to ""; set $tail ""; return 404; }',
)

const serverNames = [
  ...['a.example', 'b.example', '*.example', '*.a.example', '.example', '.b.example', 'a.*', 'www.a.*', 'mail.*', '_', '""', 'A.Example'],
  ...['~^gpu\\d+\\.', '~example$', '~^(?<who>.+)\\.lab$', '~.', 'localhost'],
] as const
/** Hosts to ask for. Empty: none is sent. */
export const askedHosts = [
  ...['a.example', 'A.EXAMPLE', 'b.example', 'x.example', 'x.a.example', 'x.y.a.example', 'example', 'a.other', 'www.a.other', 'mail.a.b'],
  ...['gpu7.lab', 'x.lab', 'a.example.', 'a.example:8080', 'localhost', 'nobody'],
] as const

/** Several servers on one socket, as the body of the first; the n-th answers 410 + n. `@LISTEN@` is the socket. */
export const serverGroups: Arbitrary<string> = array(
  record({ names: uniqueArray(constantFrom(...serverNames), { maxLength: 3 }), isDefault: constantFrom(false, false, false, true) }),
  { minLength: 2, maxLength: 6 },
).map((servers) =>
  servers
    .map(({ names, isDefault }, at) => {
      const listen = at === 0 ? '' : `listen @LISTEN@${isDefault ? ' default_server' : ''}; `
      return `${listen}${names.length > 0 ? `server_name ${names.map((name) => (/[{}\\]/.test(name) ? `"${name}"` : name)).join(' ')}; ` : ''}return ${410 + at};`
    })
    .join(' } server { '),
)
