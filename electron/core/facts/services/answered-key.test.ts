import { expect, test } from 'vitest'
import type { InferenceService, ServiceBind } from '#shared/model/inference-service.ts'
import type { LoopbackPort } from '../loopback/loopback.ts'
import { answeredKey } from './answered-key.ts'

const bind: ServiceBind = { address: '0.0.0.0', port: 8000, scope: 'wildcard', section: 'listeners', line: 1, basis: 'observed' }
const service = (engine: InferenceService['engine'], change: Partial<ServiceBind> = {}): InferenceService => ({
  ...{ id: 'x', engine, how: 'systemd', running: true, pids: [9], argv: [], apiKey: 'unknown', modelPaths: [] },
  binds: [{ ...bind, ...change }],
})
const answered = (statuses: Readonly<Record<string, number>>, port = 8000): readonly LoopbackPort[] => [
  { port, answers: Object.entries(statuses).map(([path, status]) => ({ method: 'GET', path, status, headers: {}, line: 1 })) },
]

test.each<[string, InferenceService, readonly LoopbackPort[], string | undefined]>([
  ['vLLM with a key', service('vllm'), answered({ '/v1/models': 401, '/metrics': 200, '/health': 200 }), 'set'],
  ['vLLM without', service('vllm'), answered({ '/v1/models': 200, '/health': 200 }), 'none'],
  ['vLLM on loopback', service('vllm', { address: '127.0.0.1', scope: 'loopback' }), answered({ '/v1/models': 200 }), 'none'],
  ['llama-server with an empty file of keys', service('llama.cpp'), answered({ '/props': 200, '/v1/models': 200 }), 'none'],
  ['llama-server whose list is public', service('llama.cpp'), answered({ '/v1/models': 200 }), undefined],
  ['its Python binding with a key', service('llama.cpp'), answered({ '/v1/models': 401, '/props': 404 }), 'set'],
  ['one that loads its model', service('llama.cpp'), answered({ '/props': 503, '/v1/models': 503 }), undefined],
  ['LocalAI whose key is in /etc/localai.env', service('localai'), answered({ '/v1/models': 401, '/metrics': 401 }), 'set'],
  ['answers that disagree', service('localai'), answered({ '/v1/models': 200, '/metrics': 401 }), undefined],
  ['Ollama, which has none', service('ollama'), answered({ '/api/tags': 401, '/v1/models': 401 }), undefined],
  ['another port', service('vllm'), answered({ '/v1/models': 200 }, 8001), undefined],
  [
    'an address that was not asked',
    service('vllm', { address: '10.0.3.7', scope: 'specific' }),
    answered({ '/v1/models': 401 }),
    undefined,
  ],
  ['a socket that may be of another', service('vllm', { note: 'owner unknown' }), answered({ '/v1/models': 401 }), undefined],
  ['a port that rules lead on', service('vllm', { section: 'nftables' }), answered({ '/v1/models': 401 }), undefined],
  ['a configured port', service('vllm', { basis: 'configured' }), answered({ '/v1/models': 200 }), undefined],
])('%s', (_, given, ports, expected) => {
  expect(answeredKey(given, ports)).toBe(expected)
})
