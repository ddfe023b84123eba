import { readFileSync } from 'node:fs'
import { Script } from 'node:vm'
import { expect, test, vi } from 'vitest'
import type { Engine, InferenceService } from '#shared/model/inference-service.ts'
import { redact } from '../../secrets.ts'
import { parseDump } from '../parse.ts'
import { printListen, readListens } from './listen.ts'
import { compilePattern } from './pattern.ts'
import { predictor } from './predict.testing.ts'
import { proxyRoutesTo } from './routes.ts'
import { chooseServer } from './server-names.ts'
import { isEncrypted, readHttp } from './servers.ts'
import { normaliseUri } from './uri.ts'

const read = (http: string) => {
  const parsed = parseDump(`# configuration file /etc/nginx/nginx.conf:\nhttp {\n${http}\n}\n`)
  if (!parsed.ok) throw new Error(parsed.message)
  return parsed
}

const service = (engine: Engine, port: number): InferenceService => ({
  id: engine,
  engine,
  how: 'process',
  running: true,
  pids: [],
  argv: [],
  binds: [{ address: '127.0.0.1', port, scope: 'loopback', section: 'listeners', line: 1, basis: 'observed' }],
  apiKey: 'none',
  modelPaths: [],
})

test.each([
  ['80', '*:80', 'wildcard'],
  ['*:8080', '*:8080', 'wildcard'],
  ['0.0.0.0:80', '0.0.0.0:80', 'wildcard'],
  ['[::]:443', '[::]:443', 'wildcard'],
  ['[::]', '[::]:80', 'wildcard'],
  ['127.0.0.1', '127.0.0.1:80', 'loopback'],
  ['localhost:8000', '127.0.0.1:8000 [::1]:8000', 'loopback'],
  ['127.1:8000', '127.0.0.1:8000', 'loopback'],
  ['0:8000', '0.0.0.0:8000', 'wildcard'],
  ['0x7f000001', '127.0.0.1:80', 'loopback'],
  ['8000-8002', '*:8000 *:8001 *:8002', 'wildcard'],
  ['[::1]:8000-8001', '[::1]:8000 [::1]:8001', 'loopback'],
  ['[0:0:0:0:0:0:0:0]:80', '[0:0:0:0:0:0:0:0]:80', 'wildcard'],
  ['gpu.lab:80', 'gpu.lab:80', 'specific'],
  ['[::1]:8000', '[::1]:8000', 'loopback'],
  ['10.0.3.7:443', '10.0.3.7:443', 'specific'],
  ['[fd00::1]:443', '[fd00::1]:443', 'specific'],
  ['unix:/run/nginx.sock', 'unix:/run/nginx.sock', 'unix'],
])('listen %s', (text, printed, scope) => {
  const listens = readListens({ name: 'listen', parameters: [text, 'ssl', 'default_server'], file: '', line: 1 })
  expect(listens.map(printListen).join(' ')).toBe(printed)
  for (const listen of listens) expect([listen.scope, listen.ssl, listen.isDefault]).toEqual([scope, true, true])
})

test.each([
  ['/a/../b', true, '/b'],
  ['//a//b', true, '/a/b'],
  ['//a//b', false, '//a//b'],
  ['/a/./b/.', true, '/a/b/'],
  ['/a/..', true, '/'],
  ['/a/%2e%2e/b', true, '/b'],
  ['/%41pi', true, '/Api'],
  ['/a%2fb', true, '/a/b'],
  ['/..', true, undefined],
  ['/a%00', true, undefined],
  ['/a%2', true, undefined],
  ['/a?b/../c', true, '/a'],
])('path %s', (raw, merge, expected) => {
  expect(normaliseUri(raw, merge)).toBe(expected)
})

test.each([
  ['exact.example', 'exact'],
  ['EXACT.example.', 'exact'],
  ['a.b.example', 'leading'],
  ['www.more.b.example', 'longer'],
  ['mail.anything', 'trailing'],
  ['gpu7.lab', 'pattern'],
  ['dotted.net', 'dot'],
  ['x.dotted.net', 'dot'],
  ['nobody.invalid', 'second'],
])('server for %s', (host, expected) => {
  const server = (name: string, more = '') => `server { listen 80 ${more}; server_name ${name}; }`
  const model = readHttp(
    read(
      [
        'server { listen 80; server_name first; set $id first; }',
        server('second', 'default_server'),
        server('exact.example exact'),
        server('*.b.example leading'),
        server('*.more.b.example longer'),
        server('mail.* trailing'),
        server('~^gpu\\d+\\. pattern'),
        server('~^gpu7 late'),
        server('.dotted.net dot'),
      ].join('\n'),
    ),
  )
  const [listen] = model.servers[1]?.listens ?? []
  if (!listen) throw new Error('no listen')
  expect(chooseServer(model.servers, listen, host)?.names.at(-1)).toBe(expected)
})

const picture = (text: string) => proxyRoutesTo(read(text), [service('ollama', 11434)], [])
const forwards = 'location / { proxy_pass http://127.0.0.1:11434; }'

test('a name that may be an address named by its number is beyond the model', () => {
  const named = (other: string) => picture(`server { listen gpu.lab:80; ${forwards} } server { listen ${other}; return 403; }`).unmodelled
  expect(named('10.0.0.7:80').map(({ reason }) => reason)).toEqual(['only the host knows which address it is'])
  expect([...named('10.0.0.7:81'), ...named('80'), ...named('localhost:80')]).toEqual([])
})

test('a range counts by each of its ports, and a long one says that it goes on', () => {
  const ports = (range: string) => new Set(picture(`server { listen ${range}; ${forwards} }`).routes.map(({ listen }) => listen.port))
  expect([...ports('8000-8003')]).toEqual([8000, 8001, 8002, 8003])
  expect(picture(`server { listen 1024-65535; ${forwards} }`).unmodelled.map(({ reason }) => reason)).toEqual([
    'it listens on more ports than Gatehouse follows',
  ])
})

test('the PROXY protocol belongs to the socket', () => {
  const { servers } = readHttp(read('server { listen 127.0.0.1:80; listen 81; } server { listen localhost:80 proxy_protocol; }'))
  expect(servers.map(({ listens }) => listens.map(({ proxyProtocol }) => proxyProtocol))).toEqual([
    [true, false],
    [true, true],
  ])
})

test('circles that branch are followed in bounded time, and what was not followed is said', () => {
  const branches = ['a', 'b', 'c', 'd'].map((name) => `if ($arg_${name}) { set $x ${name}; }`).join(' ')
  const body = `listen 80; location / { ${branches} mirror /m; try_files $uri /again; proxy_pass http://127.0.0.1:11434; } location /m { ${branches} mirror /; try_files $uri /; }`
  const begun = process.cpuUsage()
  const { routes, unmodelled } = picture(`server { ${body} }`)
  expect(process.cpuUsage(begun).user / 1e6).toBeLessThan(20)
  expect(routes.length + unmodelled.length).toBeGreaterThan(0)
  expect(unmodelled.map(({ reason }) => reason)).toContain('it has more ways than Gatehouse follows')
})

test('QUIC has a socket of its own', () => {
  const { servers } = readHttp(read('server { listen 443 quic; listen 443; } server { listen 443; }'))
  expect(servers.flatMap(({ listens }) => listens.map((listen) => isEncrypted(servers, listen)))).toEqual([true, false, false])
})

test('TLS belongs to the socket, not to the server', () => {
  const model = readHttp(read('server { listen 443 ssl; } server { listen 443; listen 80; server_name b; }'))
  expect(model.servers[1]?.listens.map((listen) => isEncrypted(model.servers, listen))).toEqual([true, false])
})

test.each([
  ['^(([a-z])+.)+[A-Z]([a-z])+$'],
  ['(a*)*b'],
  ['^(\\/?[a-z0-9]+)+$x'],
  ['(?:a|aa)+c'],
  ['^/(([a-z0-9:/])+.)+0x$'],
  ['^/(a?a?)+$x'],
  ['.*a.*a.*a.*a.*a.*c'],
  ['(.*)(.*)(.*)(.*)(.*)c'],
  ['^(.*?a){25}c'],
  ['a{1,}a{1,}a{1,}a{1,}a{1,}a{1,}c'],
  [`${'a?'.repeat(60)}${'a'.repeat(190)}c`],
  [`${'(a|aa)'.repeat(60)}c`],
  [`${'a{0,3}'.repeat(60)}${'a'.repeat(190)}c`],
])('a pattern that explodes does not hold up: %s', (source) => {
  expect(compilePattern(source, false).exec(`/${'a'.repeat(200)}!`)?.[0]).toBeUndefined()
})

test('a stall of this computer is not the pattern’s', () => {
  const stall = () => {
    throw new Error('Script execution timed out after 50ms')
  }
  const run = vi.spyOn(Script.prototype, 'runInContext').mockImplementationOnce(stall)
  const { exec } = compilePattern(String.raw`^\d+\.\d+\.\d+\.\d+$|stalled`, false)
  expect(exec('10.0.9.5')?.[0]).toBe('10.0.9.5')
  expect(run).not.toHaveBeenCalled()
  const long = `${'1'.repeat(50)}.2.3.4`
  expect([exec(long), exec(long)?.[0]]).toEqual([undefined, long])
  run.mockRestore()
})

test.each([
  ['(?i)^/API', '/api', true],
  ['(?<x>a)(?P<y>b)', 'ab', true],
  ['^/[[:digit:]]+$', '/42', true],
  ['\\A/a\\z', '/a', true],
])('PCRE %s', (source, text, expected) => {
  expect(compilePattern(source, false).exec(text) !== null).toBe(expected)
})

test('what JavaScript cannot run is said to be unknown', () => {
  for (const source of ['(?>a)b', 'a++', '(?R)', '(*UTF8)a', '\\Kx', '(']) expect(compilePattern(source, false).exec('ab')).toBeUndefined()
})

test('of the recorded configurations, exactly these routes get through', () => {
  const through = (name: string, one: InferenceService) => {
    const parsed = parseDump(readFileSync(new URL(`../__fixtures__/${name}.txt`, import.meta.url), 'utf8'))
    if (!parsed.ok) throw new Error(parsed.message)
    const picture = proxyRoutesTo(parsed, [one], [])
    expect(picture.unmodelled).toEqual([])
    return picture.routes.map(
      ({ route, listen, encrypted }) => `${printListen(listen)}${encrypted ? ' TLS' : ''} ${route.method} ${route.path}`,
    )
  }
  expect(through('good', service('ollama', 11434))).toEqual([
    '*:443 TLS GET /api/tags',
    '*:443 TLS GET /v1/models',
    '*:443 TLS POST /api/generate',
    '*:443 TLS POST /api/chat',
    '*:443 TLS POST /api/embed',
    '*:443 TLS POST /v1/chat/completions',
  ])
  expect(through('vllm-sound', service('vllm', 8000)).filter((line) => !line.includes('/v1/'))).toEqual(['*:443 TLS GET /metrics'])
  expect(through('debian-default', service('ollama', 11434))).toEqual([])
  const naive = through('naive', service('ollama', 11434))
  expect(naive).toContain('*:80 DELETE /api/delete')
  expect(naive).not.toContain('*:443 TLS DELETE /api/delete')
  expect(naive.some((line) => line.startsWith('*:443 TLS POST /api/blobs/'))).toBe(true)
})

test('what decides out of sight is reported, not guessed', () => {
  const reasons = (http: string) => proxyRoutesTo(read(http), [service('ollama', 11434)], []).unmodelled.map(({ reason }) => reason)
  expect(reasons('server { location / { proxy_pass http://$unheard_of; } }')).toEqual(['where it leads is decided at run time'])
  expect(reasons('server { location / { proxy_pass http://model-host:11434; } }')).toEqual(['only the host knows what its upstream means'])
  expect(reasons('server { location / { content_by_lua_block { ngx.say(1) } } }')).toEqual(['a script answers'])
  expect(reasons('server { location / { proxy_pass http://unix:/run/vllm.sock; } }')).toEqual([
    'only the host knows what its upstream means',
  ])
  expect(
    reasons(
      'server { location / { proxy_pass http://127.0.0.1:81; } } server { listen 127.0.0.1:81; location / { proxy_pass http://127.0.0.1:11434; } }',
    ),
  ).toEqual(['it leads to another server of this nginx, which is not followed'])
  expect(reasons('server { location / { proxy_pass http://192.0.2.1:11434; } }')).toEqual([])
})

test('five thousand locations are followed in bounded work', () => {
  const many = Array.from({ length: 5000 }, (_, index) => `location ~ ^/app${index}/ { proxy_pass http://127.0.0.1:11434; }`).join('\n')
  const picture = proxyRoutesTo(
    read(`server { ${many} location /o/ { proxy_pass http://127.0.0.1:11434/; } }`),
    [service('ollama', 11434)],
    [],
  )
  expect(new Set(picture.routes.map(({ clientPath }) => clientPath.slice(0, 3)))).toEqual(new Set(['/o/']))
})

test('a file full of patterns that explode is followed in bounded time', () => {
  const bombs = Array.from(
    { length: 2000 },
    (_, at) => `location ~ ^/(([a-z0-9:/])+.)+${at}x$ { proxy_pass http://127.0.0.1:11434; }`,
  ).join('\n')
  const conditions = 'if ($uri ~ "^(/?([a-z0-9:/])+)+!$") { return 403; }'
  const before = performance.now()
  const picture = proxyRoutesTo(
    read(`server { ${conditions} ${bombs} location / { proxy_pass http://127.0.0.1:11434; } }`),
    [service('ollama', 11434)],
    [],
  )
  expect(performance.now() - before).toBeLessThan(20_000)
  expect(picture.unmodelled.length).toBeGreaterThan(0)
})

test('a server whose bare name another one took is still reached below it', () => {
  const pass = 'location / { proxy_pass http://127.0.0.1:11434; }'
  const picture = proxyRoutesTo(
    read(
      `server { listen 80; server_name first; return 444; } server { listen 80; server_name b.example; return 403; } server { listen 80; server_name .b.example; ${pass} }`,
    ),
    [service('ollama', 11434)],
    [],
  )
  // nginx ignores the whole of ".b.example" here, since "b.example" stands before it.
  expect(picture.routes).toEqual([])
  const other = proxyRoutesTo(
    read(
      `server { listen 80; server_name first; return 444; } server { listen 80; server_name *.b.example; return 403; } server { listen 80; server_name c.b.example; ${pass} }`,
    ),
    [service('ollama', 11434)],
    [],
  )
  expect(other.routes.length).toBeGreaterThan(0)
})

test.each([
  ['"AI"', 'basic'],
  ['off', ''],
  ['$by_method', 'basic'],
  ['$by_header', 'unmodelled'],
  ['$by_host', ''],
  ['$by_nested', 'unmodelled'],
  ['$named', 'basic'],
  ['$http_x_realm', 'unmodelled'],
])('the realm %s asks as far as no client can make it "off"', (realm, expected) => {
  const { directives } = read(`
    map $request_method $by_method { OPTIONS off; default AI; }
    map $http_x_internal $by_header { "1" off; default AI; }
    map $host $by_host { inside.example off; default AI; }
    map $cookie_who $team { a "${'$'}by_header"; default AI; }
    map $team $by_nested { AI AI; default off; }
    map $http_accept_language $named { ~^de KI; default AI; }
    server { listen 443 ssl; auth_basic ${realm}; auth_basic_user_file f; location / { proxy_pass http://127.0.0.1:8000; } }`)
  const [route] = proxyRoutesTo({ directives }, [service('vllm', 8000)], []).routes
  expect(route?.answer.gates.flatMap(({ credentials }) => credentials.map(({ kind }) => kind)).join(' ')).toBe(expected)
})

const key = 'k3y-for-chat-servers'
test.each([
  ['a word of the program', '$http_user_agent !~ MyApp', 'open'],
  ['the page before', '$http_referer !~ ^https://chat', 'open'],
  ['any token', '$http_authorization !~ "^Bearer "', 'open'],
  ['any token, by a map', '$any = 0', 'open'],
  ['a page, by a map', '$page = 0', 'open'],
  ['a token of a known form', '$formed = 0', 'open'],
  ['one digit', '$http_x_internal != 1', 'unmodelled'],
  ['one short key among long ones', '$some = 0', 'unmodelled'],
  ['a key', `$http_x_api_key != ${key}`, 'secret'],
  ['a key in a pattern', `$http_authorization !~ "^Bearer ${key}$"`, 'secret'],
  ['keys, by a map', '$keys = 0', 'secret'],
])('a condition on %s', (_, condition, expected) => {
  const text = `
    map $http_authorization $any { default 0; "~^Bearer " 1; }
    map $http_origin $page { default 0; https://chat.example 1; }
    map $http_authorization $formed { default 0; "~^Bearer sk-[a-z]+" 1; }
    map $http_x_api_key $some { default 0; ${key} 1; abc 1; }
    map $http_authorization $keys { default 0; "Bearer ${key}" 1; "~^Bearer other-${key}$" 1; }
    server { listen 443 ssl; location / { if (${condition}) { return 403; } proxy_pass http://127.0.0.1:8000; } }`
  // A stored audit has no keys any more, and is judged alike.
  for (const seen of [text, redact(text)]) {
    const { routes } = proxyRoutesTo(read(seen), [service('vllm', 8000)], [])
    const found = new Set(routes.map(({ answer }) => answer.assumptions.map(({ kind }) => kind).join(' ') || 'open'))
    expect([...found]).toEqual([expected])
  }
})

// As nginx 1.22.1 answers: the exact location is asked for both, and hidden from clients.
test.each([
  ['', 301],
  ['location = /v1/ { internal; empty_gif; }', 404],
  ['location = /v1/ { empty_gif; }', 301],
  ['location /v1 { return 204; }', 204],
])('a path without the slash of a location that passes on, beside %j: %i', (beside, status) => {
  const predict = predictor(`location /v1/ { proxy_pass http://127.0.0.1:1; } ${beside}`)
  expect(predict({ method: 'DELETE', path: '/v1', login: false, from: '127.0.0.1' }).status).toBe(status)
})
