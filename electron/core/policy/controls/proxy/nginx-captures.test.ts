import { expect, test } from 'vitest'
import managementRestricted from './management-endpoints-restricted.control.ts'
import { admins, beyond, guarded, health, login, model, notKnown, open } from './nginx-sites.testing.ts'
import { ask, facts, outcomes, service } from './proxy-facts.ts'
import requiresAuthentication from './proxy-requires-authentication.control.ts'

/** What patterns took of a path, and what clients write: as nginx 1.22.1 answered. */
const engine = 'http://127.0.0.1:11434'
const site = (inside: string, outside = '') => `${outside} server { listen 80; ${inside} }`
const judged = (configuration: string, control: Parameters<typeof ask>[0] = requiresAuthentication) =>
  outcomes(ask(control, facts(configuration, [service('ollama')]), admins))

const none = ['not-applicable: No proxy forwards to the model server']
const toModel = (pattern: string, more = '') => `map $uri $svc { default ""; "~${pattern}" 127.0.0.1:11434; ${more} }`

const bySent = 'map $request_uri $need { default 1; ~/health 0; }'
test.each<[name: string, inside: string, outside: string]>([
  ['set to what a map says of it', 'set $d "$need"; if ($d = 1) { return 401; }', bySent],
  ['set beside a key', 'set $d $need; if ($http_x_api_key = b7e1c0d2a9f84e35) { set $d 0; } if ($d = 1) { return 401; }', bySent],
  ['asked twice', 'if ($need = 0) { set $skip 1; } if ($need) { return 401; }', bySent],
  ['in a condition itself', 'if ($request_uri !~ /health) { return 401; }', ''],
  ['set to it', 'set $u $request_uri; if ($u !~ /health) { return 401; }', ''],
  ['set to what was set to it', 'set $u $request_uri; set $v $u; if ($v !~ /health) { return 401; }', ''],
  ['set to more than it', 'set $u "$scheme://$request_uri"; if ($u !~ /health) { return 401; }', ''],
  ['set to the whole request', `set $u "$request $scheme"; set $v "$u/x"; if ($v !~ /health) { return 401; }`, ''],
  ['a map of what was set', 'set $u $request_uri; if ($of) { return 401; }', 'map $u $of { default 1; ~/health 0; }'],
])('what a client writes behind the path may open what looks at it as it was sent (/api/tags?/health): %s', (_, inside, outside) => {
  expect(judged(site(`${inside} location / { ${model} }`, outside))).toEqual(notKnown)
})

const pathOfSent = 'map $request_uri $path { "~^(?<sent>[^?]*)" $sent; }'
/** For those who ask for /health/../api/tags, or for /api/tags?health, and nginx 1.22.1 passed on /api/tags. */
test.each<[name: string, inside: string, outside?: string, expected?: readonly string[]]>([
  ['a method before it', 'if ($need) { return 401; }', 'map "$request_method:$request_uri" $need { default 1; "~^GET:/health" 0; }'],
  ['the line of the request', 'if ($request !~ "^GET /health") { return 401; }'],
  ['a method and it, set', 'set $t "$request_method$request_uri"; if ($t !~ "^GET/health") { return 401; }'],
  ['set twice', 'set $a $request_uri; set $b "$a?"; if ($b !~ "^/health") { return 401; }'],
  ['a part of it', 'set $p x; if ($request_uri ~ ^/([^?]*)) { set $p $1; } if ($p !~ ^health) { return 401; }'],
  ['a part of it by name', 'if ($request_uri ~ ^(?<p>[^?]*)) { set $z 1; } if ($p !~ ^/health) { return 401; }'],
  ['its first folder', 'set $p x; if ($request_uri ~ ^/([^/?]*)) { set $p $1; } if ($p != health) { return 401; }'],
  ['all of it, taken by a pattern', 'set $p x; if ($request_uri ~ (.*)) { set $p $1; } if ($p !~ health) { return 401; }'],
  ['its query', 'set $q ""; if ($request_uri ~ "\\?(.*)$") { set $q $1; } if ($q !~ ^pub) { return 401; }', '', notKnown],
  ['a map of it without the query', 'if ($path !~ ^/health) { return 401; }', pathOfSent],
  ['a map of that map', 'if ($need) { return 401; }', `${pathOfSent} map $path $need { default 1; ~^/health 0; }`],
  [
    'a map that hands it on',
    'if ($need) { return 401; }',
    'map $request_uri $all { default $request_uri; } map $all $need { default 1; ~health 0; }',
  ],
  [
    'a realm by what was set',
    `set $r $request_uri; auth_basic $realm; auth_basic_user_file /b;`,
    'map $r $realm { default x; ~^/health off; }',
  ],
])('a guard that looks at the path as it was sent, %s', (_, inside, outside = '', expected = open) => {
  expect(judged(site(`${inside} location / { proxy_pass ${engine}/; }`, outside))).toEqual(expected)
})

test('a part of the path as it was sent may be passed on, too', () => {
  const idiom = (more: string) => site(`location /llm/ { ${more} if ($request_uri ~ "^/llm/(.*)") { proxy_pass ${engine}/$1; } }`)
  expect(judged(idiom(''))).toEqual(open)
  expect(judged(idiom(login))).toEqual(['pass: Every forwarded route needs a login'])
})

test.each<[name: string, rewrite: string]>([
  ['as CloudPanel writes it', 'rewrite ^ https://$host$request_uri permanent;'],
  ['with what was asked', 'rewrite ^/(.*)$ https://$server_name/$1 redirect;'],
  ['by the scheme of another', 'rewrite ^ $scheme://www.$host$uri;'],
])('who is told to ask elsewhere is passed on nowhere: %s', (_, rewrite) => {
  const tls = 'listen 443 ssl; ssl_certificate c; ssl_certificate_key k;'
  const told = `server { listen 80; ${tls} ${login} if ($scheme != "https") { ${rewrite} } location / { ${model} } }`
  expect(judged(told)).toEqual(['pass: Every forwarded route needs a login'])
})

test.each<[name: string, configuration: string, expected: readonly string[]]>([
  ['a map before it takes another part', site('location ~ ^/llm/(.*)$ { proxy_pass http://$svc/$1; }', toModel('^/(llm)/')), none],
  [
    'a map before it takes the path',
    site(`location / { ${login} ${model} } location ~ ^/(x)/ { proxy_pass http://$svc$1; }`, toModel('^/x(/.*)$')),
    open,
  ],
  ['a map before it takes nothing', site('location ~ ^/x(/.*)$ { proxy_pass http://$svc/$1; }', toModel('^/x/')), health],
  [
    'a map that does not match leaves it',
    site('location ~ ^/x(/.*)$ { proxy_pass http://$to$1; }', 'map $uri $to { default 127.0.0.1:11434; "~^/zzz(.*)" 127.0.0.1:1; }'),
    open,
  ],
  [
    'a map that was looked up before leaves it',
    site('set $a $svc; location ~ ^/(x)/ { proxy_pass http://$svc$1; }', toModel('^/x(/.*)$')),
    none,
  ],
  [
    'a map that set looked up',
    site(`location /x/ { set $a $svc; proxy_pass ${engine}$2; } location / { ${login} ${model} }`, toModel('^/(x)(/.*)$')),
    open,
  ],
  [
    'a map within a replacement',
    site(`location /y/ { rewrite ^/y/(.*)$ $pre$1 break; ${model} }`, 'map $uri $pre { default ""; "~^/y(/v1/.*)$" ""; }'),
    open,
  ],
  [
    'what counts requests',
    site(
      `location / { ${login} ${model} } location ~ ^/pub/(tags)$ { limit_req zone=z; proxy_pass ${engine}/api/$1; }`,
      'map $http_authorization $key { default ""; "~^Bearer (.+)$" $1; } limit_req_zone $key zone=z:1m rate=9r/s;',
    ),
    [...guarded, ...beyond],
  ],
  [
    'the realm',
    site(
      `location ~ ^/x(/.*)$ { auth_basic $realm; auth_basic_user_file /b; proxy_pass ${engine}$1; }`,
      'map $uri $realm { default off; "~^/(x)/" off; }',
    ),
    none,
  ],
  ['a measure that does not fit', site(`location ~ ^/x(/.*)$ { set $y "$1$svc"; proxy_pass ${engine}$y; }`, toModel('^/(x)/')), beyond],
  [
    'a part of the name',
    site('server_name ~^(ollama|vllm)\\.ai$; location / { proxy_pass http://$1; }', 'upstream ollama { server 127.0.0.1:11434; }'),
    beyond,
  ],
])('what a group stands for: %s', (_, configuration, expected) => {
  expect(judged(configuration)).toEqual(expected)
})

test.each<[name: string, inside: string, outside: string, expected: readonly string[]]>([
  ['behind a port', `location ~ ^/ollama(/.*)$ { proxy_pass ${engine}$1$is_args$args; }`, '', open],
  ['behind a name', 'location ~ ^/ollama(/.*)$ { proxy_pass http://llm$1; }', 'upstream llm { server 127.0.0.1:11434; }', open],
  ['as a port', 'location ~ ^/p/(?<port>\\d+)(?<rest>/.*)$ { proxy_pass http://127.0.0.1:$port$rest; }', '', beyond],
  ['as an address', 'location ~ ^/proxy/([^/]+)/(.*)$ { proxy_pass http://$1/$2; }', '', beyond],
  ['as a name', 'location ~ ^/s/([a-z]+)/(.*)$ { proxy_pass http://$1/$2; }', 'upstream llm { server 127.0.0.1:11434; }', beyond],
  [
    'as a part of a name',
    'location ~ ^/s/(\\w)/(.*)$ { proxy_pass http://llm-$1/$2; }',
    'upstream llm-a { server 127.0.0.1:11434; }',
    beyond,
  ],
  ['as a part of a port', 'location ~ ^/s/(\\d\\d)/(.*)$ { proxy_pass http://127.0.0.1:114$1/$2; }', '', beyond],
  ['as a choice of names', 'location ~ ^/s/(llm|app)/(.*)$ { proxy_pass http://$1/$2; }', 'upstream llm { server 127.0.0.1:11434; }', open],
  ['as a choice of others', 'location ~ ^/s/(a|b)/(.*)$ { proxy_pass http://127.0.0.1:3000/$1/$2; }', '', none],
  [
    'as a port that set keeps',
    'set $port 3000; location / { if ($uri ~ ^/m(\\d+)/) { set $port $1; rewrite ^/m\\d+(/.*)$ $1 break; } proxy_pass http://127.0.0.1:$port; }',
    '',
    beyond,
  ],
])('a part of the path %s of a target', (_, inside, outside, expected) => {
  expect(judged(site(inside, outside))).toEqual(expected)
})

const rest = `location / { ${login} ${model} }`
test.each<[name: string, inside: string, expected: readonly string[]]>([
  ['a rewrite', `location = /go { rewrite ^ $arg_to break; ${model} } ${rest}`, [...guarded, ...beyond, ...beyond]],
  [
    'a rewrite to a header',
    `location = /go { rewrite ^ /api/$http_x_to last; } location /api/ { ${model} } ${rest}`,
    ['fail: 20 of 31 routes answer without a login', ...beyond],
  ],
  ['a variable of set', `location = /go { set $to $arg_to; rewrite ^ $to break; ${model} } ${rest}`, [...guarded, ...beyond, ...beyond]],
  [
    'try_files',
    `location = /go { try_files /none /api/$arg_to; } location /api/ { internal; ${model} } ${rest}`,
    [...guarded, ...beyond, ...beyond],
  ],
  ['a path that leads elsewhere', `location = /go { rewrite ^ /docs/$arg_to last; } location /api/ { ${login} ${model} }`, guarded],
  ['a query', `location /x/ { rewrite ^/x(/.*)$ $1?token=$arg_token break; ${login} ${model} }`, guarded],
  ['no path', `location /x/ { if ($uri ~ ^/(x/.*)$) { rewrite ^ $2 break; } ${model} }`, none],
  ['no slash', `location /x/ { rewrite ^/x/(.*)$ $1 break; ${model} }`, none],
])('where a client sends itself by %s', (_, inside, expected) => {
  expect(judged(site(inside))).toEqual(expected)
})

test.each(['0', '127.1', '2130706433', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:0:0:1]'])(
  'this machine, written as %s',
  (address) => {
    expect(judged(site(`location / { proxy_pass http://${address}:11434; }`))).toEqual(open)
    expect(judged(site('location / { proxy_pass HTTP://llm; }', `upstream llm { server ${address}:11434; }`))).toEqual(open)
  },
)

test('management by a token that stands for the path', () => {
  const configuration = site(
    `${login} location ~ ^/v1/(models)$ { limit_req zone=z; proxy_pass ${engine}/v1/$1; }`,
    'map $http_authorization $key { default ""; "~^Bearer (.+)$" $1; } limit_req_zone $key zone=z:1m rate=9r/s;',
  )
  expect(judged(configuration, managementRestricted)).toEqual(beyond)
})

test('a path that is sent on as it came hides no other', () => {
  const asSent = `location ~ ^/(v1|api)/ { ${login} proxy_pass ${engine}$request_uri; }`
  expect(judged(site(`${asSent} location /docs/ { ${model} }`))).toEqual(guarded)
  expect(judged(site(`${asSent.replace('$request_uri', '$uri$is_args$args')} location /docs/ { ${model} }`))).toEqual(guarded)
})
