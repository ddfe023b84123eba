import { describe, expect, test } from 'vitest'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { known } from '../../../facts/fact.ts'
import { outcomes, service } from '../proxy/proxy-facts.ts'
import downloadsDisabled from './engine-downloads-disabled.control.ts'
import { ask, closedLocalAi } from './isolation-facts.testing.ts'

describe('engine-downloads-disabled', () => {
  const localAi = (...words: string[]) => service('localai', { argv: ['/local-ai', ...words], environment: closedLocalAi })
  const serve = (...words: string[]) => ['/opt/vllm/bin/python3', '/opt/vllm/bin/vllm', 'serve', ...words]
  const pass = 'pass: The server downloads nothing by itself'
  const fail = 'fail: The server downloads by itself'
  const unread = 'not-evaluated: What it would download is not known'
  test.each<[string, InferenceService, string]>([
    ['vLLM, a path', service('vllm', { argv: serve('/srv/models/x') }), pass],
    ['vLLM, a hub', service('vllm', { argv: serve('meta-llama/Llama-3.1-8B'), environment: {} }), fail],
    ['vLLM, a hub by --model', service('vllm', { argv: ['python3', '-m', 'vllm.entrypoints.openai.api_server', '--model=org/x'] }), fail],
    ['vLLM, a hub, offline', service('vllm', { argv: serve('org/x'), environment: { HF_HUB_OFFLINE: '1' } }), pass],
    ['vLLM, a bucket', service('vllm', { argv: serve('s3://bucket/x') }), fail],
    // ModelScope's own library fetches configurations and adapters, whatever the switch of the other hub says.
    [
      'vLLM, another hub, offline',
      service('vllm', { argv: serve('org/x'), environment: { HF_HUB_OFFLINE: '1', VLLM_USE_MODELSCOPE: 'True' } }),
      unread,
    ],
    ['vLLM, another hub', service('vllm', { argv: serve('org/x'), environment: { VLLM_USE_MODELSCOPE: 'True' } }), fail],
    [
      'vLLM, a path, and another hub',
      service('vllm', { argv: serve('/srv/models/x'), environment: { VLLM_USE_MODELSCOPE: 'True' } }),
      pass,
    ],
    [
      'vLLM, a hub, offline, and the other one left alone',
      service('vllm', { argv: serve('org/x'), environment: { HF_HUB_OFFLINE: '1', VLLM_USE_MODELSCOPE: 'False' } }),
      pass,
    ],
    // Stores are read by libraries of their own, which ask nothing of what keeps the hub away.
    ['vLLM, a bucket, offline', service('vllm', { argv: serve('s3://bucket/x'), environment: { HF_HUB_OFFLINE: '1' } }), fail],
    [
      'vLLM, a bucket of a draft, offline',
      service('vllm', { argv: serve('/m', '--speculative-config={"model":"gs://b/d"}'), environment: { HF_HUB_OFFLINE: '1' } }),
      fail,
    ],
    [
      'vLLM, a hub, and a bucket of a draft, offline',
      service('vllm', { argv: serve('org/x', '--speculative-config={"model":"gs://b/d"}'), environment: { HF_HUB_OFFLINE: '1' } }),
      fail,
    ],
    [
      'vLLM, a bucket, unread',
      service('vllm', { argv: serve('s3://b/x'), environment: { HF_HUB_OFFLINE: '1' }, environmentComplete: false }),
      fail,
    ],
    ['vLLM, a variable of its unit that was not read', service('vllm', { argv: serve('$MODEL') }), unread],
    ['vLLM, flags of its unit that were not read', service('vllm', { argv: serve('/m', '$VLLM_ARGS'), environment: {} }), unread],
    ['vLLM, adapters in a folder that was not read', service('vllm', { argv: serve('/m', '--lora-modules', 'a=$ADAPTERS/a') }), unread],
    [
      'vLLM, a variable, and a draft of a hub',
      service('vllm', { argv: serve('$MODEL', '--speculative-config={"model":"org/draft"}') }),
      fail,
    ],
    ['vLLM, a file', service('vllm', { argv: serve('--config', 'x.yaml') }), unread],
    ['vLLM, flags before the model', service('vllm', { argv: serve('--port', '8000', 'org/x') }), unread],
    ['vLLM, a quantisation of a hub', service('vllm', { argv: serve('org/x:Q4_K_M') }), fail],
    ['vLLM, adapters on disk', service('vllm', { argv: serve('/m', '--lora-modules', 'a=/l/a', '{"name":"b","path":"/l/b"}') }), pass],
    ['vLLM, an adapter of a hub', service('vllm', { argv: serve('/m', '--lora_modules', 'a=/l/a', 'b=org/b', '--port', '1') }), fail],
    ['vLLM, an adapter of a hub, as JSON', service('vllm', { argv: serve('/m', '--lora-modules', '{"name":"b","path":"org/b"}') }), fail],
    ['vLLM, a draft of a hub', service('vllm', { argv: serve('/m', '--speculative-config={"model":"org/draft"}') }), fail],
    ['vLLM, a draft without a model', service('vllm', { argv: serve('/m', '--speculative-config', '{"model":"ngram"}') }), pass],
    [
      'vLLM, a tokenizer of a hub, offline',
      service('vllm', { argv: serve('/m', '--tokenizer=org/t'), environment: { HF_HUB_OFFLINE: '1' } }),
      pass,
    ],
    ['llama.cpp, a file', service('llama.cpp', { argv: ['llama-server', '-m', '/m.gguf'], environment: {} }), pass],
    ['llama.cpp, a file, and perhaps a hub by a variable', service('llama.cpp', { argv: ['llama-server', '-m', '/m.gguf'] }), unread],
    ['llama.cpp, a hub', service('llama.cpp', { argv: ['llama-server', '-hf', 'org/x:Q4'] }), fail],
    ['llama.cpp, an address', service('llama.cpp', { argv: ['llama-server', '--model-url=https://x'] }), fail],
    ['llama.cpp, a preset', service('llama.cpp', { argv: ['llama-server', '--gpt-oss-20b-default'] }), fail],
    ['llama.cpp, a preset with a dot', service('llama.cpp', { argv: ['llama-server', '--fim-qwen-1.5b-default'] }), fail],
    ['llama.cpp, a preset that drafts', service('llama.cpp', { argv: ['llama-server', '--fim-qwen-7b-spec'] }), fail],
    [
      'llama.cpp, drafting without a model',
      service('llama.cpp', { argv: ['llama-server', '-m', '/m.gguf', '--spec-default'], environment: {} }),
      pass,
    ],
    ['llama.cpp, a draft of a hub', service('llama.cpp', { argv: ['llama-server', '-m', '/m.gguf', '--spec-draft-hf', 'org/d'] }), fail],
    ['llama.cpp, a hub, offline', service('llama.cpp', { argv: ['llama-server', '-hf', 'org/x', '--offline'] }), pass],
    ['llama.cpp, a hub by variable', service('llama.cpp', { argv: ['llama-server'], environment: { LLAMA_ARG_HF_REPO: 'org/x' } }), fail],
    ['llama.cpp, nothing known', service('llama.cpp', { argv: ['llama-server'] }), unread],
    ['Ollama, cloud on', service('ollama', { argv: ['ollama', 'serve'], environment: {} }), 'warning: The server reaches for the internet'],
    ['Ollama, cloud off', service('ollama', { argv: ['ollama', 'serve'], environment: { OLLAMA_NO_CLOUD: '1' } }), pass],
    ['Ollama, unknown', service('ollama', { argv: ['ollama', 'serve'] }), "not-evaluated: The server's environment could not be read"],
    [
      'LocalAI by default',
      service('localai', { argv: ['/local-ai', 'run'], environment: {} }),
      'warning: The server reaches for the internet',
    ],
    ['LocalAI, models to install', service('localai', { argv: ['/local-ai', 'run', 'huggingface://x'], environment: {} }), fail],
    ['LocalAI, models by variable', service('localai', { argv: ['/local-ai'], environment: { PRELOAD_MODELS: '[]' } }), fail],
    ['LocalAI, closed', service('localai', { argv: ['/local-ai', 'run'], environment: closedLocalAi }), pass],
    [
      'LocalAI, closed, but for back ends',
      service('localai', { argv: ['/local-ai', 'run'], environment: { AUTOLOAD_GALLERIES: 'false' } }),
      'warning: The server reaches for the internet',
    ],
    ['LocalAI, back ends to install', localAi('run', '--external-backends=x'), fail],
    ['LocalAI, a model behind a flag and its value', localAi('run', '--threads', '4', 'phi-2'), fail],
    ['LocalAI, a model behind a flag with its value', localAi('--address=:8080', 'phi-2'), fail],
    ['LocalAI, a model behind a switch', localAi('--debug', 'run', '--f16', 'phi-2'), fail],
    ['LocalAI, an address behind what may be a switch', localAi('run', '--new-switch', 'huggingface://x/y.gguf'), fail],
    [
      'LocalAI, values of flags',
      localAi('--log-level', 'debug', 'run', '--oidc-issuer', 'https://id.example', '--models-path', '/m'),
      pass,
    ],
    [
      'llama.cpp, a file of presets',
      service('llama.cpp', { argv: ['llama-server', '--models-preset', '/p.ini'], environment: {} }),
      unread,
    ],
    [
      'llama.cpp, a file of presets, offline',
      service('llama.cpp', { argv: ['llama-server', '--models-preset', '/p.ini', '--offline'], environment: {} }),
      pass,
    ],
    ['vLLM, settings of a hub', service('vllm', { argv: serve('/m', '--hf-config-path', 'org/x') }), fail],
    ['vLLM, settings of its own', service('vllm', { argv: serve('/m', '--generation-config', 'vllm') }), pass],
  ])('%s', (_, one, expected) => {
    expect(outcomes(ask(downloadsDisabled, { services: [one], units: known([]), programs: known([]) }, false))).toEqual([expected])
  })
  test('no server', () => {
    expect(outcomes(ask(downloadsDisabled, { services: [], units: known([]), programs: known([]) }))).toEqual([
      'not-applicable: No inference server on this host',
    ])
  })
})
