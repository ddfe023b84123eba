import { expect, test } from 'vitest'
import { isManagement, routesOf } from '#shared/model/engine-routes.ts'
import type { Host } from '#shared/model/fleet.ts'
import { type Engine, engines } from '#shared/model/inference-service.ts'
import type { Listener } from '#shared/model/listener.ts'
import { knownCaddies } from '../facts/caddy/caddy.fact.ts'
import type { Caddy } from '../facts/caddy/caddy.ts'
import { type FactResult, known, unknown } from '../facts/fact.ts'
import type { Process } from '../facts/processes/processes.ts'
import type { Program } from '../facts/programs/programs.ts'
import { facts, service } from '../policy/controls/proxy/proxy-facts.ts'
import { harmlessRequests } from './harmless-requests.ts'
import { questionsFor } from './questions.ts'

const host: Host = { name: 'gpu-01', address: '10.0.3.7', port: 22, labels: [] }

function ask(
  configuration: string,
  services: Parameters<typeof facts>[1],
  listeners: readonly Listener[] = [],
  at = host,
  processes: readonly Process[] = [],
  programs: readonly Program[] = [],
  names: readonly string[] = [],
  caddy: FactResult<Caddy> = unknown('no', []),
) {
  const { nginx } = facts(configuration, [])
  const running = services.map((one) => ({ ...one, running: true }))
  const given = {
    nginx: known(nginx),
    caddy,
    services: known(running),
    listeners: known(listeners),
    programs: known(programs),
    containers: unknown('no', []),
    processes: known(processes),
  }
  return questionsFor(given, at, names).map(({ id, name, owner }) => `${id} ${name} ${owner}`)
}
const v6: Host = { ...host, address: 'fd00::7' }
const toOllama = 'location / { proxy_pass http://127.0.0.1:11434; }'

test.each<[string, readonly string[], readonly string[]]>([
  ['an engine on every interface', ask('', [service('ollama', { address: '0.0.0.0' })]), ['wire-http-11434 10.0.3.7 ollama']],
  ['on loopback', ask('', [service('ollama')]), []],
  ['on another address of the host', ask('', [service('ollama', { address: '10.99.0.1' })]), []],
  [
    'with TLS of its own',
    ask('', [service('vllm', { address: '0.0.0.0', argv: ['vllm', 'serve', '--ssl-certfile', 'x'] })]),
    ['wire-tls-8000 10.0.3.7 vllm'],
  ],
  ['an engine that takes IPv6 alone, by an address of IPv4', ask('', [service('ollama', { address: '::' })]), []],
  ['by one of IPv6', ask('', [service('ollama', { address: '::' })], [], v6), ['wire-http-11434 [fd00::7] ollama']],
  ['an engine on IPv4 alone, by one of IPv6', ask('', [service('ollama', { address: '0.0.0.0' })], [], v6), []],
  [
    'both families, by a name',
    ask('', [service('ollama', { address: '::' })], [], { ...host, address: 'gpu' }),
    ['wire-http-11434 gpu ollama'],
  ],
  [
    'on this very address, written otherwise',
    ask('', [service('ollama', { address: 'fd00:0::7' })], [], v6),
    ['wire-http-11434 [fd00::7] ollama'],
  ],
  ['nginx on IPv6 alone', ask(`server { listen [::]:443 ssl; ${toOllama} }`, [service('ollama')]), []],
  [
    'nginx whose IPv6 socket takes IPv4 as well',
    ask(`server { listen [::]:443 ssl; ${toOllama} } server { listen [::]:443 ssl ipv6only=off; server_name b.example; }`, [
      service('ollama'),
    ]),
    ['wire-tls-443 10.0.3.7 nginx', 'wire-tls-443-2 b.example nginx'],
  ],
  ['nginx on IPv4 alone, by an address of IPv6', ask(`server { listen 443 ssl; ${toOllama} }`, [service('ollama')], [], v6), []],
  [
    'nginx with two names and both families',
    ask(
      `server { listen 443 ssl; listen [::]:443 ssl; server_name a.example; ${toOllama} } server { listen 443 ssl; server_name b.example; ${toOllama} } server { listen 443 ssl; server_name c.example; ${toOllama} } server { listen 80; return 301 https://a.example; }`,
      [service('ollama')],
    ),
    ['wire-tls-443 a.example nginx', 'wire-tls-443-2 b.example nginx', 'wire-http-80 10.0.3.7 nginx'],
  ],
  [
    'nginx on loopback, or behind the PROXY protocol',
    ask(`server { listen 127.0.0.1:443 ssl; } server { listen 8443 ssl proxy_protocol; }`, [service('ollama')]),
    [],
  ],
  ['nginx with QUIC alone', ask(`server { listen 443 quic; ${toOllama} }`, [service('ollama')]), []],
  [
    'another proxy without a model server behind it, and datagrams of one',
    [
      ...ask('', [], [{ protocol: 'tcp', address: '*', port: 443, scope: 'wildcard', processes: [{ name: 'caddy', pid: 7 }], line: 1 }]),
      ...ask(
        '',
        [service('ollama')],
        [{ protocol: 'udp', address: '*', port: 443, scope: 'wildcard', processes: [{ name: 'caddy', pid: 7 }], line: 1 }],
      ),
    ],
    [],
  ],
  ['a proxy without a model server behind it', ask('server { listen 80; }', []), []],
  [
    'another proxy, by its process',
    ask(
      '',
      [service('ollama')],
      [
        { protocol: 'tcp', address: '*', port: 443, scope: 'wildcard', processes: [{ name: 'caddy', pid: 7 }], line: 1 },
        { protocol: 'tcp', address: '::', port: 22, scope: 'wildcard', processes: [{ name: 'sshd', pid: 8 }], line: 2 },
      ],
    ),
    ['wire-tls-443 10.0.3.7 caddy'],
  ],
])('%s', (_, questions, expected) => {
  expect(questions.map((question) => question.replace(/ (ollama|vllm)[\w.:]*$/, ' $1'))).toEqual(expected)
})

/** A program that nobody knows, as Debian 12 and Node 24 show it: `ss` has the name of its thread. */
const strangerOn = (port: number, name: string, words: string, executable: string) =>
  ask(
    '',
    [service('ollama')],
    [{ protocol: 'tcp', address: '0.0.0.0', port, scope: 'wildcard', processes: [{ name, pid: 7 }], line: 1 }],
    host,
    [{ pid: 7, ppid: 1, user: 'ada', uid: 1000, name, argv: words.split(' '), executable, line: 5 }],
  )
test.each<[string, readonly string[], readonly string[]]>([
  ['a proxy of Node', strangerOn(8084, 'MainThread', 'node /opt/proxy.js', '/usr/bin/node'), ['wire-http-8084 10.0.3.7 node']],
  [
    'one that was started with the address of the engine',
    strangerOn(8085, 'relay', '/opt/relay --to 127.0.0.1:11434', '/opt/relay'),
    ['wire-http-8085 10.0.3.7 relay'],
  ],
  [
    'a web program of Python',
    strangerOn(8086, 'uvicorn', 'python3 /opt/v/bin/uvicorn a:b', '/usr/bin/python3.11'),
    ['wire-http-8086 10.0.3.7 python3.11'],
  ],
  [
    'a training in Python, whose sockets a stray request may break',
    strangerOn(29500, 'python3', 'python3 train.py', '/usr/bin/python3.11'),
    [],
  ],
  ['a program of another port of this machine', strangerOn(9, 'relay', '/opt/relay --to 127.0.0.1:114341', '/opt/relay'), []],
])('%s', (_, questions, expected) => {
  expect(questions).toEqual(expected)
})

test('of the names that share a socket one that is wanted is among those asked for', () => {
  const servers = ['a.example', 'b.example', 'c.example']
    .map((name) => `server { listen 443 ssl; server_name ${name}; ${toOllama} }`)
    .join(' ')
  const names = (wanted: readonly string[]) => ask(servers, [service('ollama')], [], host, [], [], wanted)
  expect(names(['c.example'])).toEqual(['wire-tls-443 a.example nginx', 'wire-tls-443-2 c.example nginx'])
  expect(names(['b.example'])).toEqual(names([]))
  expect(names(['d.example'])).toEqual(names([]))
})

test('sites of Caddy are asked by their names, since it has no certificate for an address', () => {
  const listener = (port: number) =>
    ({ protocol: 'tcp', address: '*', port, scope: 'wildcard', processes: [{ name: 'caddy', pid: 7 }], line: 1 }) as const
  const site = (host: string) => ({ match: [{ host: [host] }], handle: [{ handler: 'reverse_proxy' }] })
  const servers = {
    srv0: { listen: [':443'], routes: [site('llm.example'), site('*.chat.example'), site('third.example')] },
    srv1: { listen: [':9180'], routes: [{ handle: [{ handler: 'reverse_proxy' }] }] },
    srv2: { listen: ['127.0.0.1:8444'], routes: [site('inner.example')] },
  }
  const config = JSON.stringify({ apps: { http: { servers } } }, null, 1).replace(/^/gm, ':')
  const caddy = knownCaddies(`@process 7\n@admin 127.0.0.1:2019\n${config}\n@end\n`, { processes: [], containers: [], units: [] })
  const asked = (names: readonly string[], is = caddy) =>
    ask('', [service('ollama')], [listener(443), listener(9180)], host, [], [], names, is)
  expect(asked([])).toEqual([
    'wire-tls-443 llm.example caddy',
    'wire-tls-443-2 gatehouse-probe.chat.example caddy',
    'wire-http-9180 10.0.3.7 caddy',
  ])
  expect(asked(['third.example'])).toContain('wire-tls-443-2 third.example caddy')
  expect(asked([], unknown('no', []))).toEqual(['wire-tls-443 10.0.3.7 caddy', 'wire-http-9180 10.0.3.7 caddy'])
})

test('nginx whose configuration could not be read is asked by the sockets that it has', () => {
  const listener = { protocol: 'tcp', address: '*', port: 443, scope: 'wildcard', processes: [{ name: 'nginx', pid: 7 }], line: 1 } as const
  const asked = (nginx: Parameters<typeof questionsFor>[0]['nginx']) =>
    questionsFor(
      {
        nginx,
        caddy: unknown('no', []),
        services: known([{ ...service('ollama'), running: true }]),
        listeners: known([listener]),
        programs: known([]),
        containers: unknown('no', []),
        processes: known([]),
      },
      host,
    ).map(({ id, owner }) => `${id} ${owner}`)
  expect(asked(unknown('it runs with another file', []))).toContain('wire-tls-443 nginx')
  expect(asked(known(facts('', []).nginx))).not.toContain('wire-tls-443 nginx')
})

test('nothing is known of the services: nothing is asked', () => {
  expect(
    questionsFor(
      {
        nginx: unknown('x', []),
        caddy: unknown('x', []),
        services: unknown('x', []),
        listeners: unknown('x', []),
        programs: unknown('x', []),
        containers: unknown('x', []),
        processes: unknown('x', []),
      },
      host,
    ),
  ).toEqual([])
})

test('an address of IPv6 is written as clients write it', () => {
  expect(ask('', [service('ollama', { address: '::' })], [], { ...host, address: 'fe80::1%eth0' })[0]).toContain(' [fe80::1] ')
})

test.each(engines)('%s: only GET, never a route that manages, and few', (engine) => {
  const flags = {
    engine,
    argv: ['--metrics', '--models-dir', 'x', '--webui-mcp-proxy', '--enable-tokenizer-info-endpoint'],
    environment: { VLLM_SERVER_DEV_MODE: '1' },
  }
  const asked = harmlessRequests(flags)
  const managing = new Set(
    routesOf(flags)
      .filter((route) => isManagement(route) && route.method === 'GET')
      .map(({ path }) => path),
  )
  expect(asked.length).toBeGreaterThan(2)
  expect(asked.length).toBeLessThanOrEqual(8)
  expect(asked.filter(({ method, path }) => method !== 'GET' || managing.has(path))).toEqual([])
  expect(asked.map(({ path }) => path)).not.toContain('/cors-proxy')
})

/** Read before it is changed: each of these is sent to production servers. Of those in the first list the body is read. */
test.each<[Engine, readonly string[], readonly string[]]>([
  ['ollama', ['/', '/api/version'], ['/api/tags', '/api/ps', '/v1/models']],
  ['vllm', ['/health', '/ping'], ['/v1/models', '/metrics', '/is_paused', '/get_world_size', '/invocations']],
  ['llama.cpp', ['/health', '/v1/health'], ['/models', '/v1/models', '/props', '/slots', '/lora-adapters', '/api/tags']],
  [
    'localai',
    ['/healthz', '/readyz'],
    ['/.well-known/localai.json', '/swagger/', '/api/instructions', '/v1/models', '/metrics', '/api/tags'],
  ],
])('%s: these routes, and no other', (engine, heads, others) => {
  const asked = harmlessRequests({ engine, argv: [] })
  expect(asked.map(({ path, readsBody }) => [path, readsBody])).toEqual([
    ...heads.map((path) => [path, true]),
    ...others.map((path) => [path, false]),
  ])
})

test('with many routes that tell something, the one that stands for those outside of the key of vLLM is asked still', () => {
  const environment = { VLLM_SERVER_DEV_MODE: '1' }
  const asked = harmlessRequests({ engine: 'vllm', argv: ['vllm', 'serve', 'm', '--root-path', '/llm'], environment })
  expect(asked.map(({ path }) => path)).toContain('/invocations')
  expect(asked).toHaveLength(8)
})

test('of a vLLM that speaks gRPC nothing is asked over HTTP', () => {
  expect(harmlessRequests({ engine: 'vllm', argv: ['vllm', 'serve', 'm', '--grpc'] })).toEqual([])
})
