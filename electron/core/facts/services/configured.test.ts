import { describe, expect, test } from 'vitest'
import { configuredAddresses, configuredApiKey, type KnownEnvironment } from './configured.ts'
import { recognise } from './launch.ts'

const launchOf = (line: string) => {
  const launch = recognise(line.split(' '))
  if (!launch) throw new Error(`not recognised: ${line}`)
  return launch
}
const known = (variables: Record<string, string> = {}): KnownEnvironment => ({ variables, complete: true })
const partly: KnownEnvironment = { variables: {}, complete: false }

describe('where an engine is configured to listen', () => {
  test.each<[string, KnownEnvironment, readonly string[]]>([
    ['ollama serve', known(), ['127.0.0.1 11434']],
    ['ollama serve', known({ OLLAMA_HOST: '0.0.0.0' }), ['0.0.0.0 11434']],
    ['ollama serve', known({ OLLAMA_HOST: ':11434' }), [' 11434']],
    ['vllm serve x', partly, ['0.0.0.0 8000']],
    ['vllm serve x', known({ VLLM_HOST_IP: '127.0.0.1', VLLM_PORT: '9' }), ['0.0.0.0 8000']],
    ['vllm serve x --host 127.0.0.1 --port 8001', partly, ['127.0.0.1 8001']],
    ['vllm serve x --host=127.0.0.1', partly, ['127.0.0.1 8000']],
    ['vllm serve x --host 127.0.0.1 --host 0.0.0.0', partly, ['0.0.0.0 8000']],
    ['vllm serve x --config c.yaml --host 127.0.0.1 --port 1', partly, ['127.0.0.1 1']],
    ['vllm serve x --uds /run/vllm.sock', partly, []],
    ['vllm serve x --headless', partly, []],
    ['vllm serve x --grpc', partly, ['0.0.0.0 8000']],
    ['vllm serve x --grpc-port 50051 --host 127.0.0.1', partly, ['127.0.0.1 8000', '127.0.0.1 50051']],
    ['vllm serve x --grpc-port 50051 --uds /run/vllm.sock', partly, ['127.0.0.1 50051']],
    // One server for each rank, on ports one after the other (vllm/entrypoints/launchers/dp_supervisor.py).
    ['vllm serve x -dp 4 -dpl 2 --data-parallel-multi-port-external-lb --port 9000', partly, ['0.0.0.0 9000', '0.0.0.0 9001']],
    ['vllm serve x --data-parallel-size=3 -dpm --host 127.0.0.1', partly, ['127.0.0.1 8000', '127.0.0.1 8001', '127.0.0.1 8002']],
    ['vllm serve x --data-parallel-size 4', partly, ['0.0.0.0 8000']],
    ['vllm-rs serve x --host 0.0.0.0 --port 8001', partly, ['0.0.0.0 8001']],
    ['vllm-omni serve x', partly, ['0.0.0.0 8000']],
    ['python -m vllm.entrypoints.grpc_server --model x', partly, ['0.0.0.0 50051']],
    ['llama-server -m x.gguf', known(), ['127.0.0.1 8080']],
    ['llamafile -m x.gguf --server --v2', known(), ['127.0.0.1 8080']],
    ['./x.llamafile --server --v2 -l 0.0.0.0:8888', known(), ['0.0.0.0 8888']],
    ['llamafile-server --server --v2 --listen 8888', known(), ['0.0.0.0 8888']],
    ['llamafile --server --v2 --listen [::1]:8888', known(), ['::1 8888']],
    ['llama-server -m x.gguf', known({ LLAMA_ARG_HOST: '0.0.0.0', LLAMA_ARG_PORT: '9' }), ['0.0.0.0 9']],
    ['llama-server --host ::1,10.0.0.5 --port 9', known(), ['::1 9', '10.0.0.5 9']],
    ['llama-server --host 127.0.0.1 --port 1', known({ LLAMA_ARG_HOST: '0.0.0.0' }), ['127.0.0.1 1']],
    ['llama-server --host /run/l.sock --port 1', known(), []],
    ['llama-server --host 0.0.0.0 --port 1', known({ AIP_MODE: 'PREDICTION', AIP_HTTP_PORT: '7' }), ['0.0.0.0 7']],
    ['llama-server --port 1', known({ AIP_MODE: 'PREDICTION', AIP_HTTP_PORT: '' }), ['127.0.0.1 8080']],
    ['llama-server --port 1', known({ AIP_MODE: 'TRAINING', AIP_HTTP_PORT: '7' }), ['127.0.0.1 1']],
    ['python -m llama_cpp.server --model x', known(), ['localhost 8000']],
    ['python -m llama_cpp.server --model x', known({ HOST: '0.0.0.0' }), ['0.0.0.0 8000']],
    ['local-ai run', known(), ['0.0.0.0 8080']],
    ['local-ai run --address 127.0.0.1:9', partly, ['127.0.0.1 9']],
    ['local-ai run --address [::1]:9', partly, ['::1 9']],
    ['local-ai run', known({ ADDRESS: ':1', LOCALAI_ADDRESS: '127.0.0.1:2' }), ['127.0.0.1 2']],
    ['local-ai run', known({ ADDRESS: '127.0.0.1:3' }), ['127.0.0.1 3']],
  ])('%s with %j', (line, environment, expected) => {
    const { addresses, unknown } = configuredAddresses(launchOf(line), environment)
    expect(unknown).toBeUndefined()
    expect(addresses.map(({ address, port }) => `${address} ${port}`)).toEqual(expected)
  })

  test.each<[string, KnownEnvironment]>([
    ['ollama serve', partly],
    ['vllm serve x --config c.yaml', partly],
    ['vllm-rs serve x --port 8001', partly],
    ['vllm-rs frontend x --listen-fd 7', partly],
    ['llama-server -m x.gguf', partly],
    ['llama-server --host 127.0.0.1', partly],
    ['python -m llama_cpp.server --config_file x', known()],
    ['python -m llama_cpp.server --host 127.0.0.1', known({ CONFIG_FILE: '/etc/l.json' })],
    ['local-ai run', partly],
    ['local-ai run --address nonsense', known()],
  ])('is not known: %s with %j', (line, environment) => {
    const { addresses, unknown } = configuredAddresses(launchOf(line), environment)
    expect(addresses).toEqual([])
    expect(unknown).toBeTypeOf('string')
  })
})

test.each<[string, KnownEnvironment, string]>([
  ['ollama serve', known({ OLLAMA_API_KEY: 'x', OLLAMA_AUTH: 'true' }), 'none'],
  ['vllm serve x --api-key ****', partly, 'set'],
  ['vllm serve x --api_key=****', partly, 'set'],
  ['vllm serve x', known({ VLLM_API_KEY: '****' }), 'set'],
  ['vllm serve x', known({ VLLM_API_KEY: '' }), 'none'],
  ['vllm serve x', known(), 'none'],
  ['vllm serve x', partly, 'unknown'],
  ['vllm serve x --config c.yaml', known(), 'unknown'],
  ['vllm serve x --grpc --api-key ****', known({ VLLM_API_KEY: '****' }), 'none'],
  ['python -m vllm.entrypoints.grpc_server --model x', known({ VLLM_API_KEY: '****' }), 'none'],
  ['vllm serve x --api-key=', known(), 'none'],
  ['vllm serve x --api-key=', known({ VLLM_API_KEY: '****' }), 'unknown'],
  ['vllm serve x --api-key **** ****', partly, 'set'],
  ['python -m vllm.entrypoints.api_server --api-key x', known({ VLLM_API_KEY: 'x' }), 'none'],
  // The file may be empty, which lets everybody in.
  ['llama-server --api-key-file /k', partly, 'unknown'],
  ['llama-server --api-key-file /k --api-key ****', partly, 'set'],
  ['llama-server --api-key-file /k', known({ LLAMA_API_KEY: '****' }), 'set'],
  ['llama-server -m x', known({ LLAMA_ARG_API_KEY_FILE: '/k' }), 'unknown'],
  ['llama-server -m x', known({ LLAMA_API_KEY: '****' }), 'set'],
  ['llama-server -m x', known(), 'none'],
  // Tried with 0.7.0: not heard, other than most of its variables.
  ['llama-server -m x', known({ LLAMA_ARG_API_KEY: '****' }), 'none'],
  ['python -m llama_cpp.server --api_key ****', partly, 'set'],
  ['python -m llama_cpp.server --api_key **** --config_file x', known(), 'unknown'],
  ['python -m llama_cpp.server --api_key ****', known({ CONFIG_FILE: '/etc/l.json' }), 'unknown'],
  ['llama-server -m x --api_key ****', known(), 'set'],
  ['local-ai run', known({ API_KEY: '****' }), 'set'],
  ['local-ai run', known({ LOCALAI_AUTH: 'true' }), 'set'],
  ['local-ai run', known({ LOCALAI_AUTH: 'false' }), 'none'],
  ['local-ai run', known({ GITHUB_CLIENT_ID: 'Iv1.0123' }), 'set'],
  ['local-ai run', known({ GITHUB_CLIENT_ID: '', LOCALAI_DISABLE_LOCAL_AUTH: 'true' }), 'none'],
  ['local-ai run --oidc-client-id ai', known(), 'set'],
  ['local-ai run', known({ LOCALAI_CONFIG_DIR: '/c' }), 'unknown'],
  ['local-ai run', partly, 'unknown'],
  // What guides print keeps nobody out; one of several is enough.
  ['vllm serve x --api-key token-abc123', partly, 'placeholder'],
  ['vllm serve x --api-key **** ‹placeholder-3f9a2c1d›', partly, 'placeholder'],
  ['vllm serve x', known({ VLLM_API_KEY: 'EMPTY' }), 'placeholder'],
  ['vllm serve x', known({ VLLM_API_KEY: '$(VLLM_API_KEY)' }), 'placeholder'],
  ['vllm serve x --api-key $KEY', partly, 'set'],
  ['llama-server --api-key ****,none', partly, 'placeholder'],
  ['llama-server --api-key sk-no-key-required --api-key ****', partly, 'placeholder'],
  ['llama-server --api-key-file /k', known({ LLAMA_API_KEY: 'changeme' }), 'placeholder'],
  ['python -m llama_cpp.server --api_key dummy', partly, 'placeholder'],
  ['local-ai run --api-keys ****,‹placeholder›', known(), 'placeholder'],
  ['local-ai run', known({ LOCALAI_API_KEY: 'your-api-key' }), 'placeholder'],
])('key of %s with %j: %s', (line, environment, expected) => {
  expect(configuredApiKey(launchOf(line), environment)).toBe(expected)
})

test('a reference that nothing replaced is the key itself, and everybody can write it', () => {
  const key = (line: string, asStarted: boolean) => configuredApiKey(launchOf(line), partly, { asStarted })
  expect(key('vllm serve x --api-key $VLLM_API_KEY', true)).toBe('placeholder')
  expect(key('vllm serve x --api-key ****', true)).toBe('set')
})
