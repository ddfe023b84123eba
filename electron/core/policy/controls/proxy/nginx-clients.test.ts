import { expect, test } from 'vitest'
import { admins, beyond, guarded, judged, login, model, notKnown, open, site } from './nginx-sites.testing.ts'
import { ask, facts, outcomes, service } from './proxy-facts.ts'
import requiresAuthentication from './proxy-requires-authentication.control.ts'

/** What clients may say, and what modules ask for, as nginx 1.22.1 answered. */
const engine = 'http://127.0.0.1:11434'
const rest = `location / { ${login} ${model} }`
const none = ['not-applicable: No proxy forwards to the model server']

test.each<[name: string, condition: string, outside: string, expected: readonly string[]]>([
  ['a word', '$request_uri !~ debug', '', notKnown],
  ['any word', '$request_uri !~ \\?', '', open],
  ['a word that a map asks for', '$ok = 0', 'map $request_uri $ok { default 0; "~internal" 1; }', notKnown],
  ['a secret', '$request_uri !~ "key=sk-4f9a8c7d2e1b6a3f"', '', guarded],
  ['a word of the path', '$request_uri !~ ^/nowhere/', '', none],
  ['the end of what is refused', '$request_uri = /api/pull', '', open],
])('what a client adds behind a question mark: %s', (_, condition, outside, expected) => {
  expect(judged(site(`location / { if (${condition}) { return 403; } ${model} }`, outside))).toEqual(expected)
})

test.each(['$request_uri ~ "(pull|push)"', '$request ~ "pull|push"'])('a word of the path that a client encodes (%s)', (condition) => {
  expect(judged(site(`location / { if (${condition}) { return 403; } ${model} }`))).toEqual(open)
})

test.each<[name: string, inside: string, expected: readonly string[]]>([
  ['into a variable', `location /llm/ { if ($uri ~ ^/llm(/.*)$) { set $p $1; } proxy_pass ${engine}$p; } ${rest}`, open],
  ['of what was sent', `location /llm/ { if ($request_uri ~ "^/llm(/[^?]*)") { set $p $1; } proxy_pass ${engine}$p; } ${rest}`, open],
  ['to pass it on there', `location /llm/ { if ($request_uri ~ "^/llm(/[^?]*)") { proxy_pass ${engine}$1; } } ${rest}`, open],
  [
    'of what is no path',
    `location /q { if ($args ~ "p=([a-z]+)") { set $p $1; } proxy_pass ${engine}/api/$p; } ${rest}`,
    [...guarded, ...beyond],
  ],
])('a condition that takes a part %s', (_, inside, expected) => {
  expect(judged(site(inside))).toEqual(expected)
})

test('a text in quotes is the text', () => {
  const named = 'set $r x; if ($svc = "public") { set $r off; } auth_basic $r; auth_basic_user_file /b;'
  expect(judged(site(`location ~ ^/(?<svc>[a-z]+)/(.*)$ { ${named} proxy_pass ${engine}/$2; }`))).toEqual(open)
})

test.each(['content_type !~ json', 'server_protocol = HTTP/1.0', 'request_body ~* ignore', 'time_iso8601 ~ T0'])(
  'how or when a client asks ($%s) is no login',
  (condition) => {
    expect(judged(site(`location / { if ($${condition}) { return 403; } ${model} }`))).toEqual(open)
  },
)

test.each<[name: string, inside: string, expected: readonly string[]]>([
  ['chosen by a client', `auth_basic_user_file /etc/nginx/$arg_f;`, notKnown],
  ['of the site', `auth_basic_user_file /etc/nginx/$host;`, guarded],
])('a file of passwords %s', (_, file, expected) => {
  expect(judged(site(`location / { auth_basic a; ${file} ${model} }`))).toEqual(expected)
})

test.each<[asked: string, locations: string, expected: readonly string[]]>([
  ['/auth?k=1', 'location /auth { internal; return 401; }', none],
  // No location of that name: the engine is asked, for what it does not know.
  ['/auth?k=1', 'location = /auth { internal; return 204; }', notKnown],
  ['/api/tags', '', open],
])('an auth_request takes a query for a part of the path (%s, %s)', (asked, locations, expected) => {
  expect(judged(site(`${locations} location / { auth_request ${asked}; ${model} }`))).toEqual(expected)
})

test.each(['fancyindex_header', 'fancyindex_footer'])('%s asks for a location, past its rules', (name) => {
  expect(judged(site(`location /m/ { alias /srv/; fancyindex on; ${name} /api/tags; } ${rest}`))).toEqual([...guarded, ...beyond])
})

const well = 'location @m { rewrite ^/.well-known(/.*)$ $1 break; proxy_pass http://127.0.0.1:11434; }'
test.each<[name: string, inside: string, outside: string, expected: readonly string[]]>([
  ['a dot that stands for one', `location /.well-known/ { root /srv; try_files $uri @m; } ${well} ${rest}`, '', open],
  [
    'a part of the clients',
    'location / { proxy_pass http://$be; }',
    'split_clients $remote_addr $be { 50% 127.0.0.1:11434; * 127.0.0.1:3000; }',
    open,
  ],
  [
    'a server that is down',
    'location / { proxy_pass http://m; }',
    'upstream m { server 127.0.0.1:3000; server 127.0.0.1:11434 down; }',
    none,
  ],
  ['a name with a port is no group', 'location / { set $to m; proxy_pass http://$to:80; }', 'upstream m { server 127.0.0.1:11434; }', none],
])('where it leads: %s', (_, inside, outside, expected) => {
  expect(judged(site(inside, outside))).toEqual(expected)
})

const pool = (source: string, lines: string) => `map ${source} $pool { ${lines} }`

test.each<[string, string, string, readonly string[]]>([
  ['a header, the model for all others', '$http_x_model', 'default 127.0.0.1:11434; small 127.0.0.1:3000;', open],
  ['a header, an application for all others', '$http_x_backend', 'default 127.0.0.1:3000; gpu 127.0.0.1:11434;', notKnown],
  ['a cookie by a pattern that anybody fits', '$http_cookie', 'default 127.0.0.1:3000; ~engine=[a-z]+ 127.0.0.1:11434;', open],
  ['a cookie that is a secret', '$cookie_lab', 'default 127.0.0.1:3000; JMPFXBuLtxUo6gsiZGkaHYmep85Eeu3D 127.0.0.1:11434;', guarded],
  ['an argument of two', '$arg_key', 'JMPFXBuLtxUo6gsiZGkaHYmep85Eeu3D 127.0.0.1:11434; gpu 127.0.0.1:11434;', notKnown],
  ['what the client writes into the target', '$http_x_pool', 'default 127.0.0.1:3000; ~^(\\d+)$ 127.0.0.1:$1;', beyond],
])('who chooses the program by %s', (_, source, lines, expected) => {
  expect(judged(site('location / { proxy_pass http://$pool; }', pool(source, lines)))).toEqual(expected)
})

test('a login stands before whatever the client chooses', () => {
  const lines = 'default 127.0.0.1:3000; gpu 127.0.0.1:11434;'
  expect(judged(site(`${login} location / { proxy_pass http://$pool; }`, pool('$http_x_backend', lines)))).toEqual(guarded)
})

test('what changed after it was loaded may be otherwise in what runs', () => {
  const given = facts(site(`${login} location / { ${model} }`), [service('ollama')])
  const changed = { ...given, nginx: { ...given.nginx, changed: ['/etc/nginx/conf.d/ai.conf'] } }
  expect(outcomes(ask(requiresAuthentication, given, admins))).toEqual(guarded)
  expect(outcomes(ask(requiresAuthentication, changed, admins))).toEqual([
    ...guarded,
    'not-evaluated: nginx has not loaded what changed on disk',
  ])
})
