import type { Engine, InferenceService } from './inference-service.ts'
import { publicIssuerNamed } from './public-issuers.ts'

/**
 * health: says that it lives. metadata: names models, settings or running prompts. inference: uses a model. management: adds, removes or
 * changes models and the engine itself. account: acts as the owner's cloud account. egress: fetches from elsewhere on the caller's behalf.
 */
export type RouteClass = 'health' | 'metadata' | 'inference' | 'management' | 'account' | 'egress'

/** One concrete request that an engine answers. Paths with parameters carry a real-looking value, so that a proxy's rules can be tried on them. */
export interface EngineRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly class: RouteClass
  /** Does the engine's own API key protect it? `varies`: only in newer releases. */
  readonly key: 'covered' | 'open' | 'varies'
  /** Exists only when the engine was started with one of these flags or variables, or without any of some. */
  readonly onlyWith?: Switch | undefined
}

interface Switch {
  readonly flags?: readonly string[]
  readonly environment?: readonly string[]
  readonly without?: { readonly flags: readonly string[]; readonly environment: readonly string[] }
}

const routes = (
  method: EngineRoute['method'],
  routeClass: RouteClass,
  key: EngineRoute['key'],
  paths: string,
  onlyWith?: Switch,
): readonly EngineRoute[] => paths.split(' ').map((path) => ({ method, path, class: routeClass, key, ...(onlyWith && { onlyWith }) }))

const digest = `sha256:${'5f3a'.repeat(16)}`

/** ollama/ollama server/routes.go, `GenerateRoutes`. There is no key at all. */
const ollama: readonly EngineRoute[] = [
  ...routes('GET', 'health', 'open', '/ /api/version /api/status'),
  ...routes('GET', 'metadata', 'open', '/api/tags /api/ps /v1/models /v1/models/llama3'),
  ...routes('POST', 'metadata', 'open', '/api/show'),
  ...routes('POST', 'inference', 'open', '/api/generate /api/chat /api/embed /api/embeddings'),
  ...routes('POST', 'inference', 'open', '/v1/chat/completions /v1/completions /v1/embeddings /v1/responses /v1/messages'),
  ...routes('POST', 'inference', 'open', '/v1/images/generations /v1/images/edits /v1/audio/transcriptions'),
  ...routes('POST', 'management', 'open', `/api/pull /api/push /api/create /api/copy /api/blobs/${digest}`),
  ...routes('DELETE', 'management', 'open', '/api/delete'),
  ...routes('POST', 'account', 'open', '/api/me /api/signout'),
  ...routes('DELETE', 'account', 'open', '/api/user/keys/c3NoLWVkMjU1MTkK'),
  ...routes('POST', 'egress', 'open', '/api/experimental/web_search /api/experimental/web_fetch'),
]

const devMode: Switch = { environment: ['VLLM_SERVER_DEV_MODE'] }
const grpcPort: Switch = { flags: ['--grpc-port'] }
const runtimeLora: Switch = { environment: ['VLLM_ALLOW_RUNTIME_LORA_UPDATING'] }

const faultTolerance: Switch = { flags: ['--enable-fault-tolerance'] }

/**
 * vllm-project/vllm docs/usage/security.md: the key guards /v1 in every release, /v2, /inference and /cohere in newer ones (GUARDED_PREFIX of serve/middleware/authenticate.py;
 * before, `url_path.startswith("/v1")` of openai/server_utils.py), and nothing else.
 */
const vllm: readonly EngineRoute[] = [
  ...routes('GET', 'health', 'open', '/health /ping /version /load'),
  ...routes('GET', 'metadata', 'covered', '/v1/models'),
  ...routes('GET', 'metadata', 'open', '/metrics'),
  ...routes('GET', 'metadata', 'open', '/tokenizer_info', { flags: ['--enable-tokenizer-info-endpoint'] }),
  ...routes('POST', 'inference', 'covered', '/v1/chat/completions /v1/completions /v1/embeddings /v1/responses /v1/messages'),
  ...routes('POST', 'inference', 'covered', '/v1/audio/transcriptions /v1/audio/translations /v1/score /v1/rerank'),
  ...routes('POST', 'inference', 'varies', '/v2/rerank /v2/embed /inference/v1/generate'),
  ...routes('POST', 'inference', 'varies', '/cohere/v2/chat', { environment: ['VLLM_ENABLE_COHERE_API'] }),
  ...routes('POST', 'inference', 'open', '/invocations /pooling /classify /score /rerank /generative_scoring /tokenize /detokenize'),
  ...routes('POST', 'management', 'open', '/pause /resume /scale_elastic_ep /init_weight_transfer_engine /update_weights'),
  ...routes('POST', 'management', 'open', '/abort_requests', { flags: ['--tokens-only'], ...devMode }),
  ...routes('POST', 'management', 'open', '/fault_tolerance/apply', faultTolerance),
  ...routes('GET', 'metadata', 'open', '/fault_tolerance/status', faultTolerance),
  ...routes(
    'POST',
    'management',
    'open',
    '/sleep /wake_up /reset_prefix_cache /reset_mm_cache /reset_encoder_cache /collective_rpc',
    devMode,
  ),
  ...routes(
    'POST',
    'management',
    'open',
    '/start_weight_update /start_draft_weight_update /finish_weight_update /update_weight_version /release_kv_cache_memory',
    devMode,
  ),
  ...routes('GET', 'metadata', 'open', '/server_info /is_sleeping /weight_info', devMode),
  ...routes('POST', 'management', 'covered', '/v1/load_lora_adapter /v1/unload_lora_adapter', runtimeLora),
  // The same by the names that SageMaker has for it (register_load_adapter_handler of model-hosting-container-standards).
  ...routes('POST', 'management', 'open', '/adapters', runtimeLora),
  ...routes('DELETE', 'management', 'open', '/adapters/llama3', runtimeLora),
  ...routes('POST', 'management', 'open', '/start_profile /stop_profile', {
    flags: ['--profiler-config'],
    environment: ['VLLM_TORCH_PROFILER_DIR'],
  }),
  ...routes('GET', 'metadata', 'open', '/is_paused /get_world_size'),
  // Of the socket that the front end in Rust opens beside HTTP: no key, and all that steers the engine (rust/proto, docs/usage/security.md, "gRPC Interface").
  ...routes('POST', 'inference', 'open', '/vllm.Inference/Generate /vllm.Inference/GenerateStream', grpcPort),
  ...routes(
    'POST',
    'management',
    'open',
    '/vllm.Control/LoadLora /vllm.Control/UpdateWeights /vllm.Control/Sleep /vllm.Control/Abort',
    grpcPort,
  ),
]

/** vllm/entrypoints/grpc_server.py speaks gRPC alone and asks for no key; its methods after vllm_engine.proto of smg-grpc-proto. */
const vllmGrpc: readonly EngineRoute[] = [
  ...routes('POST', 'inference', 'open', '/vllm.grpc.engine.VllmEngine/Generate /vllm.grpc.engine.VllmEngine/Embed'),
  ...routes('POST', 'management', 'open', '/vllm.grpc.engine.VllmEngine/Abort'),
  ...routes('POST', 'metadata', 'open', '/vllm.grpc.engine.VllmEngine/GetModelInfo /vllm.grpc.engine.VllmEngine/GetServerInfo'),
]

/** What names the one model that llama-server serves; started without, it is a router that loads any. */
const router: Switch = {
  flags: ['--models-dir', '--models-preset'],
  environment: ['LLAMA_ARG_MODELS_DIR', 'LLAMA_ARG_MODELS_PRESET'],
  without: {
    flags: ['-m', '--model', '-mu', '--model-url', '-hf', '-hfr', '--hf-repo', '-dr', '--docker-repo'],
    environment: ['LLAMA_ARG_MODEL', 'LLAMA_ARG_MODEL_URL', 'LLAMA_ARG_HF_REPO', 'LLAMA_ARG_DOCKER_REPO'],
  },
}

/** Tools run commands and write files; servers of MCP that a file names are called by the same route. */
const tools: Switch = {
  flags: ['--tools', '--agent', '-ag', '--mcp-servers-config', '--mcp-servers-json'],
  environment: ['LLAMA_ARG_TOOLS', 'LLAMA_ARG_AGENT', 'LLAMA_ARG_MCP_SERVERS_CONFIG', 'LLAMA_ARG_MCP_SERVERS_JSON'],
}
const corsProxy: Switch = {
  flags: ['--ui-mcp-proxy', '--webui-mcp-proxy', '--agent', '-ag'],
  environment: ['LLAMA_ARG_UI_MCP_PROXY', 'LLAMA_ARG_WEBUI_MCP_PROXY', 'LLAMA_ARG_AGENT'],
}

/** ggml-org/llama.cpp tools/server/README.md. GET /models became private on 2026-08-19 (PR 26347); in router mode so did its POST and DELETE. */
const llamaCpp: readonly EngineRoute[] = [
  ...routes('GET', 'health', 'open', '/health /v1/health'),
  ...routes('GET', 'metadata', 'varies', '/models /v1/models'),
  ...routes('GET', 'metadata', 'covered', '/props /slots /lora-adapters'),
  ...routes('GET', 'metadata', 'covered', '/metrics', { flags: ['--metrics'], environment: ['LLAMA_ARG_ENDPOINT_METRICS'] }),
  ...routes('POST', 'inference', 'covered', '/completion /completions /v1/completions /chat/completions /v1/chat/completions'),
  ...routes('POST', 'inference', 'covered', '/v1/responses /v1/messages /infill /embedding /v1/embeddings /rerank /v1/rerank /tokenize'),
  ...routes('POST', 'inference', 'covered', '/responses /embeddings /reranking /v1/reranking /detokenize /apply-template'),
  // Streams of others can be looked up, read, steered and ended by their names (0.7.0 of Debian, every route asked).
  ...routes('GET', 'inference', 'covered', '/v1/stream'),
  ...routes('POST', 'inference', 'covered', '/v1/streams/lookup /v1/chat/completions/control /v1/systemone'),
  ...routes('POST', 'inference', 'covered', '/v1/chat/completions/input_tokens /v1/responses/input_tokens /v1/messages/count_tokens'),
  ...routes('POST', 'inference', 'covered', '/v1/audio/transcriptions'),
  // By the names that Ollama has for them, in older releases and llamafiles; the list asked nobody. Not in 0.7.0 of Debian.
  ...routes('POST', 'inference', 'covered', '/api/chat'),
  ...routes('POST', 'metadata', 'covered', '/api/show'),
  ...routes('GET', 'metadata', 'varies', '/api/tags'),
  ...routes('POST', 'management', 'covered', '/lora-adapters'),
  ...routes('POST', 'management', 'covered', '/props', { flags: ['--props'], environment: ['LLAMA_ARG_ENDPOINT_PROPS'] }),
  ...routes('POST', 'management', 'covered', '/slots/0', { flags: ['--slot-save-path'], environment: ['LLAMA_ARG_SLOT_SAVE_PATH'] }),
  ...routes('POST', 'management', 'varies', '/models', router),
  ...routes('DELETE', 'management', 'varies', '/models', router),
  ...routes('POST', 'management', 'covered', '/models/load /models/unload', router),
  ...routes('POST', 'management', 'covered', '/tools', tools),
  ...routes('GET', 'egress', 'covered', '/cors-proxy', corsProxy),
  // Leads on to whatever route the body names, /tools and /models/load among them (register_gcp_compat of tools/server/server-http.cpp).
  ...routes('POST', 'management', 'covered', '/predict', { environment: ['AIP_MODE'] }),
]

const distributed: Switch = { flags: ['--distributed'], environment: ['LOCALAI_DISTRIBUTED'] }

/** mudler/LocalAI core/http/routes and core/http/auth/public_routes.go. */
const localai: readonly EngineRoute[] = [
  ...routes('GET', 'health', 'open', '/healthz /readyz'),
  ...routes('GET', 'metadata', 'open', '/.well-known/localai.json /swagger/ /api/instructions'),
  ...routes('GET', 'metadata', 'covered', '/v1/models /metrics /api/tags /system /api/traces'),
  ...routes(
    'POST',
    'inference',
    'covered',
    '/v1/chat/completions /chat/completions /v1/completions /v1/embeddings /api/chat /api/generate',
  ),
  ...routes('POST', 'inference', 'covered', '/v1/images/generations /v1/audio/transcriptions /tts'),
  // Most of what lies below /v1 is there without it as well.
  ...routes('POST', 'inference', 'covered', '/completions /edits /embeddings /messages /responses /moderations /images/generations'),
  ...routes(
    'POST',
    'inference',
    'covered',
    '/audio/transcriptions /audio/speech /audio/transform /mcp/chat/completions /video /3d/generations',
  ),
  ...routes('POST', 'inference', 'covered', '/api/embed /v1/rerank /vad /stores/find /stores/set /stores/delete'),
  ...routes('POST', 'management', 'covered', '/models/apply /models/delete/llama3 /models/import-uri /models/reload'),
  ...routes('POST', 'management', 'covered', '/models/import /models/edit/llama3 /api/fine-tuning/jobs /api/quantization/jobs'),
  ...routes('PUT', 'management', 'covered', '/models/toggle-state/llama3/disable'),
  ...routes('POST', 'management', 'covered', '/backends/apply /backends/delete/llama-cpp /backends/upgrade/llama-cpp'),
  ...routes(
    'POST',
    'management',
    'covered',
    '/api/models/install/llama3 /api/models/delete/llama3 /api/backends/install-external /api/settings',
  ),
  ...routes('POST', 'management', 'covered', '/backend/load /backend/shutdown /v1/backend/load /v1/backend/shutdown /network/add'),
  // Whoever has it joins the machines that share the models.
  ...routes('GET', 'management', 'covered', '/api/p2p/token'),
  // Workers join, and are taken away, by a token of their own (core/http/routes/nodes.go); what they hold is the business of administrators.
  ...routes('POST', 'management', 'covered', '/api/node/register /api/node/worker-1/drain', distributed),
  ...routes('DELETE', 'management', 'covered', '/api/node/worker-1', distributed),
  ...routes('POST', 'management', 'covered', '/api/nodes/worker-1/backends/install /api/nodes/worker-1/models/delete', distributed),
  ...routes('POST', 'egress', 'covered', '/api/cors-proxy'),
]

export const engineRoutes: Readonly<Record<Engine, readonly EngineRoute[]>> = { ollama, vllm, 'llama.cpp': llamaCpp, localai }

/** Routes that can change models, act on the owner's account or fetch for the caller: the business of administrators. */
export const isManagement = (route: EngineRoute): boolean =>
  route.class === 'management' || route.class === 'account' || route.class === 'egress'

type Started = Pick<InferenceService, 'engine' | 'argv' | 'environment' | 'environmentComplete'>

/**
 * Routes that this very service has: those behind a switch count only when the switch is seen. Below a path that it was told to serve them from, they are
 * there alone (`--api-prefix` of llama-server) or as well (`root_path` of FastAPI, which takes the path off where it stands before a route).
 */
export function routesOf(service: Started): readonly EngineRoute[] {
  if (service.engine === 'vllm' && service.argv.some((word) => word === '--grpc' || /\bgrpc_server(?:\.py)?$/.test(word))) return vllmGrpc
  const own = engineRoutes[service.engine]
    .filter(({ onlyWith }) => onlyWith === undefined || isOn(onlyWith, service))
    .map((route) => (service.engine === 'localai' && route.key === 'covered' ? { ...route, key: keyAtLocalAi(route, service) } : route))
    .map((route) => (service.engine === 'llama.cpp' && route.path === '/predict' ? predictAt(service) : route))
  const below = (prefix: string): readonly EngineRoute[] => own.map((route) => ({ ...route, path: `${prefix}${route.path}` }))
  const only = service.engine === 'llama.cpp' ? prefixOf(service, '--api-prefix', 'LLAMA_ARG_API_PREFIX') : ''
  // What is public is named without it (get_public_endpoints of server-http.cpp), so nothing below is.
  if (only !== '') return below(only).map((route) => ({ ...route, key: 'covered' }))
  const python = service.engine === 'vllm' || service.engine === 'llama.cpp'
  const also = python ? prefixOf(service, '--root-path', service.engine === 'vllm' ? undefined : 'ROOT_PATH') : ''
  return also === '' ? own : [...own, ...below(also)]
}

/** `/` is a public path of llama-server, for its page. */
function predictAt({ environment }: Started): EngineRoute {
  const path = `/${(environment?.AIP_PREDICT_ROUTE || 'predict').replace(/^\//, '')}`
  return { method: 'POST', path, class: 'management', key: path === '/' ? 'open' : 'covered' }
}

function keyAtLocalAi(route: EngineRoute, service: Started): EngineRoute['key'] {
  if (route.path.startsWith('/api/node/')) return keyOfWorkers(service)
  // Which paths its patterns mean is not followed, and differs between releases (core/http/auth/middleware.go).
  if (route.method === 'GET' && isOn(readsFree, service) && isOn(readsNamed, service)) return 'varies'
  if (route.class !== 'inference') return route.key
  const joins = whoeverJoins(service)
  if (joins === 'yes') return 'open'
  return joins === 'unknown' || isLeftByAccounts(route, service) ? 'varies' : route.key
}

/** Without a token, LocalAI asks no worker for anything; it says so, or refuses to start where it was told to. */
function keyOfWorkers(service: Started): EngineRoute['key'] {
  const flags = ['--registration-token', '--registration-require-auth', '--distributed-require-auth']
  const environment = ['LOCALAI_REGISTRATION_TOKEN', 'LOCALAI_REGISTRATION_REQUIRE_AUTH', 'LOCALAI_DISTRIBUTED_REQUIRE_AUTH']
  if (isOn({ flags, environment }, service)) return 'covered'
  return service.environmentComplete === true ? 'open' : 'varies'
}

/** Whoever reads is let past the key where a list of patterns says so. */
const readsFree: Switch = {
  flags: ['--disable-api-key-requirement-for-http-get'],
  environment: ['LOCALAI_DISABLE_API_KEY_REQUIREMENT_FOR_HTTP_GET'],
}
const readsNamed: Switch = { flags: ['--http-get-exempted-endpoints'], environment: ['LOCALAI_HTTP_GET_EXEMPTED_ENDPOINTS'] }

const gitHub: Switch = { flags: ['--git-hub-client-id'], environment: ['GITHUB_CLIENT_ID'] }
const issuer: Switch = { flags: ['--oidc-client-id'], environment: ['LOCALAI_OIDC_CLIENT_ID'] }
const accounts: Switch = { flags: ['--auth', '--auth-enabled'], environment: ['LOCALAI_AUTH'] }
const withoutPasswords: Switch = { flags: ['--disable-local-auth'], environment: ['LOCALAI_DISABLE_LOCAL_AUTH'] }

/** Does LocalAI keep accounts? Who signs in elsewhere has one, too (core/cli/run.go). */
export const keepsAccounts = (service: Started): boolean =>
  service.engine === 'localai' && [accounts, gitHub, issuer].some((one) => isOn(one, service))

/**
 * May whoever comes open an account of LocalAI, which lets in like its key? Where nothing is said, `open` has been the default of the program (core/cli/run.go), and `approval`
 * that of its documentation. GitHub has an account for whoever wants one (core/http/auth/oauth.go, upsertOAuthUser).
 */
export function whoeverJoins(service: Started): 'yes' | 'no' | 'unknown' {
  const mode = settingOf(service, '--auth-registration-mode', 'LOCALAI_REGISTRATION_MODE')
  if (service.engine !== 'localai' || mode === 'approval' || mode === 'invite') return 'no'
  if (!keepsAccounts(service)) return service.environmentComplete === false ? 'unknown' : 'no'
  const forAll = isOn(issuer, service) && publicIssuerNamed(settingOf(service, '--oidc-issuer', 'LOCALAI_OIDC_ISSUER')) !== undefined
  if (isOn(withoutPasswords, service) && !isOn(gitHub, service) && !forAll) return 'no'
  return mode === '' ? 'unknown' : 'yes'
}

/** With accounts and no key of its own, LocalAI asked below these paths alone, until it had a list of what is public (core/http/auth: isAPIPath, public_routes.go). */
const OF_ACCOUNTS = /^\/(?:api|v1|models|backends|backend|tts|vad|video|stores|system|ws)(?:\/|$)|^\/metrics$/
const isLeftByAccounts = ({ path }: EngineRoute, service: Started): boolean =>
  !OF_ACCOUNTS.test(path) &&
  keepsAccounts(service) &&
  !isOn({ flags: ['--api-keys'], environment: ['LOCALAI_API_KEY', 'API_KEY'] }, service)

function isOn({ flags = [], environment = [], without }: Switch, service: Started): boolean {
  const named = (names: readonly string[], variables: readonly string[]): boolean =>
    names.some((name) => service.argv.some((word) => isFlag(word, name))) ||
    variables.some((name) => !/^(?:|0|false|no|off|disabled)$/i.test(service.environment?.[name] ?? ''))
  if (named(flags, environment)) return true
  // Where the variables are not known, one of them may name a model. The Python binding and llamafiles are no routers.
  if (without === undefined || service.environmentComplete !== true || service.argv.some((word) => /llama(?:file|_cpp)/.test(word)))
    return false
  return !named(without.flags, without.environment) && !service.argv.some((word) => /^--(?!spec-)[\w.-]+-(?:default|spec)$/.test(word))
}

/** vLLM and llama-server take `--a_b` as `--a-b`; vLLM takes a part of a flag's value behind a point, too. */
function isFlag(word: string, flag: string): boolean {
  if (!flag.startsWith('--')) return word === flag
  const name = word.split('=', 1)[0] ?? ''
  return name.replaceAll('_', '-').split('.', 1)[0] === flag.replaceAll('_', '-')
}

function settingOf({ argv, environment }: Started, flag: string, variable: string | undefined): string {
  const at = argv.findLastIndex((word) => isFlag(word, flag))
  const word = argv[at] ?? ''
  const value = at === -1 ? environment?.[variable ?? ''] : word.includes('=') ? word.slice(word.indexOf('=') + 1) : argv[at + 1]
  return value ?? ''
}

function prefixOf(service: Started, flag: string, variable: string | undefined): string {
  const path = settingOf(service, flag, variable).replace(/\/+$/, '')
  return path === '' || path.startsWith('/') ? path : `/${path}`
}

const classes = new Map<string, RouteClass>(
  Object.values(engineRoutes)
    .flat()
    .map((route) => [route.path, route.class]),
)

/** What a path is for, also where an engine serves it below a path of its own. */
export function classOfPath(path: string): RouteClass | undefined {
  const below = path.indexOf('/', 1)
  return classes.get(path) ?? (below === -1 ? undefined : classOfPath(path.slice(below)))
}

/** The values that examples have, where their routes have them, and what they stand for. */
const parameters: readonly (readonly [RegExp, string])[] = [
  [/sha256:[0-9a-f]{64}$/, '{digest}'],
  [/(?<=\/user\/keys\/)c3NoLWVkMjU1MTkK$/, '{key}'],
  [/(?<=\/(?:models|adapters|models\/delete|models\/edit|models\/install)\/)llama3$|(?<=\/toggle-state\/)llama3(?=\/disable$)/, '{model}'],
  [/(?<=\/backends\/(?:delete|upgrade)\/)llama-cpp$/, '{backend}'],
  [/(?<=\/api\/nodes?\/)worker-1(?=$|\/(?:drain|backends\/install|models\/delete)$)/, '{node}'],
]

/** `DELETE /api/user/keys/{key}`: what an example has for a parameter is named, not shown. */
export const printRoute = (route: Pick<EngineRoute, 'method' | 'path'>): string =>
  `${route.method} ${parameters.reduce((path, [value, name]) => path.replace(value, name), route.path)}`
