import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { known, unknown } from '../../../facts/fact.ts'
import engineRequiresKey from './engine-requires-key-when-exposed.control.ts'
import managementRestricted from './management-endpoints-restricted.control.ts'
import managementDirect from './management-not-directly-reachable.control.ts'
import { admins, basic, tls, toOllama } from './nginx-words.testing.ts'
import { ask, facts, outcomes, service } from './proxy-facts.ts'
import proxyRequiresAuthentication from './proxy-requires-authentication.control.ts'

const recorded = (name: string) => readFileSync(new URL(`../../../facts/nginx/__fixtures__/${name}.txt`, import.meta.url), 'utf8')

describe('the example that the article prints', () => {
  const given = facts(recorded('seed-ollama'), [service('ollama')])

  test('users are asked for a password wherever nginx forwards', () => {
    expect(outcomes(ask(proxyRequiresAuthentication, given))).toEqual(['pass: Every forwarded route needs a login'])
  })

  test('management is only half closed: the named locations lead nowhere, the rest is open to every user', () => {
    const verdicts = ask(managementRestricted, given, admins)
    expect(outcomes(verdicts)).toEqual([
      'fail: 8 management routes open to every user',
      'warning: Location lets hosts in but leads nowhere',
      'warning: Location lets hosts in but leads nowhere',
    ])
    expect(verdicts[0]?.reason).toContain('POST /api/create, POST /api/copy, POST /api/blobs/{digest}, POST /api/me, POST /api/signout')
    expect(verdicts[0]?.reason).not.toContain('/api/pull')
    expect(verdicts.slice(1).map(({ subject }) => subject)).toEqual([
      'ai.internal.yourcompany.com:443 /api/pull',
      'ai.internal.yourcompany.com:443 /api/delete',
    ])
    expect(verdicts[1]?.reason).toContain('neither proxy_pass nor a login')
  })
})

test.each<[name: string, more: Readonly<Record<string, unknown>>, expected: readonly string[]]>([
  ['nothing else', {}, ['not-applicable: No proxy forwards to the model server']],
  [
    'Caddy listens',
    {
      listeners: known([{ protocol: 'tcp', address: '*', port: 443, scope: 'wildcard', processes: [{ name: 'caddy', pid: 9 }], line: 4 }]),
    },
    ['not-evaluated: Caddy is not modelled yet'],
  ],
  [
    'a container publishes 443',
    {
      containers: known({
        runtimes: ['docker'],
        containers: [
          {
            name: 'web',
            image: 'nginx:1.27',
            running: true,
            ports: [{ hostAddress: '0.0.0.0', hostPort: 443, containerPort: 443, protocol: 'tcp' }],
            mounts: [{ source: '/srv/web/conf.d', destination: '/etc/nginx/conf.d', readOnly: true }],
            line: 2,
          },
        ],
      }),
    },
    ['not-evaluated: A proxy in a container is not modelled yet'],
  ],
])('without nginx: %s', (_, more, expected) => {
  const given = facts('', [service('ollama')], { nginx: { installed: false, running: false, directives: [] }, ...more })
  for (const control of [proxyRequiresAuthentication, managementRestricted]) expect(outcomes(ask(control, given))).toEqual(expected)
  if ('containers' in more) expect(ask(managementRestricted, given)[0]?.reason).toContain('comes from /srv/web/conf.d of this host')
})

test.each([
  ['loopback', service('ollama'), 'pass: The inference port is local only', 'pass: The management port is local only'],
  [
    'wide, but stopped',
    service('ollama', { address: '0.0.0.0', running: false }),
    'not-applicable: No inference server runs',
    'not-applicable: No inference server runs',
  ],
  [
    'wide, no key',
    service('ollama', { address: '0.0.0.0' }),
    'fail: Inference port answers without a key',
    'fail: Management routes are open to the network',
  ],
  [
    'wide, key unread',
    service('localai', { address: '::', apiKey: 'unknown' }),
    'not-evaluated: Whether a key is needed is not known',
    'not-evaluated: Who may manage models is not known',
  ],
  [
    'wide, key set',
    service('localai', { address: '10.0.3.7', apiKey: 'set' }),
    'warning: 5 of 61 routes ignore the API key',
    'warning: Any key holder can manage models',
  ],
  [
    'wide, with a key that guides print',
    service('llama.cpp', { address: '0.0.0.0', apiKey: 'placeholder' }),
    'fail: Its key is one that everybody knows',
    'fail: Management routes are open to the network',
  ],
  [
    'vLLM with a key',
    service('vllm', { address: '0.0.0.0', apiKey: 'set' }),
    'fail: 20 of 33 routes ignore the API key',
    'fail: Management routes are open to the network',
  ],
  [
    'loopback, and perhaps an address of its own',
    service('ollama', { bindUnknown: 'it has an address of its own' }),
    "not-evaluated: The server's sockets are not known",
    "not-evaluated: The server's sockets are not known",
  ],
  [
    'no sockets seen',
    service('ollama', { binds: [], bindUnknown: 'listening sockets could not be read' }),
    "not-evaluated: The server's sockets are not known",
    "not-evaluated: The server's sockets are not known",
  ],
  [
    'LocalAI with accounts alone, which older releases ask for below /v1 only',
    service('localai', { address: '::', apiKey: 'set', environment: { LOCALAI_AUTH: 'true' } }),
    'not-evaluated: Some routes may ignore the key',
    'warning: Any key holder can manage models',
  ],
  [
    'LocalAI with accounts that anyone may open',
    service('localai', { address: '::', apiKey: 'set', environment: { LOCALAI_AUTH: 'true', LOCALAI_REGISTRATION_MODE: 'open' } }),
    'fail: Anyone may open an account of LocalAI',
    'warning: Any key holder can manage models',
  ],
  ['a UNIX socket alone', service('vllm', { binds: [] }), 'pass: No port is open for others', 'pass: No port is open for others'],
  [
    'a network of its own',
    service('ollama', { binds: [], ownNetwork: { sockets: ['0.0.0.0:11434'], addresses: [] } }),
    'pass: No port is open for others',
    'pass: No port is open for others',
  ],
])('the engine itself: %s', (_, one, key, management) => {
  expect(outcomes(ask(engineRequiresKey, facts('', [one])))).toEqual([key])
  expect(outcomes(ask(managementDirect, facts('', [one])))).toEqual([management])
})

test('the routes that a key of vLLM does not cover are named', () => {
  const [verdict] = ask(engineRequiresKey, facts('', [service('vllm', { address: '0.0.0.0', apiKey: 'set' })]))
  expect(verdict?.reason).toContain('POST /invocations')
})

const localOnly = 'pass: The inference port is local only'

test.each<[what: string, server: InferenceService, outcomes: readonly string[], reason: string]>([
  [
    'somebody lets any page ask Ollama',
    service('ollama', { environment: { OLLAMA_ORIGINS: '*' } }),
    [localOnly, 'warning: Any web page in a browser here may ask it'],
    'With OLLAMA_ORIGINS=*',
  ],
  [
    'a login goes along',
    service('vllm', { apiKey: 'set', argv: ['vllm', 'serve', 'm', '--allow-credentials'] }),
    [localOnly, 'warning: Any web page may use a login at its proxy'],
    '--allow-credentials',
  ],
  ['a page has no key', service('vllm', { apiKey: 'set', argv: ['--allowed-origins', '["*"]'] }), [localOnly], 'reach it.'],
  ['vLLM as it comes', service('vllm'), [localOnly], 'as it comes any page'],
  [
    'vLLM as it comes, open to others',
    service('vllm', { address: '0.0.0.0' }),
    ['fail: Inference port answers without a key'],
    'As it comes, any page',
  ],
  [
    'the network is let in: a row that closing the port leaves as it is',
    service('ollama', { address: '0.0.0.0', environment: { OLLAMA_ORIGINS: 'http://*' } }),
    ['fail: Inference port answers without a key', 'warning: Any web page in a browser here may ask it'],
    'OLLAMA_ORIGINS=http://*',
  ],
])('pages of the web: %s', (_, server, expected, reason) => {
  const verdicts = ask(engineRequiresKey, facts('', [server]))
  expect(outcomes(verdicts)).toEqual(expected)
  expect(verdicts.at(-1)?.reason).toContain(reason)
})

test('what lets pages of the web ask is shown where it is set', () => {
  const processes = known([{ pid: 100, line: 12 }] as never)
  const units = known([{ id: 'ollama.service', lines: { 'Environment:OLLAMA_ORIGINS': 7 } }] as never)
  const shown = (one: InferenceService) => ask(engineRequiresKey, facts('', [one], { processes, units })).at(-1)?.cite
  const origins = { environment: { OLLAMA_ORIGINS: '*' } }
  const note = 'Expected the sites that ask it, or none.'
  const variable = { section: 'units', line: 7, token: 'OLLAMA_ORIGINS', note }
  expect(shown(service('ollama', { ...origins, unit: 'ollama.service' }))).toEqual([variable])
  expect(shown(service('ollama', origins))).toEqual([{ section: 'listeners', line: 3 }])
  const flag = { section: 'processes', line: 12, token: '--allowed_origins', note }
  expect(shown(service('vllm', { argv: ['vllm', 'serve', 'm', '--allowed_origins=["*"]'] }))).toEqual([flag])
})

test('no inference server: nothing applies', () => {
  for (const control of [proxyRequiresAuthentication, managementRestricted, engineRequiresKey, managementDirect])
    expect(outcomes(ask(control, facts('', [])))).toEqual(['not-applicable: No inference server on this host'])
})

test('sockets that could not be seen: whether nginx forwards to the server is not known, which is not the same as no', () => {
  const given = facts(`server { ${tls} ${basic} location / { ${toOllama} } }`, [service('ollama', { binds: [] })], {
    listeners: unknown('ss is missing', ['listeners']),
  })
  for (const control of [proxyRequiresAuthentication, managementRestricted])
    expect(outcomes(ask(control, given))).toEqual(['not-evaluated: Where the server listens is not known'])
})

test('a key that guides print is shown where it stands on the command line', () => {
  const argv = ['llama-server', '-m', 'x', '--api-key', '‹placeholder›']
  const server = service('llama.cpp', { address: '0.0.0.0', apiKey: 'placeholder', argv })
  const main = { pid: 100, ppid: 1, user: 'ai', uid: 990, name: 'llama-server', argv, line: 12 }
  const [verdict] = ask(engineRequiresKey, facts('', [server], { processes: known([main]) }))
  expect(verdict?.cite).toMatchObject([{ section: 'listeners' }, { section: 'processes', line: 12, token: '--api-key' }])
})
