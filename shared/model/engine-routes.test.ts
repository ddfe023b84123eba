import { expect, test } from 'vitest'
import { classOfPath, printRoute, routesOf } from './engine-routes.ts'
import type { Engine } from './inference-service.ts'

const served = (engine: Engine, command: string, environment: Readonly<Record<string, string>> = {}, environmentComplete = true) =>
  routesOf({ engine, argv: command.split(' '), environment, environmentComplete }).map(printRoute)

test.each<[string, Readonly<Record<string, string>>, string, boolean]>([
  // tools/server/README.md: --agent enables the proxy and all tools; flags have variables; `_` is read as `-`.
  ['llama-server -m a.gguf', {}, 'POST /tools', false],
  ['llama-server -m a.gguf', { LLAMA_ARG_AGENT: '1' }, 'POST /tools', true],
  ['llama-server -m a.gguf', { LLAMA_ARG_AGENT: 'disabled' }, 'POST /tools', false],
  ['llama-server -m a.gguf --agent', {}, 'GET /cors-proxy', true],
  ['llama-server -m a.gguf', { LLAMA_ARG_UI_MCP_PROXY: 'on' }, 'GET /cors-proxy', true],
  ['llama-server -m a.gguf --mcp_servers_config=/etc/mcp.json', {}, 'POST /tools', true],
  ['llama-server -m a.gguf', { LLAMA_ARG_ENDPOINT_PROPS: 'true' }, 'POST /props', true],
  // Without a model it is a router.
  ['llama-server --host 0.0.0.0', {}, 'POST /models/load', true],
  ['llama-server', { LLAMA_ARG_MODELS_DIR: '/srv/models' }, 'DELETE /models', true],
  ['llama-server', { LLAMA_ARG_MODEL: '/srv/a.gguf' }, 'POST /models/load', false],
  ['llama-server -hf ggml-org/gemma', {}, 'POST /models/load', false],
  ['llama-server --gpt-oss-20b-default', {}, 'POST /models/load', false],
  ['llama-server --spec-default', {}, 'POST /models/load', true],
  ['/opt/tiny.llamafile --server', {}, 'POST /models/load', false],
  ['python3 -m llama_cpp.server', {}, 'POST /models/load', false],
])('%s %j serves %s: %s', (command, environment, route, expected) => {
  expect(served('llama.cpp', command, environment).includes(route)).toBe(expected)
})

test('where its variables are not known, one of them may name a model', () => {
  expect(served('llama.cpp', 'llama-server', {}, false)).not.toContain('POST /models/load')
})

test.each([
  ['vllm serve m --profiler-config.profiler torch', {}, true],
  ['vllm serve m --profiler_config {}', {}, true],
  ['vllm serve m', { VLLM_TORCH_PROFILER_DIR: '/tmp/p' }, true],
  ['vllm serve m', {}, false],
])('%s %j profiles: %s', (command, environment, expected) => {
  expect(served('vllm', command, environment).includes('POST /start_profile')).toBe(expected)
})

test('routes lie below the path that the engine was told', () => {
  const prefixed = served('llama.cpp', 'llama-server -m a.gguf --api-prefix /llm/')
  expect(prefixed).toContain('POST /llm/v1/chat/completions')
  expect(prefixed).not.toContain('POST /v1/chat/completions')
  expect(served('llama.cpp', 'llama-server -m a.gguf', { LLAMA_ARG_API_PREFIX: 'llm' })).toContain('GET /llm/props')
  expect(served('vllm', 'vllm serve m --root-path /llm')).toEqual(expect.arrayContaining(['POST /invocations', 'POST /llm/invocations']))
  expect(served('llama.cpp', 'python3 -m llama_cpp.server --root_path=/x')).toEqual(
    expect.arrayContaining(['GET /v1/models', 'GET /x/v1/models']),
  )
})

test('vLLM with gRPC has its methods alone, and no key', () => {
  for (const command of ['vllm serve m --grpc --api-key k', 'python3 -m vllm.entrypoints.grpc_server --model m']) {
    const found = routesOf({ engine: 'vllm', argv: command.split(' ') })
    expect(found.map(printRoute)).toContain('POST /vllm.grpc.engine.VllmEngine/Generate')
    expect(found.filter(({ path, key }) => !path.startsWith('/vllm.grpc.') || key !== 'open')).toEqual([])
  }
})

test.each([
  ['/health', 'health'],
  ['/llm/health', 'health'],
  ['/a/b/v1/models', 'metadata'],
  ['/llm', undefined],
  ['', undefined],
])('%s is for %s', (path, expected) => {
  expect(classOfPath(path)).toBe(expected)
})

test.each([
  ['/models/delete/llama3', '/models/delete/{model}'],
  ['/ai/v1/models/llama3', '/ai/v1/models/{model}'],
  ['/models/toggle-state/llama3/disable', '/models/toggle-state/{model}/disable'],
  ['/api/node/worker-1/drain', '/api/node/{node}/drain'],
  ['/backends/upgrade/llama-cpp', '/backends/upgrade/{backend}'],
  [`/api/blobs/sha256:${'5f3a'.repeat(16)}`, '/api/blobs/{digest}'],
  // A place of the proxy's own, and not an example.
  ['/llama3/api/tags', '/llama3/api/tags'],
  ['/models/llama3/v1/models', '/models/llama3/v1/models'],
])('%s is told as %s', (path, told) => expect(printRoute({ method: 'POST', path })).toBe(`POST ${told}`))

test('beside HTTP, a socket for gRPC of vLLM asks for no key and steers the engine', () => {
  const found = routesOf({ engine: 'vllm', argv: 'vllm serve m --api-key k --grpc_port=50051'.split(' ') })
  expect(found.filter(({ path, key }) => path.startsWith('/vllm.') && key === 'open').map(printRoute)).toEqual(
    expect.arrayContaining(['POST /vllm.Inference/Generate', 'POST /vllm.Control/LoadLora']),
  )
  expect(served('vllm', 'vllm serve m')).not.toContain('POST /vllm.Control/LoadLora')
})

test.each<[string, Readonly<Record<string, string>>, string]>([
  ['local-ai run', { LOCALAI_AUTH: 'true', LOCALAI_REGISTRATION_MODE: 'approval' }, 'varies'],
  ['local-ai run --auth', { LOCALAI_REGISTRATION_MODE: 'invite' }, 'varies'],
  ['local-ai run --auth --api-keys k', { LOCALAI_REGISTRATION_MODE: 'invite' }, 'covered'],
  ['local-ai run', { LOCALAI_AUTH: 'true', LOCALAI_DISABLE_LOCAL_AUTH: 'true', LOCALAI_API_KEY: '****' }, 'covered'],
  ['local-ai run', { LOCALAI_AUTH: 'false', API_KEY: '****' }, 'covered'],
])('LocalAI asks for accounts alone in newer releases only, outside of /v1: %s %j', (command, environment, key) => {
  const found = routesOf({ engine: 'localai', argv: command.split(' '), environment })
  expect(found.find(({ path }) => path === '/chat/completions')?.key).toBe(key)
  expect(found.find(({ path }) => path === '/v1/chat/completions')?.key).toBe('covered')
})

const EXEMPT = { LOCALAI_DISABLE_API_KEY_REQUIREMENT_FOR_HTTP_GET: 'true' }

test.each<[Engine, string, Readonly<Record<string, string>>, string, string | undefined]>([
  // In older releases the key of vLLM guards /v1 alone.
  ['vllm', 'vllm serve m --api-key k', {}, 'POST /v2/rerank', 'varies'],
  ['vllm', 'vllm serve m --api-key k', {}, 'POST /inference/v1/generate', 'varies'],
  ['vllm', 'vllm serve m --api-key k', {}, 'POST /v1/rerank', 'covered'],
  ['vllm', 'vllm serve m', {}, 'POST /cohere/v2/chat', undefined],
  ['vllm', 'vllm serve m', { VLLM_ENABLE_COHERE_API: '1' }, 'POST /cohere/v2/chat', 'varies'],
  // Adapters are loaded past the key by the routes of SageMaker.
  ['vllm', 'vllm serve m --api-key k', { VLLM_ALLOW_RUNTIME_LORA_UPDATING: 'True' }, 'POST /adapters', 'open'],
  ['vllm', 'vllm serve m --api-key k', {}, 'POST /adapters', undefined],
  ['vllm', 'vllm serve m --enable-fault-tolerance', {}, 'POST /fault_tolerance/apply', 'open'],
  ['vllm', 'vllm serve m', { VLLM_SERVER_DEV_MODE: '1' }, 'POST /abort_requests', 'open'],
  ['vllm', 'vllm serve m', {}, 'POST /abort_requests', undefined],
  ['ollama', 'ollama serve', {}, 'DELETE /api/user/keys/{key}', 'open'],
  ['llama.cpp', 'llama-server -m a.gguf', {}, 'POST /api/chat', 'covered'],
  ['llama.cpp', 'llama-server -m a.gguf', {}, 'GET /api/tags', 'varies'],
  ['localai', 'local-ai run', {}, 'POST /v1/backend/shutdown', 'covered'],
  ['localai', 'local-ai run --auth', {}, 'POST /embeddings', 'varies'],
  // Who opens an account himself has all that users have, whatever key there is beside it.
  ['localai', 'local-ai run --auth', { LOCALAI_REGISTRATION_MODE: 'open' }, 'POST /v1/chat/completions', 'open'],
  ['localai', 'local-ai run --auth-enabled --api-keys k', {}, 'POST /v1/chat/completions', 'varies'],
  ['localai', 'local-ai run --auth --auth-registration-mode=approval', {}, 'POST /v1/chat/completions', 'covered'],
  ['localai', 'local-ai run --auth --auth-registration-mode open', {}, 'POST /models/apply', 'covered'],
  ['localai', 'local-ai run', { LOCALAI_API_KEY: '****', LOCALAI_REGISTRATION_MODE: 'open' }, 'POST /v1/chat/completions', 'covered'],
  // GitHub has an account for whoever wants one, with passwords or without, and so have some issuers.
  ['localai', 'local-ai run --api-keys k', { GITHUB_CLIENT_ID: 'Iv1', LOCALAI_REGISTRATION_MODE: 'open' }, 'POST /v1/embeddings', 'open'],
  ['localai', 'local-ai run --api-keys k --git-hub-client-id=Iv1', { LOCALAI_DISABLE_LOCAL_AUTH: '1' }, 'POST /v1/embeddings', 'varies'],
  [
    'localai',
    'local-ai run --api-keys k',
    { GITHUB_CLIENT_ID: 'Iv1', LOCALAI_REGISTRATION_MODE: 'approval' },
    'POST /v1/embeddings',
    'covered',
  ],
  ...(
    [
      ['https://accounts.google.com', 'open'],
      ['https://login.microsoftonline.com/common/v2.0', 'open'],
      ['https://login.microsoftonline.com/8c0cdb0e-9a5b-4b3d-8f0e-1d2f3a4b5c6d/v2.0', 'covered'],
      ['https://id.firm.example/realms/ai', 'covered'],
    ] as const
  ).map(([issuer, key]): [Engine, string, Readonly<Record<string, string>>, string, string] => [
    'localai',
    'local-ai run --api-keys k --disable-local-auth',
    { LOCALAI_OIDC_CLIENT_ID: 'ai', LOCALAI_OIDC_ISSUER: issuer, LOCALAI_REGISTRATION_MODE: 'open' },
    'POST /v1/embeddings',
    key,
  ]),
  // A list of one's own may let whoever reads past the key; that of the program holds pages alone.
  ['localai', 'local-ai run --api-keys k', EXEMPT, 'GET /v1/models', 'covered'],
  ['localai', 'local-ai run --api-keys k', { ...EXEMPT, LOCALAI_HTTP_GET_EXEMPTED_ENDPOINTS: '^/.*$' }, 'GET /api/p2p/token', 'varies'],
  ['localai', 'local-ai run --api-keys k', { ...EXEMPT, LOCALAI_HTTP_GET_EXEMPTED_ENDPOINTS: '^/.*$' }, 'POST /models/apply', 'covered'],
  ['localai', 'local-ai run --api-keys k', { LOCALAI_HTTP_GET_EXEMPTED_ENDPOINTS: '^/.*$' }, 'GET /api/p2p/token', 'covered'],
  // Workers have a token of their own, or none.
  ['localai', 'local-ai run', { LOCALAI_DISTRIBUTED: 'true', LOCALAI_AUTH: 'true' }, 'DELETE /api/node/{node}', 'open'],
  ['localai', 'local-ai run --distributed', { LOCALAI_REGISTRATION_TOKEN: '****' }, 'POST /api/node/register', 'covered'],
  ['localai', 'local-ai run', { LOCALAI_AUTH: 'true' }, 'POST /api/node/register', undefined],
  ['llama.cpp', 'llama-server -m a.gguf', { AIP_MODE: 'PREDICTION' }, 'POST /predict', 'covered'],
  ['llama.cpp', 'llama-server -m a.gguf', {}, 'POST /predict', undefined],
  ['llama.cpp', 'llama-server -m a.gguf', { AIP_MODE: 'PREDICTION', AIP_PREDICT_ROUTE: 'v1/ask' }, 'POST /v1/ask', 'covered'],
  ['llama.cpp', 'llama-server -m a.gguf', { AIP_MODE: 'PREDICTION', AIP_PREDICT_ROUTE: 'v1/ask' }, 'POST /predict', undefined],
  // Its page asks for no key, whatever is sent there.
  ['llama.cpp', 'llama-server -m a.gguf', { AIP_MODE: 'PREDICTION', AIP_PREDICT_ROUTE: '/' }, 'POST /', 'open'],
  ['llama.cpp', 'llama-server -m a.gguf --api-prefix /llm', { AIP_MODE: 'PREDICTION' }, 'POST /llm/predict', 'covered'],
  ['llama.cpp', 'llama-server -m a.gguf --api-prefix /llm', {}, 'GET /llm/health', 'covered'],
  ['llama.cpp', 'llama-server -m a.gguf --api-prefix /llm', {}, 'GET /llm/v1/models', 'covered'],
])('%s: %s %j answers %s: %s', (engine, command, environment, route, key) => {
  const found = routesOf({ engine, argv: command.split(' '), environment, environmentComplete: true })
  expect(found.find((one) => printRoute(one) === route)?.key).toBe(key)
})

test('LocalAI whose variables are not all known may have accounts that anyone opens', () => {
  const argv = 'local-ai run --api-keys k'.split(' ')
  const keyOf = (environmentComplete: boolean) =>
    routesOf({ engine: 'localai', argv, environmentComplete }).find(({ path }) => path === '/v1/chat/completions')?.key
  expect([keyOf(true), keyOf(false)]).toEqual(['covered', 'varies'])
})
