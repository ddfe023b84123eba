import { expect, test } from 'vitest'
import managementRestricted from './management-endpoints-restricted.control.ts'
import { admins, login, model, site } from './nginx-sites.testing.ts'
import { ask, facts, outcomes, service } from './proxy-facts.ts'

/** Rules for paths, and how clients write them. */
test('a rule over the path as it was sent is passed by sending it otherwise', () => {
  const rule = 'if ($request_uri ~ ^/api/(pull|push|create|copy|delete|blobs|me|signout|experimental|user)) { return 403; }'
  const given = (inside: string) => facts(site(`location / { ${login} ${inside} ${model} }`), [service('ollama')])
  expect(outcomes(ask(managementRestricted, given(rule), admins))).toEqual(['fail: 11 management routes open to every user'])
  expect(outcomes(ask(managementRestricted, given(rule.replace('request_uri', 'uri')), admins))).toEqual([
    'pass: No management route is forwarded',
  ])
})

const everyUser = ['fail: 11 management routes open to every user']
const noManagement = ['pass: No management route is forwarded']
const denied = '(pull|push|create|copy|delete|blobs|me|signout|experimental|user)'

/** What nginx 1.22.1 sent on was looked at byte by byte. */
test.each<[name: string, inside: string, expected: readonly string[]]>([
  ['$uri behind a rule for a prefix', 'location /api/ { deny all; } location / { proxy_pass http://127.0.0.1:11434$uri; }', everyUser],
  ['the same as it was sent', 'location /api/ { deny all; } location / { proxy_pass http://127.0.0.1:11434$request_uri; }', noManagement],
  ['the same without a variable', 'location /o/api/ { deny all; } location /o/ { proxy_pass http://127.0.0.1:11434/; }', noManagement],
  [
    'a group behind a rule with a pattern',
    `location ~ ^/o/api/${denied} { deny all; } location ~ ^/o/(.*)$ { proxy_pass http://127.0.0.1:11434/$1; }`,
    everyUser,
  ],
  [
    'the same after a rewrite, which nginx encodes again',
    `location ~ ^/o/api/${denied} { deny all; } location /o/ { rewrite ^/o/(.*)$ /$1 break; ${model} }`,
    noManagement,
  ],
  ['a variable that was set', 'location /api/ { deny all; } location / { set $to $uri; proxy_pass http://127.0.0.1:11434$to; }', everyUser],
  ['$uri of a few paths', 'location /v1/ { proxy_pass http://127.0.0.1:11434$uri; }', everyUser],
  ['a group that takes the end of a line', 'location ~ ^/v1/([^?]*)$ { proxy_pass http://127.0.0.1:11434/v1/$1; }', everyUser],
  ['a group that takes none', 'location ~ ^/v1/(.*)$ { proxy_pass http://127.0.0.1:11434/v1/$1; }', noManagement],
  [
    'a path that begins as it has to, and leads back',
    'if ($request_uri !~ "^/v1/") { return 403; } location / { proxy_pass http://127.0.0.1:11434/; }',
    everyUser,
  ],
  ['the same, passed on as it was sent', `if ($request_uri !~ "^/v1/") { return 403; } location / { ${model} }`, noManagement],
  ['$uri in a header', `location /v1/ { proxy_set_header X-Path $uri; ${model} }`, everyUser],
  ['the path as it was sent in a header', `location /v1/ { proxy_set_header X-Path $request_uri; ${model} }`, noManagement],
])('rules for paths know what clients write: %s', (_, inside, expected) => {
  const [verdict, ...more] = ask(managementRestricted, facts(site(`${login} ${inside}`), [service('ollama')]), admins)
  expect(outcomes(verdict ? [verdict, ...more] : [])).toEqual(expected)
  expect(verdict?.reason.includes('as it decoded it')).toBe(expected === everyUser && !inside.includes('request_uri !~'))
})

/** nginx 1.22.1 asked for /api/pull of who asked for /api/pull%3F. */
test.each<[name: string, inside: string, open: number]>([
  ['try_files', 'location / { try_files /none /z$uri; }', 7],
  ['a group in try_files', 'location ~ ^(?<all>.*)$ { try_files /none /z$all; }', 7],
  ['error_page, which asks with GET', 'location / { error_page 404 = /z$uri; return 404; }', 0],
  ['a rewrite, which writes the mark as a number again', 'location / { rewrite ^(.*)$ /z$1 last; }', 0],
  ['the path as it was sent', 'location / { try_files /none /z$request_uri; }', 0],
])('a question mark that clients write as a number ends the path: %s', (_, inside, open) => {
  const hidden = 'location ^~ /z/ { internal; proxy_pass http://127.0.0.1:11434/; }'
  const given = facts(site(`${login} location ~ ^/api/${denied}(/.*)?$ { deny all; } ${inside} ${hidden}`), [service('ollama')])
  const [verdict, ...more] = ask(managementRestricted, given, admins)
  expect(outcomes(verdict ? [verdict, ...more] : [])).toEqual(
    open === 0 ? noManagement : [`fail: ${open} management routes open to every user`],
  )
  expect(verdict?.reason.includes('%3F')).toBe(open > 0)
})

test.each<[merging: string, pattern: string, expected: readonly string[]]>([
  ['merge_slashes off;', '^/o/+(.*)$', everyUser],
  ['merge_slashes off;', '^/o/(.*)$', noManagement],
  ['', '^/o/+(.*)$', noManagement],
])('two slashes where a rewrite takes both (%s %s)', (merging, pattern, expected) => {
  const inside = `${merging} location /o/api/ { deny all; } location /o/ { rewrite ${pattern} /$1 break; ${model} }`
  expect(outcomes(ask(managementRestricted, facts(site(`${login} ${inside}`), [service('ollama')]), admins))).toEqual(expected)
})

/** Fiber takes a path in any case (fiber.Config, CaseSensitive); LocalAI's core/http/app.go was built on it until 3.7. */
test.each<[version: string | undefined, pattern: string, expected: string]>([
  ['3.5.0', '~', 'fail: 23 management routes open to every user'],
  ['v2.29.0', '~', 'fail: 23 management routes open to every user'],
  ['3.5.0', '~*', 'pass: No management route is forwarded'],
  ['3.9.0', '~', 'pass: No management route is forwarded'],
  [undefined, '~', 'pass: No management route is forwarded'],
])('LocalAI is asked in capitals (%s, %s)', (version, pattern, expected) => {
  const inside = `${ours} location ${pattern} ^/(models|(v1/)?backends?|network|api)/ { deny all; } location / { ${localai} }`
  expect(outcomes(ask(managementRestricted, facts(site(`${login} ${inside}`), [service('localai', { version })]), admins))).toEqual([
    expected,
  ])
})

const localai = 'proxy_pass http://127.0.0.1:8080;'
const ours = 'proxy_set_header X-Forwarded-Prefix "";'
const everyRoute = 'fail: 23 management routes open to every user'

/** mudler/LocalAI core/http/middleware/strippathprefix.go. */
test.each<[name: string, inside: string, expected: string]>([
  ['a prefix that a client names', `location /v1/chat/ { ${localai} }`, everyRoute],
  ['one that nginx names', `location /v1/chat/ { ${ours} ${localai} }`, 'pass: No management route is forwarded'],
  ['single paths', `location = /v1/models { ${localai} }`, 'pass: No management route is forwarded'],
  ['all but some folders', `location ~ ^/(models|(v1/)?backends?|network|api)/ { deny all; } location / { ${localai} }`, everyRoute],
  [
    'all but some folders, with a prefix of its own',
    `${ours} location ~ ^/(models|(v1/)?backends?|network|api)/ { deny all; } location / { ${localai} }`,
    'pass: No management route is forwarded',
  ],
  [
    'a slash behind a single path',
    `${ours} location ~ ^/(models/(d|e|i|r|t)|(v1/)?backends?|network|api)/? { deny all; } location = /models/apply { deny all; } location / { ${localai} }`,
    'fail: 1 management route open to every user',
  ],
])('LocalAI is asked by another path: %s', (_, inside, expected) => {
  expect(outcomes(ask(managementRestricted, facts(site(`${login} ${inside}`), [service('localai')]), admins))).toEqual([expected])
})
