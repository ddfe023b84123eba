import { expect, test } from 'vitest'
import { app, beyond, guarded, health, judged, login, model, notKnown, open, site } from './nginx-sites.testing.ts'
import { ask, facts, outcomes, service } from './proxy-facts.ts'
import requiresAuthentication from './proxy-requires-authentication.control.ts'

/** Ways to a model that a glance at the configuration does not see. */
test.each<[name: string, configuration: string, expected: readonly string[]]>([
  [
    'an application that fails hands over to the model',
    site(`location / { ${app} error_page 502 = @m; } location @m { ${model} }`),
    notKnown,
  ],
  [
    'an application whose 404 is intercepted',
    site(`location / { ${app} proxy_intercept_errors on; error_page 404 = @m; } location @m { ${model} }`),
    notKnown,
  ],
  [
    'its own 404 is not',
    site(`location / { ${app} error_page 404 = @m; } location @m { ${login} ${model} } location /api { ${login} ${model} }`),
    guarded,
  ],
  [
    'a hidden location that asks nobody',
    site(`location / { ${app} error_page 404 = @m; } location @m { ${model} } location /api { ${login} ${model} }`),
    [...guarded, ...beyond],
  ],
  [
    'a mirror is another way',
    site(`location / { mirror /m; ${app} } location = /m { internal; ${login} proxy_pass http://127.0.0.1:11434$request_uri; }`),
    open,
  ],
  [
    'the same, behind a login',
    site(`location / { ${login} mirror /m; ${app} } location = /m { internal; proxy_pass http://127.0.0.1:11434$request_uri; }`),
    guarded,
  ],
  [
    'the client adds a query of its own',
    site(
      `location / { ${login} proxy_pass http://127.0.0.1:11434$uri$is_args$args; } location /v1/ { proxy_pass http://127.0.0.1:11434$uri?$args; }`,
    ),
    open,
  ],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: variables of nginx
  ...(['$is_args$args', '${is_args}${args}', '?$query_string', ''] as const).flatMap((query): [string, string, readonly string[]][] =>
    (['', login] as const).map((asked) => [
      `a part of the path${query && ` and ${query}`}${asked && ', behind a login'}`,
      site(`location ~ "^/llm/(?<model>[a-z0-9]+)/(?<rest>.*)$" { ${asked} proxy_pass http://127.0.0.1:11434/$rest${query}; }`),
      asked === '' ? open : guarded,
    ]),
  ),
  // nginx 1.22.1 asks for /api/tags?x=, with the rest of the path behind it.
  [
    'a path with a query in its place',
    site(`location / { ${login} ${model} } location /s/ { proxy_pass http://127.0.0.1:11434/api/tags?x=; }`),
    ['fail: 1 of 31 routes answer without a login'],
  ],
  [
    'a part of the path that a pattern beyond Gatehouse takes',
    site('location ~ ^/llm(?=/)/(?<name>\\w+)/(?<rest>.*)$ { proxy_pass http://127.0.0.1:11434/$rest; }'),
    beyond,
  ],
  [
    'its own path behind an address, where no route leads',
    site(`location / { ${login} ${model} } location ~ ^/x/ { proxy_pass http://127.0.0.1:3000$request_uri; }`),
    guarded,
  ],
  ...(
    [
      ['one of its names', '(?<svc>ollama|chat)', 'default off; ollama "who"', open],
      ['a name that only the map knows', '(?<svc>[a-z]+)', 'default "who"; public off', open],
      ['a name that a pattern of the map takes', '(?<svc>[a-z]+)', 'default "who"; ~^pub off', open],
      ['no name', '(?<svc>[a-z]+)', 'default "who"; public "you"', guarded],
    ] as const
  ).map(([name, group, lines, expected]): [string, string, readonly string[]] => [
    `a login that a part of the path turns off: ${name}`,
    site(
      `location ~ ^/${group}/(?<rest>.*)$ { auth_basic $realm; auth_basic_user_file /b; proxy_pass http://127.0.0.1:11434/$rest; }`,
      `map $svc $realm { ${lines}; }`,
    ),
    expected,
  ]),
  [
    'a part of the path, beside a hundred and thirty other applications',
    site(
      `location ~ ^/(?<svc>ollama|chat)/(?<rest>.*)$ { proxy_pass http://127.0.0.1:11434/$rest; }
       ${Array.from({ length: 130 }, (_, at) => `location /app${at}/ { proxy_pass http://127.0.0.1:3000/; }`).join('\n')}`,
    ),
    open,
  ],
  [
    'a login that a map takes away for one path, of which a pattern makes that of the program',
    site(
      `location ~ ^/(?<svc>[a-z]+)/(?<rest>.*)$ { auth_basic $realm; auth_basic_user_file /b; proxy_pass http://127.0.0.1:11434/$rest; }`,
      'map $uri $realm { default "who"; /public/api/tags off; }',
    ),
    ['fail: 1 of 31 routes answer without a login'],
  ],
  [
    'for all that begins so',
    site(
      `location ~ ^/(?<svc>[a-z]+)/(?<rest>.*)$ { auth_basic $realm; auth_basic_user_file /b; proxy_pass http://127.0.0.1:11434/$rest; }`,
      'map $uri $realm { default "who"; ~^/public/ off; }',
    ),
    open,
  ],
  [
    'a method and a part of the path',
    site(
      'location ~ ^/(?<svc>[a-z]+)/(?<rest>.*)$ { if ($ok = 0) { return 403; } proxy_pass http://127.0.0.1:11434/$rest; }',
      'map "$request_method:$svc" $ok { default 0; "GET:public" 1; }',
    ),
    open,
  ],
  [
    'a part of the path under another name',
    site(
      'location ~ ^/(?<svc>[a-z]+)/(?<rest>.*)$ { set $s $svc; if ($s != public) { return 403; } proxy_pass http://127.0.0.1:11434/$rest; }',
    ),
    open,
  ],
  [
    'a part of the path that a condition asks for',
    site(`location ~ ^/(?<svc>[a-z]+)/(?<rest>.*)$ {
      set $asked yes; if ($svc = public) { set $asked no; } if ($asked = yes) { return 403; } proxy_pass http://127.0.0.1:11434/$rest; }`),
    open,
  ],
  [
    'a page that clients say they come from',
    site(`location / { valid_referers ai.example; if ($invalid_referer) { return 403; } ${model} }`),
    open,
  ],
  ...(
    [
      ['the name of the host', '$host', 'internal.lan off;', 'listen 81 default_server;', open],
      ['a program', '$http_user_agent', '~^kube-probe off;', '', open],
      ['a name that leads elsewhere', '$host', 'internal.lan off;', 'listen 81; server_name a.example;', guarded],
      ['a key', '$http_x_key', 'JMPFXBuLtxUo6gsiZGkaHYmep85Eeu3D off;', '', notKnown],
      ['an address', '$remote_addr', '10.0.0.1 off;', '', notKnown],
    ] as const
  ).map(([name, from, off, listens, expected]): [string, string, readonly string[]] => [
    `a login that ${name} turns off`,
    `map ${from} $realm { default "who"; ${off} } server { ${listens === '' ? 'listen 81;' : listens} auth_basic $realm; auth_basic_user_file /b; location / { ${model} } }
     ${listens.includes('server_name') ? 'server { listen 81 default_server; return 444; }' : ''}`,
    expected,
  ]),
  [
    'the client names the host',
    site('location / { proxy_pass http://$to; }', 'map $host $to { default 127.0.0.1:3000; llm.example 127.0.0.1:11434; }'),
    open,
  ],
  [
    'the client names the host by another header',
    site('location / { proxy_pass http://$to; }', 'map $http_x_model $to { default 127.0.0.1:3000; llm 127.0.0.1:11434; }'),
    open,
  ],
  [
    'a body that is too large for the rest',
    site(`${login} error_page 413 = @big; location / { ${model} } location @big { auth_basic off; ${model} }`),
    open,
  ],
  [
    'the same where none is too large',
    site(`${login} client_max_body_size 0; error_page 413 = @big; location / { ${model} } location @big { auth_basic off; ${model} }`),
    guarded,
  ],
  [
    'one request too many',
    site(`error_page 429 = @busy; limit_req_status 429; location / { limit_req zone=l; ${login} ${model} } location @busy { ${model} }`),
    open,
  ],
  [
    'none is too many',
    site(
      `error_page 503 = @busy; location / { ${login} limit_req_dry_run on; limit_req zone=l; ${app} } location @busy { ${login} ${model} }`,
    ),
    guarded,
  ],
  ['a request that is none', site(`error_page 400 = @odd; location / { ${login} ${model} } location @odd { ${model} }`), open],
  [
    'another method than the client’s',
    site(
      `location = /warm { if ($request_method != GET) { return 405; } proxy_method POST; proxy_pass http://127.0.0.1:11434/api/pull; } location / { ${login} ${model} }`,
    ),
    ['fail: 1 of 31 routes answer without a login'],
  ],
  [
    'what is added to another page',
    site(`location /app { add_after_body /api/tags; ${app} } location / { ${login} ${model} }`),
    ['fail: 1 of 31 routes answer without a login'],
  ],
  [
    'a mirror of one path to another',
    site(
      `location /app { mirror /m; ${app} } location = /m { internal; proxy_pass http://127.0.0.1:11434/api/tags; } location / { ${login} ${model} }`,
    ),
    ['fail: 1 of 31 routes answer without a login'],
  ],
  ['an account that nobody asked for a password', site(`location / { if ($remote_user = "") { return 401; } ${model} }`), open],
  ['an account by name, without a password', site(`location / { if ($remote_user != admin) { return 401; } ${model} }`), notKnown],
  ['an account by name, with a password', site(`location / { ${login} if ($remote_user != admin) { return 401; } ${model} }`), guarded],
  [
    'an auth_request that hangs on what the client writes',
    site(`if ($remote_user != admin) { return 403; } location / { auth_request /a; ${model} } location = /a { return 204; }`),
    notKnown,
  ],
  [
    'a hidden location that two paths lead to, one of them past a list',
    site(
      `location /api/ { deny all; try_files /none @m; } location /x/ { rewrite ^/x/(.*)$ /api/$1 break; try_files /none @m; } location @m { satisfy any; ${model} }`,
    ),
    open,
  ],
  ['any query at all', site(`location / { if ($args = "") { return 403; } ${model} }`), open],
  [
    'what an auth_request was told once is told to all',
    site(`location / { auth_request /a; ${model} } location = /a { proxy_cache z; proxy_pass http://127.0.0.1:9; }`),
    notKnown,
  ],
  [
    'remembered for each token',
    site(
      `location / { auth_request /a; ${model} } location = /a { proxy_cache z; proxy_cache_key $http_authorization; proxy_pass http://127.0.0.1:9/oauth2/auth; }`,
    ),
    guarded,
  ],
  [
    'a secret, or something short',
    site(`location / { if ($http_x_key !~ "^(0123456789abcdef|[0-9]{4})$") { return 403; } ${model} }`),
    open,
  ],
  [
    'a secret that may be left out',
    site(`location / { if ($http_x_key !~ "^id(0123456789abcdef)?[0-9]{4}$") { return 403; } ${model} }`),
    open,
  ],
  [
    'one of two secrets',
    site(`location / { if ($http_x_key !~ "^(0123456789abcdef|fedcba9876543210)$") { return 403; } ${model} }`),
    guarded,
  ],
  [
    'a variable that only other paths set',
    site(
      `location / { ${login} ${model} } location ~ ^/api/(?<cmd>\\w+) { if ($cmd !~ ^(tags|version|ps)$) { set $need 1; } if ($need) { return 401; } ${model} }`,
    ),
    ['fail: 3 of 14 routes answer without a login'],
  ],
  [
    'a script that says who is turned away',
    site(`location / { set $deny 1; set_by_lua_block $deny { return check() } if ($deny) { return 401; } ${model} }`),
    notKnown,
  ],
  [
    'the same between others of a block',
    site(`location / { set $deny 1; set_unescape_uri $deny $arg_x; if ($deny = 1) { return 401; } ${model} }`),
    notKnown,
  ],
  [
    'a script asked by auth_request',
    site(`location / { auth_request /a; ${model} } location = /a { internal; js_content main.check; }`),
    notKnown,
  ],
  ['a variable of a script', site(`location / { if ($who_is_it = "") { return 401; } ${model} }`, 'js_set $who_is_it main.who;'), notKnown],
  ['a script of the access phase', site(`location / { access_by_lua_file /x.lua; ${model} }`), notKnown],
  ['a script beside a login', site(`location / { access_by_lua_file /x.lua; ${login} ${model} }`), guarded],
  ['a script that answers', site('location / { content_by_lua_block { ngx.location.capture("/m") } }'), beyond],
  ['a script in Perl', site('location / { perl Hello::handler; }'), beyond],
  ['a script before the rest', site(`location / { rewrite_by_lua_block { ngx.exec("@m") } ${login} ${model} }`), beyond],
  [
    'a script that chooses the server',
    site(`location / { ${login} proxy_pass http://u; }`, 'upstream u { server 0.0.0.1; balancer_by_lua_block { x() } }'),
    beyond,
  ],
  ['any port of this host', site('location ~ ^/proxy/(\\d+)/(.*)$ { proxy_pass http://127.0.0.1:$1/$2; }'), beyond],
  [
    'a choice of names before the path',
    site(
      'location / { rewrite ^/(llm|ai)/(.*)$ /$2 break; return 404; } location ~ ^/(llm|ai)/(.*)$ { proxy_pass http://127.0.0.1:11434/$2; }',
    ),
    open,
  ],
  [
    'a rewrite into a location of its own',
    site(`rewrite ^/x/(.*)$ /api/$1 last; location /api/ { internal; ${model} } location / { return 404; }`),
    open,
  ],
  [
    'the same in two steps',
    site(`rewrite ^/y/(.*)$ /x/$1; rewrite ^/x/(.*)$ /api/$1 last; location /api/ { internal; ${model} } location / { return 404; }`),
    open,
  ],
  [
    'an application may send it there',
    site(`location / { ${app} } location /m/ { internal; proxy_pass http://127.0.0.1:11434/; }`),
    beyond,
  ],
  [
    'an application that may not',
    site(`location / { ${app} proxy_ignore_headers X-Accel-Redirect; } location /m/ { internal; proxy_pass http://127.0.0.1:11434/; }`),
    ['not-applicable: No proxy forwards to the model server'],
  ],
  [
    'a page for variables of an application',
    site(`location /ui/ { set $to 127.0.0.1:3000; proxy_pass http://$to; } location /api/ { ${login} ${model} }`),
    guarded,
  ],
  ['a picture refuses to be written to', site(`location / { empty_gif; error_page 405 = @m; } location @m { ${model} }`), open],
  [
    'what memcached does not have comes from the model',
    site(`location / { memcached_pass 127.0.0.1:11211; error_page 404 = @m; } location @m { ${model} }`),
    notKnown,
  ],
  [
    'what memcached is not asked goes to the model',
    site(
      `location / { memcached_pass 127.0.0.1:11211; error_page 405 = @m; } location @m { ${model} } location = /api/tags { ${login} ${model} }`,
    ),
    ['fail: 24 of 25 routes answer without a login'],
  ],
  [
    'a request that was refused is sent on afterwards',
    site(`location / { ${login} post_action @m; return 204; } location @m { ${model} }`),
    beyond,
  ],
  [
    'a script asks beside a login',
    site(`location /ui/ { js_content main.page; } location / { ${login} ${model} }`),
    [...guarded, ...beyond],
  ],
  [
    'a module asks beside a login',
    site(`location /ui/ { echo_location /api/tags; } location / { ${login} ${model} }`),
    [...guarded, ...beyond],
  ],
  ['a tunnel beside a login', site(`proxy_connect; proxy_connect_allow all; location / { ${login} ${model} }`), [...guarded, ...beyond]],
])('%s', (_, configuration, expected) => {
  expect(judged(configuration)).toEqual(expected)
})

test('a stream that carries on to a server of the same nginx, which listens on this machine only', () => {
  const dump = `# configuration file /etc/nginx/nginx.conf:\nstream { server { listen 443; proxy_pass 127.0.0.1:8443; } }\nhttp { server { listen 127.0.0.1:8443; location / { ${model} } } }\n`
  expect(outcomes(ask(requiresAuthentication, facts(dump, [service('ollama')])))).toEqual(beyond)
})

const byModel = 'location ~ ^/m/(?<model>[^/]+)/(.*)$ { proxy_pass http://$to/$2; }'
const byLine = 'map $model $to { llama 127.0.0.1:11434; default 127.0.0.1:3000; }'
test.each<[name: string, inside: string, outside: string, expected: readonly string[]]>([
  ['a part of the path', byModel, byLine, open],
  ['the path', byModel, byLine.replace('$model', '$uri').replace('llama', '~^/m/(llama)/(.*)$'), open],
  ['the path, whose pattern takes no groups', byModel, byLine.replace('$model', '$uri').replace('llama', '~^/m/llama/'), health],
  ['the path, as a name of a group', byModel, `upstream llm { server 127.0.0.1:11434; } ${byLine.replace('127.0.0.1:11434', 'llm')}`, open],
  ['a part of the path, to others', byModel, byLine.replace('11434', '3001'), ['not-applicable: No proxy forwards to the model server']],
  [
    'the path of its own routes',
    'location / { proxy_pass http://$to; }',
    byLine.replace('$model', '$uri').replace('llama', '~^/(v1|api)/'),
    open,
  ],
])('a map chooses the model by %s', (_, inside, outside, expected) => {
  expect(judged(site(inside, outside))).toEqual(expected)
})

// nginx 1.22.1 was asked under both names: $server_name is the first one, whichever the client asked for.
test.each<[name: string, names: string, inside: string, expected: readonly string[]]>([
  [
    'sent elsewhere',
    'ai.example llm.example',
    `if ($host = $server_name) { return 301 https://llm.example; } location / { ${model} }`,
    open,
  ],
  [
    'the only one that is let in',
    'ai.example llm.example',
    `if ($host != $server_name) { return 301 https://ai.example; } location / { ${login} ${model} }`,
    guarded,
  ],
  ['the name of the machine', '$hostname ai.example', `if ($host = $server_name) { return 403; } location / { ${model} }`, notKnown],
])('the first name of a server: %s', (_, names, inside, expected) => {
  const others = 'server { listen 80 default_server; return 444; }'
  expect(judged(`server { listen 80; server_name ${names}; ${inside} } ${others}`)).toEqual(expected)
})

test.each<[string, Parameters<typeof service>]>([
  ['llama-server --api-prefix', ['llama.cpp', { argv: ['llama-server', '-m', 'a.gguf', '--api-prefix', '/llm'] }]],
  ['vLLM --root-path', ['vllm', { argv: ['vllm', 'serve', 'm', '--root-path', '/llm'] }]],
])('routes below a path of the engine (%s) are found where only that is passed on', (_, given) => {
  const port = given[0] === 'vllm' ? 8000 : 8080
  const configuration = `server { listen 443 ssl; ssl_certificate a.crt; ssl_certificate_key a.key; location /llm/ { proxy_pass http://127.0.0.1:${port}; } }`
  const verdicts = ask(requiresAuthentication, facts(configuration, [service(...given)]))
  expect(outcomes(verdicts)).toEqual(['fail: Every route answers without a login'])
})

test('what is passed on to a server that loads its model is judged by where it will listen', () => {
  const [awaited] = service('vllm').binds
  const loading = service('vllm', { binds: [], bindUnknown: 'no listening socket of it was found', awaitedBinds: awaited ? [awaited] : [] })
  const to = (login: string) => facts(site(`location / { ${login} proxy_pass http://127.0.0.1:8000; }`), [loading])
  expect(outcomes(ask(requiresAuthentication, to('')))).toEqual(open)
  expect(outcomes(ask(requiresAuthentication, to(login)))).toEqual(guarded)
})
