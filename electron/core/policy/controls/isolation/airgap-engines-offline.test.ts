import { describe, expect, test } from 'vitest'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { known } from '../../../facts/fact.ts'
import { outcomes, service } from '../proxy/proxy-facts.ts'
import enginesOffline from './airgap-engines-offline.control.ts'
import { ask, closedLocalAi } from './isolation-facts.testing.ts'

describe('airgap-engines-offline', () => {
  const both = { HF_HUB_OFFLINE: '1', DO_NOT_TRACK: '1' }
  const pass = 'pass: The server is told to stay offline'
  const missing = 'fail: The server is not told to stay offline'
  const unread = "not-evaluated: The server's environment could not be read"
  test.each<[string, InferenceService, string]>([
    ['vLLM', service('vllm', { environment: both }), pass],
    ['vLLM, usage is reported', service('vllm', { environment: { TRANSFORMERS_OFFLINE: 'true' } }), missing],
    ['vLLM, switched off by words', service('vllm', { environment: { ...both, HF_HUB_OFFLINE: '0' } }), missing],
    [
      'vLLM, the hub asks its own variable first',
      service('vllm', { environment: { HF_HUB_OFFLINE: '0', TRANSFORMERS_OFFLINE: '1', DO_NOT_TRACK: '1' } }),
      missing,
    ],
    [
      'vLLM, an empty one is none',
      service('vllm', { environment: { HF_HUB_OFFLINE: '', TRANSFORMERS_OFFLINE: '1', VLLM_DO_NOT_TRACK: '1' } }),
      pass,
    ],
    ['vLLM, another hub', service('vllm', { environment: { ...both, VLLM_USE_MODELSCOPE: 'true' } }), missing],
    ['vLLM, another hub left alone', service('vllm', { environment: { ...both, VLLM_USE_MODELSCOPE: '0' } }), pass],
    ['vLLM, a word that the hub does not know', service('vllm', { environment: { ...both, HF_HUB_OFFLINE: 'y' } }), missing],
    ['vLLM, usage: only 1 counts', service('vllm', { environment: { HF_HUB_OFFLINE: '1', VLLM_NO_USAGE_STATS: 'true' } }), missing],
    // The variable has another name since May 2026, and the other one says nothing.
    ['llama.cpp by both', service('llama.cpp', { environment: { LLAMA_ARG_OFFLINE: 'enabled', LLAMA_OFFLINE: '1' } }), pass],
    ['llama.cpp by one', service('llama.cpp', { environment: { LLAMA_ARG_OFFLINE: '1' } }), unread],
    ['llama.cpp by the old one', service('llama.cpp', { environment: { LLAMA_OFFLINE: '1' } }), unread],
    ['an old build', service('llama.cpp', { version: 'b9000', environment: { LLAMA_OFFLINE: '1' } }), pass],
    ['an old build by the new one', service('llama.cpp', { version: 'b9000', environment: { LLAMA_ARG_OFFLINE: '1' } }), missing],
    ['a new build by the old one', service('llama.cpp', { version: 'b9500', environment: { LLAMA_OFFLINE: '1' } }), missing],
    ['llama.cpp, a word that it does not know', service('llama.cpp', { environment: { LLAMA_ARG_OFFLINE: 'yes' } }), missing],
    ['Ollama, a word that is no boolean', service('ollama', { environment: { OLLAMA_NO_CLOUD: 'yes' } }), pass],
    ['Ollama, false', service('ollama', { environment: { OLLAMA_NO_CLOUD: 'False' } }), missing],
    [
      'vLLM, a file that was not read may override it',
      service('vllm', { environment: both, environmentComplete: false }),
      "not-evaluated: The server's environment could not be read",
    ],
    [
      'llama.cpp by flag, which no variable overrides',
      service('llama.cpp', { argv: ['llama-server', '--offline'], environment: {}, environmentComplete: false }),
      pass,
    ],
    ['vLLM, unknown', service('vllm', {}), "not-evaluated: The server's environment could not be read"],
    ['llama.cpp by flag, environment unknown', service('llama.cpp', { argv: ['llama-server', '--offline'] }), pass],
    ['llama.cpp', service('llama.cpp', { environment: {} }), missing],
    ['Ollama', service('ollama', { environment: { OLLAMA_NO_CLOUD: 'true' } }), pass],
    ['Ollama with cloud', service('ollama', { environment: {} }), missing],
    ['LocalAI', service('localai', { environment: closedLocalAi }), pass],
    ['LocalAI by default', service('localai', { environment: {} }), missing],
  ])('%s', (_, one, expected) => {
    expect(
      outcomes(ask(enginesOffline, { services: [one], units: known([]), loopback: known({ ports: [] }), programs: known([]) })),
    ).toEqual([expected])
  })
  test('no server', () => {
    expect(outcomes(ask(enginesOffline, { services: [], units: known([]), loopback: known({ ports: [] }), programs: known([]) }))).toEqual([
      'not-applicable: No inference server on this host',
    ])
  })
  test.each([
    ['Ollama, by a file that only it reads', 'ollama', '"cloud":{"disabled":true,"source":"config"}', pass],
    ['Ollama, with its cloud', 'ollama', '"cloud":{"disabled":false,"source":"none"}', missing],
    ['another that says so', 'vllm', '"cloud":{"disabled":true}', missing],
  ] as const)('%s', (_, engine, body, expected) => {
    const one = service(engine, { environment: {} })
    const answers = [{ method: 'GET', path: '/api/status', status: 200, headers: {}, body, line: 2 }]
    const loopback = known({ ports: one.binds.map(({ port }) => ({ port, answers })) })
    expect(outcomes(ask(enginesOffline, { services: [one], units: known([]), loopback, programs: known([]) }))).toEqual([expected])
  })
})
