import { expect, test } from 'vitest'
import managementRestricted from './management-endpoints-restricted.control.ts'
import { admins, basic, tls, toOllama } from './nginx-words.testing.ts'
import { ask, facts, outcomes, service } from './proxy-facts.ts'

test.each<[name: string, configuration: string, expected: readonly string[]]>([
  [
    'only named routes',
    `server { ${tls} ${basic} location = /api/chat { ${toOllama} } location / { return 404; } }`,
    ['pass: No management route is forwarded'],
  ],
  [
    'administrators with a login',
    `server { ${tls} ${basic} location = /api/chat { ${toOllama} } location /api/ { allow 10.0.1.5; allow 10.0.9.0/25; deny all; ${toOllama} } }`,
    ['pass: Management is for administrators only'],
  ],
  [
    'administrators without a login',
    `server { ${tls} location /api/ { allow 10.0.1.5; deny all; ${toOllama} } }`,
    ['warning: Admin hosts need no login for management'],
  ],
  [
    'more than administrators',
    `server { ${tls} ${basic} location /api/ { allow 10.0.0.0/16; deny all; ${toOllama} } }`,
    ['fail: Management is open beyond admin hosts'],
  ],
  ['no restriction and no login', `server { ${tls} location / { ${toOllama} } }`, ['fail: 11 management routes open to anyone']],
  [
    'allow without deny',
    `server { ${tls} ${basic} location /api/ { allow 10.0.1.5; ${toOllama} } }`,
    ['fail: 11 management routes open to every user'],
  ],
  ...(
    [
      ['an address of IPv4, by which no others come', '443', true],
      ['every address of IPv4', '0.0.0.0:443', true],
      ['IPv6 alone, whose clients the list does not name', '[::]:443', false],
      ['both', '[::]:443 ipv6only=off', false],
    ] as const
  ).map(([socket, listen, closed]): [string, string, readonly string[]] => [
    `the rest of IPv4 denied, at ${socket}`,
    `server { ${tls.replace('443', listen)} ${basic} location / { return 404; } location = /api/chat { ${toOllama} } location /api/ { allow 10.0.1.5; deny 0.0.0.0/0; ${toOllama} } }`,
    [closed ? 'pass: Management is for administrators only' : 'fail: 11 management routes open to every user'],
  ]),
  [
    'the rest of IPv4 denied, and who may state any address',
    `set_real_ip_from 10.0.9.3; server { ${tls} ${basic} location / { return 404; } location /api/ { allow 10.0.1.5; deny 0.0.0.0/0; ${toOllama} } }`,
    ['fail: 11 management routes open to every user'],
  ],
  [
    'child with a list of its own',
    `server { ${tls} ${basic} allow 10.0.1.5; deny all; location / { allow all; ${toOllama} } }`,
    ['fail: 11 management routes open to every user'],
  ],
  [
    'satisfy any: a login is enough',
    `server { ${tls} ${basic} satisfy any; allow 10.0.1.5; deny all; location / { ${toOllama} } }`,
    ['fail: 11 management routes open to every user'],
  ],
  [
    'addresses that clients choose',
    `set_real_ip_from 0.0.0.0/0; real_ip_header X-Forwarded-For; server { ${tls} ${basic} location /api/ { allow 10.0.1.5; deny all; ${toOllama} } }`,
    ['fail: Clients can choose their own address'],
  ],
  [
    'addresses that clients choose, by the location',
    `server { ${tls} ${basic} location /api/ { set_real_ip_from 10.0.0.0/8; allow 10.0.1.5; deny all; ${toOllama} } }`,
    ['fail: Clients can choose their own address'],
  ],
  [
    'a load balancer that states who a client is',
    `set_real_ip_from 10.0.9.3; real_ip_header X-Forwarded-For; server { ${tls} ${basic} location /api/ { allow 10.0.1.5; deny all; ${toOllama} } }`,
    ['pass: Management is for administrators only'],
  ],
  [
    'addresses from the PROXY protocol, which the socket does not speak',
    `set_real_ip_from 0.0.0.0/0; real_ip_header proxy_protocol; server { ${tls} ${basic} location /api/ { allow 10.0.1.5; deny all; ${toOllama} } }`,
    ['pass: Management is for administrators only'],
  ],
  [
    'accounts of their own',
    `server { ${tls} ${basic} location / { return 404; } location = /api/chat { ${toOllama} } location = /api/pull { auth_basic_user_file /etc/nginx/.admins; ${toOllama} } }`,
    ['warning: Management is guarded by login only'],
  ],
  [
    'DELETE refused by method, the rest by a pattern',
    `server { ${tls} ${basic} location / { limit_except GET POST { deny all; } ${toOllama} } location ~ ^/api/(pull|push|create|copy|blobs|me|signout|experimental) { return 403; } }`,
    ['pass: No management route is forwarded'],
  ],
  [
    'a pattern that its anchor spoils',
    `server { ${tls} ${basic} location / { ${toOllama} } location ~ ^/api/(pull|push|create|copy|delete|blobs|me|signout|experimental/.*)$ { return 403; } }`,
    ['fail: 2 management routes open to every user'],
  ],
  [
    'a pattern made dead by ^~',
    `server { ${tls} ${basic} location ^~ /api/ { ${toOllama} } location ~ ^/api/ { return 403; } }`,
    ['fail: 11 management routes open to every user'],
  ],
  [
    'a condition on the address',
    `geo $admin { default 0; 10.0.1.5 1; } server { ${tls} ${basic} location / { if ($admin = 0) { return 403; } ${toOllama} } }`,
    ['pass: Management is for administrators only'],
  ],
])('management routes through nginx: %s', (_, configuration, expected) => {
  expect(outcomes(ask(managementRestricted, facts(configuration, [service('ollama')]), admins))).toEqual(expected)
})

test('a list of addresses is not judged when the fleet file names no administrators', () => {
  const given = facts(`server { ${tls} ${basic} location /api/ { allow 10.0.1.5; deny all; ${toOllama} } }`, [service('ollama')])
  expect(outcomes(ask(managementRestricted, given))).toEqual(['not-evaluated: The fleet file names no model admins'])
})
