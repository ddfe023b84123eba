import { expect, test } from 'vitest'
import { knownCaddies } from '../../../facts/caddy/caddy.fact.ts'
import { known, unknown } from '../../../facts/fact.ts'
import type { Program } from '../../../facts/programs/programs.ts'
import type { AnyControl } from '../../control.ts'
import caddyAdminLocalOnly from '../proxy/caddy-admin-local-only.control.ts'
import { login as asks, caddy as readCaddy } from '../proxy/caddy-sites.testing.ts'
import { ask, facts, outcomes } from '../proxy/proxy-facts.ts'
import codeRunnerNotExposed from './code-runner-not-exposed.control.ts'
import modelInterfaceNotExposed from './model-interface-not-exposed.control.ts'

/** Programs that listen on this machine alone, and what nginx leads to. */
const jupyter = (change: Partial<Program> = {}): Program => ({
  ...{
    id: 'jupyter',
    name: 'Jupyter',
    kind: 'notebook',
    pids: [10],
    user: 'ml',
    authentication: 'none',
    telling: [],
    danger: 'It runs code.',
  },
  binds: [{ address: '127.0.0.1', port: 8888, scope: 'loopback', section: 'listeners', line: 3, basis: 'observed' }],
  ...{ section: 'processes', line: 2 },
  ...change,
})
const judged = (control: AnyControl, configuration: string, programs: readonly Program[] = [jupyter()]) => {
  const given = facts(configuration, [])
  return outcomes(ask(control, { ...given, programs, nginx: known(given.nginx), services: known([]) } as never))
}
const site = (inside: string, outside = '') => `${outside} server { listen 80; ${inside} }`
const login = 'auth_basic a; auth_basic_user_file /b;'
const to = 'proxy_pass http://127.0.0.1:8888;'

const local = ['pass: The program listens on this machine only']
const open = ['fail: A proxy leads others to it without a login']
const listed = ['warning: A proxy leads listed hosts to it, no login']
const unclear = ['not-evaluated: Whether a proxy asks for a login is not known']

test.each<[name: string, configuration: string, expected: readonly string[]]>([
  ['nothing', site('location / { proxy_pass http://127.0.0.1:3000; }'), local],
  ['a part of the paths', site(`location /jupyter/ { ${to} } location / { ${login} proxy_pass http://127.0.0.1:3000; }`), open],
  ['its own name', site(`location / { proxy_pass http://notebooks; }`, 'upstream notebooks { server localhost:8888; }'), open],
  ['a variable', site('location ~ ^/lab/(.*)$ { set $app 127.0.0.1; proxy_pass http://$app:8888/$1; }'), open],
  ['what is not there as a file', site(`location / { try_files $uri @lab; } location @lab { ${to} }`), open],
  ['a method alone', site(`location / { limit_except GET { ${login} } ${to} }`), open],
  ['a login', site(`location /jupyter/ { ${login} ${to} }`), local],
  ['a login, and a way beside it', site(`location /jupyter/ { ${login} ${to} } location /jupyter/static/ { ${to} }`), open],
  ['some addresses', site(`location / { allow 10.0.9.0/24; deny all; ${to} }`), listed],
  ['this machine', site(`location / { allow 127.0.0.1; deny all; ${to} }`), local],
  ['a socket of this machine', `server { listen 127.0.0.1:80; location / { ${to} } }`, local],
  [
    'what a program decides',
    site(`location / { auth_request /a; ${to} } location /a { internal; proxy_pass http://127.0.0.1:5000/who; }`),
    unclear,
  ],
  [
    'what Authelia decides',
    site(
      `location / { auth_request /a; ${to} } location /a { internal; proxy_set_header X-Original-URL $scheme://$host$request_uri; proxy_pass http://127.0.0.1:9091/api/verify; }`,
    ),
    local,
  ],
  ['a hidden place', site(`location / { proxy_pass http://127.0.0.1:3000; } location /lab/ { internal; ${to} }`), unclear],
  ['bytes', '# configuration file /etc/nginx/nginx.conf:\nstream { server { listen 9999; proxy_pass 127.0.0.1:8888; } }\n', open],
])('a notebook on loopback, and nginx leads there by %s', (_, configuration, expected) => {
  expect(judged(codeRunnerNotExposed, configuration)).toEqual(expected)
})

const chosen = ['not-evaluated: Clients may choose where a proxy leads']
test.each<[name: string, configuration: string, expected: readonly string[]]>([
  ['a port of the path', site('location ~ ^/port/(\\d+)/(.*)$ { proxy_pass http://127.0.0.1:$1/$2; }'), chosen],
  ['a port of an argument', site('location /p { proxy_pass http://localhost:$arg_port; }'), chosen],
  ['an address of an argument', site('location /fetch { proxy_pass $arg_url; }'), chosen],
  ['the address of a forward proxy', site('resolver 127.0.0.53; location / { proxy_pass $scheme://$http_host$request_uri; }'), chosen],
  ['a host, at its port', site('location ~ ^/to/([^/]+)/(.*)$ { proxy_pass http://$1:8888/$2; }'), chosen],
  ['a name of a group', site('location / { proxy_pass http://$host; }', 'upstream notebooks { server 127.0.0.1:8888; }'), chosen],
  [
    'a port of the name',
    'server { listen 80; server_name ~^(?<port>\\d+)\\.dev$; location / { proxy_pass http://127.0.0.1:$port; } }',
    chosen,
  ],
  ['a host, at another port', site('location ~ ^/to/([^/]+)/(.*)$ { proxy_pass http://$1:3000/$2; }'), local],
  ['a host, at the usual port', site('location / { proxy_pass http://$host; }'), local],
  ['a port of another host', site('location ~ ^/port/(\\d+)/(.*)$ { proxy_pass http://10.9.9.9:$1/$2; }'), local],
  ['one of two ports', site('location ~ ^/(3001|3002)/(.*)$ { proxy_pass http://127.0.0.1:$1/$2; }'), local],
  ['a port, behind a login', site(`location ~ ^/port/(\\d+)/(.*)$ { ${login} proxy_pass http://127.0.0.1:$1/$2; }`), local],
])('a notebook on loopback, and clients choose of nginx %s', (_, configuration, expected) => {
  expect(judged(codeRunnerNotExposed, configuration)).toEqual(expected)
})

test('clients choose a socket, and a container daemon has one', () => {
  const given = facts(site('location /fetch { proxy_pass http://$arg_to; }'), [])
  const asked = (runtimes: readonly string[]) =>
    outcomes(
      ask(codeRunnerNotExposed, {
        ...{ ...given, programs: [], nginx: known(given.nginx), services: known([]) },
        containers: known({ runtimes, containers: [] }),
      } as never),
    )
  expect(asked(['docker'])).toEqual(chosen)
  expect(asked([])).toEqual(['not-applicable: None of them runs here'])
})

test('where a proxy could not be read, nothing says that a program is local', () => {
  const given = { ...facts('', []), programs: [jupyter()], services: known([]) }
  const asked = (more: object) => outcomes(ask(codeRunnerNotExposed, { ...given, nginx: known(given.nginx), ...more } as never))
  const notRead = ['not-evaluated: Whether a proxy leads to it is not known']
  expect(asked({ nginx: unknown('it has files of another root', []) })).toEqual(notRead)
  expect(asked({ caddy: unknown('refused', []) })).toEqual(notRead)
  expect(asked({ programs: [jupyter({ authentication: 'on' })], nginx: unknown('refused', []) })).toEqual(local)
})

const dial = (to: string) => ({ handler: 'reverse_proxy', upstreams: [{ dial: to }] })
const strip = { handler: 'rewrite', strip_path_prefix: '/lab' }
const sites = (handle: readonly object[], server: object = {}, match: readonly object[] = []) => ({
  apps: { http: { servers: { s: { listen: [':443'], routes: [{ match, handle }], ...server } } } },
})
test.each<[name: string, config: object, expected: readonly string[]]>([
  ['nothing', sites([dial('127.0.0.1:3000')]), local],
  ['all', sites([dial('localhost:8888')]), open],
  ['all, without a host', sites([dial(':8888')]), open],
  ['a part of the paths', sites([strip, dial('127.0.0.1:8888')], {}, [{ path: ['/lab/*'] }]), open],
  ['a part of its own paths', sites([dial('127.0.0.1:8888')], {}, [{ path: ['/lab*'] }]), unclear],
  ['a login', sites([asks, dial('127.0.0.1:8888')]), local],
  ['some addresses', sites([dial('127.0.0.1:8888')], {}, [{ remote_ip: { ranges: ['10.0.9.0/24'] } }]), listed],
  ['a socket of this machine', sites([dial('127.0.0.1:8888')], { listen: ['127.0.0.1:443'] }), local],
  ['what clients name', sites([dial('{http.request.uri.query.to}')]), unclear],
  ['a port that clients name', sites([dial('127.0.0.1:{http.request.host.labels.2}')]), unclear],
  ['another port, named by clients', sites([dial('{http.request.host}:3000')]), local],
])('a notebook on loopback, and Caddy leads there: %s', (_, config, expected) => {
  const given = { ...facts('', []), programs: [jupyter()], services: known([]), caddy: readCaddy(config) }
  expect(outcomes(ask(codeRunnerNotExposed, { ...given, nginx: known(given.nginx) } as never))).toEqual(expected)
})

test.each([
  ['on the network of the host', { hostNetwork: true }, open],
  ['in a network of its own, where loopback is another', { hostNetwork: false, networks: [] }, local],
])('nginx in a container %s', (_, change, expected) => {
  const id = 'a'.repeat(64)
  const given = facts(site(`location / { ${to} }`), [])
  const contained = [{ container: id, directives: given.nginx.directives, line: 1 }]
  const nginx = known({ installed: false, running: false, directives: [], contained })
  const containers = known({ runtimes: [], containers: [{ id, name: 'edge', running: true, ports: [], mounts: [], line: 1, ...change }] })
  const more = { programs: [jupyter()], nginx, containers, services: known([]) }
  expect(outcomes(ask(codeRunnerNotExposed, { ...given, ...more } as never))).toEqual(expected)
})

test('a program that asks by itself may be led to', () => {
  const way = site(`location / { ${to} }`)
  expect(judged(codeRunnerNotExposed, way, [jupyter({ authentication: 'default' })])).toEqual(local)
  // As guides have it that put a proxy before Jupyter: c.ServerApp.token = ''.
  const inFile = jupyter({ authentication: 'default', authenticationUnknown: 'its configuration file may switch that off' })
  expect(judged(codeRunnerNotExposed, way, [inFile])).toEqual(['not-evaluated: A proxy leads to it, which may ask nobody'])
  expect(judged(codeRunnerNotExposed, site(`location / { ${login} ${to} }`), [inFile])).toEqual(local)
  expect(judged(codeRunnerNotExposed, site(`location / { allow 10.0.9.0/24; deny all; ${to} }`), [inFile])).toEqual(local)
  expect(judged(codeRunnerNotExposed, way, [jupyter({ authentication: 'unknown' })])).toEqual([
    'not-evaluated: A proxy leads to it, which may ask nobody',
  ])
  expect(judged(modelInterfaceNotExposed, way, [jupyter({ kind: 'interface' })])).toEqual(open)
})

const none = 'not-applicable: None of them runs here'
test.each<[name: string, configuration: string, expected: readonly string[]]>([
  ['to all', site('location / { proxy_pass http://unix:/var/run/docker.sock:/; }'), ['fail: A proxy leads to the container API']],
  [
    'of a group',
    site('location / { proxy_pass http://d; }', 'upstream d { server unix:/run/podman/podman.sock; }'),
    ['fail: A proxy leads to the container API'],
  ],
  [
    'behind a login',
    site(`location / { ${login} proxy_pass http://unix:/run/docker.sock; }`),
    ['warning: A proxy leads to the container API'],
  ],
  ['for this machine', 'server { listen 127.0.0.1:80; location / { proxy_pass http://unix:/run/docker.sock; } }', [none]],
  ['another socket', site('location / { proxy_pass http://unix:/run/app.sock; }'), [none]],
])('the socket of a container daemon, %s', (_, configuration, expected) => {
  expect(judged(codeRunnerNotExposed, configuration, [])).toEqual(expected)
})

const admin = (configuration: string, config: object = {}, more: object = {}) => {
  const given = { ...facts(configuration, []), ...more }
  const caddy = knownCaddies(`@process 7\n@version v2.6.2\n@admin 127.0.0.1:2019\n:${JSON.stringify(config)}\n@end\n`, {
    processes: [],
    containers: [],
    units: [],
  })
  const listeners = known([
    { address: '127.0.0.1', port: 2019, protocol: 'tcp', scope: 'loopback', processes: [{ name: 'caddy', pid: 7 }], line: 1 },
  ])
  if (!caddy.known) throw new Error('no caddy')
  return outcomes(ask(caddyAdminLocalOnly, { ...given, nginx: known(given.nginx), caddy: caddy.value, listeners, ...more } as never))
}
test('an nginx that was not read may lead to the admin endpoint of Caddy', () => {
  expect(admin('', {}, { nginx: unknown('it has files of another root', []) })).toEqual([
    onLoopback,
    'not-evaluated: Whether a proxy leads to it is not known',
  ])
})

const onLoopback = 'pass: The admin endpoint is on loopback'
const forwards = 'fail: A site forwards to the admin endpoint'

test.each<[name: string, configuration: string, config: object, expected: readonly string[]]>([
  ['its port', site('location /caddy/ { proxy_pass http://127.0.0.1:2019/; }'), {}, [onLoopback, forwards]],
  ['its port behind a login', site(`${login} location /caddy/ { proxy_pass http://localhost:2019/; }`), {}, [onLoopback, forwards]],
  [
    'its socket',
    site('location /caddy/ { proxy_pass http://unix:/run/caddy/admin.sock:/; }'),
    { admin: { listen: 'unix//run/caddy/admin.sock' } },
    [onLoopback, forwards],
  ],
  ['its port for this machine', 'server { listen 127.0.0.1:80; location / { proxy_pass http://127.0.0.1:2019; } }', {}, [onLoopback]],
  ['another port', site('location / { proxy_pass http://127.0.0.1:2020; }'), {}, [onLoopback]],
  ['a port that clients name', site('location ~ ^/(\\d+)/(.*)$ { proxy_pass http://127.0.0.1:$1/$2; }'), {}, [onLoopback, ...chosen]],
  [
    'where it is off',
    site('location / { proxy_pass http://127.0.0.1:2019; }'),
    { admin: { disabled: true } },
    ['pass: The admin endpoint is off'],
  ],
])('nginx leads to the admin endpoint of Caddy: %s', (_, configuration, config, expected) => {
  expect(admin(configuration, config)).toEqual(expected)
})

test.each<[name: string, process: string, address: string, expected: readonly string[]]>([
  ['HAProxy', 'haproxy', '0.0.0.0', ['not-evaluated: Whether a proxy leads to it is not known']],
  ['Apache', 'apache2', '::', ['not-evaluated: Whether a proxy leads to it is not known']],
  ['one of this machine', 'traefik', '127.0.0.1', local],
  ['what is no web server', 'sshd', '0.0.0.0', local],
])('a notebook on loopback beside a web server that is not modelled: %s', (_, name, address, expected) => {
  const given = facts(site('location / { proxy_pass http://127.0.0.1:3000; }'), [])
  const scope = address === '127.0.0.1' ? 'loopback' : 'wildcard'
  const listeners = known([{ protocol: 'tcp', address, port: 8443, scope, processes: [{ name, pid: 77 }], line: 9 }])
  const around = { ...given, listeners, programs: [jupyter()], nginx: known(given.nginx), services: known([]) }
  expect(outcomes(ask(codeRunnerNotExposed, around as never))).toEqual(expected)
})
