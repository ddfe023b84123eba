import { expect, test } from 'vitest'
import { accessSchema } from '#shared/model/fleet.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { known } from '../facts/fact.ts'
import { parseDump } from '../facts/nginx/parse.ts'
import type { Program } from '../facts/programs/programs.ts'
import { factsOf, fleet, type Host, service } from './host-access.testing.ts'
import { hostAccess } from './host-access.ts'
import { programKeys } from './other-users.ts'
import { compareTiers } from './tiers.ts'

test('whoever has a key of an engine sends inference, and belongs to no person', () => {
  const keyed = (more: Partial<InferenceService>) => ({ ...service, apiKey: 'set', ...more }) as InferenceService
  const of = (more: Partial<InferenceService>) =>
    hostAccess(factsOf({ services: [keyed(more)] }), 0).accounts.flatMap((account) => (account.kind === 'key' ? [account] : []))
  const path = (argv: readonly string[]) => of({ argv })[0]?.holdings[0]?.path[0]
  expect(path(['vllm', 'serve'])).toBe('an API key of vllm.service')
  expect(path(['vllm', '--api-key', '‹redacted›', '--port', '1'])).toBe('the API key of vllm.service')
  expect(path(['vllm', '--api-key=‹redacted›'])).toBe('the API key of vllm.service')
  expect(path(['vllm', '--api-key', '‹redacted›', '‹redacted›'])).toBe('one of 2 API keys of vllm.service')
  expect(path(['vllm', '--api_key=‹redacted›'])).toBe('the API key of vllm.service')
  const told = (more: Partial<InferenceService>) => [of(more)[0]?.holdings[0]?.path[0], ...(of(more)[0]?.loginNotes.slice(1) ?? [])]
  expect(told({ environment: { VLLM_API_KEY: 'k' } })).toEqual(['the API key of vllm.service'])
  const llama = (argv: readonly string[], environment = {}) => told({ engine: 'llama.cpp', argv, environment })
  expect(llama(['--api-key', 'k,k', '--api-key', 'k'])).toEqual(['one of 3 API keys of vllm.service'])
  expect(llama([], { LLAMA_API_KEY: 'k,k' })).toEqual(['one of 2 API keys of vllm.service'])
  expect(llama(['--api-key-file', '/etc/k'])).toEqual([
    'an API key of vllm.service',
    'its keys stand in /etc/k, where they were not counted',
  ])
  expect(told({ engine: 'localai', environment: { API_KEY: 'k,k,' } })).toEqual([
    'one of 2 API keys of vllm.service',
    expect.stringContaining('api_keys.json'),
  ])
  expect(of({ engine: 'localai' })[0]?.holdings.map(({ capability }) => capability)).toEqual(['send-inference', 'change-models'])
  // Whether its file holds any is not known until it is asked.
  const inFile = { engine: 'llama.cpp', argv: ['--api-key-file', '/etc/k'] } as const
  expect([of({ ...inFile, apiKey: 'unknown' }).length, of({ ...inFile, apiKey: 'none' }).length]).toEqual([1, 0])
  expect([of({ apiKey: 'none' }), of({ apiKey: 'unknown' }), of({ running: false })]).toEqual([[], [], []])
  const rows = compareTiers(
    hostAccess(factsOf({ services: [keyed({})] }), 0),
    accessSchema.parse({ tiers: {} }),
    fleet,
    fleet.hosts[0] as never,
  )
  expect(rows.find(({ account }) => account === 'API key of vllm.service')).toMatchObject({ state: 'own', tier: null })
})

test('the master key of LiteLLM adds models as well', () => {
  const of = (authentication: Program['authentication']) =>
    programKeys(known([{ id: 'litellm', name: 'LiteLLM proxy', authentication, section: 'processes', line: 7 } as Program])).map(
      ({ name, holdings }) => [name, ...holdings.map(({ capability }) => capability)],
    )
  expect(of('on')).toEqual([['Master key of litellm', 'send-inference', 'change-models']])
  expect(of('unknown')).toEqual([])
})

test('keys that nginx knows by a map are those of the names that it gives them, and only where something asks for them', () => {
  const parsed = parseDump(
    [
      ...['# configuration file /etc/nginx/nginx.conf:', 'http {', '  map $http_authorization $client {', '    default "";'],
      ...['    "Bearer ‹redacted-1›" team-a;', '    "Bearer ‹redacted-2›" team-b;', '    "Bearer ‹redacted-3›" "";', '  }'],
      ...['  map $http_x_api_key $ok { default 0; ‹redacted-1› 1; ‹redacted-2› 1; }', '  map $http_x_api_key $logged { ‹redacted-1› a; }'],
      ...['  map $http_upgrade $up { default close; websocket upgrade; }'],
      ...['  server { if ($client = "") { return 401; } location /b { if ($ok = 0) { return 403; } if ($up) { return 1; } } }', '}', ''],
    ].join('\n'),
  )
  const { accounts } = hostAccess(factsOf({ nginx: parsed.ok ? parsed.directives : expect.fail(parsed.message), services: [] }), 0)
  expect(
    accounts.flatMap(({ kind, name, holdings, proof }) => (kind === 'key' ? `${name}, ${holdings[0]?.path[0]}, ${proof.line}` : [])),
  ).toEqual([
    'API key of team-a at nginx, the API key of team-a in map $client, 5',
    'API key of team-b at nginx, the API key of team-b in map $client, 6',
    'API key of $ok at nginx, one of 2 API keys in map $ok, 9',
  ])
})

test('lists of users that nobody read are said, and leave open nothing of the accounts', () => {
  const file = (path: string) => ({ name: 'auth_basic_user_file', parameters: [path], file: '/etc/nginx/nginx.conf', line: 1 })
  const gaps = (host: Host) => hostAccess(factsOf(host), 0).gaps.map(({ reason, leavesOpen }) => [reason.slice(0, 20), leavesOpen])
  expect(gaps({ nginx: [file('/etc/nginx/.htpasswd'), file('conf.d/htpasswd-ai'), file('/etc/nginx/a/b/htpasswd')] })).toEqual([])
  expect(gaps({ nginx: [file('/etc/nginx/users')] })).toEqual([['Names in /etc/nginx/', []]])
  expect(gaps({ nginx: [file('/srv/htpasswd')] })).toEqual([['Names in /srv/htpass', []]])
  expect(gaps({ programs: ['open-webui 812', 'jupyter'] })).toEqual([
    ['Who may read the cha', ['read-prompts']],
    ['Open WebUI keeps its', []],
  ])
  expect(gaps({ programs: ['litellm'] })).toEqual([['LiteLLM keeps the ke', []]])
})
