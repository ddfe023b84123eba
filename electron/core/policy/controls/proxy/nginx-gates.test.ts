import { expect, test } from 'vitest'
import type { AnyControl } from '../../control.ts'
import requiresKey from './engine-requires-key-when-exposed.control.ts'
import managementRestricted from './management-endpoints-restricted.control.ts'
import notDirectly from './management-not-directly-reachable.control.ts'
import { ask, facts, outcomes, policyContext, service } from './proxy-facts.ts'
import requiresAuthentication from './proxy-requires-authentication.control.ts'

const admins = policyContext({ modelAdmins: ['10.0.9.0/24'] })
const login = 'auth_basic a; auth_basic_user_file /b;'
const gate = 'if ($allowed = 0) { return 403; }'
const site = (outside: string, inside: string) =>
  `${outside} server { listen 80; ${login} location / { ${inside} proxy_pass http://localhost:11434; } }`

const restricted = 'pass: Management is for administrators only'
const unknown = 'not-evaluated: Who may manage models is not known'
const everybody = 'fail: 11 management routes open to every user'
const beyond = 'fail: Management is open beyond admin hosts'

test.each<[string, string, string]>([
  ['the hosts of administrators', site('geo $allowed { default 0; 10.0.9.0/25 1; 10.0.9.200 1; }', gate), restricted],
  ['through a map', site('geo $near { default 0; 10.0.9.0/24 1; } map $near $allowed { 1 1; default 0; }', gate), restricted],
  ['others as well', site('geo $allowed { default 0; 10.0.0.0/8 1; }', gate), beyond],
  ['everybody but one network', site('geo $allowed { default 1; 10.0.9.0/24 0; }', gate), everybody],
  ['nobody is turned away', site('geo $allowed { default 1; 10.0.9.0/24 2; }', gate), everybody],
  ['a default of none', site('geo $allowed { 10.0.9.0/24 1; }', 'if ($allowed = "") { return 403; }'), restricted],
  ['addresses of a header', site('geo $allowed { proxy 10.0.0.0/8; default 0; 10.0.9.0/24 1; }', gate), unknown],
  ['ranges', site('geo $allowed { ranges; default 0; 10.0.9.0-10.0.9.255 1; }', gate), unknown],
  ['another value than the address', site('geo $http_x_real_ip $allowed { default 0; 10.0.9.0/24 1; }', gate), unknown],
  ['the whole of IPv4 as a network', site('geo $allowed { default 0; 0.0.0.0/0 1; }', gate), unknown],
  [
    'two at once',
    site('geo $a { default 0; 10.0.9.0/24 1; } geo $b { default 0; 10.0.9.0/24 1; } map $a$b $allowed { default 0; 11 1; }', gate),
    restricted,
  ],
  [
    'one of two, where one is too wide',
    site('geo $a { default 0; 10.0.9.0/24 1; } geo $b { default 0; 10.0.0.0/8 1; } map $a$b $allowed { default 0; 01 1; 11 1; }', gate),
    beyond,
  ],
  ['a network taken out again', site('geo $allowed { default 0; 10.0.9.0/24 1; delete 10.0.9.0/25; }', gate), unknown],
  ['a script', site('', 'access_by_lua_block { check() }'), unknown],
])('management by geo: %s', (_, configuration, expected) => {
  expect(outcomes(ask(managementRestricted, facts(configuration, [service('ollama')]), admins))).toEqual([expected])
})

test.each<[string, string, string]>([
  ['one address', '$remote_addr != 10.0.9.5', restricted],
  ['one of another network', '$remote_addr != 10.0.1.5', beyond],
  ['all but one', '$remote_addr = 10.0.9.5', everybody],
  ['a network, which no address is', '$remote_addr != 10.0.9.0/24', 'not-applicable: No proxy forwards to the model server'],
  ['a pattern', String.raw`$remote_addr !~ "^10\.0\.9\."`, restricted],
  ['dots that take digits: 10.0.95.1', '$remote_addr !~ ^10.0.9.', beyond],
  ['no end: 10.0.9.5 and 10.0.9.50', '$remote_addr !~ ^10.0.9.5', restricted],
  ['no end: 10.0.90.1', String.raw`$remote_addr !~ ^10\.0\.9`, beyond],
  ['no beginning: 110.0.9.5', String.raw`$remote_addr !~ 10\.0\.9\.5$`, beyond],
  ['no beginning, and dots that take a colon: 2001:db8::10:0:9:5', '$remote_addr !~ 10.0.9.5', unknown],
  ['two', String.raw`$remote_addr !~ "^(10\.0\.9\.5|10\.0\.9\.2[0-9])$"`, restricted],
  ['one of IPv6 beside it', String.raw`$remote_addr !~ "^(10\.0\.9\.5|fd00::5)$"`, beyond],
  ['the host itself', String.raw`$remote_addr !~ "^127\.|^::1$|^10\.0\.9\."`, restricted],
  ['private networks', String.raw`$remote_addr !~ "^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)"`, beyond],
  ['all that is IPv4', String.raw`$remote_addr !~ "^\d+\.\d+\.\d+\.\d+$"`, everybody],
  ['all that has a dot', String.raw`$remote_addr !~ "\."`, everybody],
  ['a look ahead', String.raw`$remote_addr ~ "^(?!10\.0\.9\.)"`, unknown],
  ['a socket beside it', String.raw`$remote_addr !~ "^(10\.0\.9\.|unix)"`, unknown],
  ['what a client states', '$http_x_forwarded_for != 10.0.9.5', unknown],
  ['who connects', '$realip_remote_addr != 10.0.9.5', unknown],
  ['the address as a part of a text', '"$remote_addr-$request_method" = "10.0.9.5-GET"', unknown],
])('management by $remote_addr: %s', (_, condition, expected) => {
  expect(outcomes(ask(managementRestricted, facts(site('', `if (${condition}) { return 403; }`), [service('ollama')]), admins))).toEqual([
    expected,
  ])
})

test.each<[string, string, string, string]>([
  ['keys of a map', 'map $remote_addr $refused { default 1; 10.0.9.5 0; 10.0.9.6 0; }', 'if ($refused) { return 403; }', restricted],
  ['a network as a key', 'map $remote_addr $refused { default 0; 10.0.0.0/8 1; }', 'if ($refused) { return 403; }', everybody],
  [
    'patterns of a map',
    String.raw`map $remote_addr $refused { default 1; ~^10\.0\.9\. 0; ~^10\.0\.10\. 0; }`,
    'if ($refused) { return 403; }',
    beyond,
  ],
  [
    'a variable',
    '',
    'set $in 0; if ($remote_addr = 10.0.9.5) { set $in 1; } if ($remote_addr = 10.0.9.6) { set $in 1; } if ($in = 0) { return 403; }',
    restricted,
  ],
  [
    'letters put together',
    '',
    'set $t ""; if ($remote_addr !~ "^10\\.0\\.9\\.") { set $t A; } if ($request_method ~ "POST|DELETE|PUT|HEAD|GET") { set $t $t-B; } if ($t = A-B) { return 403; }',
    restricted,
  ],
  ['a variable that is set to it', '', 'set $ip $remote_addr; if ($ip != 10.0.9.5) { return 403; }', unknown],
  [
    'a trusted header',
    'set_real_ip_from 0.0.0.0/0; real_ip_header X-Forwarded-For;',
    'if ($remote_addr != 10.0.9.5) { return 403; }',
    'fail: Clients can choose their own address',
  ],
])('management by $remote_addr through %s', (_, outside, inside, expected) => {
  expect(outcomes(ask(managementRestricted, facts(site(outside, inside), [service('ollama')]), admins))).toEqual([expected])
})

const key = 'JMPFXBuLtxUo6gsiZGkaHYmep85Eeu3D'
const known = `map $http_authorization $known { default 0; "Bearer ${key}" 1; }`
const asked = (control: AnyControl, maps: string, condition: string) =>
  outcomes(
    ask(
      control,
      facts(`${maps} server { listen 80; if (${condition}) { return 401; } location / { proxy_pass http://localhost:11434; } }`, [
        service('ollama'),
      ]),
    ),
  )

test('a key behind maps that combine it with the method is a login', () => {
  const combined = `${known} map $request_method$known $refused { default 1; ~^OPTIONS0 0; ~^.*1 0; }`
  expect(asked(requiresAuthentication, combined, '$refused')).toEqual(['pass: Every forwarded route needs a login'])
  expect(asked(requiresAuthentication, combined.replace(key, 'abc'), '$refused')).toEqual([
    'not-evaluated: Whether a login is needed is not known',
  ])
})

const nobodyAsked = 'fail: Every route answers without a login'
const unclear = 'not-evaluated: Whether a login is needed is not known'

test.each([
  ['the address that Cloudflare states', '$http_cf_connecting_ip != "203.0.113.99"', nobodyAsked],
  ['the account that Cloudflare states', '$http_cf_access_authenticated_user_email != "admin@example.com"', nobodyAsked],
  ['the account that a proxy in front states', '$http_remote_user != administrator', nobodyAsked],
  ['a version of an interface', '$http_anthropic_version != "2023-06-01"', nobodyAsked],
  ['what browsers say of scripts', '$http_x_requested_with != XMLHttpRequest', nobodyAsked],
  ['the name in the handshake', '$ssl_server_name != internal.example', nobodyAsked],
  ['an address in some header', '$http_x_source != "203.0.113.99"', unclear],
  ['a network of IPv6', '$http_x_source != "2001:db8:0:1::/64"', unclear],
  ['a mail address by a pattern', '$http_x_source !~ ^admin@example\\.com$', unclear],
  ['the name of a host', '$http_x_source != internal.example.org', unclear],
  ['a key', `$http_x_source != ${key}`, 'pass: Every forwarded route needs a login'],
])('no login by %s', (_, condition, expected) => {
  expect(asked(requiresAuthentication, '', condition)).toEqual([expected])
})

const lookup = (inside: string) =>
  outcomes(
    ask(
      requiresAuthentication,
      facts(
        `map $http_apikey $who { default ""; "${key}" one; "${key.toLowerCase()}" two; } map $http_apikey $short { default ""; "k3y" one; }
        server { listen 80; location / { auth_request /key; proxy_pass http://localhost:11434; } location = /key { internal; ${inside} } }`,
        [service('ollama')],
      ),
    ),
  )

test.each([
  ['', 'if ($http_apikey = "") { return 401; } if ($who = "") { return 403; } return 204;', 'pass: Every forwarded route needs a login'],
  [
    'one that is asked for nothing but a word',
    'if ($http_apikey = "") { return 401; } return 204;',
    'fail: Every route answers without a login',
  ],
  ['a short key', 'if ($short = "") { return 403; } return 204;', 'not-evaluated: Whether a login is needed is not known'],
  ['a file beside it', 'if ($who) { return 204; } root /srv;', 'not-evaluated: Whether a login is needed is not known'],
  ['turned round', 'if ($who) { return 403; } return 204;', 'fail: Every route answers without a login'],
])('an auth_request that looks a key up by itself: %s', (_, inside, expected) => {
  expect(lookup(inside)).toEqual([expected])
})

test('an engine in a container that publishes no port stays inside', () => {
  const inside = service('ollama', { container: 'ollama', how: 'container', binds: [], containerPorts: [11434] })
  for (const control of [notDirectly, requiresKey]) {
    expect(outcomes(ask(control, facts('', [inside])))).toEqual(['pass: The container publishes no port'])
    expect(outcomes(ask(control, facts('', [{ ...inside, bindUnknown: 'an address of its own' }])))).toEqual([
      "not-evaluated: The server's sockets are not known",
    ])
  }
})

test.each([
  ['administrators alone', 'satisfy any; allow 10.0.9.0/24; deny all;', 'warning: Admin hosts need no login for management'],
  ['nobody', 'satisfy any; deny all;', 'not-applicable: No proxy forwards to the model server'],
])('any of no login and a list of addresses is the list: %s', (_, rules, expected) => {
  const configuration = `server { listen 80; location / { ${rules} proxy_pass http://localhost:11434; } }`
  const found = outcomes(
    ask(managementRestricted, facts(configuration, [service('ollama')]), policyContext({ modelAdmins: ['10.0.9.0/24'] })),
  )
  expect(found).toEqual([expected])
})

test.each<[string, string, string, readonly string[]]>([
  ['a list or a key', '10.0.9.0/24 1;', '', ['warning: Some addresses need no login']],
  ['a list of everybody or a key', '0.0.0.0/1 1; 128.0.0.0/1 1; 0.0.0.0/0 1;', '', ['fail: Every route answers without a login']],
  [
    'a list and a key on paths of their own',
    '10.0.9.0/24 1;',
    'location /api/ { allow 10.0.9.0/24; deny all; proxy_pass http://127.0.0.1:11434; }',
    ['fail: 20 of 31 routes answer without a login'],
  ],
])('two conditions: %s', (_, lines, more, expected) => {
  const conditions = `set $ok 0; if ($inside) { set $ok 1; } if ($http_x_api_key = "${key}") { set $ok 1; } if ($ok = 0) { return 401; }`
  const configuration = `geo $inside { default 0; ${lines} } server { listen 80; location / { ${conditions} proxy_pass http://127.0.0.1:11434; } ${more} }`
  expect(outcomes(ask(requiresAuthentication, facts(configuration, [service('ollama')])))).toEqual(expected)
})

// As nginx 1.22.1 did: each let everybody in who sent nothing.
test.each<[string, string, string, readonly string[]]>([
  ['a pattern of anything in place of a default', `map $http_x_api_key $refused { "${key}" 0; ~.* 1; }`, '$refused', [nobodyAsked]],
  ['a pattern of nothing', `map $http_x_api_key $allowed { "${key}" 1; ~^$ 0; default 1; }`, '$allowed = 0', [nobodyAsked]],
])('nothing is held against no pattern of a map: %s', (_, maps, condition, expected) => {
  expect(asked(requiresAuthentication, maps, condition)).toEqual(expected)
})
