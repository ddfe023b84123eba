import { expect, test } from 'vitest'
import { known } from '../../../facts/fact.ts'
import { caddy, site, toOllama } from './caddy-sites.testing.ts'
import { ask, facts, outcomes, service } from './proxy-facts.ts'
import requiresAuthentication from './proxy-requires-authentication.control.ts'

/** One proxy that asks another: what the second lets in is the first, on this machine. */
const listener = (port: number, name: string, pid: number) => ({
  ...{ address: '127.0.0.1', port, protocol: 'tcp', scope: 'loopback', processes: [{ name, pid }], line: 1 },
})
const judged = (nginx: string, config: object, listeners: readonly object[] = []) =>
  outcomes(ask(requiresAuthentication, facts(nginx, [service('ollama')], { caddy: caddy(config), listeners: known(listeners) })))
const caddyAt = (listen: string, routes: readonly object[] = [{ handle: [toOllama] }]) => ({
  apps: { http: { servers: { s: { listen: [listen], routes } } } },
})
const strip = [{ match: [{ path: ['/x/*'] }], handle: [{ handler: 'rewrite', strip_path_prefix: '/x' }, toOllama] }]
const ours = [listener(2015, 'caddy', 7)]
const front = (to: string, path = '/') => `server { listen 80; location ${path} { proxy_pass ${to}; } }`

const chain = ['not-evaluated: One proxy leads to another']
const nowhere = ['not-applicable: No proxy forwards to the model server']

test.each<[name: string, nginx: string, config: object, listeners: readonly object[], expected: readonly string[]]>([
  ['a port', front('http://127.0.0.1:2015'), caddyAt('127.0.0.1:2015'), ours, chain],
  ['a port whose owner nobody saw', front('http://127.0.0.1:2015'), caddyAt('127.0.0.1:2015'), [], chain],
  ['a part of the paths, that Caddy takes away', front('http://127.0.0.1:2015', '/x/'), caddyAt('127.0.0.1:2015', strip), ours, chain],
  ['a path of two steps', front('http://127.0.0.1:2015/x/', '/y/'), caddyAt('127.0.0.1:2015', strip), ours, chain],
  [
    'a variable',
    'server { listen 80; location /x/ { set $to 127.0.0.1:2015; proxy_pass http://$to; } }',
    caddyAt('127.0.0.1:2015', strip),
    ours,
    chain,
  ],
  [
    'one of several that a map chooses',
    'map $host $to { a.example 127.0.0.1:2015; default 127.0.0.1:3000; } server { listen 80; location / { proxy_pass http://$to; } }',
    caddyAt('127.0.0.1:2015'),
    ours,
    chain,
  ],
  ['a socket', front('http://unix:/run/caddy.sock', '/x/'), caddyAt('unix//run/caddy.sock|0660', strip), [], chain],
  ['a Caddy that leads to no model', front('http://127.0.0.1:2015', '/x/'), caddyAt('127.0.0.1:2015', []), ours, nowhere],
  [
    'a port of Caddy that leads to no model',
    front('http://127.0.0.1:2016', '/x/'),
    { apps: { http: { servers: { s: { listen: ['127.0.0.1:2015'], routes: strip }, t: { listen: ['127.0.0.1:2016'], routes: [] } } } } },
    [...ours, listener(2016, 'caddy', 7)],
    nowhere,
  ],
])('nginx leads to Caddy by %s', (_, nginx, config, listeners, expected) => {
  expect(judged(nginx, config, listeners)).toEqual(expected)
})

test.each<[name: string, nginx: string, expected: readonly string[]]>([
  ['that trusts this machine', 'allow 127.0.0.1; deny all; location / { proxy_pass http://127.0.0.1:11434; }', chain],
  ['that leads to no model', 'location / { proxy_pass http://127.0.0.1:3000; }', nowhere],
])('Caddy leads to an nginx %s', (_, inside, expected) => {
  const to = { handler: 'reverse_proxy', upstreams: [{ dial: '127.0.0.1:8081' }] }
  expect(judged(`server { listen 127.0.0.1:8081; ${inside} }`, site([{ handle: [to] }]), [listener(8081, 'nginx', 9)])).toEqual(expected)
})

test.each([
  ['the second of two', [{ dial: '127.0.0.1:3000' }, { dial: '127.0.0.1:2015' }], [{ handle: [toOllama] }]],
  ['one that takes a part of the path away', [{ dial: '127.0.0.1:2015' }], strip],
])('Caddy leads to another server of its own: %s', (_, upstreams, inner) => {
  const outer = {
    listen: [':80'],
    routes: [
      { match: [{ path: ['/x/*'] }], handle: [{ handler: 'reverse_proxy', upstreams }] },
      { handle: [{ handler: 'reverse_proxy', upstreams }] },
    ],
  }
  const config = { apps: { http: { servers: { outer, inner: { listen: ['127.0.0.1:2015'], routes: inner } } } } }
  expect(judged('', config, ours)).toEqual(chain)
})

test('Caddy sends a part of the paths to another server of its own, which takes it away', () => {
  const outer = {
    listen: [':80'],
    routes: [{ match: [{ path: ['/x/*'] }], handle: [{ handler: 'reverse_proxy', upstreams: [{ dial: '127.0.0.1:2015' }] }] }],
  }
  const config = { apps: { http: { servers: { outer, inner: { listen: ['127.0.0.1:2015'], routes: strip } } } } }
  expect(judged('', config, ours)).toEqual(chain)
})
