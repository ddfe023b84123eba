import { expect, test } from 'vitest'
import type { Engine } from '#shared/model/inference-service.ts'
import { redact } from '../../../facts/secrets.ts'
import { beyond, guarded, judged, login, model, notKnown, open, site } from './nginx-sites.testing.ts'
import { ask, facts, outcomes, service } from './proxy-facts.ts'
import requiresAuthentication from './proxy-requires-authentication.control.ts'

/** What is a key, and what only looks like one. */
const key = 'JMPFXBuLtxUo6gsiZGkaHYmep85Eeu3D'
const byMap = (lines: string) => `map $http_authorization $ok { default 0; ${lines} }`
const gateInside = `location / { if ($ok = 0) { return 401; } ${model} }`
const byIf = (condition: string) => site(`location / { if (${condition}) { return 401; } ${model} }`)

test.each<[string, string, readonly string[]]>([
  ['any token', '"~^Bearer .+" 1;', open],
  ['any token of a length', '"~^Bearer [A-Za-z0-9]{32}$" 1;', open],
  ['any token of a vendor', '"~^Bearer sk-proj-[A-Za-z0-9_-]+$" 1;', open],
  ['a key, or any of a form', `"Bearer ${key}" 1; "~^Bearer [a-f0-9]{40}$" 1;`, open],
  ['a key, and a form that is turned away', `"~^Bearer sk-old-[a-z0-9]+$" 0; "Bearer ${key}" 1;`, guarded],
  ['a key', `"Bearer ${key}" 1;`, guarded],
  ['keys as a pattern', `"~^Bearer (${key}|my-other-secret)$" 1;`, guarded],
  ['a key anywhere', `"~${key}" 1;`, guarded],
  ['a word anywhere, which may be what all keys of its vendor begin with', '"~^Bearer sk-internal-" 1;', notKnown],
  ['a short key', '"Bearer abc" 1;', notKnown],
  // As it is masked.
  ['a key that guides print', '"Bearer ‹placeholder-3f9a2c1d›" 1;', notKnown],
  ['a pattern of one', '"~^Bearer your-secret-key$" 1;', open],
])('a map that lets in %s', (_, lines, expected) => {
  expect(judged(site(`location / { if ($ok = 0) { return 401; } ${model} }`, byMap(lines)))).toEqual(expected)
})

test.each<[string, string, readonly string[]]>([
  ['a key that guides print', '$http_authorization != "Bearer your-secret-key"', notKnown],
  ['a form', '$http_authorization !~ "^Bearer [A-Za-z0-9]{32}$"', open],
  ['a key behind blanks as POSIX names them', `$http_authorization !~* "^Bearer[[:space:]]+${key}$"`, guarded],
  ['a form after a name', '$http_cookie !~* "session_id_production=([^;]+)"', open],
  ['a short text after a long name', '$http_cookie !~ "(^|; )authenticated=1(;|$)"', notKnown],
  ['what the client sends elsewhere', '$http_x_forwarded_key != $http_x_long_name', open],
])('an if that turns away who does not send %s', (_, condition, expected) => {
  expect(judged(byIf(condition))).toEqual(expected)
})

const names = (source: string, key: string) => `map ${source} $ok { default 0; "${key}" 1; }`
test.each<[string, string, readonly string[]]>([
  ['whose role is said to be', names('$http_x_user_role', 'administrator'), open],
  ['whose team', names('$cookie_team', 'engineering'), open],
  ['which model is meant', names('$arg_model', 'llama-3-8b-instruct'), open],
  ['which service asks', names('$http_x_service_name', 'open-webui'), open],
  [
    'a word that the pattern before it names',
    'map $http_x_client $who { "~^(enterprise|public)-" $1; } map $who $ok { default 0; enterprise 1; }',
    notKnown,
  ],
  // What the request itself brings makes nothing longer than it is.
  ['a short key beside the host', names('"$host/$http_x_api_key"', 'ai.example/abc'), notKnown],
  ['a short key beside the path', names('"$http_x_api_key$uri"', 'abc/api/generate'), notKnown],
  ['a key beside the host', names('"$host/$http_x_api_key"', `ai.example/${key}`), guarded],
  ['a name that no one else knows', names('$http_x_internal', 'my-own-long-word'), guarded],
])('a map of %s', (_, map, expected) => {
  expect(judged(site(`location / { if ($ok = 0) { return 401; } ${model} }`, map))).toEqual(expected)
})

const bearer = (then: string) => `set $tok ""; if ($http_authorization ~ "^Bearer (.+)$") { set $tok $1; } if (${then}) { return 401; }`
test.each<[string, string, readonly string[]]>([
  ['taken out of a header', bearer(`$tok != "${key}"`), guarded],
  ['taken out of it, and never set before', bearer(`$tok != ${key}`).replace('set $tok "";', ''), guarded],
  ['taken out of it by name', `if ($http_authorization ~* "^Bearer (?<tok>.+)$") { break; } if ($tok != ${key}) { return 401; }`, open],
  [
    'held by a group with a name',
    `if ($http_authorization ~ "^Bearer (?<tok>.+)$") { set $is 1; } if ($tok != ${key}) { return 401; }`,
    guarded,
  ],
  [
    'taken out once all others are turned away',
    `if ($http_authorization !~ "^Bearer (.+)$") { return 401; } set $tok $1; if ($tok != ${key}) { return 401; }`,
    guarded,
  ],
  [
    'of which another pattern took the place',
    `if ($http_authorization ~ "^Bearer (.+)$") { set $is 1; } if ($uri ~ "^/(.)") { set $tok $1; } if ($tok = x) { return 401; }`,
    open,
  ],
  ['that is short', bearer('$tok != abc'), notKnown],
  // Whoever may write the rest may write that, too.
  [
    'that its own pattern names',
    `if ($http_x_client ~ "^(enterprise|public)-") { set $who $1; } if ($who != enterprise) { return 401; }`,
    notKnown,
  ],
  [
    'that its own pattern names, in a pattern',
    `if ($http_x_client ~ "^(enterprise|public)-") { set $who $1; } if ($who !~ "^enterprise$") { return 401; }`,
    notKnown,
  ],
  [
    'that looks like one, and its own pattern names',
    `if ($http_x_client ~ "^(${key}|public)-") { set $who $1; } if ($who != ${key}) { return 401; }`,
    guarded,
  ],
  ['of any kind', bearer('$tok = ""'), open],
  ['of any kind, by a switch', `${bearer('$tok = none')} if ($tok) { set $is 1; } if ($is != 1) { return 401; }`, open],
  ['handed on', `set $tok $http_x_api_key; set $own "\${tok}"; if ($own != ${key}) { return 401; }`, guarded],
  ['here or there', `set $tok $http_x_api_key; if ($arg_key) { set $tok $arg_key; } if ($tok != ${key}) { return 401; }`, guarded],
  ['put together', `set $tok "$http_x_api_key$arg_key"; if ($tok != ${key}) { return 401; }`, guarded],
  [
    'that counts with a fixed text before it',
    `set $tok "my-long-name-$http_x_api_key"; if ($tok != my-long-name-1) { return 401; }`,
    notKnown,
  ],
  ['held against itself', `set $tok $http_x_api_key; if ($tok != $http_x_api_key) { return 401; }`, open],
])('what a client sends, kept in a variable, is a key %s', (_, inside, expected) => {
  expect(judged(site(`location / { ${inside} ${model} }`))).toEqual(expected)
})

const sent = [
  ...[
    'Bearer abc',
    `Bearer ${key}`,
    'Bearer 192.168.100.200',
    'ann@example.org',
    'api.example.org',
    'a b c d e f',
    'authenticated=1; path=/x',
  ],
  ...[
    '~^Bearer .+',
    '~^Bearer [A-Za-z0-9]{32}$',
    '~^Bearer sk-proj-[A-Za-z0-9_-]+$',
    '~^Bearer sk-proj-1234[a-z0-9]+$',
    '~^Bearer sk-internal-',
  ],
  ...[
    '~^Bearer sk-team-2024',
    '~sk-internal-key',
    '~*^Bearer\\s+github_pat_[a-z0-9]+',
    '~^Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9',
    '~session_id=',
  ],
  ...[
    '~^Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9\\.',
    '~^Bearer my-long-secret',
    '~^Bearer my-long-secret$',
    '~^Bearer my-long-secret.*$',
  ],
  ...[
    `~${key}`,
    `~^Bearer (${key}|my-other-secret)$`,
    `~^Bearer (?<long_name>${key})$`,
    `~auth=${key}(;|$)`,
    '~^Bearer [a-z]{3}my-long-secret',
  ],
  ...[
    '~^Bearer abcdefgh?$',
    '~^Bearer abcdefgh{0}',
    '~^abcdefgh\\d+$',
    '~^Bearer abcdefgh\\dabcdefgh',
    '~^my long words$',
    '~^Bearer change-me$',
  ],
]
const marks = [undefined, '‹redacted-3f9a2c1d›', '‹redacted-abcdefab›']
test.each(sent)('what is asked for is judged as if it were not masked: %s', (one) => {
  const [, sign = '', text = ''] = /^(~?\*?)(.*)$/s.exec(one) ?? []
  const asked = [
    ...['authorization', 'x_api_key'].map((name) => byIf(`$http_${name} !${sign || '='} "${text}"`)),
    site(gateInside, byMap(`"${one}" 1;`)),
  ]
  for (const configuration of asked)
    for (const mark of marks) expect(judged(redact(configuration, mark === undefined ? mark : () => mark))).toEqual(judged(configuration))
})

const taken = (second: string, first = '"~*^Bearer\\\\s+(\\\\S+)$" $1;', usual = '""') =>
  `map $http_authorization $token { default ${usual}; ${first} } map $token $ok { default 0; ${second} }`
const gate = site(gateInside)
test.each<[string, string, readonly string[]]>([
  ['a key', taken(`${key} 1;`), guarded],
  ['a key by a name', taken(`${key} 1;`, '"~^Bearer (?<it>.+)$" $it;'), guarded],
  ['keys', taken(`${key} 1; "~^my-other-secret$" 1;`), guarded],
  ['a short key', taken('abc 1;'), notKnown],
  ['a form', taken('"~^sk-[a-z0-9]+$" 1;'), notKnown],
  ['a key that the map before makes of any', taken(`${key} 1;`, `"~^Bearer .+" ${key};`), open],
  ['a key that the map before makes of a short one', taken(`${key} 1;`, `"Bearer abc" ${key};`), notKnown],
  ['a short key, past a map that lets all through', taken('abc 1;', '', '$http_authorization'), notKnown],
])('a map of the token that a map took out: %s', (_, maps, expected) => {
  expect(judged(maps + gate)).toEqual(expected)
})

test.each<[string, string, readonly string[]]>([
  ['a key', `$token != ${key}`, guarded],
  ['a short key', '$token != abc', notKnown],
  ['a pattern of a key', `$token !~ ^${key}$`, guarded],
  ['beside what the client says', `"$token$http_x" != ${key}`, notKnown],
])('a condition on the token that a map took out: %s', (_, condition, expected) => {
  expect(judged(taken('') + byIf(condition))).toEqual(expected)
})

test('a key that is put together by the configuration', () => {
  const put = site(`location / { set $key ${key}; if ($http_authorization != "Bearer $key") { return 401; } ${model} }`)
  expect(judged(put)).toEqual(guarded)
})

test('certificates that nobody signed', () => {
  const tls = (condition: string) =>
    `server { listen 443 ssl; ssl_certificate c; ssl_certificate_key k; ssl_verify_client optional_no_ca; location / { if (${condition}) { return 403; } ${model} } }`
  expect(judged(tls('$ssl_client_verify != SUCCESS'))).toEqual(guarded)
  expect(judged(tls('$ssl_client_s_dn = ""'))).toEqual(notKnown)
})

test.each(['495', '496', '497', '400', '421'])('the page for who has no certificate (%s) leads to the model', (status) => {
  const tls = (page: string) =>
    `server { listen 443 ssl; ssl_certificate c; ssl_certificate_key k; ssl_verify_client on; error_page ${status} = @none; location / { ${model} } location @none { ${page} } }`
  expect(judged(tls(model))).toEqual(open)
  expect(judged(tls(`${login} ${model}`))).toEqual(guarded)
  expect(judged(tls('return 403;'))).toEqual(guarded)
})

test.each<[string, Engine, string, 'open' | 'kept']>([
  ['a key of its own', 'vllm', 'Authorization "Bearer sk-own"', 'open'],
  ['one of its own in a variable', 'vllm', 'Authorization $key', 'open'],
  ['the key of the client', 'vllm', 'Authorization $http_authorization', 'kept'],
  ['the key of the client from another header', 'vllm', 'Authorization "Bearer $http_x_api_key"', 'kept'],
  ['the key of the client from a cookie', 'vllm', 'Authorization "Bearer $cookie_key"', 'kept'],
  ['a key and what the client says', 'vllm', 'Authorization "Bearer sk-own$http_x_any"', 'open'],
  ['a header that the engine does not look at', 'vllm', 'xi-api-key sk-own', 'kept'],
  ['X-Api-Key to llama.cpp', 'llama.cpp', 'X-Api-Key sk-own', 'open'],
  ['xi-api-key to LocalAI', 'localai', 'xi-api-key sk-own', 'open'],
  ['a cookie with a key to LocalAI', 'localai', 'Cookie "token=sk-own"', 'open'],
  ['one beside those of the client', 'localai', 'Cookie "$http_cookie; token=sk-own"', 'open'],
  ['a cookie that is something else', 'localai', 'Cookie "lang=de"', 'kept'],
  ['the cookies of the client', 'localai', 'Cookie $http_cookie', 'kept'],
  ['no cookie', 'localai', 'Cookie ""', 'kept'],
])('what the proxy sends in place of a key: %s', (_, engine, header, expected) => {
  const port = engine === 'vllm' ? 8000 : 8080
  const inside = `set $key "Bearer sk-own"; location = /v1/chat/completions { proxy_set_header X-Forwarded-Prefix ""; proxy_set_header ${header}; proxy_pass http://127.0.0.1:${port}; }`
  const [said = ''] = outcomes(ask(requiresAuthentication, facts(site(inside), [service(engine, { apiKey: 'set' })])))
  expect(/answers? without a login/.test(said) ? 'open' : said.startsWith('pass') ? 'kept' : said).toBe(expected)
})

test('gRPC gets nothing from a model server', () => {
  expect(judged(site('location / { grpc_pass grpc://127.0.0.1:11434; }'))).toEqual(beyond)
  const both = site(`location / { ${login} ${model} } location /a/ { grpc_pass grpc://127.0.0.1:50051; }`)
  expect(judged(both)).toEqual(guarded)
})
