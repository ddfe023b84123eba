import { expect, test } from 'vitest'
import managementRestricted from './management-endpoints-restricted.control.ts'
import { admins, beyond, guarded, judged, login, model, open, site } from './nginx-sites.testing.ts'
import { ask, facts, outcomes, service } from './proxy-facts.ts'

/** Many conditions, as those who block clients write them: each may go either way. */
const conditions = (left: string, set: (at: number) => string, many = 8): string =>
  Array.from({ length: many }, (_, at) => `if (${left} ~ "bad${at}.*x") { set $${set(at)} 1; }`).join(' ')

test.each<[string, string, readonly string[]]>([
  [
    'by the name of a browser',
    site(`set $a 0; ${conditions('$http_user_agent', () => 'a')} if ($a = 1) { return 403; } location / { ${model} }`),
    open,
  ],
  ['by the query', site(`set $a 0; ${conditions('$query_string', () => 'a')} if ($a = 1) { return 403; } location / { ${model} }`), open],
  [
    'behind a login',
    site(`set $a 0; ${conditions('$query_string', () => 'a')} if ($a = 1) { return 403; } location / { ${login} ${model} }`),
    guarded,
  ],
  [
    'in a location',
    site(`location / { set $a 0; ${conditions('$http_referer', () => 'a', 30)} if ($a = 1) { return 403; } ${model} }`),
    open,
  ],
  [
    'group by group, as nginx-proxy-manager has them',
    site(
      `${['sql', 'file', 'common', 'spam', 'agents'].map((name) => `set $b_${name} 0; ${conditions(name === 'agents' ? '$http_user_agent' : '$query_string', () => `b_${name}`, 9)} if ($b_${name} = 1) { return 403; }`).join(' ')} location / { ${model} }`,
    ),
    open,
  ],
  // So many that not every way is followed: what is found stays, and nothing passes.
  [
    'more than are followed',
    site(`${conditions('$http_user_agent', (at) => `a${at}`)} if ($a0 = 1) { return 403; } location / { ${model} }`),
    [...open, ...beyond],
  ],
  [
    'more than are followed, behind a login',
    site(`${conditions('$http_user_agent', (at) => `a${at}`)} if ($a0 = 1) { return 403; } location / { ${login} ${model} }`),
    [...guarded, ...beyond],
  ],
])('many conditions %s', (_, configuration, expected) => expect(judged(configuration)).toEqual(expected))

const managed = (configuration: string) => outcomes(ask(managementRestricted, facts(configuration, [service('ollama')]), admins))

test('a condition both of whose ways lead to the same place decides nothing', () => {
  // The cookie of a refreshed session, as oauth2-proxy's documentation has it.
  const cookies =
    'auth_request_set $auth_cookie $upstream_http_set_cookie; if ($auth_cookie ~* "(; .*)") { set $n0 $auth_cookie; set $n1 "x=$1"; } if ($n1) { add_header Set-Cookie $n0; }'
  const open = ['fail: 11 management routes open to every user']
  expect(managed(site(`location / { ${login} ${cookies} ${model} }`))).toEqual(open)
  // One that keeps some out does.
  expect(managed(site(`location / { ${login} ${cookies} if ($n1) { return 403; } ${model} }`))).toEqual([
    'not-evaluated: Who may manage models is not known',
  ])
  expect(managed(site(`location / { if ($auth_cookie) { return 403; } ${login} ${model} }`))).toEqual([
    'not-evaluated: Who may manage models is not known',
  ])
})

test('what is set counts, not the map of the same name', () => {
  const sites = (scheme: string) =>
    site(
      `set $forward_scheme ${scheme}; set $server "127.0.0.1"; set $port 11434; location / { ${login} proxy_pass $forward_scheme://$server:$port$request_uri; }`,
      'map $host $forward_scheme { default http; }',
    )
  expect(judged(sites('http'))).toEqual(guarded)
})

test('directories of LDAP are no module that nobody knows', () => {
  const ldap = 'ldap_server ad { url ldap://ad.example/dc=example?uid?sub?(objectClass=person); require valid_user; }'
  expect(judged(site(`location / { auth_ldap "x"; auth_ldap_servers ad; ${model} }`, ldap))).toEqual(guarded)
})

test('a page for errors that lets everybody in leads nowhere on purpose', () => {
  const page =
    'if ($host !~ "(^ai.example$)") { return 404; } error_page 403 404 /error_page; location /error_page { internal; root /usr/share; rewrite (.*) /error.html break; allow all; }'
  expect(managed(site(`location / { ${login} allow 10.0.9.0/24; deny all; ${model} } ${page}`))).toEqual([
    'pass: Management is for administrators only',
  ])
})
